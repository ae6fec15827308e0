"""The write-ahead record of a wallet: what is durable, what moves together, what can happen once."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sniperforge.domain.lifecycle import IllegalTransitionError, TxEvent, TxState
from sniperforge.domain.trade import (
    HELD_STATES,
    DurableNonce,
    Fill,
    Intent,
    IntentKind,
    Position,
    PositionState,
)
from sniperforge.errors import ConfigError, NotFoundError, StorageError
from sniperforge.store.database import Database
from sniperforge.store.journal import Journal
from sniperforge.store.journal_reader import JournalReader
from sniperforge.testing.trades import make_attempt, make_fill, make_intent, make_position, make_settlement

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

U64 = 2**64 - 1


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    made = Journal(tmp_path / "journal.db")
    yield made
    made.close()


def record(journal: Journal, name: str, kind: IntentKind = IntentKind.BUY, **changes: object) -> Intent:
    """Journal an intent with its transaction."""
    intent = make_intent(name, kind, **changes)
    journal.record_intent(intent, make_attempt(intent))
    return intent


def fill_of(intent: Intent, *, trade: int, tokens: int = 0, at: float = 1_001.0, **costs: int) -> Fill:
    """What landing ``intent`` did."""
    settlement = make_settlement(f"signature of {intent.id}", trade=trade, **costs)
    opened = intent.id if intent.kind is IntentKind.BUY and tokens > 0 else None
    return make_fill(intent, settlement, tokens=tokens, position_id=opened, booked_at=at)


def bought(
    journal: Journal, name: str = "b", *, tokens: int = 1_000, trade: int = -500_000, **changes: object
) -> Position:
    """A position that a landed buy opened."""
    intent = record(journal, name, **changes)
    fill = fill_of(intent, trade=trade, tokens=tokens, rent_paid=2_000)
    journal.open_position(make_position(fill), fill)
    position = journal.position(name)
    assert position is not None
    return position


def sold(
    journal: Journal,
    position: Position,
    name: str,
    *,
    tokens: int,
    trade: int,
    whole: bool = True,
    at: float = 1_002.0,
) -> Position:
    """The position after a landed sale."""
    intent = record(journal, name, IntentKind.SELL, position_id=position.id, facts={"whole": whole})
    journal.book(fill_of(intent, trade=trade, tokens=-tokens, at=at), TxEvent.LANDED)
    after = journal.position(position.id)
    assert after is not None
    return after


class TestWriteAhead:
    def test_an_intent_and_its_bytes_come_back_as_they_went_in(self, journal: Journal) -> None:
        """Everything that recovery needs is there: bytes, signature, height, facts, exact amounts."""
        intent = make_intent(
            "i",
            amount_in=U64,
            client_key="cron-7",
            reason="why: ✓",
            facts={"exit_policy": {"stop_loss_percent": "20"}, "amount_in": "theirs", "whole": False},
        )
        attempt = make_attempt(intent, raw=bytes(range(256)), min_out=U64, last_valid_height=2**40)
        journal.record_intent(intent, attempt)
        assert journal.intent("i") == journal.intent_by_key("cron-7") == intent
        assert journal.attempt(attempt.signature) == attempt
        assert journal.attempts("i") == [attempt]
        assert journal.unresolved() == [(intent, attempt)]
        assert journal.known_signatures() == {attempt.signature}

    def test_what_is_not_there_is_none(self, journal: Journal) -> None:
        """Unknown ids and keys are not errors."""
        assert journal.intent("x") is None
        assert journal.intent_by_key("x") is None
        assert journal.attempt("x") is None
        assert journal.attempts("x") == []
        assert journal.fill("x") is None
        assert journal.position("x") is None
        assert journal.held_mint("x") is None
        assert journal.flag("x") == ""

    @pytest.mark.parametrize(
        "clash",
        [{"signature": "signature of first"}, {"intent_id": "nobody"}, {"raw": None}, {"state": None}],
    )
    def test_a_transaction_that_cannot_be_recorded_leaves_no_intent(
        self, journal: Journal, clash: dict[str, object]
    ) -> None:
        """A signature is recorded once; when the transaction is refused, so is its intent."""
        record(journal, "first")
        intent = make_intent("second")
        with pytest.raises(sqlite3.IntegrityError):
            journal.record_intent(intent, make_attempt(intent, **clash))
        assert journal.intent("second") is None
        assert len(journal.unresolved()) == 1

    def test_a_callers_key_makes_one_intent(self, journal: Journal) -> None:
        """The same ``--intent-id`` cannot be journalled twice; intents without one are not bound."""
        record(journal, "first", client_key="k")
        with pytest.raises(sqlite3.IntegrityError):
            record(journal, "second", client_key="k")
        record(journal, "third")
        record(journal, "fourth")
        assert journal.intent_by_key("k").id == "first"
        assert [intent.id for intent, _ in journal.unresolved()] == ["first", "third", "fourth"]

    def test_an_id_makes_one_intent(self, journal: Journal) -> None:
        """An intent's id is recorded once, whatever it signs."""
        intent = record(journal, "first")
        with pytest.raises(sqlite3.IntegrityError):
            journal.record_intent(intent, make_attempt(intent, signature="another"))
        assert journal.attempt("another") is None

    def test_unresolved_ones_are_told_oldest_first(self, journal: Journal) -> None:
        """Recovery takes them in the order in which they were made, ties in the order of writing."""
        for name, created_at in (("c", 3.0), ("a", 1.0), ("b2", 2.0), ("b1", 2.0)):
            record(journal, name, created_at=created_at)
        assert [intent.id for intent, _ in journal.unresolved()] == ["a", "b2", "b1", "c"]

    def test_a_planned_transaction_counts_as_unresolved(self, journal: Journal) -> None:
        """What may yet be sent is not forgotten."""
        intent = make_intent("i")
        journal.record_intent(intent, make_attempt(intent, state=TxState.PLANNED))
        assert [attempt.state for _, attempt in journal.unresolved()] == [TxState.PLANNED]

    def test_facts_must_be_json(self, journal: Journal) -> None:
        """What cannot be written down is refused as a whole."""
        with pytest.raises(TypeError):
            record(journal, "i", facts={"set": {1}})
        assert journal.unresolved() == []


class TestInFlight:
    def test_spend_counts_until_the_outcome_is_known(self, journal: Journal) -> None:
        """Each intent counts at its maximum, by kind, once, and no longer than it is in doubt."""
        buy = record(journal, "buy", max_spend=100)
        transfer = record(journal, "transfer", IntentKind.TRANSFER, max_spend=2**62, mint="")
        record(journal, "sell", IntentKind.SELL, max_spend=7)
        assert journal.in_flight_spend(IntentKind.BUY) == 100
        assert journal.in_flight_spend(IntentKind.BUY, IntentKind.TRANSFER) == 100 + 2**62
        assert journal.in_flight_spend(*IntentKind) == 107 + 2**62
        assert journal.in_flight_spend() == 0
        assert journal.in_flight_count(IntentKind.BUY) == 1
        assert journal.in_flight_count(*IntentKind) == 3
        journal.mark_dead("signature of transfer", 5.0)
        journal.book(fill_of(buy, trade=0), TxEvent.FAILED)
        assert journal.in_flight_spend(*IntentKind) == 7
        assert journal.intent(transfer.id) == transfer

    def test_a_mint_is_being_bought_until_the_outcome_is_known(self, journal: Journal) -> None:
        """Only an unresolved buy counts, of that mint alone."""
        record(journal, "sale", IntentKind.SELL, mint="m")
        assert not journal.buying("m")
        record(journal, "buy", mint="m")
        assert journal.buying("m")
        assert not journal.buying("n")
        journal.mark_dead("signature of buy", 5.0)
        assert not journal.buying("m")


class TestBooking:
    def test_a_buy_opens_its_position_in_one_commit(self, journal: Journal) -> None:
        """State, fill, position and intent move together."""
        intent = record(journal, "b")
        fill = fill_of(intent, trade=-500_000, tokens=U64, rent_paid=2_000, tip=3)
        position = make_position(
            fill, entry_liquidity=U64, exit_policy={"take_profit_percent": "50"}, note="n", peak_value=9
        )
        journal.open_position(position, fill)
        assert journal.position("b") == position
        assert journal.held_mint("mint") == position
        assert journal.fill(fill.settlement.signature) == replace(
            fill, settlement=replace(fill.settlement, token_deltas={"mint": U64})
        )
        attempt = journal.attempt(fill.settlement.signature)
        assert (attempt.state, attempt.slot, attempt.err) == (TxState.CONFIRMED, 7, None)
        assert journal.unresolved() == []
        row = journal._db.row("SELECT settled_at, outcome FROM intents")
        assert tuple(row) == (1_001.0, "landed")

    def test_a_position_that_cannot_be_opened_books_nothing(self, journal: Journal) -> None:
        """When one part is refused, the transaction stays unresolved and will be booked again."""
        first = bought(journal)
        intent = record(journal, "c")
        fill = fill_of(intent, trade=-1, tokens=5)
        with pytest.raises(sqlite3.IntegrityError):
            journal.open_position(make_position(fill, id=first.id), fill)
        assert journal.fill(fill.settlement.signature) is None
        assert [unresolved.id for unresolved, _ in journal.unresolved()] == ["c"]

    def test_booking_again_changes_nothing(self, journal: Journal) -> None:
        """Recovery may book what was booked: the first word stands, even against other numbers."""
        position = bought(journal)
        buy = journal.intent("b")
        other = fill_of(buy, trade=-9, tokens=9)
        journal.open_position(make_position(other), other)
        journal.book(other, TxEvent.LANDED)
        journal.book(other, TxEvent.FAILED)
        journal.mark_dead("signature of b", 9.0)
        assert journal.positions() == [position]
        assert [fill.token_delta for fill in journal.fills()] == [1_000]
        after = sold(journal, position, "s", tokens=400, trade=300_000, whole=False)
        journal.mark_finalized("signature of s")
        journal.book(fill_of(journal.intent("s"), trade=1, tokens=-1), TxEvent.LANDED)
        assert journal.position("b") == after
        assert journal.attempt("signature of s").state is TxState.FINALIZED

    def test_a_refused_transaction_costs_its_fee(self, journal: Journal) -> None:
        """A rejected sale takes fees from the position's result and no tokens; its error is kept."""
        position = bought(journal)
        intent = record(journal, "s", IntentKind.SELL, position_id="b", reason="stop", facts={"whole": True})
        err = {"InstructionError": [3, {"Custom": 6005}]}
        settlement = make_settlement("signature of s", fee=7_000, err=err)
        journal.book(make_fill(intent, settlement, tokens=-5), TxEvent.FAILED)
        after = journal.position("b")
        assert after == replace(
            position, fees=position.fees + 7_000, state=PositionState.EXITING, note="stop"
        )
        assert json.loads(journal.attempt("signature of s").err) == err
        assert journal.fill("signature of s").settlement.err == err
        assert journal.attempt("signature of s").state is TxState.REJECTED

    def test_a_dead_transaction_frees_its_intent(self, journal: Journal) -> None:
        """It is no longer in flight, costs nothing, and its end is kept with its time."""
        record(journal, "b")
        journal.mark_dead("signature of b", 5.0)
        journal.mark_dead("signature of b", 6.0)
        assert journal.unresolved() == journal.fills() == []
        assert journal.attempt("signature of b").state is TxState.DEAD
        assert tuple(journal._db.row("SELECT settled_at, outcome FROM intents")) == (5.0, "expired")

    def test_what_was_proved_dead_cannot_land_silently(self, journal: Journal) -> None:
        """A contradiction raises: it must not be reported as bought while nothing is booked."""
        intent = record(journal, "b")
        journal.mark_dead("signature of b", 5.0)
        fill = fill_of(intent, trade=-1, tokens=5)
        with pytest.raises(IllegalTransitionError):
            journal.open_position(make_position(fill), fill)
        with pytest.raises(IllegalTransitionError):
            journal.book(fill, TxEvent.LANDED)
        assert journal.positions() == journal.fills() == []

    def test_a_transaction_of_nobody_is_refused(self, journal: Journal) -> None:
        """A signature that no intent made is not booked."""
        fill = fill_of(make_intent("ghost"), trade=-1)
        for book in (
            lambda: journal.book(fill, TxEvent.LANDED),
            lambda: journal.mark_dead("signature of ghost", 1.0),
            lambda: journal.mark_finalized("signature of ghost"),
        ):
            with pytest.raises(NotFoundError, match="signature of ghost"):
                book()
        assert journal.fills() == []

    def test_only_what_is_confirmed_becomes_final(self, journal: Journal) -> None:
        """Finality marks transaction and fill, all or none; it means nothing to others, in flight or dead."""
        bought(journal)
        for name in ("u", "r", "d"):
            record(journal, name)
        journal.book(fill_of(journal.intent("r"), trade=0), TxEvent.FAILED)
        journal.mark_dead("signature of d", 1.0)
        assert journal.provisional() == [("signature of b", 7), ("signature of r", 7)]
        with pytest.raises(NotFoundError):
            journal.mark_finalized("signature of b", "signature of ghost")
        assert [signature for signature, _ in journal.provisional()] == ["signature of b", "signature of r"]
        journal.mark_finalized(*(f"signature of {name}" for name in ("b", "b", "u", "r", "d")))
        states = {name: journal.attempt(f"signature of {name}").state for name in "burd"}
        assert states == {
            "b": TxState.FINALIZED,
            "u": TxState.SUBMITTED,
            "r": TxState.REJECTED,
            "d": TxState.DEAD,
        }
        assert journal.provisional() == []
        assert {fill.intent_id: fill.commitment for fill in journal.fills()} == {
            "b": "finalized",
            "r": "finalized",
        }

    def test_fills_are_told_by_slot_and_from_a_time(self, journal: Journal) -> None:
        """Oldest slot first, ties by time; ``since`` includes its moment, ``limit`` cuts the end."""
        for name, slot, at in (("c", 9, 5.0), ("a", 3, 7.0), ("b", 9, 4.0)):
            intent = record(journal, name)
            settlement = make_settlement(f"signature of {name}", slot=slot, block_time=None)
            journal.book(make_fill(intent, settlement, booked_at=at), TxEvent.LANDED)
        assert [fill.intent_id for fill in journal.fills()] == ["a", "b", "c"]
        assert [fill.intent_id for fill in journal.fills(since=5.0)] == ["a", "c"]
        assert [fill.intent_id for fill in journal.fills(limit=2)] == ["a", "b"]
        assert journal.fill("signature of a").settlement.block_time is None


class TestPositions:
    def test_a_partial_sale_leaves_the_rest(self, journal: Journal) -> None:
        """Tokens go, proceeds and fees come, and the position stays open and held."""
        position = bought(journal)
        after = sold(journal, position, "s", tokens=400, trade=300_000, whole=False)
        assert after == replace(position, raw=600, proceeds=300_000, fees=position.fees + 5_000)
        assert journal.held_mint("mint") == after

    def test_the_last_sale_closes_it(self, journal: Journal) -> None:
        """It is closed at the moment of booking and no longer held; its result is that of its fills."""
        position = bought(journal)
        sold(journal, position, "s1", tokens=400, trade=300_000, whole=False)
        after = sold(journal, position, "s2", tokens=600, trade=400_000, at=1_003.0)
        assert (after.state, after.raw, after.closed_at) == (PositionState.CLOSED, 0, 1_003.0)
        assert after.realized_pnl == 700_000 - 500_000 - 3 * 5_000 - 2_000
        assert journal.positions() == []
        assert journal.held_mint("mint") is None
        assert journal.positions([PositionState.CLOSED]) == [after]
        assert journal.positions([]) == []

    def test_closing_its_account_returns_the_rent_to_it(self, journal: Journal) -> None:
        """Rent comes back to the position's result; it stays closed at its time."""
        position = bought(journal)
        closed = sold(journal, position, "s", tokens=1_000, trade=700_000)
        intent = record(journal, "close", IntentKind.CLOSE_ACCOUNT, position_id="b")
        journal.book(fill_of(intent, trade=0, rent_returned=2_000, at=2_000.0), TxEvent.LANDED)
        after = journal.position("b")
        assert after == replace(closed, rent=0, fees=closed.fees + 5_000)

    def test_an_account_is_closed_once(self, journal: Journal) -> None:
        """While a closing may land, has landed or was refused, no other is tried; after a dead one, yes."""
        position = bought(journal)
        assert not journal.close_tried(position)
        record(journal, "c1", IntentKind.CLOSE_ACCOUNT, position_id="b")
        assert journal.close_tried(position)
        assert not journal.close_tried(replace(position, id="another", token_account="another account"))
        journal.mark_dead("signature of c1", 5.0)
        assert not journal.close_tried(position)
        refused = record(journal, "c2", IntentKind.CLOSE_ACCOUNT, position_id="b")
        journal.book(fill_of(refused, trade=0), TxEvent.FAILED)
        assert journal.close_tried(position)

    def test_one_of_several_accounts_closed_together(self, journal: Journal) -> None:
        """The facts name the accounts; a closing from before the position ended was not of its tokens."""
        position = bought(journal)
        record(journal, "c", IntentKind.CLOSE_ACCOUNT, facts={"accounts": ["x", position.token_account]})
        made = journal.intent("c").created_at
        assert journal.close_tried(replace(position, closed_at=made - 1))
        assert not journal.close_tried(replace(position, closed_at=made + 1))
        assert not journal.close_tried(replace(position, closed_at=made - 1, token_account="y"))

    def test_only_the_sale_of_all_of_it_begins_an_exit(self, journal: Journal) -> None:
        """A whole sale marks the position in the same commit as its bytes; a partial one does not."""
        bought(journal)
        record(journal, "part", IntentKind.SELL, position_id="b", facts={"whole": False})
        assert journal.position("b").state is PositionState.OPEN
        record(journal, "all", IntentKind.SELL, position_id="b", reason="stop loss", facts={"whole": True})
        assert (journal.position("b").state, journal.position("b").note) == (
            PositionState.EXITING,
            "stop loss",
        )

    def test_selling_more_than_was_bought_here_leaves_nothing_owed(self, journal: Journal) -> None:
        """Tokens that came from elsewhere are sold along; the position ends at zero."""
        after = sold(journal, bought(journal), "s", tokens=5_000, trade=1)
        assert (after.raw, after.state) == (0, PositionState.CLOSED)

    def test_a_second_buy_adds_tokens_and_cost(self, journal: Journal) -> None:
        """What is booked onto a position as a buy raises its cost, so its result stays true."""
        position = bought(journal)
        intent = record(journal, "more", position_id="b")
        journal.book(
            make_fill(intent, make_settlement("signature of more", trade=-100), tokens=50), TxEvent.LANDED
        )
        after = journal.position("b")
        assert (after.raw, after.cost, after.proceeds) == (1_050, position.cost + 100, 0)

    def test_u64_amounts_survive_arithmetic(self, journal: Journal) -> None:
        """Token amounts past SQLite's integers are exact through buys and sales."""
        after = sold(journal, bought(journal, tokens=U64), "s", tokens=2**63 - 1, trade=1, whole=False)
        assert after.raw == 2**63
        assert journal.fill("signature of s").token_delta == 1 - 2**63

    def test_a_sale_of_tokens_that_no_position_holds_is_booked(self, journal: Journal) -> None:
        """A landed transaction can always be booked, whatever the journal knows about its position."""
        intent = record(journal, "s", IntentKind.SELL, position_id="elsewhere", facts={"whole": True})
        journal.book(fill_of(intent, trade=100, tokens=-5), TxEvent.LANDED)
        assert journal.unresolved() == []
        assert journal.fill("signature of s").position_id == "elsewhere"
        assert journal.positions(list(PositionState)) == []

    @pytest.mark.parametrize("ended", [PositionState.CLOSED, PositionState.WORTHLESS])
    def test_what_ended_stays_ended(self, journal: Journal, ended: PositionState) -> None:
        """Neither a late state nor a late sale makes an ended position held again."""
        bought(journal)
        journal.set_position_state("b", ended, "gone", 5.0)
        for state in HELD_STATES:
            journal.set_position_state("b", state, "late", 6.0)
        record(journal, "s", IntentKind.SELL, position_id="b", facts={"whole": True})
        after = journal.position("b")
        assert (after.state, after.note, after.closed_at) == (ended, "gone", 5.0)
        assert journal.positions() == []

    def test_a_worthless_position_that_sells_is_closed_at_its_time(self, journal: Journal) -> None:
        """Its proceeds count, on the day on which it was written off."""
        position = bought(journal)
        journal.set_position_state("b", PositionState.WORTHLESS, "rug", 5.0)
        after = sold(journal, position, "s", tokens=1_000, trade=10)
        assert (after.state, after.proceeds, after.closed_at) == (PositionState.CLOSED, 10, 5.0)

    def test_held_states_move_freely(self, journal: Journal) -> None:
        """Open, exiting and stuck follow the guard, without a closing time."""
        bought(journal)
        for state in (*HELD_STATES, PositionState.OPEN):
            journal.set_position_state("b", state, f"now {state}", 5.0)
            after = journal.position("b")
            assert (after.state, after.note, after.closed_at) == (state, f"now {state}", None)

    def test_the_peak_only_rises(self, journal: Journal) -> None:
        """The best value seen survives lower ones; an absurd one is kept as the largest integer there is."""
        bought(journal)
        for value, peak in ((5, 5), (3, 5), (9, 9), (U64, 2**63 - 1)):
            journal.raise_peak("b", value)
            assert journal.position("b").peak_value == peak

    def test_failed_exits_are_counted(self, journal: Journal) -> None:
        """Each widens the next one; the last reason is kept."""
        bought(journal)
        journal.count_exit_attempt("b", "slippage")
        journal.count_exit_attempt("b", "no route")
        assert (journal.position("b").exit_attempts, journal.position("b").note) == (2, "no route")

    def test_positions_are_told_oldest_first(self, journal: Journal) -> None:
        """Ties keep the order of opening."""
        for name in ("z", "a", "m"):
            bought(journal, name, mint=f"mint {name}")
        assert [position.id for position in journal.positions()] == ["z", "a", "m"]
        assert journal.held_mint("mint a").id == "a"


class TestResult:
    def test_a_day_counts_what_ended_in_it(self, journal: Journal) -> None:
        """Open positions do not count; closed and written-off ones do from their moment on."""
        first, second = bought(journal, "one", mint="m1"), bought(journal, "two", mint="m2")
        assert journal.realized_since(0) == 0
        lost = sold(journal, first, "s", tokens=1_000, trade=100_000, at=50.0).realized_pnl
        assert lost == 100_000 - 500_000 - 10_000 - 2_000
        journal.set_position_state("two", PositionState.WORTHLESS, "rug", 60.0)
        assert journal.realized_since(0) == lost + second.realized_pnl
        assert journal.realized_since(50.0) == lost + second.realized_pnl
        assert journal.realized_since(50.1) == second.realized_pnl
        assert journal.realized_since(60.1) == 0

    def test_a_day_counts_what_failed(self, journal: Journal) -> None:
        """Fees of refused buys are a loss though they belong to no position; what a transfer moved is none."""
        refused = record(journal, "b")
        journal.book(fill_of(refused, trade=0, fee=9_000, at=10.0), TxEvent.FAILED)
        sent = record(journal, "t", IntentKind.TRANSFER, mint="")
        journal.book(fill_of(sent, trade=-(10**9), fee=5_000, at=20.0), TxEvent.LANDED)
        assert journal.realized_since(0) == -14_000
        assert journal.realized_since(15.0) == -5_000

    def test_a_buy_that_brought_nothing_is_a_loss(self, journal: Journal) -> None:
        """What a landed buy without tokens cost belongs to no position and counts at once."""
        journal.book(fill_of(record(journal, "b"), trade=-700, at=10.0), TxEvent.LANDED)
        assert journal.realized_since(0) == -5_700

    def test_a_sale_of_tokens_bought_elsewhere_is_no_gain(self, journal: Journal) -> None:
        """Its cost is unknown: its proceeds must not make room for more losses."""
        intent = record(journal, "s", IntentKind.SELL, position_id="elsewhere")
        journal.book(fill_of(intent, trade=10**9, tokens=-5, at=10.0), TxEvent.LANDED)
        assert journal.realized_since(0) == -5_000


class TestFlagsAndForeignMoves:
    def test_a_flag_is_its_last_value(self, journal: Journal) -> None:
        """Setting it again replaces it; it survives reopening."""
        journal.set_flag("halted", "by hand", 1.0)
        journal.set_flag("halted", "", 2.0)
        journal.set_flag("audited", "x", 3.0)
        assert (journal.flag("halted"), journal.flag("audited")) == ("", "x")

    def test_foreign_moves_are_noted_once(self, journal: Journal) -> None:
        """Deposits and withdrawals add up; those that carry our signature are named."""
        for _ in range(2):
            journal.record_foreign("deposit", 1, 500, signed=False, at=1.0)
            journal.record_foreign("theft", 2, -700, signed=True, at=2.0)
        journal.record_foreign("deposit", 9, 999, signed=True, at=9.0)
        assert journal.foreign_delta() == -200
        assert journal.foreign_signed() == ["theft"]


class TestReader:
    def test_a_reader_sees_the_writers_commits(self, journal: Journal) -> None:
        """A command that shows the journal reads beside the process that trades."""
        reader = JournalReader(journal._db.path)
        position = bought(journal)
        assert reader.positions() == [position]
        reader.close()
        reader.close()

    def test_a_file_that_is_no_journal_is_refused(self, tmp_path: Path) -> None:
        """For writing and for reading."""
        Database(tmp_path / "shared.db", "shared", durable=False).close()
        for opening in (Journal, JournalReader):
            with pytest.raises(ConfigError):
                opening(tmp_path / "shared.db")
        with pytest.raises(StorageError):
            JournalReader(tmp_path / "absent.db")


# Trades on and on, and says what was committed, after it was.
TRADER = """
import sys
from pathlib import Path
from sniperforge.domain.lifecycle import TxEvent
from sniperforge.domain.trade import IntentKind
from sniperforge.store.journal import Journal
from sniperforge.testing.trades import make_attempt, make_fill, make_intent, make_position, make_settlement

journal = Journal(Path(sys.argv[1]))
run = sys.argv[2]

def record(name, kind, **changes):
    intent = make_intent(name, kind, **changes)
    journal.record_intent(intent, make_attempt(intent))
    print("recorded", name, flush=True)
    return intent

for number in range(1_000_000):
    name = f"{run}.{number}"
    buy = record(name, IntentKind.BUY)
    settlement = make_settlement(f"signature of {name}", trade=-1_000, rent_paid=10)
    fill = make_fill(buy, settlement, tokens=100, position_id=name)
    journal.open_position(make_position(fill), fill)
    print("booked", name, flush=True)
    for part in ("x", "y"):
        sale = record(name + part, IntentKind.SELL, position_id=name, facts={"whole": part == "y"})
        settlement = make_settlement(f"signature of {name}{part}", trade=600)
        journal.book(make_fill(sale, settlement, tokens=-50), TxEvent.LANDED)
        print("booked", name + part, flush=True)
"""


def killed_trader(path: Path, run: int, after: int) -> list[list[str]]:
    """What a trader acknowledged that was killed after ``after`` lines."""
    process = subprocess.Popen(
        [sys.executable, "-c", TRADER, str(path), str(run)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(after)]
    process.kill()
    lines += process.stdout.readlines()
    process.wait()
    process.stdout.close()
    return [line.split() for line in lines if line.endswith("\n")]


def test_a_killed_process_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    """After ``kill -9`` the file is whole, and every fill stands together with its position and intent."""
    path = tmp_path / "journal.db"
    chance = random.Random(7)
    recorded, booked = set(), set()
    for run in range(6):
        for verb, name in killed_trader(path, run, chance.randrange(1, 120)):
            (recorded if verb == "recorded" else booked).add(name)
        journal = Journal(path)
        assert journal._db.rows("PRAGMA integrity_check")[0][0] == "ok"
        assert journal._db.rows("PRAGMA foreign_key_check") == []
        assert all(journal.intent(name) for name in recorded)
        fills = {fill.intent_id: fill for fill in journal.fills()}
        assert booked <= fills.keys()
        unresolved = {intent.id for intent, _ in journal.unresolved()}
        # At most one more than was said was committed per run; what is booked is nothing else's.
        assert not unresolved & fills.keys()
        assert len(journal.known_signatures()) == len(unresolved) + len(fills)
        for position in journal.positions(list(PositionState)):
            own = [fill for fill in fills.values() if fill.position_id == position.id]
            assert position.raw == sum(fill.token_delta for fill in own)
            assert (position.state is PositionState.CLOSED) == (position.raw == 0)
            assert position.realized_pnl == sum(fill.settlement.lamports_delta for fill in own)
        journal.close()
    assert len(booked) > 20


def nonce(account: str = "n1", value: str = "v1", slot: int = 5) -> DurableNonce:
    """A nonce as it was read."""
    return DurableNonce(account, value, slot)


def series(journal: Journal, name: str, count: int = 2, *, on: DurableNonce | None = None) -> Intent:
    """A sale whose attempts ``name 1``, ``name 2`` share a nonce."""
    intent = make_intent(name, IntentKind.SELL, position_id="b", max_spend=10)
    shared = on or nonce(value=f"value of {name}")
    attempts = [
        make_attempt(intent, signature=f"{name} {number}", number=number, nonce=shared)
        for number in range(1, count + 1)
    ]
    journal.record_intent(intent, attempts[0])
    for number, attempt in enumerate(attempts[1:], 2):
        journal.add_attempt(attempt, 10 * number)
    return intent


def landed(intent: Intent, signature: str, err: object = None) -> Fill:
    """What an attempt of a sale did."""
    return make_fill(
        intent, make_settlement(signature, trade=0 if err else 700, err=err), tokens=0 if err else -9
    )


class TestSeries:
    def states(self, journal: Journal, intent: Intent) -> list[TxState]:
        """Of its attempts, in order."""
        return [attempt.state for attempt in journal.attempts(intent.id)]

    def test_attempts_are_added_while_all_share_a_nonce(self, journal: Journal) -> None:
        """They come back with it, and the intent counts at its dearest."""
        intent = series(journal, "s", 3)
        assert [attempt.nonce for attempt in journal.attempts("s")] == [nonce(value="value of s")] * 3
        assert journal.in_flight_spend(IntentKind.SELL) == 30
        assert journal.in_flight_count(IntentKind.SELL) == 1
        assert journal.busy_nonces() == {"n1": "b"}
        assert journal.nonce_used("value of s")
        assert not journal.nonce_used("another")
        assert journal.decisive(intent.id).number == 3

    @pytest.mark.parametrize(
        "other",
        [None, nonce(value="other"), nonce(account="n2", value="value of s")],
        ids=["no", "value", "account"],
    )
    def test_nothing_else_may_be_added(self, journal: Journal, other: DurableNonce | None) -> None:
        """Two that could both land are never both in the journal."""
        intent = series(journal, "s", 1)
        with pytest.raises(IllegalTransitionError, match="share no nonce"):
            journal.add_attempt(make_attempt(intent, signature="x", number=2, nonce=other), 1)
        plain = record(journal, "plain", IntentKind.SELL)
        with pytest.raises(IllegalTransitionError, match="share no nonce"):
            journal.add_attempt(make_attempt(plain, signature="y", number=2, nonce=nonce()), 1)
        assert journal.attempt("x") is None
        assert journal.attempt("y") is None

    def test_a_nonce_value_is_one_intents(self, journal: Journal) -> None:
        """Another intent on it would exclude the first one without its knowledge."""
        series(journal, "s", 1)
        with pytest.raises(IllegalTransitionError, match="another intent's"):
            series(journal, "t", 1, on=nonce(value="value of s"))
        assert journal.intent("t") is None

    @pytest.mark.parametrize("number", [1, 2, 3])
    def test_one_landing_overtakes_the_others(self, journal: Journal, number: int) -> None:
        """They are dead once it is final, and nothing may be added any more."""
        intent = series(journal, "s", 3)
        journal.book(landed(intent, f"s {number}"), TxEvent.LANDED)
        others = [TxState.SUPERSEDED] * 2
        assert sorted(self.states(journal, intent)) == sorted([TxState.CONFIRMED, *others])
        assert journal.unresolved() == []
        assert journal.decisive("s").number == number
        with pytest.raises(IllegalTransitionError, match="its series has ended"):
            journal.add_attempt(
                make_attempt(intent, signature="late", number=4, nonce=nonce(value="value of s")), 1
            )
        with pytest.raises(IllegalTransitionError):
            journal.book(landed(intent, f"s {number % 3 + 1}"), TxEvent.LANDED)
        journal.mark_finalized(f"s {number}")
        assert sorted(self.states(journal, intent)) == sorted([TxState.FINALIZED, TxState.DEAD, TxState.DEAD])

    def test_a_dropped_slot_brings_all_of_them_back(self, journal: Journal) -> None:
        """Then another one may land; what is final is never taken back."""
        intent = series(journal, "s", 2)
        journal.book(landed(intent, "s 1", {"x": 1}), TxEvent.FAILED)
        assert self.states(journal, intent) == [TxState.REJECTED, TxState.SUPERSEDED]
        journal.roll_back("s 1")
        assert self.states(journal, intent) == [TxState.SUBMITTED] * 2
        assert journal.attempts("s")[0].err is None
        assert journal.fills() == []
        journal.book(landed(intent, "s 2"), TxEvent.LANDED)
        journal.mark_finalized("s 2")
        with pytest.raises(IllegalTransitionError, match="no fill that can be taken back"):
            journal.roll_back("s 2")
        with pytest.raises(IllegalTransitionError, match="no fill that can be taken back"):
            journal.roll_back("s 1")

    def test_the_proof_of_death_is_of_the_whole_series(self, journal: Journal) -> None:
        """The nonce moved on without any of them."""
        intent = series(journal, "s", 2)
        journal.mark_dead("s 2", 5.0)
        assert self.states(journal, intent) == [TxState.DEAD] * 2
        assert journal.busy_nonces() == {}

    def test_an_account_stays_with_a_position_whose_refusal_is_not_final(self, journal: Journal) -> None:
        """Only a next sale on the same account excludes that the refused one lands after all."""
        bought(journal)
        intent = series(journal, "s", 1)
        journal.book(landed(intent, "s 1", {"x": 1}), TxEvent.FAILED)
        assert journal.busy_nonces() == {"n1": "b"}
        journal.mark_finalized("s 1")
        assert journal.busy_nonces() == {}


def test_nonce_accounts_are_those_made_and_not_closed(journal: Journal) -> None:
    """With the rent that each holds; what was refused made none."""
    for name, accounts, costs, err in (
        ("a", ["n1", "n2"], {"rent_paid": 20}, None),
        ("b", ["n3"], {}, {"x": 1}),
        ("c", ["n1"], {"rent_returned": 10}, None),
    ):
        intent = record(journal, name, IntentKind.NONCE, mint="", facts={"accounts": accounts})
        settlement = make_settlement(f"signature of {name}", err=err, **costs)
        journal.book(make_fill(intent, settlement), TxEvent.FAILED if err else TxEvent.LANDED)
    assert journal.nonce_accounts() == {"n2": 10}
