"""A position is the sum of its fills, whichever order they come, go and come again in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sniperforge.domain.lifecycle import TxEvent, TxState
from sniperforge.domain.trade import IntentKind, Position, PositionState
from sniperforge.store.journal import Journal
from sniperforge.testing.trades import make_attempt, make_fill, make_intent, make_position, make_settlement

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sniperforge.domain.trade import Fill


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    made = Journal(tmp_path / "journal.db")
    yield made
    made.close()


def buy(journal: Journal) -> Fill:
    """Journal a buy of 1000 tokens for 500 lamports; its fill is not booked yet."""
    intent = make_intent("b")
    journal.record_intent(intent, make_attempt(intent))
    settlement = make_settlement("signature of b", trade=-500, rent_paid=20, fee=5)
    return make_fill(intent, settlement, tokens=1_000, position_id="b")


def sale(journal: Journal, name: str, tokens: int, trade: int, at: float = 2_000.0) -> Fill:
    """Journal a sale; its fill is not booked yet."""
    intent = make_intent(name, IntentKind.SELL, position_id="b")
    journal.record_intent(intent, make_attempt(intent))
    settlement = make_settlement(f"signature of {name}", trade=trade, fee=7)
    return make_fill(intent, settlement, tokens=-tokens, booked_at=at)


def position(journal: Journal) -> Position:
    """The only one."""
    found = journal.position("b")
    assert found is not None
    return found


def test_a_sale_taken_back_opens_the_position_again(journal: Journal) -> None:
    """All of it is as before the sale; sold again, for another price, it ends for that price."""
    bought = buy(journal)
    journal.open_position(make_position(bought), bought)
    before = position(journal)
    sold = sale(journal, "s", 1_000, 900)
    journal.book(sold, TxEvent.LANDED)
    assert (position(journal).state, position(journal).closed_at) == (PositionState.CLOSED, 2_000.0)
    journal.roll_back("signature of s")
    again = position(journal)
    assert (again.state, again.closed_at) == (PositionState.EXITING, None)
    assert (again.raw, again.cost, again.proceeds, again.fees, again.rent) == (
        (before.raw, before.cost, before.proceeds, before.fees, before.rent)
    )
    (waiting,) = journal.unresolved()
    assert (waiting[1].signature, waiting[1].state) == ("signature of s", TxState.SUBMITTED)
    journal.book(
        make_fill(
            waiting[0], make_settlement("signature of s", trade=850, fee=7), tokens=-1_000, booked_at=3.0
        ),
        TxEvent.LANDED,
    )
    assert (position(journal).state, position(journal).proceeds) == (PositionState.CLOSED, 850)


def test_a_buy_taken_back_is_no_position_until_it_lands_again(journal: Journal) -> None:
    """A sale that was booked meanwhile is counted when the buy comes again."""
    bought = buy(journal)
    journal.open_position(make_position(bought), bought)
    journal.roll_back("signature of b")
    assert journal.position("b") is None
    assert journal.fills() == []
    journal.book(sale(journal, "s", 400, 300), TxEvent.LANDED)
    journal.open_position(make_position(bought), bought)
    assert (position(journal).raw, position(journal).proceeds, position(journal).fees) == (600, 300, 12)


def test_what_was_written_off_stays_so(journal: Journal) -> None:
    """Fees of a late refusal are added; neither state nor time moves."""
    bought = buy(journal)
    journal.open_position(make_position(bought), bought)
    journal.set_position_state("b", PositionState.WORTHLESS, "gone", 5.0)
    journal.book(sale(journal, "s", 0, 0), TxEvent.FAILED)
    ended = position(journal)
    assert (ended.state, ended.closed_at, ended.fees) == (PositionState.WORTHLESS, 5.0, 12)
