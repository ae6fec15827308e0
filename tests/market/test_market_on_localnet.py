"""Feed and watch against the embedded network: launches over real sockets, cut connections, moved prices."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from sniperforge.chain.clock import SystemClock
from sniperforge.chain.http_transport import HttpTransport
from sniperforge.chain.rpc import RpcClient
from sniperforge.chain.websocket import Patience, PubSubClient
from sniperforge.dex.registry import programs_on, venue_named
from sniperforge.localnet.ledger.pace import SlotProfile
from sniperforge.localnet.market.actor import Actor
from sniperforge.localnet.market.launchpad import LaunchedToken
from sniperforge.localnet.market.schedule import launches
from sniperforge.localnet.network import LocalNetwork
from sniperforge.localnet.program.cpmm.instructions import swap_base_input
from sniperforge.market.pool_feed import PoolFeed
from sniperforge.market.pool_watch import PoolWatch, WatchPace
from sniperforge.testing.clock import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from sniperforge.domain.events import NewPool
    from sniperforge.localnet.market.schedule import Launch

SOLD = 10_000_000_000_000
PROFILE = SlotProfile(slot_ms=10, confirm_slots=1, finalize_slots=3)


class Wall:
    """The network's wall clock: pools open a second after their creation, and tests do not wait for it."""

    def __init__(self) -> None:
        self.seconds = 1_790_000_000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Scene:
    """A network, its clients, and launches to come."""

    network: LocalNetwork
    rpc: RpcClient
    pubsub: PubSubClient
    feed: PoolFeed
    coming: Iterator[Launch]
    wall: Wall

    def launch(self) -> LaunchedToken:
        """Put the next launch on chain."""
        token = LaunchedToken(self.network.ledger, next(self.coming))
        self.network.faucet.drip(str(token.creator), token.funds)
        assert token.create()
        return token

    async def next_pool(self) -> NewPool:
        """The feed's next."""
        async with asyncio.timeout(5):
            return await anext(self.feed)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    """A network with a running feed that is subscribed."""
    clock = SystemClock()
    wall = Wall()
    async with LocalNetwork(profile=PROFILE, now=wall) as network:
        transport = HttpTransport(network.rpc_url)
        rpc = RpcClient(transport, clock)
        async with PubSubClient(network.ws_url, clock, patience=Patience(first_retry=0.02)) as pubsub:
            feed = PoolFeed(programs_on("local"), history=rpc, pubsub=pubsub, clock=clock)
            async with following(feed):
                yield Scene(network, rpc, pubsub, feed, launches(7, per_minute=60, crowd=4), wall)
        await transport.aclose()


@asynccontextmanager
async def following(feed: PoolFeed) -> AsyncIterator[None]:
    """The feed runs while the block does."""
    task = asyncio.create_task(feed.run())
    await eventually(lambda: feed.health().subscribed == feed.health().wanted)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_every_launch_is_told_once(scene: Scene) -> None:
    """Whatever the archetype; pool, mint and transaction are those of the launch."""
    for _ in range(8):
        token = scene.launch()
        pool = await scene.next_pool()
        assert (pool.event.pool, pool.event.base_mint) == (str(token.pool.pool), str(token.mint))
        assert pool.event.facts["creator"] == str(token.creator)
        assert pool.transaction.err is None
        assert not pool.filled
    counts = scene.feed.health().counts
    assert (counts.created, counts.lost, counts.unrecognised, counts.duplicates) == (8, 0, 0, 0)


async def test_launches_during_a_cut_are_filled_from_history(scene: Scene) -> None:
    """What was created while there was no connection comes late, and what follows comes again by itself."""
    scene.launch()
    await scene.next_pool()
    assert scene.pubsub._link is not None
    scene.pubsub._link.abort("cut by the test")
    await eventually(lambda: not scene.pubsub.health().connected)
    missed = {str(scene.launch().pool.pool) for _ in range(3)}
    found = [await scene.next_pool() for _ in range(3)]
    assert {pool.event.pool for pool in found} == missed
    assert all(pool.filled for pool in found)
    assert scene.pubsub.health().reconnects == 1
    token = scene.launch()
    pool = await scene.next_pool()
    assert (pool.event.pool, pool.filled) == (str(token.pool.pool), False)


async def test_a_swap_moves_the_watched_price(scene: Scene) -> None:
    """The creator sells into its own pool; the watch sees the price fall to the ledger's own numbers."""
    venue = venue_named("raydium_cpmm")
    assert venue is not None
    token = scene.launch()
    watch = PoolWatch(
        venue,
        str(token.pool.pool),
        source=scene.rpc,
        pubsub=scene.pubsub,
        clock=SystemClock(),
        pace=WatchPace(rest=0.01),
    )
    async with watch:
        await eventually(lambda: watch.state)
        await eventually(lambda: scene.pubsub.health().subscriptions >= 5)
        before = watch.state
        assert before is not None
        assert before.base_mint == str(token.mint)
        scene.wall.seconds += 5
        scene.network.ledger.advance()
        creator = Actor(scene.network.ledger, token.launch.seed)
        record = creator.send(
            [
                swap_base_input(
                    token.pool,
                    payer=creator.key,
                    source=token.tokens,
                    destination=token.wsol,
                    mint_in=token.mint,
                    amount_in=SOLD,
                )
            ]
        )
        assert record is not None
        assert record.err is None
        await eventually(lambda: watch.state is not None and watch.state.spot_price < before.spot_price)
        after = watch.state
        assert after is not None
        assert (
            before.quote_liquidity - after.quote_liquidity >= before.quote(str(token.mint), SOLD).amount_out
        )
