"""What the limits ask of a journal: what counts, from when, and until when."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, Any

import pytest

from sniperforge.domain.lifecycle import TxEvent
from sniperforge.domain.trade import Intent, IntentKind, PositionState
from sniperforge.store.journal import Journal
from sniperforge.store.usage_reader import NOTHING, Stake
from sniperforge.testing.trades import make_attempt, make_fill, make_intent, make_position, make_settlement

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Book:
    """A journal and what the tests write into it."""

    def __init__(self, path: Path) -> None:
        self.journal = Journal(path)
        self.usage = self.journal.usage
        self._numbers = itertools.count()

    def intend(self, kind: IntentKind = IntentKind.BUY, **changes: Any) -> Intent:
        """Journal an intent that nothing is known of."""
        intent = make_intent(f"i{next(self._numbers)}", kind, **changes)
        self.journal.record_intent(intent, make_attempt(intent))
        return intent

    def hold(self, cost: int = 100, **changes: Any) -> Intent:
        """A held position."""
        intent = self.intend(**changes)
        done = make_settlement(f"signature of {intent.id}", trade=-cost, rent_paid=7)
        fill = make_fill(intent, done, tokens=10, position_id=intent.id)
        self.journal.open_position(make_position(fill), fill)
        return intent

    def sell(self, held: Intent, proceeds: int, at: float) -> None:
        """All of a held position."""
        sale = self.intend(IntentKind.SELL, position_id=held.id, mint=held.mint)
        done = make_settlement(f"signature of {sale.id}", trade=proceeds)
        self.journal.book(make_fill(sale, done, tokens=-10, booked_at=at), TxEvent.LANDED)

    def close_at(self, at: float, won: int) -> None:
        """A position that was closed with this result, fees included and rent left out."""
        self.sell(self.hold(cost=20_000), 20_000 + 10_000 + won, at)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    """An empty journal."""
    made = Book(tmp_path / "journal.db")
    yield made
    made.journal.close()


def test_entries_count_unless_they_are_proved_dead(book: Book) -> None:
    """Landed, rejected and unknown buys of the span count; dead ones, old ones and sales do not."""
    assert book.usage.entries_since(0.0, 9) == 0
    book.intend(created_at=50.0)
    book.intend(created_at=60.0)
    book.intend(IntentKind.SELL, created_at=60.0)
    dead, rejected = book.intend(created_at=70.0), book.intend(created_at=80.0)
    book.journal.mark_dead(f"signature of {dead.id}", 90.0)
    done = make_settlement(f"signature of {rejected.id}", err={"E": 1})
    book.journal.book(make_fill(rejected, done), TxEvent.FAILED)
    assert book.usage.entries_since(50.0, 9) == 2
    assert book.usage.entries_since(0.0, 9) == 3
    assert book.usage.entries_since(0.0, 2) == 2


def test_fees_are_those_of_everything_that_landed(book: Book) -> None:
    """Tips are fees; what failed paid too; before the span they do not count."""
    for at, err in ((100.0, None), (200.0, {"E": 1})):
        intent = book.intend(IntentKind.TRANSFER)
        done = make_settlement(f"signature of {intent.id}", fee=30, tip=4, err=err)
        fill = make_fill(intent, done, booked_at=at)
        book.journal.book(fill, TxEvent.LANDED if err is None else TxEvent.FAILED)
    assert book.usage.fees_since(0.0) == 68
    assert book.usage.fees_since(100.0) == 34
    assert book.usage.fees_since(200.0) == 0


def test_fees_in_flight_are_the_most_that_may_be_paid(book: Book) -> None:
    """Of buys and transfers the part that is fees, of sales and closings all that they spend."""
    assert book.usage.fees_in_flight() == 0
    book.intend(max_spend=1_000, facts={"max_fee": 5})
    book.intend(IntentKind.TRANSFER, max_spend=2_000, facts={"max_fee": 6})
    book.intend(IntentKind.SELL, max_spend=70)
    closing = book.intend(IntentKind.CLOSE_ACCOUNT, max_spend=800)
    assert book.usage.fees_in_flight() == 881
    book.journal.mark_dead(f"signature of {closing.id}", 1.0)
    assert book.usage.fees_in_flight() == 81


def test_a_streak_is_broken_by_a_gain_and_by_resume(book: Book) -> None:
    """Losses in a row up to now, the newest last; breaking even is no loss, and rent is none either."""
    assert book.usage.losing_streak(5) == (0, 0.0)
    for at, won in ((10.0, -1), (11.0, 0), (12.0, -1), (13.0, -5)):
        book.close_at(at, won)
    assert book.usage.losing_streak(5) == (2, 13.0)
    assert book.usage.losing_streak(1) == (1, 13.0)
    given_up = book.hold()
    book.journal.set_position_state(given_up.id, PositionState.WORTHLESS, "", 14.0)
    assert book.usage.losing_streak(5) == (3, 14.0)
    book.journal.set_flag("halted", "lunch", 20.0)
    assert book.usage.losing_streak(5) == (3, 14.0)
    book.journal.set_flag("halted", "", 21.0)
    assert book.usage.losing_streak(5) == (0, 0.0)
    book.close_at(22.0, -1)
    assert book.usage.losing_streak(5) == (1, 22.0)
    book.close_at(23.0, +1)
    assert book.usage.losing_streak(5) == (0, 0.0)


def test_a_stake_is_held_cost_and_what_is_coming(book: Book) -> None:
    """Less what a part's sale brought; sold and dead ones are no stake; creators span mints."""
    assert book.usage.of_mint("m") == book.usage.of_creator("c") == NOTHING
    book.hold(cost=100, mint="m", facts={"creator": "c"})
    book.hold(cost=40, mint="n", facts={"creator": "c"})
    book.intend(mint="m", max_spend=1_000, facts={"creator": "d"})
    book.intend(IntentKind.SELL, mint="m", max_spend=9, facts={"creator": "c"})
    book.sell(book.hold(cost=77, mint="m", facts={"creator": "c"}), 50, 5.0)
    dead = book.intend(mint="m", max_spend=5, facts={"creator": "c"})
    book.journal.mark_dead(f"signature of {dead.id}", 1.0)
    assert book.usage.of_mint("m") == Stake(2, 1_100)
    assert book.usage.of_creator("c") == Stake(2, 140)
    assert book.usage.of_creator("d") == Stake(1, 1_000)
    assert book.usage.most_of_a_mint() == Stake(2, 1_100)
    assert book.usage.most_of_a_creator() == Stake(2, 1_000)


def test_creators_that_are_not_known_are_nobody(book: Book) -> None:
    """Positions from before creators were kept are not taken for one creator's."""
    book.hold(cost=100)
    book.hold(cost=100, mint="n", facts={"creator": ""})
    assert book.usage.most_of_a_creator() == NOTHING
    assert book.usage.of_creator("") == NOTHING


def test_a_long_journal_is_asked_quickly(book: Book) -> None:
    """Ten thousand trades of one day: everything that a buy asks takes milliseconds."""
    with book.journal._db.transaction() as connection:
        for number in range(10_000):
            name = f"x{number}"
            connection.execute(
                "INSERT INTO intents (id, kind, origin, mint, pool, dex, max_spend, amount_in, created_at)"
                " VALUES (?, 'buy', 'o', ?, 'p', 'd', 5, '5', ?)",
                (name, name, float(number)),
            )
            connection.execute(
                "INSERT INTO transactions (signature, intent_id, number, raw, last_valid_height, state,"
                " created_at) VALUES (?, ?, 1, x'', 1, 'finalized', ?)",
                (name, name, float(number)),
            )
            connection.execute(
                "INSERT INTO fills VALUES (?,?,'buy','o',?,'p','d',6,'0',0,0,0,5,0,0,0,1,1,?,NULL,'finalized',?)",
                (name, name, name, name, float(number)),
            )
            connection.execute(
                "INSERT INTO positions (id, mint, pool, dex, origin, state, raw, decimals, token_account,"
                " token_program, cost, opened_at, closed_at)"
                " VALUES (?, ?, 'p', 'd', 'o', 'closed', '0', 6, 'a', 't', 5, ?, ?)",
                (name, name, float(number), float(number)),
            )
    usage, began = book.usage, time.perf_counter()
    assert usage.entries_since(0.0, 60) == 60
    assert usage.fees_since(-1.0) == 50_000
    assert usage.losing_streak(5) == (5, 9_999.0)
    assert usage.of_mint("x1") == usage.of_creator("c") == NOTHING
    assert usage.fees_in_flight() == 0
    assert time.perf_counter() - began < 0.1
