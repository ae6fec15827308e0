"""One bot on one trader, from start to drain; and the numbers of its run."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sniperforge.config.load import load_bot
from sniperforge.dex.registry import programs_on
from sniperforge.engine.bot_host import BotHost
from sniperforge.engine.events import BuyEnded, PoolJudged, PoolSeen, PositionMoved
from sniperforge.engine.facts import FactGatherer
from sniperforge.engine.judge import Judge
from sniperforge.market.pool_feed import PoolFeed

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.app.trader import Trader
    from sniperforge.domain.outcome import Outcome
    from sniperforge.engine.events import SessionEvent
    from sniperforge.plugin import BotSpec, Judgement


@dataclass(slots=True)
class RunTally:
    """What happened in a run, counted from its events.

    Attributes:
        seen, bought: mints.
        refused_by: how often each check refused a pool, last verdicts only.
        decided_after: seconds from the start of the last look at a pool to the signed transaction, per buy:
            all reads, all checks, the simulated round trip, the journal.
        signed_after, landed_after: seconds from the arrival of a pool's notification, per buy; waiting for
            the pool to open is part of it.
    """

    seen: set[str] = field(default_factory=set)
    bought: set[str] = field(default_factory=set)
    verdicts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    exits: int = 0
    buys_failed: int = 0
    decided_after: list[float] = field(default_factory=list)
    signed_after: list[float] = field(default_factory=list)
    landed_after: list[float] = field(default_factory=list)

    def hear(self, event: SessionEvent) -> None:
        """Count one event."""
        match event:
            case PoolSeen(pool=pool):
                self.seen.add(pool.event.base_mint)
            case PoolJudged(judgement=judgement):
                self.verdicts[judgement.verdict.mint] = judgement.verdict.refusals
            case BuyEnded(judgement=judgement, outcome=outcome):
                self._hear_buy(judgement, outcome)
            case PositionMoved(what="sold"):
                self.exits += 1

    def _hear_buy(self, judgement: Judgement, outcome: Outcome) -> None:
        received_at, mint = judgement.pool.received_at, judgement.verdict.mint
        if outcome.ok:
            self.bought.add(mint)
        elif outcome.reason:
            self.buys_failed += 1
            self.verdicts[mint] = ("limits",) if not outcome.signature else ("execution",)
        if outcome.signed_at is not None and outcome.landed_at is not None:
            self.decided_after.append(outcome.signed_at - judgement.started_at)
            self.signed_after.append(outcome.signed_at - received_at)
            self.landed_after.append(outcome.landed_at - received_at)

    @property
    def refused_by(self) -> dict[str, int]:
        """How many pools each check refused, most frequent first."""
        counts: dict[str, int] = {}
        for refusals in self.verdicts.values():
            for name in refusals:
                counts[name] = counts.get(name, 0) + 1
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    @property
    def refused(self) -> int:
        """Pools that were looked at and not bought."""
        return sum(bool(refusals) for refusals in self.verdicts.values())


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
    config, _ = load_bot(node.settings, spec.name, spec.config)
    feed = PoolFeed(
        programs_on(node.cluster),
        history=node.rpc,
        pubsub=trader.pubsub,
        clock=clock,
        commitment=node.settings.network.feed_commitment,
    )
    on_feed(feed)
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
    )
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
