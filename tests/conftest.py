"""What every test shares: an environment of its own, the recorded fixtures, the real command line."""

from __future__ import annotations

import os
import subprocess
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def own_environment(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No test reads the developer's configuration or touches their locks, state and wallets."""
    for name in [name for name in os.environ if name.startswith("SNIPERFORGE_")]:
        if name != "SNIPERFORGE_FIXTURES":
            monkeypatch.delenv(name)
    home = tmp_path_factory.getbasetemp() / "xdg" / f"{zlib.crc32(request.node.nodeid.encode()):08x}"
    for kind in ("STATE", "CONFIG", "DATA"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(home / kind.lower()))


@pytest.fixture(scope="session")
def shared_fixtures() -> Path:
    """The folder of recorded mainnet data; tests that need it skip where it is absent."""
    folder = PROJECT / os.environ.get("SNIPERFORGE_FIXTURES", "../shared/fixtures")
    if not folder.is_dir():
        pytest.skip(f"recorded fixtures are not at {folder}; set SNIPERFORGE_FIXTURES")
    return folder.resolve()


@dataclass(frozen=True, slots=True)
class CommandLine:
    """Runs the real ``sniperforge`` in a process of its own."""

    folder: Path
    env: dict[str, str]

    def __call__(
        self, *arguments: str, stdin: str | None = None, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run to the end and return exit code, stdout, stderr."""
        given: dict[str, object] = {"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}
        return subprocess.run(
            [sys.executable, "-m", "sniperforge", *arguments],
            cwd=self.folder,
            env=self.env | (env or {}),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            **given,  # type: ignore[call-overload]
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start without waiting; the test owns the process."""
        return subprocess.Popen(
            [sys.executable, "-m", "sniperforge", *arguments],
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@pytest.fixture
def command_line(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """The real command line, in an empty folder outside the project, with no configuration file."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("SNIPERFORGE_")}
    env |= {f"XDG_{kind}_HOME": str(tmp_path / kind.lower()) for kind in ("STATE", "CONFIG", "DATA")}
    folder = tmp_path / "empty"
    folder.mkdir()
    return CommandLine(folder, env | {"PYTHONPATH": str(PROJECT), "NO_COLOR": "1"})
