"""Commands as processes of their own, watched through the files that they write to."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
MEMORY_LIMIT = 300 * 2**20
"""Of a demo of a minute."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A process that ended.

    Attributes:
        peak_bytes: the most memory it had, as the kernel says.
        seconds: from the last signal sent to it, else from its start, to its end.
    """

    code: int
    out: str
    err: str
    peak_bytes: int
    seconds: float

    @property
    def document(self) -> dict[str, Any]:
        """The one document on stdout."""
        assert self.out.count("\n") == 1, self.out + self.err
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def data(self) -> dict[str, Any]:
        """The data of a command that succeeded."""
        assert self.code == 0, self.out + self.err
        found: dict[str, Any] = self.document["data"]
        return found


def _limit_files(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


class Process:
    """A running ``sniperforge``.

    Args:
        folder: where it runs and where what it prints goes.
        argv: the command line.
        env: what its environment adds; no ``SNIPERFORGE_*`` of ours gets through.
        script: another Python program instead.
        limit_file_bytes: no file can grow beyond this, as on a full disk.
    """

    def __init__(
        self,
        folder: Path,
        *argv: str,
        env: Mapping[str, str] | None = None,
        script: Path | None = None,
        limit_file_bytes: int | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        ours = {name: value for name, value in os.environ.items() if not name.startswith("SNIPERFORGE_")}
        program = [str(script)] if script else ["-m", "sniperforge"]
        number = len(list(folder.glob("out-*")))
        self._out, self._err = folder / f"out-{number}", folder / f"err-{number}"
        limit = None if limit_file_bytes is None else partial(_limit_files, limit_file_bytes)
        with self._out.open("w") as out, self._err.open("w") as err:
            self._process = subprocess.Popen(
                [sys.executable, *program, *argv],
                cwd=folder,
                env={**ours, "PYTHONPATH": str(PROJECT), **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                preexec_fn=limit,  # noqa: PLW1509 - only sets a limit
            )
        self._since = time.monotonic()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def out(self) -> str:
        return self._out.read_text()

    @property
    def err(self) -> str:
        return self._err.read_text()

    def said(self, text: str, *, seconds: float = 20) -> str:
        """Wait until it has written ``text`` to stderr; all that it wrote there."""
        deadline = time.monotonic() + seconds
        while text not in self.err:
            assert self._process.poll() is None, f"it ended: {self.err}{self.out}"
            assert time.monotonic() < deadline, f"it never said {text!r}: {self.err}"
            time.sleep(0.02)
        return self.err

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self._since = time.monotonic()
        self._process.send_signal(number)

    def end(self) -> Ended:
        """Wait for its end."""
        peak = 0
        while (waited := os.waitpid(self.pid, os.WNOHANG))[0] == 0:
            peak = max(peak, _peak_bytes(self.pid))
            time.sleep(0.02)
        code = self._process.returncode = os.waitstatus_to_exitcode(waited[1])
        return Ended(code, self.out, self.err, peak, time.monotonic() - self._since)

    def kill(self) -> None:
        """End it as a crash would, now; safe when it has ended."""
        if self._process.returncode is None:
            self._process.kill()
            self._process.wait()


def _peak_bytes(pid: int) -> int:
    """The most memory so far of its own: ``ru_maxrss`` begins at what the spawning process had."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0


def spawn_demo(folder: Path, *argv: str) -> Process:
    """A demo with a temporary folder of its own to look into."""
    (folder / "tmp").mkdir(parents=True)
    return Process(folder, "demo", *argv, env={"TMPDIR": str(folder / "tmp"), "HOME": str(folder)})


def demo_folders(folder: Path) -> list[Path]:
    """What demos have in the temporary folder."""
    return list((folder / "tmp").glob("sniperforge-demo-*"))
