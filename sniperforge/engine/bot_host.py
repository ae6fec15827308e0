"""Runs one bot: hands it pools, judges and buys for it, and tells what happened."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from sniperforge.domain.outcome import Outcome, OutcomeKind
from sniperforge.engine.events import BuyEnded, PoolJudged, PoolSeen, Trouble
from sniperforge.engine.facts import Opportunity
from sniperforge.engine.orders import BuyOrder
from sniperforge.errors import SniperForgeError, StorageError

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
        self._stopped = asyncio.Event()
        self.pools_seen = 0

    @property
    def clock(self) -> Clock:
        """The session's clock."""
        return self._clock

    async def run(self) -> None:
        """Run the bot until :meth:`stop`, then until every pool it was considering has its outcome."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            await self._bot.run(self)

    def stop(self) -> None:
        """No new pools and no new entries from now on."""
        self._stopped.set()

    async def new_pools(self) -> AsyncIterator[NewPool]:
        """Pools as they come, until :meth:`stop`."""
        stopped = asyncio.ensure_future(self._stopped.wait())
        try:
            while not self._stopped.is_set():
                coming = asyncio.ensure_future(anext(self._pools, None))
                await asyncio.wait({coming, stopped}, return_when=asyncio.FIRST_COMPLETED)
                if not coming.done():
                    coming.cancel()
                    return
                pool = coming.result()
                if pool is None:
                    return
                self.pools_seen += 1
                self._tell(PoolSeen(pool))
                yield pool
        finally:
            stopped.cancel()

    async def judge(self, pool: NewPool) -> Judgement:
        """Judge and journal; only what is new is told."""
        judgement = await self._judge.judge(pool)
        if judgement.is_news:
            self._tell(PoolJudged(judgement))
        return judgement

    async def buy(self, judgement: Judgement, lamports: int, *, reason: str) -> Outcome:
        """Buy through the executor; what landed is guarded from then on."""
        outcome = await self._try_to_buy(judgement, lamports, reason)
        self._tell(BuyEnded(judgement, outcome))
        if outcome.ok:
            self._guard.wake()
        return outcome

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run beside the bot."""
        if self._group is None:
            raise RuntimeError("the bot is not running")
        self._group.create_task(self._shielded(work))

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
        state = opportunity.state
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
        )
        return await self._executor.buy(order)
