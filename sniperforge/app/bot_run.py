"""One bot on one trader, from start to drain; and the numbers of its run."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sniperforge.app.bots import bot_config
from sniperforge.app.calm_memory import calm_memory
from sniperforge.app.pool_sources import open_feed
from sniperforge.dex.registry import programs_on
from sniperforge.domain.outcome import OutcomeKind
from sniperforge.engine.bot_host import STOPPING, BotHost
from sniperforge.engine.events import BuyEnded, PoolJudged, PoolSeen, PositionMoved
from sniperforge.engine.facts import FactGatherer
from sniperforge.engine.judge import Judge

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.app.trader import Trader
    from sniperforge.domain.outcome import Outcome
    from sniperforge.engine.events import SessionEvent
    from sniperforge.market.pool_feed import PoolFeed
    from sniperforge.plugin import BotSpec, Judgement

KEPT: Final = 10_000
"""Pools and samples that a tally keeps; older ones live on in its sums."""

LIMITS, EXECUTION = "limits", "execution"
"""What stands beside the checks' names: a limit said no, or the chain did."""


@dataclass(slots=True)
class RunTally:
    """What happened in a run, counted from its events; its size does not grow with the run.

    Attributes:
        seen: pools that came out of the feed.
        bought: mints.
        decided_after: seconds from the start of the last look at a pool to the signed transaction, per buy:
            all reads, all checks, the simulated round trip, the journal.
        signed_after, landed_after: seconds from the arrival of a pool's notification, per buy; waiting for
            the pool to open is part of it.
    """

    seen: int = 0
    bought: set[str] = field(default_factory=set)
    exits: int = 0
    decided_after: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))
    signed_after: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))
    landed_after: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))
    _verdicts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _refused: int = 0
    _refused_by: Counter[str] = field(default_factory=Counter)

    def hear(self, event: SessionEvent) -> None:
        """Count one event."""
        match event:
            case PoolSeen():
                self.seen += 1
            case PoolJudged(judgement=judgement):
                self._judged(judgement.verdict.pool, judgement.verdict.grounds)
            case BuyEnded(judgement=judgement, outcome=outcome):
                self._hear_buy(judgement, outcome)
            case PositionMoved(what="sold"):
                self.exits += 1

    def _hear_buy(self, judgement: Judgement, outcome: Outcome) -> None:
        received_at, verdict = judgement.pool.received_at, judgement.verdict
        if outcome.ok:
            self.bought.add(verdict.mint)
        elif outcome.kind is OutcomeKind.REFUSED and outcome.reason != STOPPING:
            self._judged(verdict.pool, (LIMITS,))
        elif outcome.kind in (OutcomeKind.REJECTED, OutcomeKind.DEAD):
            self._judged(verdict.pool, (EXECUTION,))
        if outcome.signed_at is not None and outcome.landed_at is not None:
            self.decided_after.append(outcome.signed_at - judgement.started_at)
            self.signed_after.append(outcome.signed_at - received_at)
            self.landed_after.append(outcome.landed_at - received_at)

    def _judged(self, pool: str, grounds: tuple[str, ...]) -> None:
        """A pool counts once, by its last verdict; one of long ago is not judged again."""
        self._verdicts.pop(pool, None)
        self._verdicts[pool] = grounds
        if len(self._verdicts) > KEPT:
            settled = self._verdicts.pop(next(iter(self._verdicts)))
            self._refused += bool(settled)
            self._refused_by.update(settled)

    @property
    def refused_by(self) -> dict[str, int]:
        """How many pools each check refused, most frequent first.

        What could not be read counts only for pools that no check failed. ``limits`` and ``execution`` stand
        for pools that passed every check and could not be bought.
        """
        counts = self._refused_by + Counter(name for grounds in self._verdicts.values() for name in grounds)
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    @property
    def refused(self) -> int:
        """Pools that were looked at and not bought, each once."""
        return self._refused + sum(bool(grounds) for grounds in self._verdicts.values())


async def run_bot(
    trader: Trader,
    spec: BotSpec,
    *,
    tell: Callable[[SessionEvent], None],
    duration: float | None,
    on_feed: Callable[[PoolFeed], None] = lambda _feed: None,
) -> None:
    """Run a bot for ``duration`` seconds (``None``: until cancelled), then drain what is in flight.

    Raises:
        ConfigError: the bot's file is invalid.
        ExceptionGroup: a service failed; trading stopped.
    """
    node, clock = trader.node, trader.node.clock
    config = bot_config(node.settings, spec)
    judge = Judge(
        gatherer=FactGatherer(
            rpc=node.rpc, wallet=trader.wallet, account_rent=trader.account_rent, clock=clock
        ),
        policy=spec.risk(config),
        spend=spec.trade(config),
        shared=trader.shared,
        wallet=trader.wallet,
        bot=spec.name,
        clock=clock,
        look_ahead=trader.executor.look_ahead,
    )
    programs = programs_on(node.cluster, spec.dexes(config))
    async with open_feed(node, trader.pubsub, programs) as feed:
        on_feed(feed)
        host = BotHost(
            name=spec.name,
            bot=spec.make(config),
            pools=feed,
            judge=judge,
            executor=trader.executor,
            guard=trader.guard,
            exits=spec.exits(config),
            slippage_bps=node.settings.config.execution.slippage_bps,
            clock=clock,
            tell=tell,
        )
        with calm_memory():
            await trader.session.run(_run(host, feed, duration))


async def _run(host: BotHost, feed: PoolFeed, duration: float | None) -> None:
    """The bot on its feed; the feed ends with it."""
    loop = asyncio.get_running_loop()
    timer = None if duration is None else loop.call_later(duration, host.stop)
    try:
        async with asyncio.TaskGroup() as group:
            following = group.create_task(feed.run())
            await host.run()
            following.cancel()
    finally:
        if timer is not None:
            timer.cancel()
