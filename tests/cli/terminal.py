"""Runs commands in this process, in a project of their own, and reads what they print."""

from __future__ import annotations

import io
import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sniperforge.cli.main import main
from sniperforge.localnet.network import LocalNetwork


class Typed(io.StringIO):
    """A standard input that is a terminal, or is not."""

    def __init__(self, text: str = "", *, tty: bool = False) -> None:
        super().__init__(text)
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty


@dataclass(frozen=True, slots=True)
class Terminal:
    """One person at one terminal in one project folder."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def use(self, network: LocalNetwork) -> None:
        """Point the project at a network that runs."""
        prefix = "SNIPERFORGE_NETWORKS__LOCALNET__"
        self.monkeypatch.setenv(f"{prefix}RPC_URL", network.rpc_url)
        self.monkeypatch.setenv(f"{prefix}WS_URL", network.ws_url)

    def type(self, text: str, *, tty: bool = False) -> None:
        """What the next command reads from standard input."""
        self.monkeypatch.setattr("sys.stdin", Typed(text, tty=tty))

    def run(self, *arguments: str, code: int = 0) -> str:
        """Run a command for people; what it prints on stdout."""
        found = main(arguments)
        shown = self.capsys.readouterr()
        assert found == code, f"{arguments} exited {found}: {shown.err}"
        return shown.out

    def error(self, *arguments: str, code: int) -> str:
        """Run a command that fails; what it prints on stderr."""
        found = main(arguments)
        shown = self.capsys.readouterr()
        assert found == code, f"{arguments} exited {found}: {shown.err}"
        return shown.err

    def document(self, *arguments: str, code: int = 0) -> dict[str, Any]:
        """Run with ``--json``; the one document on stdout."""
        found = main([*arguments, "--json"])
        shown = self.capsys.readouterr()
        document: dict[str, Any] = json.loads(shown.out)
        assert found == code, f"{arguments} exited {found}: {shown.out}"
        assert document["ok"] is (code == 0)
        if code:
            assert document["exit_code"] == code
        return document

    def data(self, *arguments: str) -> dict[str, Any]:
        """The document's ``data``."""
        data: dict[str, Any] = self.document(*arguments)["data"]
        return data


@contextmanager
def terminal_in(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Terminal]:
    """A terminal in ``folder``; signal handlers are as before afterwards."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SNIPERFORGE_HOME", str(folder))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("sys.stdin", Typed())
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield Terminal(folder, capsys, monkeypatch)
    finally:
        signal.signal(signal.SIGTERM, before)
