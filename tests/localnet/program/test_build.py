"""The committed program file: its recorded hash, and that the source builds exactly it."""

from __future__ import annotations

import hashlib
import subprocess
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import pytest

from sniperforge.errors import UnavailableError
from sniperforge.localnet.program import build
from sniperforge.localnet.program.binary import HASH_NAME, program_bytes, recorded_hash

if TYPE_CHECKING:
    from pathlib import Path


def installed_compiler() -> str:
    try:
        return version("ziglang")
    except PackageNotFoundError:
        return "none"


needs_compiler = pytest.mark.skipif(
    installed_compiler() != build.COMPILER_VERSION,
    reason=f"rebuilding needs ziglang {build.COMPILER_VERSION}; installed: {installed_compiler()}",
)


def test_file_has_its_recorded_hash() -> None:
    """The packaged file and the packaged hash belong together."""
    assert hashlib.sha256(program_bytes()).hexdigest() == recorded_hash()


@needs_compiler
def test_source_builds_the_committed_file(capsys: pytest.CaptureFixture[str]) -> None:
    """A rebuild on any machine gives the committed bytes."""
    assert build.main(["--check"]) == 0
    assert capsys.readouterr().out == f"{recorded_hash()} same\n"


def test_check_tells_a_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``--check`` fails while the file is missing or old; without it the file and its hash are written."""
    (tmp_path / "src").mkdir()
    monkeypatch.setattr(build, "SOURCE", tmp_path / "src")
    monkeypatch.setattr(build, "build", lambda: b"program")
    digest = hashlib.sha256(b"program").hexdigest()
    assert build.main(["--check"]) == 1
    assert build.main([]) == 0
    assert build.main(["--check"]) == 0
    assert capsys.readouterr().out == f"{digest} differs\n{digest} 7 bytes\n{digest} same\n"
    assert (tmp_path / HASH_NAME).read_text() == f"{digest}  raydium_cpmm.so\n"


def test_compiler_errors_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused source, or a missing compiler, is an error with the compiler's words and a hint."""
    failed = subprocess.CompletedProcess([], 1, "", "program refused")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(UnavailableError, match="program refused") as caught:
        build.build()
    assert "ziglang" in caught.value.hint
