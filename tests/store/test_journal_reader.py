"""The journal against a small model: whatever is recorded, booked, killed, reopened, both tell the same story."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, precondition, rule

from sniperforge.domain.lifecycle import IllegalTransitionError, TxEvent, TxState
from sniperforge.domain.trade import HELD_STATES, Fill, Intent, IntentKind, PositionState, Settlement
from sniperforge.store.journal import Journal
from sniperforge.store.journal_reader import JournalReader
from sniperforge.testing.trades import make_attempt, make_fill, make_intent, make_position, make_settlement

U64 = 2**64 - 1
MEMORY = Path(
    "/dev/shm"
)  # what survives a power cut is not the question here; syncs would be most of the time

MINTS = st.sampled_from(["mint a", "mint b", "mint c"])
LAMPORTS = st.integers(0, 10**12)
SMALL = st.integers(0, 10**7)
COSTS = st.fixed_dictionaries({"fee": SMALL, "tip": SMALL, "rent_paid": SMALL, "rent_returned": SMALL})


def result(settlement: Settlement) -> int:
    """What a settlement made or cost, from its parts."""
    return (
        settlement.trade - settlement.fee - settlement.tip - settlement.rent_paid + settlement.rent_returned
    )


@dataclass
class Held:
    """A position as the model sees it: only what cannot be summed from fills."""

    mint: str
    opened: int
    state: PositionState = PositionState.OPEN
    closed_at: float | None = None
    peak: int = 0
    attempts: int = 0
    note: str = ""
    fills: list[Fill] = field(default_factory=list)

    @property
    def raw(self) -> int:
        """Tokens that its fills left."""
        return sum(fill.token_delta for fill in self.fills)

    @property
    def held(self) -> bool:
        """Whether it is still owned."""
        return self.state in HELD_STATES


class JournalMachine(RuleBasedStateMachine):
    """Trades at random; the model keeps lists and sums them anew each time."""

    flying = Bundle("flying")
    done = Bundle("done")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        self.journal = Journal(self.folder / "journal.db")
        self.now = 0.0
        self.intents: dict[str, Intent] = {}
        self.states: dict[str, TxState] = {}
        self.final: set[str] = set()
        self.fills: list[Fill] = []
        self.held: dict[str, Held] = {}
        self.foreign: dict[str, tuple[int, bool]] = {}
        self.flags: dict[str, str] = {}

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.journal.close()
        shutil.rmtree(self.folder)

    def tick(self) -> float:
        """A time later than all before."""
        self.now += 1.0
        return self.now

    def record(self, kind: IntentKind, **changes: object) -> str:
        """Journal an intent; both know it now."""
        name = f"i{len(self.intents)}"
        intent = make_intent(name, kind, created_at=self.tick(), **changes)
        self.journal.record_intent(intent, make_attempt(intent))
        self.intents[name] = intent
        self.states[name] = TxState.SUBMITTED
        return name

    def flight(self, *kinds: IntentKind) -> list[Intent]:
        """Unresolved intents of these kinds, oldest first."""
        waiting = [self.intents[name] for name in self.intents if self.states[name] is TxState.SUBMITTED]
        return [intent for intent in waiting if intent.kind in kinds]

    # -- write-ahead -----------------------------------------------------------------------------------

    @rule(target=flying, mint=MINTS, spend=LAMPORTS, amount=st.integers(0, U64))
    def buy(self, mint: str, spend: int, amount: int) -> str:
        """Want tokens."""
        facts = {"mint": mint, "nested": {"a": [1, "2"]}}
        return self.record(IntentKind.BUY, mint=mint, max_spend=spend, amount_in=amount, facts=facts)

    @rule(target=flying, amount=LAMPORTS)
    def transfer(self, amount: int) -> str:
        """Want to send."""
        return self.record(IntentKind.TRANSFER, mint="", max_spend=amount, amount_in=amount)

    @precondition(lambda self: self.held)
    @rule(target=flying, data=st.data(), whole=st.booleans())
    def sell(self, data: st.DataObject, whole: bool) -> str:
        """Want to sell a position, even one that has ended."""
        name = data.draw(st.sampled_from(sorted(self.held)), label="position")
        position = self.held[name]
        if whole and position.held:
            position.state, position.note = PositionState.EXITING, "exit"
        return self.record(
            IntentKind.SELL, mint=position.mint, position_id=name, reason="exit", facts={"whole": whole}
        )

    @precondition(lambda self: self.held)
    @rule(target=flying, data=st.data())
    def close_account(self, data: st.DataObject) -> str:
        """Want a position's rent back."""
        name = data.draw(st.sampled_from(sorted(self.held)), label="position")
        return self.record(IntentKind.CLOSE_ACCOUNT, mint=self.held[name].mint, position_id=name)

    @precondition(lambda self: self.intents)
    @rule(data=st.data(), clash=st.sampled_from(["id", "signature"]))
    def record_twice(self, data: st.DataObject, clash: str) -> None:
        """An id or a signature that is there already is refused as a whole."""
        known = self.intents[data.draw(st.sampled_from(sorted(self.intents)), label="known")]
        intent = make_intent("twice") if clash == "signature" else known
        signature = f"signature of {known.id}" if clash == "signature" else "fresh"
        with pytest.raises(sqlite3.IntegrityError):
            self.journal.record_intent(intent, make_attempt(intent, signature=signature))

    # -- outcomes --------------------------------------------------------------------------------------

    @rule(
        target=done,
        name=consumes(flying),
        costs=COSTS,
        trade=LAMPORTS,
        tokens=st.integers(0, U64),
        wsol=st.integers(-(10**12), 10**12),
    )
    def land(self, name: str, costs: dict[str, int], trade: int, tokens: int, wsol: int) -> str:
        """The chain did it."""
        intent, at = self.intents[name], self.tick()
        position = self.held.get(intent.position_id or "")
        spends = intent.kind in (IntentKind.BUY, IntentKind.TRANSFER)
        if intent.kind is IntentKind.CLOSE_ACCOUNT:
            trade = 0
        settlement = make_settlement(f"signature of {name}", trade=-trade if spends else trade, **costs)
        settlement = replace(
            settlement, lamports_delta=settlement.lamports_delta - wsol, wsol_delta=wsol, slot=int(at)
        )
        if intent.kind is IntentKind.SELL:
            tokens = -(tokens % (position.raw + 1))
        elif intent.kind is not IntentKind.BUY:
            tokens = 0
        opens = intent.kind is IntentKind.BUY and tokens > 0
        fill = make_fill(intent, settlement, tokens=tokens, position_id=name if opens else None, booked_at=at)
        if opens:
            self.held[name] = position = Held(intent.mint, len(self.held))
            self.journal.open_position(make_position(fill), fill)
        else:
            self.journal.book(fill, TxEvent.LANDED)
        self.fills.append(fill)
        if position is not None:
            position.fills.append(fill)
            if intent.kind is IntentKind.SELL and position.raw == 0:
                position.state = PositionState.CLOSED
                position.closed_at = position.closed_at or at
        self.states[name] = TxState.CONFIRMED
        return name

    @rule(target=done, name=consumes(flying), fee=SMALL)
    def refuse(self, name: str, fee: int) -> str:
        """The chain took the fee and did nothing."""
        intent, at = self.intents[name], self.tick()
        settlement = make_settlement(f"signature of {name}", fee=fee, err={"x": [1]}, slot=int(at))
        fill = make_fill(intent, settlement, booked_at=at)
        self.journal.book(fill, TxEvent.FAILED)
        self.fills.append(fill)
        if intent.position_id is not None:
            self.held[intent.position_id].fills.append(fill)
        self.states[name] = TxState.REJECTED
        return name

    @rule(target=flying, name=consumes(done))
    def roll_back(self, name: str) -> str:
        """The slot of a refused one is dropped; what else has no provisional fill raises and stays."""
        intent = self.intents[name]
        if self.states[name] is not TxState.REJECTED or name in self.final:
            if self.states[name] is not TxState.CONFIRMED:
                with pytest.raises(IllegalTransitionError):
                    self.journal.roll_back(f"signature of {name}")
            return self.record(IntentKind.TRANSFER, mint="")
        self.journal.roll_back(f"signature of {name}")
        (fill,) = (each for each in self.fills if each.intent_id == name)
        self.fills.remove(fill)
        if intent.position_id is not None:
            self.held[intent.position_id].fills.remove(fill)
        self.states[name] = TxState.SUBMITTED
        return name

    @rule(target=done, name=consumes(flying))
    def die(self, name: str) -> str:
        """It can never land."""
        self.journal.mark_dead(f"signature of {name}", self.tick())
        self.states[name] = TxState.DEAD
        return name

    @rule(name=done, trade=LAMPORTS, event=st.sampled_from([TxEvent.LANDED, TxEvent.FAILED]))
    def book_again(self, name: str, trade: int, event: TxEvent) -> None:
        """A second word on an outcome changes nothing; on a dead one it raises."""
        intent = self.intents[name]
        settlement = make_settlement(f"signature of {name}", trade=trade)
        fill = make_fill(intent, settlement, tokens=5, position_id=name, booked_at=self.tick())
        if self.states[name] is TxState.DEAD:
            with pytest.raises(IllegalTransitionError):
                self.journal.book(fill, event)
            return
        self.journal.book(fill, event)
        self.journal.open_position(make_position(fill), fill)
        self.journal.mark_dead(f"signature of {name}", self.now)

    @rule(name=done)
    def finalize(self, name: str) -> None:
        """Confirmed becomes final; anything else stays."""
        self.journal.mark_finalized(f"signature of {name}")
        self.final.add(name)
        if self.states[name] is TxState.CONFIRMED:
            self.states[name] = TxState.FINALIZED

    # -- positions, flags, foreign moves ---------------------------------------------------------------

    @precondition(lambda self: self.held)
    @rule(data=st.data(), state=st.sampled_from([*HELD_STATES, PositionState.WORTHLESS]))
    def move(self, data: st.DataObject, state: PositionState) -> None:
        """The guard or a person moves a position."""
        name = data.draw(st.sampled_from(sorted(self.held)), label="position")
        position, at = self.held[name], self.tick()
        self.journal.set_position_state(name, state, f"at {at}", at)
        if position.held:
            position.state, position.note = state, f"at {at}"
            position.closed_at = at if state is PositionState.WORTHLESS else None

    @precondition(lambda self: self.held)
    @rule(data=st.data(), value=st.integers(0, 10**12))
    def note_exit(self, data: st.DataObject, value: int) -> None:
        """A peak and a failed exit."""
        name = data.draw(st.sampled_from(sorted(self.held)), label="position")
        position = self.held[name]
        self.journal.raise_peak(name, value)
        self.journal.count_exit_attempt(name, f"value {value}")
        position.peak = max(position.peak, value)
        position.attempts, position.note = position.attempts + 1, f"value {value}"

    @rule(signature=st.sampled_from("pqr"), delta=st.integers(-(10**12), 10**12), signed=st.booleans())
    def foreign_move(self, signature: str, delta: int, signed: bool) -> None:
        """Somebody else moves SOL; only the first note of it counts."""
        self.journal.record_foreign(signature, 1, delta, signed=signed, at=self.tick())
        self.foreign.setdefault(signature, (delta, signed))

    @rule(name=st.sampled_from(["halted", "audited"]), value=st.text(max_size=5))
    def set_flag(self, name: str, value: str) -> None:
        """A flag changes."""
        self.journal.set_flag(name, value, self.tick())
        self.flags[name] = value

    @rule()
    def reopen(self) -> None:
        """The process ends and another starts."""
        self.journal.close()
        self.journal = Journal(self.folder / "journal.db")

    # -- what must always hold -------------------------------------------------------------------------

    @invariant()
    def transactions_agree(self) -> None:
        """Every intent and its state is there, and what is in flight is counted to the lamport."""
        assert {
            name: self.journal.attempt(f"signature of {name}").state for name in self.states
        } == self.states
        assert {name: self.journal.intent(name) for name in self.intents} == self.intents
        assert [intent for intent, _ in self.journal.unresolved()] == self.flight(*IntentKind)
        assert self.journal.known_signatures() == {f"signature of {name}" for name in self.intents}
        for kinds in ([IntentKind.BUY], [IntentKind.BUY, IntentKind.TRANSFER], [*IntentKind]):
            waiting = self.flight(*kinds)
            assert self.journal.in_flight_spend(*kinds) == sum(intent.max_spend for intent in waiting)
            assert self.journal.in_flight_count(*kinds) == len(waiting)
        buying = {intent.mint for intent in self.flight(IntentKind.BUY)}
        assert {mint for mint in ("mint a", "mint b", "mint c") if self.journal.buying(mint)} == buying
        landed = {
            name for name, state in self.states.items() if state in (TxState.CONFIRMED, TxState.REJECTED)
        }
        assert {signature for signature, _ in self.journal.provisional()} == {
            f"signature of {name}" for name in landed - self.final
        }

    @invariant()
    def fills_agree(self) -> None:
        """Fills come back whole, and their results add up to what the wallet's SOL did."""
        fills = self.journal.fills()
        assert [(fill.intent_id, fill.token_delta, fill.position_id) for fill in fills] == [
            (fill.intent_id, fill.token_delta, fill.position_id) for fill in self.fills
        ]
        assert [replace(fill.settlement, token_deltas={}) for fill in fills] == [
            fill.settlement for fill in self.fills
        ]
        moved = sum(fill.settlement.lamports_delta + fill.settlement.wsol_delta for fill in fills)
        assert sum(result(fill.settlement) for fill in fills) == moved

    @invariant()
    def positions_agree(self) -> None:
        """Tokens, cost and result of every position are the sums of its fills."""
        known = {position.id: position for position in self.journal.positions(list(PositionState))}
        assert known.keys() == self.held.keys()
        for name, model in self.held.items():
            found = known[name]
            assert found == self.journal.position(name)
            assert (found.raw, found.mint) == (model.raw, model.mint)
            assert found.realized_pnl == sum(result(fill.settlement) for fill in model.fills)
            assert found.cost == -model.fills[0].settlement.trade
            assert (found.state, found.closed_at, found.note) == (model.state, model.closed_at, model.note)
            assert (found.peak_value, found.exit_attempts) == (model.peak, model.attempts)
        held = [name for name, model in self.held.items() if model.held]
        assert [position.id for position in self.journal.positions()] == held
        for mint in ("mint a", "mint b", "mint c"):
            of_mint = [name for name in held if self.held[name].mint == mint]
            found = self.journal.held_mint(mint)
            assert (found.id if found else None) == (of_mint[0] if of_mint else None)

    @invariant()
    def results_agree(self) -> None:
        """A period's result is that of what ended in it and of what failed in it, nothing twice."""
        for since in (0.0, self.now / 2, self.now):
            ended = [model for model in self.held.values() if model.closed_at and model.closed_at >= since]
            expected = sum(result(fill.settlement) for model in ended for fill in model.fills)
            for fill in self.fills:
                if fill.position_id is None and fill.booked_at >= since:
                    sent = fill.settlement.trade if fill.kind is IntentKind.TRANSFER else 0
                    expected += result(fill.settlement) - sent
            assert self.journal.realized_since(since) == expected

    @invariant()
    def the_rest_agrees(self) -> None:
        """Flags and foreign moves."""
        assert {name: self.journal.flag(name) for name in self.flags} == self.flags
        assert self.journal.foreign_delta() == sum(delta for delta, _ in self.foreign.values())
        assert self.journal.foreign_signed() == [name for name, (_, signed) in self.foreign.items() if signed]


JournalMachine.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
TestAgainstModel = JournalMachine.TestCase


def test_a_reader_tells_what_the_writer_tells(tmp_path: Path) -> None:
    """Every read of the writer is there for a command that only shows, and none of its writes."""
    journal = Journal(tmp_path / "journal.db")
    intent = make_intent("b", client_key="k")
    journal.record_intent(intent, make_attempt(intent))
    reader = JournalReader(tmp_path / "journal.db")
    assert reader.unresolved() == journal.unresolved()
    assert reader.intent_by_key("k") == intent
    assert not hasattr(reader, "record_intent")
    kinds = Counter(intent.kind for intent, _ in reader.unresolved())
    assert kinds == {IntentKind.BUY: 1}
    reader.close()
    journal.close()
