"""``start`` on a real terminal: the password is asked for in peace, then the board is drawn."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sniperforge.wallets.keystore import KdfCost
from sniperforge.wallets.secret import SecretText
from tests.e2e.processes import PROJECT
from tests.trading import Project, eventually

PASSWORD = "correct horse battery"
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


class Screen:
    """A process on a terminal of 80 x 24, and all that it ever wrote there."""

    def __init__(self, project: Project, *argv: str) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        ours = {name: value for name, value in os.environ.items() if not name.startswith("SNIPERFORGE_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sniperforge", *argv],
            cwd=project.folder,
            env={**ours, "PYTHONPATH": str(PROJECT), "TERM": "xterm", **project.env},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - its own terminal
        )
        os.close(slave)
        self._written = bytearray()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            while data := os.read(self._master, 4096):
                self._written += data

    @property
    def raw(self) -> str:
        return self._written.decode(errors="replace")

    @property
    def text(self) -> str:
        """What was written, without the terminal's commands."""
        return ESCAPES.sub("", self.raw)

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._master, text.encode())

    def end(self, *, seconds: float = 12) -> int:
        """Wait for the end."""
        code = self.process.wait(seconds)
        self._reader.join(5)
        return code

    def close(self) -> None:
        """End whatever is left."""
        self.process.kill()
        self.process.wait()
        self._reader.join(5)
        os.close(self._master)


@contextmanager
def on_screen(project: Project, *argv: str) -> Iterator[Screen]:
    """A command on a terminal."""
    screen = Screen(project, *argv)
    try:
        yield screen
    finally:
        screen.close()


def test_the_password_is_asked_for_before_anything_is_drawn(make_project: Callable[..., Project]) -> None:
    """Ctrl-C at the question ends it at once; the right answer is not shown, and then the board is there."""
    project = make_project()
    project.entry.path.unlink()
    project.wallets.add("main", project.key, SecretText(PASSWORD), cost=KdfCost(1, 8_192))
    with on_screen(project, "start") as screen:
        eventually(lambda: "password" in screen.text.lower())
        time.sleep(0.5)
        assert "pools seen" not in screen.text
        asked = time.monotonic()
        screen.type("\x03")
        assert screen.end() == 130
        assert time.monotonic() - asked < 3
    with on_screen(project, "start") as screen:
        eventually(lambda: "password" in screen.text.lower())
        screen.type(f"{PASSWORD}\r")
        eventually(lambda: re.search(r"[1-9]\d* bought", screen.text), seconds=20)
        assert PASSWORD not in screen.raw
        assert "LOCALNET  lp-sniper, wallet " + project.wallet[:8] in screen.text
        assert re.search(r"position +state +held +cost SOL +worth SOL", screen.text)
        screen.type("\x03")
        assert screen.end() == 130
        assert screen.text.count("realised P&L") == 1
        assert screen.text.rstrip().endswith("error: stopped by SIGINT")
        assert "Traceback" not in screen.text
