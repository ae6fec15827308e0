"""Starting real other processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import sniperforge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SCRIPT = Path(__file__).with_name("other_process.py")
ROOT = Path(sniperforge.__file__).parents[1]


class Other:
    """A running other process that talks in JSON lines."""

    def __init__(self, mode: str, lock: Path, *arguments: str, cwd: Path | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, SCRIPT, mode, lock, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def line(self) -> dict[str, Any]:
        """The next thing it says."""
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def go(self) -> None:
        """Tell it to go on."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        """SIGKILL; returns when the kernel is done with it."""
        self.process.kill()
        self.process.wait()

    def end(self) -> int:
        """Close its input and wait."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(timeout=10)

    def close(self) -> None:
        """Leave nothing behind."""
        self.kill()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()


@pytest.fixture
def other() -> Iterator[Callable[..., Other]]:
    """Starts processes and ends them after the test."""
    started: list[Other] = []

    def start(mode: str, lock: Path, *arguments: str, cwd: Path | None = None) -> Other:
        started.append(Other(mode, lock, *arguments, cwd=cwd))
        return started[-1]

    yield start
    for process in started:
        process.close()
