from __future__ import annotations

import getpass
import io
import sys

import pytest

from sniperforge.cli.options import Options
from sniperforge.cli.prompt import ask_secret, confirm
from sniperforge.errors import UsageError


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_without_a_terminal_questions_fail_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the option that answers."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    with pytest.raises(UsageError) as caught:
        confirm("Sell all?", Options())
    assert caught.value.hint == "give --yes"
    with pytest.raises(UsageError) as caught:
        ask_secret("Password", answered_by="--password-stdin")
    assert caught.value.hint == "give --password-stdin"


def test_yes_needs_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """``--yes`` answers without asking."""
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert confirm("Sell all?", Options(yes=True)) is None


@pytest.mark.parametrize(("answer", "passes"), [("y\n", True), ("YES\n", True), ("\n", False), ("", False)])
def test_only_a_yes_confirms(
    answer: str, passes: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Everything else, an empty line or the end of input included, is a no; the question is on stderr."""
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    if passes:
        confirm("Sell all?", Options())
    else:
        with pytest.raises(UsageError, match="nothing was done"):
            confirm("Sell all?", Options())
    written = capsys.readouterr()
    assert (written.out, written.err) == ("", "Sell all? [y/N] ")


def test_secrets_are_asked_without_echo(monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal's own password prompt is used."""
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(getpass, "getpass", lambda prompt: f"<{prompt}>")
    assert ask_secret("Password", answered_by="-") == "<Password: >"
