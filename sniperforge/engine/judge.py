"""From a new pool to a journalled verdict."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any, Final

from sniperforge.plugin import Judgement
from sniperforge.risk.token_checks import evaluate
from sniperforge.store.shared import DecisionRow

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from sniperforge.domain.events import NewPool
    from sniperforge.domain.verdict import Verdict
    from sniperforge.engine.facts import FactGatherer
    from sniperforge.ports import Clock
    from sniperforge.risk.policy import RiskPolicy
    from sniperforge.store.shared import SharedStore

REMEMBERED: Final = 1_000
"""Pools whose last verdict is remembered, so that looking again does not journal the same one again."""


class Judge:
    """Applies one bot's policy to pools.

    Args:
        spend: lamports of the simulated round trip: what the bot would buy for.
        look_ahead: reads what a buy on a pool with these vaults will need, beside the facts; deals with its
            outages itself.
    """

    def __init__(
        self,
        *,
        gatherer: FactGatherer,
        policy: RiskPolicy,
        spend: int,
        shared: SharedStore,
        wallet: str,
        bot: str,
        clock: Clock,
        look_ahead: Callable[..., Coroutine[Any, Any, None]] | None = None,
    ) -> None:
        self._gatherer = gatherer
        self._policy = policy
        self._spend = spend
        self._shared = shared
        self._wallet = wallet
        self._bot = bot
        self._clock = clock
        self._look_ahead = look_ahead
        self._last: dict[str, str] = {}

    async def judge(self, pool: NewPool) -> Judgement:
        """Gather, evaluate, journal unless the last verdict said the same. Missing facts refuse.

        Raises:
            StorageError: the verdict could not be journalled.
        """
        started_at = self._clock.monotonic()
        async with asyncio.TaskGroup() as group:
            if self._look_ahead is not None:
                event = pool.event
                vaults = (each for each in (event.base_vault, event.quote_vault) if each)
                group.create_task(self._look_ahead(event.pool, *vaults))
            gathering = group.create_task(self._gatherer.gather(pool, self._spend))
        facts, opportunity = gathering.result()
        verdict = evaluate(facts, self._policy)
        is_news = self._last.get(verdict.pool) != _gist(verdict)
        if is_news:
            self._record(pool, verdict)
        return Judgement(pool, verdict, opportunity, started_at, is_news)

    def _record(self, pool: NewPool, verdict: Verdict) -> None:
        self._shared.record_decision(
            DecisionRow(
                at=self._clock.now(),
                wallet=self._wallet,
                bot=self._bot,
                dex=pool.event.dex,
                pool=verdict.pool,
                mint=verdict.mint,
                decided=verdict.decided.value,
                refused_by=verdict.grounds,
                verdict=verdict.to_json(),
            )
        )
        self._last.pop(verdict.pool, None)
        self._last[verdict.pool] = _gist(verdict)
        if len(self._last) > REMEMBERED:
            del self._last[next(iter(self._last))]


def _gist(verdict: Verdict) -> str:
    """What it says but for the numbers, which change with every look."""
    return re.sub(r"\d+", "#", verdict.summary)
