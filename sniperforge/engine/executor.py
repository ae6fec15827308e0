"""The executor: limits, quote, plan, sign, journal, send, settle. Every order goes this way and no other.

Between the limits and the commit of the journal there is no await, so two orders cannot pass the same room.
Nothing leaves before it is durable; an outcome is what the chain says, read from balance deltas.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Protocol

from sniperforge.domain.landing import Dead, InDoubt, Landed
from sniperforge.domain.lifecycle import TxEvent, TxState
from sniperforge.domain.outcome import Outcome, OutcomeKind
from sniperforge.domain.trade import HELD_STATES, Attempt, Fill, Intent, IntentKind, Position
from sniperforge.engine.booking import fill_of, opened_by, outcome_of
from sniperforge.engine.nonces import A_TRANSACTION
from sniperforge.engine.planner import Plan, Planner
from sniperforge.engine.series import DEARER_AFTER_SECONDS, Dearer, Series, SeriesSender
from sniperforge.engine.signing import WriteAhead
from sniperforge.engine.turns import Turns
from sniperforge.errors import RefusedError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sniperforge.domain.chain import TransactionView
    from sniperforge.domain.landing import Fate
    from sniperforge.engine.compute_units import ComputeUnits
    from sniperforge.engine.door import Door
    from sniperforge.engine.fee_levels import FeeLevels
    from sniperforge.engine.nonces import NoncePool
    from sniperforge.engine.orders import (
        BuyOrder,
        ExecutionPolicy,
        ReclaimOrder,
        SellOrder,
        TransferOrder,
    )
    from sniperforge.engine.signing import Blockhashes
    from sniperforge.ports import Clock, Signer
    from sniperforge.store.journal import Journal


class Lander(SeriesSender, Protocol):
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


class Executor:
    """Trades for one wallet.

    Args:
        journal: the wallet's write-ahead record; this is its only writer.
        holds: whether this process still holds the wallet's lock; asked before each send.
        new_id: makes intent ids.
        nonces: the wallet's nonce accounts; ``None`` makes every sale one transaction on a blockhash.
        dearer_after: seconds that the first attempt of a series has for itself.
        levels: what others pay; ``None`` offers the least.
        units: limits of sales by pool; ``None`` asks for the policy's.
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
        nonces: NoncePool | None = None,
        dearer_after: float = DEARER_AFTER_SECONDS,
        levels: FeeLevels | None = None,
        units: ComputeUnits | None = None,
    ) -> None:
        self._wallet = signer.pubkey
        self._journal = journal
        self._lander = lander
        self._door = door
        self._levels = levels
        self._units = units
        self._planner = Planner(
            wallet=signer.pubkey,
            policy=policy,
            clock=clock,
            new_id=new_id,
            recent_fees=levels.recent if levels is not None else lambda _pool: (),
            sale_units=units.limit if units is not None else None,
        )
        self._clock = clock
        self._holds = holds
        self._nonces = nonces
        self._signing = WriteAhead(
            signer=signer, journal=journal, blockhashes=blockhashes, clock=clock, holds=holds
        )
        self._series = Series(
            journal=journal,
            lander=lander,
            planner=self._planner,
            signing=self._signing,
            clock=clock,
            holds=holds,
            dearer_after=dearer_after,
        )
        self._turns = Turns()
        self._watched: set[str] = set()

    async def look_ahead(self, pool: str, *vaults: str) -> None:
        """Read what a buy on ``pool`` will need, while it is still being decided. Outages are left to it."""
        async with asyncio.TaskGroup() as group:
            if self._levels is not None:
                self._levels.learn(pool, (pool, *vaults))
                group.create_task(self._levels.look(pool))
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
            plan = self._planner.buy(order, self._signing.salt)
            self._door.admit_buy(plan.intent, fee_level)
            return plan

        return await self._admit(order.client_key, admitted, deadline, order.judged_since)

    async def transfer(self, order: TransferOrder, *, deadline: float | None = None) -> Outcome:
        """Send SOL through the same door. Returns and raises like :meth:`buy`."""

        def admitted() -> Plan:
            plan = self._planner.transfer(order, self._signing.salt)
            self._door.admit_transfer(plan.intent.max_spend)
            return plan

        return await self._admit(order.client_key, admitted, deadline)

    async def sell(
        self, order: SellOrder, *, deadline: float | None = None, dearer: Dearer | None = None
    ) -> Outcome:
        """Sell: one transaction, or a series where a durable nonce is free. Limits never hold it back.

        Args:
            deadline: monotonic seconds after which its outcome is not waited for.
            dearer: makes the order of a series' next attempt, while none lands.

        Returns:
            ``REFUSED`` while another sale of the position is in flight: the next one is signed only when
            the last is proved dead.

        Raises:
            RefusedError: the pool does not take this amount; nothing was sent.
            StorageError, UnavailableError, WalletBusyError: as for :meth:`buy`.
        """
        earlier = self._sold_before(order)
        if earlier is not None:
            return earlier
        nonce = await self._nonces.lease(order.position.id) if self._nonces is not None else None
        earlier = self._sold_before(order)  # it may have been sold while the nonce was read
        if earlier is not None:
            return earlier
        plan = self._planner.sell(order, self._signing.salt)
        attempt = self._signing.first(plan, nonce)
        return await self.settle(plan.intent, attempt, deadline=deadline, dearer=dearer)

    async def measure(self, order: SellOrder) -> None:
        """Learn what a sale takes, and of what it competes for, before it must leave. Never raises for it."""
        position = order.position
        with suppress(RefusedError, UnavailableError):
            plan = self._planner.sell(order, self._signing.salt)
            if self._levels is not None:
                self._levels.learn(position.pool, self._planner.contended(plan, position.token_account))
            if self._units is not None:
                await self._units.measure(position.pool, self._signing.unsigned(plan))

    def _sold_before(self, order: SellOrder) -> Outcome | None:
        known = self.known(order.client_key)
        if known is not None:
            return known
        in_flight = self.selling(order.position.id)
        if in_flight:
            return Outcome(OutcomeKind.REFUSED, reason=f"a sale of it is still in flight: {in_flight}")
        position = self._journal.position(order.position.id)
        held = position.raw if position is not None and position.state in HELD_STATES else 0
        if order.raw > held:  # the rest would be another position's: all of one mint are in one account
            return Outcome(OutcomeKind.REFUSED, reason=f"{order.raw} raw units to sell, {held} held by now")
        return None

    async def open_nonces(self, indexes: Sequence[int], *, deadline: float | None = None) -> Outcome:
        """Make nonce accounts, if the reserve is left. Returns and raises like :meth:`buy`."""

        def admitted() -> Plan:
            plan = self._planner.open_nonces(indexes, self._signing.salt)
            self._door.admit_transfer(plan.intent.max_spend)
            return plan

        return await self._admit(None, admitted, deadline)

    async def close_nonces(self, *, deadline: float | None = None) -> Outcome | None:
        """Close the nonce accounts that no series needs, as many as fit; ``None`` when there is none.

        Returns and raises like :meth:`buy`.
        """
        if self._nonces is None:
            return None
        await self._nonces.refresh()
        held = dict(list(self._nonces.idle().items())[:A_TRANSACTION])
        if not held:
            return None

        def admitted() -> Plan:
            plan = self._planner.close_nonces(held, self._signing.salt)
            self._door.admit_closing(plan.intent.max_spend)
            return plan

        return await self._admit(None, admitted, deadline)

    async def end_series(
        self, ended: Intent, nonce_account: str, *, deadline: float | None = None
    ) -> Outcome:
        """Advance a sale's nonce: none of its attempts can land then. Returns and raises like :meth:`buy`."""

        def admitted() -> Plan:
            plan = self._planner.end_series(ended, nonce_account, self._signing.salt)
            self._door.admit_closing(plan.intent.max_spend)
            return plan

        return await self._admit(None, admitted, deadline)

    async def close_account(self, position: Position, *, deadline: float | None = None) -> Outcome:
        """Close a sold position's empty token account: best effort, a transaction of its own."""
        plan = self._planner.close(position, self._signing.salt)
        return await self.settle(plan.intent, self._signing.first(plan), deadline=deadline)

    async def reclaim(self, order: ReclaimOrder, *, deadline: float | None = None) -> Outcome:
        """Close several token accounts in one transaction. Returns and raises like :meth:`buy`."""

        def admitted() -> Plan:
            plan = self._planner.reclaim(order, self._signing.salt)
            self._door.admit_closing(plan.intent.max_spend)
            return plan

        return await self._admit(None, admitted, deadline)

    async def settle(
        self,
        intent: Intent,
        attempt: Attempt,
        *,
        send: bool = True,
        deadline: float | None = None,
        dearer: Dearer | None = None,
    ) -> Outcome:
        """Bring a journalled transaction to its end and book it: running and recovery are this one path.

        Of a series it is any attempt that stands for all of them.
        """
        with self._watching(intent.id):
            signed_at = self._clock.monotonic()
            match await self._landed(intent, attempt, send, deadline, dearer):
                case InDoubt(reason=reason):
                    last = self._journal.decisive(intent.id).signature
                    return Outcome(OutcomeKind.UNKNOWN, intent.id, last, reason)
                case Dead(evidence=evidence):
                    self._journal.mark_dead(attempt.signature, self._clock.now())
                    return Outcome(OutcomeKind.DEAD, intent.id, attempt.signature, evidence)
                case Landed(signature=signature):
                    landed_at = self._clock.monotonic()
                    view = await self._lander.transaction(signature or attempt.signature)
                    return outcome_of(self._book(intent, view), signed_at, landed_at)

    async def _landed(
        self, intent: Intent, attempt: Attempt, send: bool, deadline: float | None, dearer: Dearer | None
    ) -> Fate:
        if attempt.nonce is None:
            raw, signature, height = attempt.raw, attempt.signature, attempt.last_valid_height
            return await self._lander.land(
                raw, signature, height, send=send and self._holds(), deadline=deadline
            )
        try:
            return await self._series.land(intent, send=send, deadline=deadline, dearer=dearer)
        finally:
            if self._nonces is not None:
                self._nonces.wake()

    def known(self, client_key: str | None) -> Outcome | None:
        """The outcome of an earlier call with the same key, as far as it is known; ``None`` for a new key.

        A key whose transaction died stays used: whoever wants to trade again says so with another key.
        """
        intent = self._journal.intent_by_key(client_key) if client_key else None
        if intent is None:
            return None
        attempt = self._journal.decisive(intent.id)
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
        """Intents without an outcome that nobody settles, with one attempt each: what recovery takes up."""
        waiting = {intent.id: (intent, attempt) for intent, attempt in self._journal.unresolved()}
        return [found for key, found in waiting.items() if key not in self._watched]

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
        await self._turns.take()
        known = self.known(client_key)  # the same call may have come meanwhile
        if known is not None:
            return known
        try:
            plan = admitted()
        except RefusedError as refusal:
            return Outcome(
                OutcomeKind.REFUSED, reason=refusal.message, details=tuple(refusal.details.items())
            )
        return await self.settle(plan.intent, self._signing.first(plan), deadline=deadline)

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
    def _watching(self, intent_id: str) -> Iterator[None]:
        self._watched.add(intent_id)
        try:
            yield
        finally:
            self._watched.discard(intent_id)
