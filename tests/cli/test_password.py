"""Where a command's password comes from."""

from __future__ import annotations

import io
import signal
import sys
from pathlib import Path

import pytest

from sniperforge.cli.password import password_source
from sniperforge.cli.signals import Interrupted


def test_nothing_is_read_before_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Making the source asks nobody; reading takes one line of stdin."""
    stdin = io.StringIO("secret\nmore")
    monkeypatch.setattr(sys, "stdin", stdin)
    source = password_source(password_stdin=True)
    assert stdin.tell() == 0
    assert source.read().reveal() == "secret"


def test_a_file_of_mode_0600(tmp_path: Path) -> None:
    """Given by option."""
    path = tmp_path / "password"
    path.write_text("secret\n")
    path.chmod(0o600)
    assert password_source(password_file=path).read().reveal() == "secret"


def test_ctrl_c_ends_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """While it is open SIGINT and SIGTERM raise, whatever they do elsewhere; afterwards they do that again."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    elsewhere = lambda _number, _frame: None  # noqa: E731 - a handler
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", terminal)
    monkeypatch.delenv("SNIPERFORGE_PASSWORD", raising=False)
    signalled: list[signal.Signals] = []

    def asked(_question: str) -> str:
        if signalled:
            signal.raise_signal(signalled[-1])
        return "secret"

    monkeypatch.setattr("getpass.getpass", asked)
    try:
        for number in numbers:
            signal.signal(number, elsewhere)
        assert password_source().read().reveal() == "secret"
        for number, raised in zip(numbers, (KeyboardInterrupt, Interrupted), strict=True):
            signalled.append(number)
            with pytest.raises(raised):
                password_source().read()
            assert [signal.getsignal(each) for each in numbers] == [elsewhere, elsewhere]
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
