"""The tally of a run; the run itself is tested by the demo and by tests/e2e."""

from __future__ import annotations

import pytest

from sniperforge.app import bot_run
from sniperforge.app.bot_run import RunTally
from sniperforge.domain.outcome import OutcomeKind
from sniperforge.engine.bot_host import STOPPING
from sniperforge.engine.events import PositionMoved, SessionEvent
from tests.session_events import FAIL, PASS, UNKNOWN, bought, judged, mint, not_bought, position, seen, sold


def tally_of(*events: SessionEvent) -> RunTally:
    """What these events count up to."""
    tally = RunTally()
    for event in events:
        tally.hear(event)
    return tally


def test_a_pool_counts_once_by_its_last_verdict() -> None:
    """Looked at again and again it is one pool; once it passes it was not refused."""
    waiting = [judged(1, UNKNOWN)] * 20
    assert tally_of(*waiting).refused_by == {"round_trip": 1}
    assert tally_of(*waiting).refused == 1
    passed = tally_of(*waiting, judged(1, PASS), bought(1))
    assert (passed.refused, passed.refused_by, passed.bought) == (0, {}, {mint(1)})


def test_what_is_missing_counts_only_when_nothing_failed() -> None:
    """A pool that another check refused would not have been bought anyway."""
    tally = tally_of(judged(1, UNKNOWN, FAIL), judged(2, UNKNOWN), judged(3, PASS, FAIL))
    assert list(tally.refused_by.items()) == [("lp_locked", 2), ("round_trip", 1)]
    assert tally.refused == 3


def test_two_pools_of_one_token_are_two() -> None:
    """Verdicts are on pools; what is bought is a token."""
    first, second = judged(1, FAIL), judged(2, FAIL)
    assert tally_of(seen(1), seen(2), first, second).seen == 2
    assert tally_of(first, second).refused == 2


@pytest.mark.parametrize(
    ("kind", "reason", "grounds"),
    [
        (OutcomeKind.REFUSED, "5 positions open", {"limits": 1}),
        (OutcomeKind.REFUSED, STOPPING, {}),
        (OutcomeKind.REJECTED, "the chain refused it", {"execution": 1}),
        (OutcomeKind.DEAD, "expired", {"execution": 1}),
        (OutcomeKind.UNKNOWN, "no answer", {}),
    ],
)
def test_a_pool_that_passed_and_was_not_bought(
    kind: OutcomeKind, reason: str, grounds: dict[str, int]
) -> None:
    """A limit or the chain said no; one that came too late, or may still land, was refused by nothing."""
    tally = tally_of(judged(1, PASS), not_bought(1, kind, reason))
    assert tally.refused_by == grounds
    assert tally.bought == set()


def test_times_are_kept_apart() -> None:
    """Deciding starts with the last look, the rest with the notification; waiting is in the latter."""
    tally = tally_of(bought(1))
    assert list(tally.decided_after) == pytest.approx([0.1])
    assert list(tally.signed_after) == pytest.approx([0.6])
    assert list(tally.landed_after) == pytest.approx([1.0])


def test_sales_are_exits() -> None:
    """Whatever else happens to a position is not."""
    tally = tally_of(sold(1, 1), sold(1, 2), PositionMoved("exit failed", position(1), "no"))
    assert tally.exits == 2


def test_it_does_not_grow_with_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Old verdicts and samples make room; the sums keep what they said."""
    monkeypatch.setattr(bot_run, "KEPT", 10)
    tally = RunTally()
    for number in range(100):
        tally.hear(judged(number, FAIL if number % 2 else PASS))
    assert tally.refused == 50
    assert tally.refused_by == {"lp_locked": 50}
    assert len(tally._verdicts) == 10
    assert tally.decided_after.maxlen is not None
