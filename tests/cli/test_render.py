from __future__ import annotations

import io
import json
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import pytest
from rich.table import Table

from sniperforge.cli.options import Options
from sniperforge.cli.render import clean, note, render_error, render_result, write_line, write_text
from sniperforge.cli.result import Result
from sniperforge.domain.amounts import lamports
from sniperforge.errors import UnknownOutcomeError, WalletBusyError

RESULT = Result({"n": 1}, lambda: "one\n", warnings=("careful",), network="mainnet", mode="live", wallet="W")
BUSY = WalletBusyError("held by 7", hint="wait", details={"pid": 7})


def rendered(result: Result, **options: bool) -> str:
    out = io.StringIO()
    render_result(result, command="do it", options=Options(**options), out=out)  # type: ignore[arg-type]
    return out.getvalue()


def test_the_document_is_exact() -> None:
    """One JSON document: claim, command, place, data, warnings, and nothing else on stdout."""
    assert json.loads(rendered(RESULT, json=True)) == {
        "ok": True,
        "command": "do it",
        "network": "mainnet",
        "mode": "live",
        "wallet": "W",
        "data": {"n": 1},
        "warnings": ["careful"],
    }


@pytest.mark.parametrize(
    ("network", "mode"), [("mainnet", "paper"), ("localnet", "live"), ("devnet", "live"), (None, None)]
)
def test_the_mode_is_said_wherever_there_is_a_network(network: str | None, mode: str | None) -> None:
    """Unless the command knows better, mainnet is on paper and everything else is live."""
    document = json.loads(rendered(replace(RESULT, network=network, mode=None), json=True))
    assert (document["network"], document["mode"]) == (network, mode)


def test_a_false_claim_keeps_its_data() -> None:
    """A result with an error is not ok, and carries data, error and exit code."""
    document = json.loads(rendered(replace(RESULT, error=UnknownOutcomeError("in doubt")), json=True))
    assert (document["ok"], document["data"], document["exit_code"]) == (False, {"n": 1}, 8)
    assert document["error"] == {"code": "unknown", "message": "in doubt", "hint": "", "details": {}}


def test_values_have_one_json_form() -> None:
    """Decimals are text, amounts their document form, paths and sets plain; anything else is a bug."""
    data = {
        "d": Decimal("1E-9"),
        "amount": lamports(1_500_000_000),
        "p": Path("/x"),
        "s": frozenset({"b", "a"}),
        "m": MappingProxyType({"k": 1}),
    }
    shown = json.loads(rendered(replace(RESULT, data=data), json=True))["data"]
    assert shown["d"] == "0.000000001"
    assert (shown["amount"]["raw"], shown["amount"]["ui"]) == ("1500000000", "1.5")
    assert (shown["p"], shown["s"], shown["m"]) == ("/x", ["a", "b"], {"k": 1})
    with pytest.raises(TypeError, match="complex"):
        rendered(replace(RESULT, data={"x": 1j}), json=True)
    with pytest.raises(ValueError, match="JSON compliant"):
        rendered(replace(RESULT, data={"x": float("nan")}), json=True)


def test_the_human_view_starts_with_the_banner(capsys: pytest.CaptureFixture[str]) -> None:
    """Banner and view on stdout; warnings and the error of a false claim on stderr."""
    assert rendered(replace(RESULT, error=BUSY)) == "MAINNET LIVE\none\n"
    assert capsys.readouterr().err == "warning: careful\nerror: held by 7\nhint: wait\n"


def test_quiet_alters_stderr_only(capsys: pytest.CaptureFixture[str]) -> None:
    """``--quiet`` drops warnings and leaves stdout as it is."""
    assert rendered(RESULT, quiet=True) == rendered(RESULT)
    assert capsys.readouterr().err.count("warning") == 1


def test_a_view_may_be_made_of_parts() -> None:
    """Texts and tables follow each other; nothing is printed for an empty one."""
    table = Table("Token", "Price")
    table.add_row("[red]X[/red]", "1")
    view = rendered(replace(RESULT, human=lambda: ["head", table, "", None], network=None))
    assert view.startswith("head\n")
    assert "[red]X[/red]" in view
    assert "\x1b" not in view


def test_nothing_is_cut_off_in_a_pipe() -> None:
    """Without a terminal there is no width to fit: long cells stay whole."""
    table = Table("A", "B", "C")
    table.add_row("a" * 60, "b" * 60, "c" * 60)
    view = rendered(replace(RESULT, human=lambda: table))
    assert all(letter * 60 in view for letter in "abc")


def test_strangers_texts_cannot_drive_the_terminal() -> None:
    """Escape sequences and direction marks in names are replaced, in text and in tables."""
    table = Table("Token")
    table.add_row("a\x1b[2Jb")
    view = rendered(replace(RESULT, human=lambda: ["x\x1b]0;y\x07\u202ez", table]))
    assert "\x1b" not in view
    assert "\u202e" not in view
    assert "a\N{REPLACEMENT CHARACTER}[2Jb" in view
    assert clean("line\n\tnext") == "line\n\tnext"


def test_errors_are_a_document_or_two_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """With ``--json`` the error is the document on stdout, else message and hint go to stderr."""
    out = io.StringIO()
    render_error(BUSY, command="start", options=Options(), out=out, network="localnet")
    assert (out.getvalue(), capsys.readouterr().err) == ("", "error: held by 7\nhint: wait\n")
    render_error(BUSY, command="start", options=Options(json=True), out=out, network="localnet")
    assert json.loads(out.getvalue()) == {
        "ok": False,
        "command": "start",
        "network": "localnet",
        "mode": None,
        "wallet": None,
        "error": {"code": "wallet_busy", "message": "held by 7", "hint": "wait", "details": {"pid": 7}},
        "exit_code": 5,
        "warnings": [],
    }


def test_streams_are_one_document_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Each line stands alone."""
    write_line({"a": "x\ny"})
    write_line({"a": 2})
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [{"a": "x\ny"}, {"a": 2}]


def test_a_closed_stderr_does_not_stop_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    """A note that nobody can read is dropped."""
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    note("into the void")
    assert closed.closed


def test_a_line_of_a_stream_is_cleaned_and_flushed(capsys: pytest.CaptureFixture[str]) -> None:
    """Names come from strangers; halves of surrogate pairs have no encoding."""
    write_text("a\x1b[2Jb\ud800c")
    assert capsys.readouterr().out == "a\N{REPLACEMENT CHARACTER}[2Jb\N{REPLACEMENT CHARACTER}c\n"
