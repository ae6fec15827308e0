"""New pools as they come: the feed of a bot without the bot."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sniperforge.app.node import Node, open_node
from sniperforge.config.nearest import did_you_mean
from sniperforge.dex.registry import DETECTORS, program_on, programs_on
from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.domain.amounts import format_sol
from sniperforge.errors import UsageError
from sniperforge.market.pool_feed import PoolFeed

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.config.load import Settings
    from sniperforge.domain.events import NewPool


def check_dex(name: str) -> None:
    """Raise ``UsageError`` unless new pools of the venue ``name`` can be followed."""
    known = [detector.name for detector in DETECTORS if detector.creation_lines]
    if name not in known:
        hint = did_you_mean(name, known) or f"venues: {', '.join(known)}"
        raise UsageError(f'no such venue "{name}"', hint=hint)


def liquidity_of(pool: NewPool) -> int | None:
    """Lamports on the pool's quote side at its creation; ``None`` when it is not priced in SOL."""
    event = pool.event
    return event.amounts.get("quote_amount") if event.quote_mint == WSOL_MINT else None


def pool_document(pool: NewPool) -> dict[str, Any]:
    """The document form: the event, and how soon it was known."""
    liquidity = liquidity_of(pool)
    return {
        **pool.event.to_json(),
        "liquidity_sol": None if liquidity is None else format_sol(liquidity),
        "block_time": pool.transaction.block_time,
        "filled": pool.filled,
        "notified_to_decoded_ms": round((pool.decoded_at - pool.received_at) * 1_000, 3),
    }


async def watch_pools(
    settings: Settings,
    *,
    dex: str,
    min_liquidity: int,
    duration: float | None,
    ready: Callable[[Node], None],
    tell: Callable[[NewPool], None],
) -> None:
    """Tell of every new pool until cancelled, or for ``duration`` seconds.

    Args:
        dex: only this venue; empty for all.
        min_liquidity: lamports on the quote side; above 0 it leaves out pools that are not priced in SOL.
        ready: called once the chain is known.
        tell: called with each pool; must not block.

    Raises:
        UnavailableError: the node does not answer.
        UsageError: the venue is not on this chain.
    """
    async with open_node(settings, patient=True) as node:
        programs = _programs(node.cluster, dex)
        ready(node)
        async with node.pubsub() as pubsub:
            feed = PoolFeed(
                programs,
                history=node.rpc,
                pubsub=pubsub,
                clock=node.clock,
                commitment=node.settings.network.feed_commitment,
            )
            await _follow(feed, min_liquidity, duration, tell)


async def _follow(
    feed: PoolFeed, min_liquidity: int, duration: float | None, tell: Callable[[NewPool], None]
) -> None:
    async with asyncio.TaskGroup() as group:
        running = group.create_task(feed.run())
        with suppress(TimeoutError):
            async with asyncio.timeout(duration):
                async for pool in feed:
                    if not min_liquidity or (liquidity_of(pool) or 0) >= min_liquidity:
                        tell(pool)
        running.cancel()


def _programs(cluster: str, dex: str) -> tuple[str, ...]:
    if not dex:
        return programs_on(cluster)
    program = next(program_on(detector, cluster) for detector in DETECTORS if detector.name == dex)
    if program is None:
        raise UsageError(f"{dex} is not on {cluster}")
    return (program,)
