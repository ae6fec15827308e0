"""What is at stake as a whole: only what a limit asks for is read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sniperforge.domain.lifecycle import TxEvent
from sniperforge.domain.trade import IntentKind
from sniperforge.engine.exposure import DAY_SECONDS, HOUR_SECONDS, exposure_of
from sniperforge.engine.kill_switch import KillSwitch
from sniperforge.risk.limits import Exposure, Limits
from sniperforge.store.journal import Journal
from sniperforge.testing.trades import make_attempt, make_fill, make_intent, make_position, make_settlement

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = 19_700 * DAY_SECONDS + 40_000.0
FREE = Limits(
    max_trade_lamports=9,
    max_open_positions=9,
    max_exposure_lamports=9,
    max_daily_loss_lamports=9,
    reserve_lamports=0,
)
ALL = replace(
    FREE,
    max_token_lamports=9,
    max_creator_lamports=9,
    max_creator_positions=9,
    max_trades_per_hour=9,
    max_losing_streak=9,
    losing_streak_pause_seconds=600,
    max_fees_per_hour_lamports=9,
    max_fees_per_day_lamports=9,
)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """A position held, one lost a hundred seconds ago, a buy in flight."""
    made = Journal(tmp_path / "journal.db")
    for name, ended_at in (("held", None), ("lost", NOW - 100)):
        intent = make_intent(name, mint=name, created_at=NOW - 4_000, facts={"creator": "C"})
        made.record_intent(intent, make_attempt(intent))
        done = make_settlement(f"signature of {name}", trade=-1_000)
        fill = make_fill(intent, done, tokens=10, position_id=name, booked_at=NOW - 4_000)
        made.open_position(make_position(fill), fill)
        if ended_at is not None:
            sale = make_intent(f"sale of {name}", IntentKind.SELL, mint=name, position_id=name)
            made.record_intent(sale, make_attempt(sale))
            done = make_settlement(f"signature of sale of {name}", trade=400)
            made.book(make_fill(sale, done, tokens=-10, booked_at=ended_at), TxEvent.LANDED)
    flying = make_intent(
        "flying", mint="m", max_spend=70, created_at=NOW - 10, facts={"creator": "C", "max_fee": 6}
    )
    made.record_intent(flying, make_attempt(flying))
    yield made
    made.close()


def seen(journal: Journal, limits: Limits, now: float = NOW, mint: str = "held") -> Exposure:
    """The exposure at ``now``."""
    return exposure_of(
        journal, limits, KillSwitch(journal, None), now=now, balance=5, mint=mint, creator="C", fee_level=3
    )


def test_everything_that_a_limit_asks_for(journal: Journal) -> None:
    """Counts, stakes, fees of the spans, and what is left of the pause."""
    found = seen(journal, ALL)
    assert (found.balance_lamports, found.priority_fee_micro_lamports) == (5, 3)
    assert (found.open_positions, found.entries_in_flight) == (1, 1)
    assert (found.token_lamports, found.creator_lamports, found.creator_positions) == (1_000, 1_070, 2)
    assert found.entries_last_hour == 1
    assert (found.losing_streak, found.pause_left_seconds) == (1, 500.0)
    assert (found.fees_last_hour_lamports, found.fees_last_day_lamports) == (5_000, 15_000)
    assert found.fees_in_flight_lamports == 6


def test_what_no_limit_asks_for_is_not_read(journal: Journal) -> None:
    """It is nothing, whatever is on record."""
    found = seen(journal, FREE)
    assert (found.token_lamports, found.creator_lamports, found.creator_positions) == (0, 0, 0)
    assert (found.entries_last_hour, found.losing_streak, found.pause_left_seconds) == (0, 0, 0.0)
    assert (found.fees_last_hour_lamports, found.fees_last_day_lamports) == (0, 0)


@pytest.mark.parametrize(("later", "left"), [(0.0, 500.0), (499.5, 0.5), (500.0, 0.0), (9_999.0, 0.0)])
def test_a_pause_passes(journal: Journal, later: float, left: float) -> None:
    """From the last loss on."""
    assert seen(journal, ALL, NOW + later).pause_left_seconds == left


def test_spans_end(journal: Journal) -> None:
    """An hour and a day later nothing of it counts any more."""
    assert seen(journal, ALL, NOW + HOUR_SECONDS).entries_last_hour == 0
    assert seen(journal, ALL, NOW + HOUR_SECONDS).fees_last_hour_lamports == 0
    assert seen(journal, ALL, NOW + DAY_SECONDS).fees_last_day_lamports == 0
