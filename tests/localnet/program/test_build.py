"""The compiler driver, and that the source builds exactly the committed files."""

from __future__ import annotations

import hashlib
import subprocess
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import pytest

from sniperforge.errors import UnavailableError
from sniperforge.localnet.program import build
from sniperforge.localnet.program.binary import CPMM, PROGRAMS

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


@needs_compiler
def test_source_builds_the_committed_files(capsys: pytest.CaptureFixture[str]) -> None:
    """A rebuild on any machine gives the committed bytes."""
    assert build.main(["--check"]) == 0
    lines = [f"{program.recorded_hash()} {program.file} same\n" for program in PROGRAMS]
    assert capsys.readouterr().out == "".join(lines)


def test_check_tells_a_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``--check`` fails while a file is missing or old; without it the files and their hashes are written."""
    (tmp_path / "src").mkdir()
    monkeypatch.setattr(build, "SOURCE", tmp_path / "src")
    monkeypatch.setattr(build, "PROGRAMS", (CPMM,))
    monkeypatch.setattr(build, "build", lambda _: b"program")
    digest = hashlib.sha256(b"program").hexdigest()
    assert build.main(["--check"]) == 1
    assert build.main([]) == 0
    assert build.main(["--check"]) == 0
    said = [f"{digest} cpmm.so differs", f"{digest} cpmm.so 7 bytes", f"{digest} cpmm.so same"]
    assert capsys.readouterr().out.splitlines() == said
    assert (tmp_path / "cpmm.so.sha256").read_text() == f"{digest}  cpmm.so\n"


def test_compiler_errors_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused source, or a missing compiler, is an error with the compiler's words and a hint."""
    failed = subprocess.CompletedProcess([], 1, "", "program refused")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(UnavailableError, match="program refused") as caught:
        build.build(CPMM)
    assert "ziglang" in caught.value.hint
