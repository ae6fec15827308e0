"""Any order of drops, late and doubled landings, refusals, lags, kills and dropped slots: at most one effect.

The chain is a list of landings that the machine appends to and cuts off; executor, journal, nonces and audit
are the real ones.
"""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from solders.hash import Hash
from solders.pubkey import Pubkey

from sniperforge.chain.answers import AccountsAt, SignatureStatus, StatusesAt
from sniperforge.domain.addresses import SYSTEM_PROGRAM
from sniperforge.domain.chain import Account
from sniperforge.domain.landing import Dead, Fate, InDoubt, Landed
from sniperforge.domain.lifecycle import TxState
from sniperforge.domain.trade import HELD_STATES, DurableNonce, IntentKind
from sniperforge.engine.audit import Audit
from sniperforge.engine.executor import Executor
from sniperforge.engine.nonces import NoncePool
from sniperforge.engine.orders import ExecutionPolicy
from sniperforge.engine.planner import Plan
from sniperforge.errors import NotFoundError, UnavailableError
from sniperforge.store.journal import Journal
from sniperforge.testing.chain_views import TokenChange, transaction_view
from sniperforge.testing.trades import (
    MINT,
    make_attempt,
    make_fill,
    make_intent,
    make_position,
    make_settlement,
)
from sniperforge.tokens.instructions import compute_unit_limit
from sniperforge.tokens.nonce import nonce_addresses
from sniperforge.wallets.secret import SecretKey
from sniperforge.wallets.signer import KeypairSigner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sniperforge.domain.chain import TransactionView
    from sniperforge.domain.trade import Attempt, Intent

MEMORY = Path("/dev/shm")
SIGNER = KeypairSigner(SecretKey.from_seed(b"m" * 32))
WALLET = SIGNER.pubkey
ACCOUNTS = nonce_addresses(WALLET)[:2]
TOKENS = 1_000


class Time:
    """A clock that sleeping moves on."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        """As seconds since the beginning."""
        return 1_000.0 + self.at

    def monotonic(self) -> float:
        """The same."""
        return self.at

    async def sleep(self, seconds: float) -> None:
        """At once."""
        self.at += max(seconds, 0.001)


@dataclass
class Landing:
    """A transaction in a slot; ``signature`` is empty for an advance by somebody else."""

    slot: int
    account: str
    signature: str
    failed: bool
    after: str


@dataclass
class Chain:
    """Landings in slots; those up to ``final`` stay. Forks never repeat a value, as hashes of blocks do not."""

    slot: int = 10
    final: int = 9
    made: int = 0
    landings: list[Landing] = field(default_factory=list)

    def value(self, account: str, slot: int) -> str:
        """What a nonce account stores as of ``slot``."""
        stored = hashlib.sha256(account.encode()).digest()
        after = [each.after for each in self.landings if each.account == account and each.slot <= slot]
        return after[-1] if after else str(Hash.from_bytes(stored))

    def land(self, account: str, value: str, signature: str, *, failed: bool) -> bool:
        """Put a transaction into the next slot, if its nonce's value is still stored."""
        if self.value(account, self.slot) != value:
            return False
        self.slot, self.made = self.slot + 1, self.made + 1
        after = str(Hash.from_bytes(hashlib.sha256(str(self.made).encode()).digest()))
        self.landings.append(Landing(self.slot, account, signature, failed, after))
        return True

    def find(self, signature: str) -> Landing | None:
        """The landing of a signature."""
        return next((each for each in self.landings if each.signature == signature), None)

    def drop(self, count: int) -> None:
        """Cut off the newest slots, as far as they are not final."""
        keep = max(self.slot - count, self.final)
        self.landings = [each for each in self.landings if each.slot <= keep]
        self.slot += 1  # the fork that wins is longer


class Node:
    """Reads of the chain, as many slots behind as it is told; implements the lander too."""

    def __init__(self, chain: Chain, clock: Time) -> None:
        self.chain = chain
        self.clock = clock
        self.behind = 0
        self.handed: dict[str, Attempt] = {}

    async def accounts(self, addresses: Sequence[str], _commitment: str) -> AccountsAt:
        """The nonce accounts."""
        at = max(self.chain.slot - self.behind, 0)
        one = (1).to_bytes(4, "little")
        found: dict[str, Account | None] = dict.fromkeys(addresses)
        for account in ACCOUNTS:
            value = bytes(Hash.from_string(self.chain.value(account, at)))
            data = one + one + bytes(Pubkey.from_string(WALLET)) + value + bytes(8)
            found[account] = Account(account, SYSTEM_PROGRAM, 1, data)
        return AccountsAt(at, found)

    async def slot(self, _commitment: str) -> int:
        """The newest final one."""
        return self.chain.final

    async def signature_statuses(self, signatures: Sequence[str]) -> StatusesAt:
        """Of all commitments."""
        return StatusesAt(self.chain.slot, tuple(self._status(each) for each in signatures))

    def _status(self, signature: str) -> SignatureStatus | None:
        found = self.chain.find(signature)
        if found is None:
            return None
        final = found.slot <= self.chain.final
        return SignatureStatus(
            found.slot, {"x": 1} if found.failed else None, "finalized" if final else "confirmed"
        )

    async def dropped(self, signature: str, slot: int) -> bool:
        """The proof, as the nodes would have it."""
        return slot < self.chain.final and self.chain.find(signature) is None

    async def land_series(self, attempts: Sequence[Attempt], *, send: bool, deadline: float | None) -> Fate:
        """What is known now; the machine decides later what lands of what was handed over."""
        if send:
            self.handed[attempts[-1].signature] = attempts[-1]
        for attempt in attempts:
            found = self.chain.find(attempt.signature)
            if found is not None:
                return Landed(found.slot, found.failed or None, "confirmed", attempt.signature)
        nonce = attempts[0].nonce
        assert nonce is not None
        if (
            self.chain.final >= nonce.slot
            and self.chain.value(nonce.account, self.chain.final) != nonce.value
        ):
            return Dead("the nonce moved on")
        self.clock.at = deadline if deadline is not None else self.clock.at + 1.0
        return InDoubt("nothing yet")

    async def land(self, *_: Any, **__: Any) -> Fate:
        """Nothing here is on a blockhash."""
        raise AssertionError("a sale without a nonce")

    async def transaction(self, signature: str) -> TransactionView:
        """The landed transaction."""
        found = self.chain.find(signature)
        if found is None:
            raise NotFoundError("it is gone again")
        tokens = [TokenChange("token account", MINT, WALLET, TOKENS, TOKENS if found.failed else 0)]
        gained = 0 if found.failed else 700_000
        return transaction_view(
            WALLET,
            {WALLET: (10_000_000, 10_000_000 + gained - 5_000), "token account": (1, 1)},
            tokens,
            signature=signature,
            slot=found.slot,
            err={"x": 1} if found.failed else None,
        )


class Planner:
    """Sales without a venue."""

    def __init__(self) -> None:
        self.made = 0

    def sell(self, order: Any, salt: int) -> Plan:
        """A sale of all."""
        self.made += 1
        intent = make_intent(
            order.name, IntentKind.SELL, position_id="b", reason="exit", facts={"whole": True}
        )
        return Plan(intent, [compute_unit_limit(200_000 + salt)])

    def sell_again(self, intent: Intent, _order: Any, salt: int, _number: int) -> Plan:
        """The next attempt."""
        return Plan(intent, [compute_unit_limit(200_000 + salt)])


class SeriesMachine(RuleBasedStateMachine):
    """One position, sold until it is gone."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        self.loop = asyncio.new_event_loop()
        self.clock, self.chain, self.sales = Time(), Chain(), 0
        self.node = Node(self.chain, self.clock)
        self.open()
        intent = make_intent("b")
        self.journal.record_intent(intent, make_attempt(intent))
        fill = make_fill(
            intent, make_settlement("signature of b", trade=-500_000, slot=5), tokens=TOKENS, position_id="b"
        )
        self.journal.open_position(make_position(fill), fill)
        self.journal.mark_finalized("signature of b")

    def open(self) -> None:
        """A process starts: everything but the chain comes from the file."""
        self.journal = Journal(self.folder / "journal.db")
        rpc: Any = self.node
        pool = NoncePool(wallet=WALLET, journal=self.journal, rpc=rpc, clock=self.clock, size=2)
        self.executor = Executor(
            signer=SIGNER,
            journal=self.journal,
            lander=self.node,
            blockhashes=SimpleNamespace(latest=self.no_blockhash),
            door=SimpleNamespace(),  # type: ignore[arg-type]
            policy=ExecutionPolicy(200_000, 0, 10_000_000, 2_039_280),
            clock=self.clock,
            holds=lambda: True,
            new_id=str,
            nonces=pool,
        )
        planner: Any = Planner()
        self.executor._planner = self.executor._series._planner = planner
        self.audit = Audit(
            wallet=WALLET, rpc=rpc, journal=self.journal, clock=self.clock, dropped=self.node.dropped
        )

    @staticmethod
    def no_blockhash() -> tuple[str, int]:
        """A sale waits for a nonce here."""
        raise UnavailableError("no recent blockhash")

    def teardown(self) -> None:
        """In the end everything is known, and the books are the chain's."""
        self.quiet()
        self.journal.close()
        self.loop.close()
        shutil.rmtree(self.folder)

    def run(self, work: Any) -> Any:
        """To its end."""
        return self.loop.run_until_complete(work)

    # -- what the process does -----------------------------------------------------------------------------

    @rule(further=st.integers(0, 3))
    def sell(self, further: int) -> None:
        """An exit rule holds; the sale is waited for while up to so many dearer attempts follow."""
        position = self.journal.position("b")
        if position is None or position.state not in HELD_STATES or self.executor.selling("b"):
            return
        self.sales += 1
        name = f"s{self.sales}"
        order: Any = SimpleNamespace(name=name, client_key=None, position=position, raw=position.raw)
        deadline = self.clock.at + 6 * (1.5**further) * further
        try:
            self.run(self.executor.sell(order, deadline=deadline, dearer=self.dearer))
        except (UnavailableError, NotFoundError):
            return  # no nonce is free, or its slot was dropped between status and read

    async def dearer(self, _number: int) -> Any:
        """Always one more."""
        return SimpleNamespace()

    @rule(further=st.integers(0, 2))
    def recover(self, further: int) -> None:
        """What nobody settles is taken up."""
        for intent, attempt in self.executor.unwatched():
            deadline = self.clock.at + 7 * further
            try:
                self.run(self.executor.settle(intent, attempt, deadline=deadline, dearer=self.dearer))
            except NotFoundError:
                continue

    @rule()
    def look(self) -> None:
        """The audit's turn."""
        self.run(self.audit.finalize())
        self.run(self.audit.take_back())

    @rule()
    def kill(self) -> None:
        """And start again."""
        self.journal.close()
        self.open()

    # -- what the world does -------------------------------------------------------------------------------

    @precondition(lambda self: self.node.handed)
    @rule(data=st.data(), failed=st.booleans())
    def deliver(self, data: st.DataObject, failed: bool) -> None:
        """The network lands something that it was ever handed, if that can land still."""
        signature = data.draw(st.sampled_from(sorted(self.node.handed)), label="signature")
        nonce = self.node.handed[signature].nonce
        assert nonce is not None
        self.chain.land(nonce.account, nonce.value, signature, failed=failed)

    def deliver_all(self, *, failed: bool) -> None:
        """Whatever was handed over lands, if it can still."""
        for attempt in self.node.handed.values():
            assert attempt.nonce is not None
            self.chain.land(attempt.nonce.account, attempt.nonce.value, attempt.signature, failed=failed)

    @rule(account=st.sampled_from(ACCOUNTS))
    def advance_by_others(self, account: str) -> None:
        """Another tool uses the nonce account."""
        self.chain.land(account, self.chain.value(account, self.chain.slot), "", failed=False)

    @rule(slots=st.integers(1, 3))
    def pass_slots(self, slots: int) -> None:
        """Empty ones."""
        self.chain.slot += slots

    @rule(slots=st.integers(1, 5))
    def finalize(self, slots: int) -> None:
        """More of it stays."""
        self.chain.final = min(self.chain.final + slots, self.chain.slot)

    @rule(slots=st.integers(1, 6))
    def fork(self, slots: int) -> None:
        """The newest slots never were."""
        self.chain.drop(slots)

    @rule(slots=st.integers(0, 4))
    def lag(self, slots: int) -> None:
        """The node shows nonces as they were."""
        self.node.behind = slots

    # -- what must always hold -----------------------------------------------------------------------------

    @invariant()
    def at_most_one_sale_has_an_effect(self) -> None:
        """However many were signed."""
        sold = [each for each in self.chain.landings if each.signature and not each.failed]
        assert len(sold) <= 1, sold

    @invariant()
    def each_intent_lands_at_most_once(self) -> None:
        """A series shares one fate."""
        owners = [
            self.journal.attempt(each.signature).intent_id for each in self.chain.landings if each.signature
        ]
        assert len(owners) == len(set(owners))

    @invariant()
    def what_left_is_in_the_journal(self) -> None:
        """With its bytes."""
        for signature, attempt in self.node.handed.items():
            known = self.journal.attempt(signature)
            assert known is not None
            assert known.raw == attempt.raw

    @invariant()
    def a_series_has_one_state(self) -> None:
        """All in flight, all dead, or one landed and the others overtaken."""
        for number in range(1, self.sales + 1):
            states = [attempt.state for attempt in self.journal.attempts(f"s{number}")]
            landed = [
                each for each in states if each in (TxState.CONFIRMED, TxState.REJECTED, TxState.FINALIZED)
            ]
            rest = {each for each in states if each not in landed}
            assert len(landed) <= 1
            assert len(rest) <= 1
            assert not landed or rest <= {TxState.SUPERSEDED, TxState.DEAD}

    def quiet(self) -> None:
        """Everything becomes final, somebody advances the nonces, and what runs by itself runs."""
        self.node.behind = 0
        for _ in range(3):
            self.chain.slot += 1
            for account in ACCOUNTS:
                self.advance_by_others(account)
            self.chain.final = self.chain.slot
            self.chain.slot += 1
            self.chain.final = self.chain.slot
            self.look()
            self.recover(0)
        self.look()
        assert self.journal.unresolved() == []
        assert self.journal.provisional() == []
        booked = {fill.settlement.signature for fill in self.journal.fills() if fill.kind is IntentKind.SELL}
        assert booked == {each.signature for each in self.chain.landings if each.signature}
        position = self.journal.position("b")
        assert position is not None
        sold = any(each.signature and not each.failed for each in self.chain.landings)
        assert (position.state in HELD_STATES) == (not sold)
        assert position.raw == (0 if sold else TOKENS)


SeriesMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestSeries = SeriesMachine.TestCase


class Careless(SeriesMachine):
    """A journal that lets any account serve the next sale, whatever became of the last."""

    def open(self) -> None:
        """As usual, but every sale is on a nonce of its own."""
        super().open()
        self.executor._nonces._free = self.any_nonce  # type: ignore[union-attr,method-assign]
        self.executor.selling = lambda _position_id: ""  # type: ignore[method-assign]

    def any_nonce(self, _position_id: str) -> DurableNonce | None:
        """The other account each time."""
        account = ACCOUNTS[self.sales % 2]
        value = self.chain.value(account, self.chain.slot)
        used = self.journal.nonce_used(value)
        return None if used else DurableNonce(account, value, self.chain.slot)


def test_the_machine_can_fail() -> None:
    """Serial only in name: two sales on two nonces both sell, and the machine sees it."""
    machine = Careless()
    try:
        for _ in range(2):
            machine.sell(0)
        machine.deliver_all(failed=False)
        with pytest.raises(AssertionError):
            machine.at_most_one_sale_has_an_effect()
    finally:
        machine.journal.close()
        machine.loop.close()
        shutil.rmtree(machine.folder)


@pytest.mark.parametrize("kept", [True, False], ids=["same account", "any account"])
def test_a_refused_sale_that_lands_after_all_excludes_the_next_one(kept: bool) -> None:
    """Its slot is dropped and it lands again, this time with effect: only one account for both prevents two."""
    machine = SeriesMachine()
    try:
        machine.sell(0)
        (first,) = machine.node.handed.values()
        machine.deliver_all(failed=True)
        machine.recover(0)
        if not kept:
            machine.executor._nonces._journal = SimpleNamespace(  # type: ignore[union-attr,assignment]
                busy_nonces=lambda: {ACCOUNTS[0]: "another"}, nonce_used=machine.journal.nonce_used
            )
        machine.sell(0)
        assert len(machine.node.handed) == 2
        (second,) = (each for each in machine.node.handed.values() if each != first)
        assert (first.nonce.account == second.nonce.account) is kept  # type: ignore[union-attr]
        machine.chain.drop(1)
        machine.deliver_all(failed=False)
        if kept:
            machine.at_most_one_sale_has_an_effect()
            machine.quiet()
        else:
            with pytest.raises(AssertionError):
                machine.at_most_one_sale_has_an_effect()
    finally:
        machine.journal.close()
        machine.loop.close()
        shutil.rmtree(machine.folder)
