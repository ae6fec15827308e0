"""Session events in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sniperforge.cli.event_lines import Line, describe, gain_of
from sniperforge.domain.outcome import OutcomeKind
from sniperforge.domain.verdict import Decided
from sniperforge.engine.events import EntriesHalted, PoolJudged, PositionMoved, SessionEvent, Trouble, Waiting
from tests.session_events import (
    FAIL,
    PASS,
    UNKNOWN,
    bought,
    judged,
    judgement,
    mint,
    not_bought,
    position,
    seen,
    sold,
)


@pytest.mark.parametrize(
    ("event", "kind", "text"),
    [
        (seen(1), "seen", "new raydium_cpmm pool 00000001" + "p" * 36),
        (judged(1, UNKNOWN), "waiting", "round_trip: not simulated (swaps are not open yet)"),
        (judged(1, PASS, FAIL), "refused", f"lp_locked: {FAIL.reason}"),
        (judged(1, UNKNOWN, FAIL), "refused", f"lp_locked: {FAIL.reason} (and 1 more)"),
        (bought(1), "bought", "for 0.100000000 SOL"),
        (not_bought(1, OutcomeKind.REFUSED, "5 positions open"), "not bought", "refused: 5 positions open"),
        (PositionMoved("exiting", position(1), "stop_loss"), "exiting", "stop_loss"),
        (sold(1, 150_025_000), "sold", "+0.050000000 SOL  take_profit: up"),
        (sold(1, 50_025_000, "stop_loss"), "sold", "-0.050000000 SOL  stop_loss"),
    ],
)
def test_what_happens_to_a_token(event: SessionEvent, kind: str, text: str) -> None:
    """One kind, the token, one line; a refusal names what failed, not what is missing."""
    assert describe(event) == Line(kind, mint(1), text)
    assert str(describe(event)) == f"{kind:11}  00000001  {text}"


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (EntriesHalted("lunch"), "halted       lunch"),
        (Trouble("close account", "no answer"), "trouble      close account: no answer"),
        (Waiting("no buy in the last minute"), "no buys      no buy in the last minute"),
    ],
)
def test_what_is_about_no_token(event: SessionEvent, text: str) -> None:
    """No empty column for it."""
    assert str(describe(event)) == text


def test_what_is_worth_no_line() -> None:
    """An acceptance is told by its buy, and the close of an empty account by nothing."""
    assert describe(judged(1, PASS)) is None
    assert describe(PositionMoved("closed account", position(1), "account")) is None


def test_other_decisions_keep_their_name() -> None:
    """A watched pool is not called refused."""
    found = judgement(1, FAIL)
    watched = replace(found, verdict=replace(found.verdict, decided=Decided.WATCHED))
    line = describe(PoolJudged(watched))
    assert line is not None
    assert line.kind == "watched"


def test_the_gain_leaves_the_rent_out() -> None:
    """It comes back when the token account is closed."""
    assert gain_of(position(1, proceeds=150_000_000)) == 150_000_000 - 100_000_000 - 25_000
