"""The guard of held positions: watches pools, decides exits, and lets go only of what is sold."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, Protocol

from sniperforge.chain.urgency import for_exit
from sniperforge.dex.registry import venue_named
from sniperforge.domain.outcome import Outcome, OutcomeKind
from sniperforge.domain.trade import HELD_STATES, IntentKind, Position, PositionState, Urgency
from sniperforge.engine.events import PositionMoved, Trouble
from sniperforge.engine.exit_rules import ExitRules, exit_value
from sniperforge.engine.orders import SellOrder
from sniperforge.engine.planner import CHOSEN_MEV
from sniperforge.engine.routes import Routes
from sniperforge.errors import NotFoundError, RefusedError, SniperForgeError, StorageError
from sniperforge.execution.mev import Mev
from sniperforge.market.waits import event_or_time
from sniperforge.orders.slippage import slippage_bps

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable
    from contextlib import AbstractAsyncContextManager

    from sniperforge.dex.venue import PoolState
    from sniperforge.domain.chain import Account
    from sniperforge.domain.trade import Intent
    from sniperforge.engine.events import SessionEvent
    from sniperforge.engine.executor import Executor
    from sniperforge.engine.routes import Route
    from sniperforge.engine.series import Dearer
    from sniperforge.orders.slippage import SlippagePolicy
    from sniperforge.ports import Clock
    from sniperforge.store.journal import Journal

LOOK_SECONDS: Final = 1.0
"""Time rules are looked at this often when the pool does not move."""

STUCK_AFTER: Final = 3
"""Failed exits in a row after which a position is shown as stuck; it is tried on all the same."""

FIRST_PAUSE_SECONDS: Final = 0.2
MAX_PAUSE_SECONDS: Final = 60.0
"""Each try that the chain refuses costs a fee: what does not sell for a minute is tried once a minute."""

BY_HAND_SECONDS: Final = 85.0
"""How long a sale by hand is waited for: longer than a blockhash lives. The journal has it afterwards."""

SETTLING_SECONDS: Final = 0.1
"""How often a sale by hand looks whether one that is in flight has its outcome."""


class PoolWatch(Protocol):
    """A pool's state, kept fresh by someone else."""

    @property
    def state(self) -> PoolState | None:
        """The newest state, ``None`` when it is not known or too old to trade on."""
        ...

    def account(self, address: str) -> Account | None:
        """One of the accounts that the state was made from; ``None`` when it is none of them."""
        ...

    async def changed(self, seconds: float) -> None:
        """Return when the state, or one of its accounts, changed, or after ``seconds``."""
        ...


class Guard:
    """Keeps every held position under its exits until it is sold or given up by hand.

    Args:
        watch: opens a watch on a venue's pool.
        tell: hears every event; must not block.
        pools_of: ``(dex, pool)`` of a mint's known pools, to which a sale may go after a failed attempt.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        executor: Executor,
        watch: Callable[[str, str], AbstractAsyncContextManager[PoolWatch]],
        slippage: SlippagePolicy,
        clock: Clock,
        tell: Callable[[SessionEvent], None],
        pools_of: Callable[[str], Iterable[tuple[str, str]]] = lambda _mint: (),
    ) -> None:
        self._journal = journal
        self._pools_of = pools_of
        self._executor = executor
        self._watch = watch
        self._slippage = slippage
        self._clock = clock
        self._tell = tell
        self._guarded: dict[str, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self.values: dict[str, int] = {}
        """Exit value in lamports per position id, as last seen."""

    def wake(self) -> None:
        """Look for new positions now."""
        self._wake.set()

    async def run(self) -> None:
        """Guard every held position until cancelled: those of this run, and those found at start."""
        async with asyncio.TaskGroup() as group:
            while True:
                self._guarded = {key: task for key, task in self._guarded.items() if not task.done()}
                for position in self._journal.positions():
                    if position.id not in self._guarded:
                        self._guarded[position.id] = group.create_task(self._guard(position))
                await event_or_time(self._wake, self._clock, LOOK_SECONDS)
                self._wake.clear()

    async def sell(
        self,
        position_id: str,
        raw: int | None,
        *,
        origin: str,
        reason: str,
        client_key: str | None = None,
        mev: Mev | None = None,
    ) -> Outcome:
        """Sell by hand: ``raw`` tokens, or all. One attempt; a whole sale that fails is kept exiting.

        Waits for a sale of the position that is in flight. A key that was used before trades nothing: its
        outcome is returned. ``mev`` is for this sale alone; ``None`` leaves it to the policy.

        Raises:
            NotFoundError: no such held position.
            RefusedError: more than is held.
        """
        known = self._executor.known(client_key)
        if known is not None:
            return known
        position = self._held(position_id)
        async with self._watch_for_exit(position) as watch:
            if watch.state is None:
                await watch.changed(LOOK_SECONDS)
            while self._executor.selling(position_id):
                await self._clock.sleep(SETTLING_SECONDS)
            known = self._executor.known(client_key)
            if known is not None:
                return known
            held = self._held(position_id)
            part = _part(held, raw)
            return await self._attempt(
                held,
                part,
                watch.state,
                origin=origin,
                reason=reason,
                urgency=Urgency.URGENT,
                client_key=client_key,
                keep=part == held.raw,
                deadline=self._clock.monotonic() + BY_HAND_SECONDS,
                mev=mev,
            )

    def dearer(self, intent: Intent) -> Dearer | None:
        """What makes further attempts of a sale that an earlier process began; ``None`` for other intents."""
        if intent.kind is not IntentKind.SELL or intent.position_id is None:
            return None
        return self._dearer(
            intent.position_id,
            intent.amount_in,
            origin=intent.origin,
            reason=intent.reason,
            urgency=Urgency.URGENT,
            keep=bool(intent.facts.get("whole")),
            mev=Mev(chosen) if (chosen := intent.facts.get(CHOSEN_MEV)) else None,
        )

    @asynccontextmanager
    async def _watch_for_exit(self, position: Position) -> AsyncIterator[PoolWatch]:
        """What is asked inside goes before other reads where an endpoint limits their rate."""
        with for_exit():
            async with self._watch(position.dex, position.pool) as watch:
                yield watch

    # -- one position --------------------------------------------------------------------------------------

    async def _guard(self, position: Position) -> None:
        """One position's trouble is its own: the others stay guarded, and it is taken up again."""
        try:
            await self._watch_over(position)
        except StorageError:
            raise  # nothing can be journalled: the session must end, loudly
        except SniperForgeError as error:
            self._tell(Trouble("guard", f"position {position.id}: {error.message}"))
            await self._clock.sleep(MAX_PAUSE_SECONDS)

    async def _watch_over(self, found: Position) -> None:
        rules = ExitRules(found, journal=self._journal, clock=self._clock)
        async with self._watch_for_exit(found) as watch:
            if watch.state is None:  # not read yet is no failed exit
                await watch.changed(LOOK_SECONDS)
            await self._measure(found, watch.state)
            # What is decided on is read after each wait: a sale may have been booked meanwhile.
            while (position := self._journal.position(found.id)) and position.state in HELD_STATES:
                await self._look(position, rules, watch)
                await watch.changed(LOOK_SECONDS)
        self.values.pop(found.id, None)

    async def _measure(self, position: Position, state: PoolState | None) -> None:
        """What selling all of it takes, before there is a reason to."""
        venue = venue_named(position.dex)
        if venue is not None and state is not None:
            await self._executor.measure(
                SellOrder(venue, state, position, position.raw, self._slippage.max_bps, position.origin, "")
            )

    async def _look(self, position: Position, rules: ExitRules, watch: PoolWatch) -> None:
        state = watch.state
        value = exit_value(position, state)
        if value is not None:
            self.values[position.id] = value
        raw = position.raw
        if position.state is PositionState.OPEN:
            decision = rules.decide(position, state, watch.account(position.mint), value)
            if decision is None:
                return
            reason, urgency = f"{decision.reason}: {decision.text}", decision.urgency
            raw = position.raw if decision.raw is None else decision.raw
        else:
            reason, urgency = _first_reason(position), Urgency.URGENT
        if self._executor.selling(position.id):
            return  # by hand, or by an earlier process; recovery settles that one
        outcome = await self._attempt(
            position,
            raw,
            state,
            origin=position.origin,
            reason=reason,
            urgency=urgency,
            keep=raw == position.raw,
        )
        if not outcome.ok:
            await self._clock.sleep(_pause(position.exit_attempts))

    async def _attempt(
        self,
        position: Position,
        raw: int,
        state: PoolState | None,
        *,
        origin: str,
        reason: str,
        urgency: Urgency,
        client_key: str | None = None,
        keep: bool = True,
        deadline: float | None = None,
        mev: Mev | None = None,
    ) -> Outcome:
        """One try to sell. Whatever stands in its way is counted and told; the position stays owned.

        Its callers ask first whether a sale is in flight; the executor asks again before it signs.
        """
        number = position.exit_attempts + 1
        route = await self._route(position, raw, state, number)
        if route is None:
            return self._failed(position, f"{reason}; the pool cannot be read now", keep=keep)
        order = SellOrder(
            venue=route.venue,
            state=route.state,
            position=position,
            raw=raw,
            slippage_bps=slippage_bps(number, self._slippage, urgency),
            origin=origin,
            reason=reason,
            client_key=client_key,
            urgency=urgency,
            mev=mev,
        )
        self._tell(PositionMoved("exiting", position, reason))
        try:
            further = self._dearer(
                position.id, raw, origin=origin, reason=reason, urgency=urgency, keep=keep, mev=mev
            )
            outcome = await self._executor.sell(order, deadline=deadline, dearer=further)
        except StorageError:
            raise  # nothing can be journalled: the session must end, loudly
        except SniperForgeError as error:
            return self._failed(position, f"{reason}; {error.message}", keep=keep)
        if outcome.kind is OutcomeKind.UNKNOWN:
            return outcome  # neither failed nor sold; the journal has it as exiting
        if not outcome.ok:
            self._failed(position, f"{reason}; {outcome.reason}", keep=keep)
            return outcome
        sold = self._journal.position(position.id) or position
        self._tell(PositionMoved("sold", sold, reason))
        return outcome

    async def _route(
        self, position: Position, raw: int, state: PoolState | None, number: int
    ) -> Route | None:
        return await Routes(self._watch, self._pools_of).choose(position, raw, state, number)

    def _dearer(
        self,
        position_id: str,
        raw: int,
        *,
        origin: str,
        reason: str,
        urgency: Urgency,
        keep: bool,
        mev: Mev | None,
    ) -> Dearer:
        async def order(number: int) -> SellOrder | None:
            position = self._journal.position(position_id)
            if position is None or position.state not in HELD_STATES:
                return None
            async with self._watch_for_exit(position) as watch:
                if watch.state is None:
                    await watch.changed(LOOK_SECONDS)
                state = watch.state
            part = min(raw, position.raw)
            route = await self._route(position, part, state, position.exit_attempts + number)
            if route is None:
                return None
            bps = slippage_bps(position.exit_attempts + number, self._slippage, urgency)
            self._tell_again(position, f"{reason}; attempt {number}, {bps} bps", number, keep=keep)
            return SellOrder(
                venue=route.venue,
                state=route.state,
                position=position,
                raw=part,
                slippage_bps=bps,
                origin=origin,
                reason=reason,
                urgency=urgency,
                mev=mev,
            )

        return order

    def _tell_again(self, position: Position, note: str, number: int, *, keep: bool) -> None:
        """An attempt after many that did not land is told, and shown, as stuck; it goes on all the same."""
        stuck = keep and number > STUCK_AFTER and position.state is not PositionState.STUCK
        if stuck:
            self._journal.set_position_state(position.id, PositionState.STUCK, note, self._clock.now())
        self._tell(PositionMoved("stuck" if stuck else "exiting", position, note))

    def _failed(self, position: Position, note: str, *, keep: bool) -> Outcome:
        self._journal.count_exit_attempt(position.id, note)
        stuck = keep and position.exit_attempts + 1 >= STUCK_AFTER
        if keep:
            state = PositionState.STUCK if stuck else PositionState.EXITING
            self._journal.set_position_state(position.id, state, note, self._clock.now())
        self._tell(PositionMoved("stuck" if stuck else "exit failed", position, note))
        return Outcome(OutcomeKind.REFUSED, reason=note)

    def _held(self, position_id: str) -> Position:
        position = self._journal.position(position_id)
        if position is None or position.state not in HELD_STATES:
            raise NotFoundError(f"no held position {position_id}")
        return position


def _part(position: Position, raw: int | None) -> int:
    if raw is not None and raw > position.raw:
        raise RefusedError(
            f"{raw} raw units asked for, {position.raw} held", details={"held": str(position.raw)}
        )
    return position.raw if raw is None else raw


def _first_reason(position: Position) -> str:
    """Why it began to exit, without what went wrong since."""
    return position.note.partition("; ")[0] or "resumed"


def _pause(attempts: int) -> float:
    return min(FIRST_PAUSE_SECONDS * float(1 << min(attempts, 10)), MAX_PAUSE_SECONDS)
