"""What other hands did: positions that are the sum of moves too, and tokens that are none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sniperforge.domain.lifecycle import TxEvent
from sniperforge.domain.trade import ADOPTED, ForeignToken, IntentKind, Move, Position, PositionState
from sniperforge.store.journal import Journal
from sniperforge.testing.trades import make_attempt, make_fill, make_intent, make_position, make_settlement

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BIG = 2**64 - 1


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    made = Journal(tmp_path / "journal.db")
    yield made
    made.close()


def bought(journal: Journal) -> Position:
    """1000 tokens for 500 lamports and a fee of 5."""
    intent = make_intent("b")
    journal.record_intent(intent, make_attempt(intent))
    fill = make_fill(
        intent, make_settlement("signature of b", trade=-500, fee=5), tokens=1_000, position_id="b"
    )
    journal.open_position(make_position(fill), fill)
    return held(journal, "b")


def held(journal: Journal, name: str) -> Position:
    """A position that must be there."""
    found = journal.position(name)
    assert found is not None
    return found


def sell(journal: Journal, position_id: str, tokens: int, trade: int) -> None:
    """Book a sale."""
    intent = make_intent("s", IntentKind.SELL, position_id=position_id)
    journal.record_intent(intent, make_attempt(intent))
    journal.book(
        make_fill(intent, make_settlement("signature of s", trade=trade, fee=7), tokens=-tokens),
        TxEvent.LANDED,
    )


def test_a_part_that_left_is_out_of_the_position(journal: Journal) -> None:
    """With what it brought, once; also after a later sale was booked or taken back."""
    bought(journal)
    move = Move("m", "b", -400, 300, 9, 0, 7)
    for _ in range(2):
        journal.book_moves([move], "a part was sold elsewhere")
    now = held(journal, "b")
    assert (now.raw, now.cost, now.proceeds, now.fees) == (600, 500, 300, 14)
    assert now.note == "a part was sold elsewhere"
    assert journal.moves("b") == [move]
    sell(journal, "b", 600, 450)
    ended = held(journal, "b")
    assert (ended.state, ended.raw, ended.proceeds) == (PositionState.CLOSED, 0, 750)
    journal.roll_back("signature of s")
    assert (held(journal, "b").raw, held(journal, "b").proceeds) == (600, 300)


def test_the_reason_of_an_exit_is_not_written_over(journal: Journal) -> None:
    """It goes on with it."""
    bought(journal)
    journal.set_position_state("b", PositionState.EXITING, "stop_loss: fell", 1.0)
    journal.book_moves([Move("m", "b", -1, 0, 0, 0, 7)], "moved")
    assert held(journal, "b").note == "stop_loss: fell"


def test_an_adopted_position_is_the_sum_of_its_moves(journal: Journal) -> None:
    """Cost, proceeds, fees and rent from the chain; then it is sold like any other. u64 amounts survive."""
    template = bought(journal)
    position = replace(template, id="a", origin=ADOPTED, raw=0, cost=0)
    moves = [Move("m1", "a", BIG, -900, 5, 20, 7), Move("m2", "a", -5, 100, 6, 0, 8)]
    journal.adopt(position, moves)
    assert journal.moves("a") == moves
    now = held(journal, "a")
    assert (now.raw, now.cost, now.proceeds, now.fees, now.rent) == (BIG - 5, 900, 100, 11, 20)
    assert (now.origin, now.state) == (ADOPTED, PositionState.OPEN)
    sell(journal, "a", BIG - 5, 1_000)
    assert (held(journal, "a").state, held(journal, "a").proceeds) == (PositionState.CLOSED, 1_100)


def test_foreign_tokens_are_those_of_the_last_look(journal: Journal) -> None:
    """In their order, with amounts of any size, and mints that cannot be read."""
    first = ForeignToken("A", "M", BIG, None, "sent")
    second = ForeignToken("B", "N", 1, 6, "sent too")
    journal.set_foreign_tokens([first, second])
    assert journal.foreign_tokens() == [first, second]
    journal.set_foreign_tokens([second])
    assert journal.foreign_tokens() == [second]


def test_final_is_what_has_no_fill_that_is_not(journal: Journal) -> None:
    """A position without fills is final: its moves are."""
    bought(journal)
    assert not journal.is_final("b")
    journal.mark_finalized("signature of b")
    assert journal.is_final("b")
    assert journal.is_final("a")
