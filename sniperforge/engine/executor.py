"""The executor: limits, quote, plan, sign, journal, send, settle. Every order goes this way and no other.

Between the limits and the commit of the journal there is no await, so two orders cannot pass the same room.
Nothing leaves before it is durable; an outcome is what the chain says, read from balance deltas.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Protocol

from sniperforge.domain.landing import Dead, InDoubt, Landed
from sniperforge.domain.lifecycle import TxEvent, TxState
from sniperforge.domain.outcome import Outcome, OutcomeKind
from sniperforge.domain.trade import Attempt, Fill, Intent, IntentKind, Position
from sniperforge.engine.booking import fill_of, opened_by, outcome_of
from sniperforge.engine.planner import Plan, Planner
from sniperforge.errors import RefusedError, UnavailableError, WalletBusyError
from sniperforge.execution.plan import compile_message, signature_text, signed_transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sniperforge.domain.chain import TransactionView
    from sniperforge.domain.landing import Fate
    from sniperforge.engine.door import Door
    from sniperforge.engine.orders import (
        BuyOrder,
        ExecutionPolicy,
        ReclaimOrder,
        SellOrder,
        TransferOrder,
    )
    from sniperforge.ports import Clock, Signer
    from sniperforge.store.journal import Journal


class Lander(Protocol):
    """Brings signed bytes onto the chain, or proves that they never will be."""

    async def land(
        self, raw: bytes, signature: str, last_valid_height: int, *, send: bool, deadline: float | None
    ) -> Fate:
        """Send, send the same bytes again, and watch, until landed, dead, or past ``deadline``.

        Args:
            send: false only watches, for bytes that must not leave again.
            deadline: monotonic seconds; ``None`` waits for proof however long it takes.
        """
        ...

    async def transaction(self, signature: str) -> TransactionView:
        """The landed transaction, once a node can show it."""
        ...


class Blockhashes(Protocol):
    """A recent blockhash, kept fresh by someone else."""

    def latest(self) -> tuple[str, int]:
        """``(blockhash, last valid block height)``. Raises ``UnavailableError`` when it is too old."""
        ...


class Executor:
    """Trades for one wallet.

    Args:
        journal: the wallet's write-ahead record; this is its only writer.
        holds: whether this process still holds the wallet's lock; asked before each send.
        new_id: makes intent ids.
    """

    def __init__(
        self,
        *,
        signer: Signer,
        journal: Journal,
        lander: Lander,
        blockhashes: Blockhashes,
        door: Door,
        policy: ExecutionPolicy,
        clock: Clock,
        holds: Callable[[], bool],
        new_id: Callable[[], str],
    ) -> None:
        self._signer = signer
        self._wallet = signer.pubkey
        self._journal = journal
        self._lander = lander
        self._blockhashes = blockhashes
        self._door = door
        self._planner = Planner(wallet=signer.pubkey, policy=policy, clock=clock, new_id=new_id)
        self._clock = clock
        self._holds = holds
        self._watched: set[str] = set()
        # As many as were ever signed: also two processes with one blockhash never sign equal messages.
        self._salt = len(journal.known_signatures())

    async def look_ahead(self) -> None:
        """Read the balance that a buy will need, while it is still being decided. Outages are left to it."""
        with suppress(UnavailableError):
            await self._door.refresh()

    async def buy(self, order: BuyOrder, *, deadline: float | None = None) -> Outcome:
        """Buy, and wait for the outcome.

        Returns:
            ``REFUSED`` when a limit says no: nothing was signed.

        Raises:
            StorageError: the journal cannot be written; nothing was sent.
            UnavailableError: no recent blockhash or balance; nothing was sent.
            WalletBusyError: the lock was lost; nothing was sent.
        """

        fee_level = await self._door.fee_level(order.state.address)

        def admitted() -> Plan:
            plan = self._planner.buy(order, self._salt)
            self._door.admit_buy(plan.intent, fee_level)
            return plan

        return await self._admit(order.client_key, admitted, deadline, order.judged_since)

    async def transfer(self, order: TransferOrder, *, deadline: float | None = None) -> Outcome:
        """Send SOL through the same door. Returns and raises like :meth:`buy`."""

        def admitted() -> Plan:
            plan = self._planner.transfer(order, self._salt)
            self._door.admit_transfer(plan.intent.max_spend)
            return plan

        return await self._admit(order.client_key, admitted, deadline)

    async def sell(self, order: SellOrder, *, deadline: float | None = None) -> Outcome:
        """One attempt to sell. Limits never hold an exit back.

        Returns:
            ``REFUSED`` while another sale of the position is in flight: the next one is signed only when
            the last is proved dead.

        Raises:
            RefusedError: the pool does not take this amount; nothing was sent.
            StorageError, UnavailableError, WalletBusyError: as for :meth:`buy`.
        """
        known = self.known(order.client_key)
        if known is not None:
            return known
        in_flight = self.selling(order.position.id)
        if in_flight:
            return Outcome(OutcomeKind.REFUSED, reason=f"a sale of it is still in flight: {in_flight}")
        plan = self._planner.sell(order, self._salt)
        return await self.settle(plan.intent, self._write_ahead(plan), deadline=deadline)

    async def close_account(self, position: Position, *, deadline: float | None = None) -> Outcome:
        """Close a sold position's empty token account: best effort, a transaction of its own."""
        plan = self._planner.close(position, self._salt)
        return await self.settle(plan.intent, self._write_ahead(plan), deadline=deadline)

    async def reclaim(self, order: ReclaimOrder, *, deadline: float | None = None) -> Outcome:
        """Close several token accounts in one transaction. Returns and raises like :meth:`buy`."""

        def admitted() -> Plan:
            plan = self._planner.reclaim(order, self._salt)
            self._door.admit_closing(plan.intent.max_spend)
            return plan

        return await self._admit(None, admitted, deadline)

    async def settle(
        self, intent: Intent, attempt: Attempt, *, send: bool = True, deadline: float | None = None
    ) -> Outcome:
        """Bring a journalled transaction to its end and book it: running and recovery are this one path."""
        with self._watching(attempt.signature):
            signed_at = self._clock.monotonic()
            result = await self._lander.land(
                attempt.raw,
                attempt.signature,
                attempt.last_valid_height,
                send=send and self._holds(),
                deadline=deadline,
            )
            match result:
                case InDoubt(reason=reason):
                    return Outcome(OutcomeKind.UNKNOWN, intent.id, attempt.signature, reason)
                case Dead(evidence=evidence):
                    self._journal.mark_dead(attempt.signature, self._clock.now())
                    return Outcome(OutcomeKind.DEAD, intent.id, attempt.signature, evidence)
                case Landed():
                    landed_at = self._clock.monotonic()
                    view = await self._lander.transaction(attempt.signature)
                    return outcome_of(self._book(intent, view), signed_at, landed_at)

    def known(self, client_key: str | None) -> Outcome | None:
        """The outcome of an earlier call with the same key, as far as it is known; ``None`` for a new key.

        A key whose transaction died stays used: whoever wants to trade again says so with another key.
        """
        intent = self._journal.intent_by_key(client_key) if client_key else None
        if intent is None:
            return None
        attempt = self._journal.attempts(intent.id)[-1]
        fill = self._journal.fill(attempt.signature)
        if fill is not None:
            return outcome_of(fill)
        kind = OutcomeKind.DEAD if attempt.state is TxState.DEAD else OutcomeKind.UNKNOWN
        return Outcome(kind, intent.id, attempt.signature, f"an earlier call with key {client_key}")

    def selling(self, position_id: str) -> str:
        """The signature of a sale of this position whose outcome is not known; ``""`` when there is none."""
        for intent, attempt in self._journal.unresolved():
            if intent.kind is IntentKind.SELL and intent.position_id == position_id:
                return attempt.signature
        return ""

    def unwatched(self) -> list[tuple[Intent, Attempt]]:
        """Journalled transactions without an outcome that nobody is settling: what recovery takes up."""
        return [item for item in self._journal.unresolved() if item[1].signature not in self._watched]

    async def _admit(
        self,
        client_key: str | None,
        admitted: Callable[[], Plan],
        deadline: float | None,
        balance_since: float | None = None,
    ) -> Outcome:
        known = self.known(client_key)
        if known is not None:
            return known
        await self._door.refresh(balance_since)
        known = self.known(client_key)  # the same call may have come while the balance was read
        if known is not None:
            return known
        try:
            plan = admitted()
        except RefusedError as refusal:
            return Outcome(
                OutcomeKind.REFUSED, reason=refusal.message, details=tuple(refusal.details.items())
            )
        return await self.settle(plan.intent, self._write_ahead(plan), deadline=deadline)

    def _write_ahead(self, plan: Plan) -> Attempt:
        """Sign and make durable; when this returns the bytes may leave."""
        if not self._holds():
            raise WalletBusyError("the wallet's lock was taken away; nothing was sent")
        blockhash, last_valid_height = self._blockhashes.latest()
        message = compile_message(self._wallet, plan.instructions, blockhash)
        signature = self._signer.sign(message)
        attempt = Attempt(
            signature=signature_text(signature),
            intent_id=plan.intent.id,
            number=1,
            raw=signed_transaction(message, signature),
            last_valid_height=last_valid_height,
            state=TxState.SUBMITTED,
            created_at=self._clock.now(),
            min_out=plan.min_out,
        )
        self._journal.record_intent(plan.intent, attempt)
        self._salt += 1
        return attempt

    def _book(self, intent: Intent, view: TransactionView) -> Fill:
        fill = fill_of(intent, view, self._wallet, self._clock.now())
        position = opened_by(intent, fill)
        if position is not None:
            self._journal.open_position(position, fill)
        else:
            event = TxEvent.LANDED if fill.settlement.err is None else TxEvent.FAILED
            self._journal.book(fill, event)
        return fill

    @contextmanager
    def _watching(self, signature: str) -> Iterator[None]:
        self._watched.add(signature)
        try:
            yield
        finally:
            self._watched.discard(signature)
