"""Runs one bot: hands it pools, judges and buys for it, and tells what happened."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from sniperforge.domain.outcome import Outcome, OutcomeKind
from sniperforge.engine.events import BuyEnded, PoolJudged, PoolSeen, Trouble
from sniperforge.engine.facts import Opportunity
from sniperforge.engine.orders import BuyOrder
from sniperforge.errors import SniperForgeError, StorageError, UnavailableError
from sniperforge.tokens.powers import powers_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine

    from sniperforge.domain.events import NewPool
    from sniperforge.engine.events import SessionEvent
    from sniperforge.engine.executor import Executor
    from sniperforge.engine.guard import Guard
    from sniperforge.engine.judge import Judge
    from sniperforge.orders.exit_policy import ExitPolicy
    from sniperforge.plugin import Bot, Judgement
    from sniperforge.ports import Clock

STOPPING: Final = "stopping: no new entries"
"""Why nothing is bought any more after :meth:`BotHost.stop`."""

MAX_AGE_SECONDS: Final = 10.0
"""An older judgement is not bought on: its facts and its price are gone."""

SETTLE_SECONDS: Final = 30.0
"""How long a stopped bot's running buys are waited for; after that recovery watches them."""


class BotHost:
    """A :class:`~sniperforge.plugin.BotContext` over the engine.

    Args:
        pools: the feed; consumed by this bot alone.
        slippage_bps: how much less than quoted a buy accepts.
        tell: hears every event; must not block.
    """

    def __init__(
        self,
        *,
        name: str,
        bot: Bot,
        pools: AsyncIterator[NewPool],
        judge: Judge,
        executor: Executor,
        guard: Guard,
        exits: ExitPolicy,
        slippage_bps: int,
        clock: Clock,
        tell: Callable[[SessionEvent], None],
    ) -> None:
        self._name = name
        self._bot = bot
        self._pools = pools
        self._judge = judge
        self._executor = executor
        self._guard = guard
        self._exits = exits.to_json()
        self._slippage_bps = slippage_bps
        self._clock = clock
        self._tell = tell
        self._group: asyncio.TaskGroup | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._buying: set[asyncio.Task[Any]] = set()
        self._stopped = asyncio.Event()
        self.pools_seen = 0

    @property
    def clock(self) -> Clock:
        """The session's clock."""
        return self._clock

    async def run(self) -> None:
        """Run the bot until :meth:`stop`, then for as long as its running buys take, within a bound."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            self._start(self._bot.run(self))
            await self._until_over()
            self._group = None

    def stop(self) -> None:
        """No new pools and no new entries from now on."""
        self._stopped.set()

    async def new_pools(self) -> AsyncIterator[NewPool]:
        """Pools as they come, until :meth:`stop`."""
        stopped = asyncio.ensure_future(self._stopped.wait())
        coming: asyncio.Future[NewPool | None] | None = None
        try:
            while True:
                coming = asyncio.ensure_future(anext(self._pools, None))
                await asyncio.wait({coming, stopped}, return_when=asyncio.FIRST_COMPLETED)
                if self._stopped.is_set():
                    return
                pool = coming.result()
                if pool is None:
                    return
                self.pools_seen += 1
                self._tell(PoolSeen(pool))
                yield pool
        finally:
            stopped.cancel()
            if coming is not None:
                coming.cancel()

    async def judge(self, pool: NewPool) -> Judgement:
        """Judge and journal; only what is new is told."""
        judgement = await self._judge.judge(pool)
        if judgement.is_news:
            self._tell(PoolJudged(judgement))
        return judgement

    async def buy(self, judgement: Judgement, lamports: int, *, reason: str) -> Outcome:
        """Buy through the executor; what landed is guarded from then on."""
        task = asyncio.current_task()
        assert task is not None
        self._buying.add(task)
        try:
            outcome = await self._try_to_buy(judgement, lamports, reason)
        finally:
            self._buying.discard(task)
        self._tell(BuyEnded(judgement, outcome))
        if outcome.ok:
            self._guard.wake()
        if self._stopped.is_set() and task in self._tasks:
            task.cancel()  # the buy was all that it was waited for
        return outcome

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run beside the bot."""
        if self._group is None:
            work.close()
            raise RuntimeError("the bot is not running")
        self._start(self._shielded(work))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        assert self._group is not None
        task = self._group.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _until_over(self) -> None:
        """Until none of the bot's tasks runs; once stopped, only those that are buying are waited for."""
        timers: list[asyncio.Future[Any]] = [asyncio.ensure_future(self._stopped.wait())]
        try:
            while self._tasks and not self._stopped.is_set():
                await asyncio.wait({*self._tasks, *timers}, return_when=asyncio.FIRST_COMPLETED)
            timers.append(asyncio.ensure_future(self._clock.sleep(SETTLE_SECONDS)))
            while self._tasks:
                late = timers[-1].done()
                for task in self._tasks if late else self._tasks - self._buying:
                    task.cancel()
                waits = self._tasks if late else {*self._tasks, timers[-1]}
                await asyncio.wait(set(waits), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for timer in timers:
                timer.cancel()

    async def _shielded(self, work: Coroutine[Any, Any, None]) -> None:
        """One pool's trouble is not the bot's: it is told, and the next pool comes."""
        try:
            await work
        except StorageError:
            raise  # what cannot be journalled must not be traded
        except SniperForgeError as error:
            self._tell(Trouble(self._name, error.message))

    async def _try_to_buy(self, judgement: Judgement, lamports: int, reason: str) -> Outcome:
        opportunity = judgement.opportunity
        if not judgement.verdict.accepted or not isinstance(opportunity, Opportunity):
            return Outcome(OutcomeKind.REFUSED, reason="only an accepted pool may be bought")
        if self._stopped.is_set():
            return Outcome(OutcomeKind.REFUSED, reason=STOPPING)
        age = self._clock.monotonic() - judgement.started_at
        if age > MAX_AGE_SECONDS:
            return Outcome(OutcomeKind.REFUSED, reason=f"the judgement is {age:.0f} s old: judge again")
        state, token = opportunity.state, opportunity.facts.token
        order = BuyOrder(
            venue=opportunity.venue,
            state=state,
            mint=state.base_mint,
            token_program=state.token_program(state.base_mint),
            decimals=state.decimals(state.base_mint),
            spend=lamports,
            slippage_bps=self._slippage_bps,
            origin=self._name,
            reason=reason,
            exit_policy=self._exits,
            judged_since=judgement.started_at,
            creator=opportunity.facts.creator or "",
            powers=None if token is None else powers_of(token),
            units=trip.units if (trip := opportunity.facts.round_trip) is not None else 0,
        )
        try:
            return await self._executor.buy(order)
        except UnavailableError as error:  # before anything was signed
            return Outcome(OutcomeKind.REFUSED, reason=error.message)
