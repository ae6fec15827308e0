"""Sources of new pools as the network file has them, on the embedded network and through its faults."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from sniperforge.app.node import Node, open_node
from sniperforge.app.pool_sources import open_feed
from sniperforge.chain.clock import SystemClock
from sniperforge.config.network import EndpointConfig
from sniperforge.dex.registry import programs_on
from sniperforge.localnet.faults.plan import FaultPlan
from sniperforge.localnet.genesis import Genesis
from sniperforge.localnet.ledger.pace import FAST
from sniperforge.localnet.market.launchpad import LaunchedToken
from sniperforge.localnet.market.schedule import launches
from sniperforge.localnet.network import LocalNetwork
from sniperforge.testing.clock import eventually
from tests.app.place import SEED, on, settings_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from sniperforge.localnet.market.schedule import Launch
    from sniperforge.market.feed_health import SourceHealth
    from sniperforge.market.pool_feed import PoolFeed

SOURCES = ("logsSubscribe", "blockSubscribe", "programSubscribe")
PATIENCE = 15.0


class Scene:
    """A network of two endpoints, and a feed of all sources on it."""

    def __init__(self, network: LocalNetwork, feed: PoolFeed) -> None:
        self.network = network
        self.feed = feed
        self._coming = launches(7, per_minute=60, crowd=4)

    def launch(self) -> str:
        """Put the next launch on chain; its pool."""
        launch: Launch = next(self._coming)
        token = LaunchedToken(self.network.ledger, launch)
        self.network.faucet.drip(str(token.creator), token.funds)
        assert token.create()
        return str(token.pool.pool)

    async def next_pool(self) -> str:
        async with asyncio.timeout(PATIENCE):
            return (await anext(self.feed)).event.pool

    def source(self, name: str) -> SourceHealth:
        return next(source for source in self.feed.health().sources if source.name == name)


@asynccontextmanager
async def racing(folder: Path) -> AsyncIterator[Scene]:
    """The scene, once every subscription stands."""
    async with LocalNetwork(Genesis(SEED), profile=FAST, endpoints=2) as network:
        settings = on(settings_in(folder), network)
        second = network.endpoints[1]
        further = EndpointConfig(rpc_url=second.rpc_url, ws_url=second.ws_url, roles=("read", "subscribe"))
        changes = {"feed_sources": SOURCES, "endpoints": (further,)}
        settings = replace(settings, network=settings.network.model_copy(update=changes))
        async with (
            open_node(settings, patient=True) as node,
            node.pubsub() as pubsub,
            open_feed(node, pubsub, programs_on(node.cluster)) as feed,
        ):
            running = asyncio.create_task(feed.run())
            await eventually(lambda: feed.health().subscribed == feed.health().wanted, PATIENCE)
            yield Scene(network, feed)
            running.cancel()


async def test_every_launch_is_told_once_by_three_sources(tmp_path: Path) -> None:
    """One of them is first each time, and all of them see all of it."""
    async with racing(tmp_path) as scene:
        pools = [scene.launch() for _ in range(5)]
        assert sorted([await scene.next_pool() for _ in pools]) == sorted(pools)
        await eventually(lambda: all(scene.source(name).standing.seen == 5 for name in SOURCES), PATIENCE)
        assert sum(scene.source(name).standing.first for name in SOURCES) >= 5
        health = scene.feed.health()
    assert (health.waiting, health.counts.created, health.counts.lost) == (0, 5, 0)
    assert health.wanted == len(SOURCES) * len(programs_on("local"))


async def test_one_silent_endpoint_does_not_silence_the_feed(tmp_path: Path) -> None:
    """Its sources tell nothing; what is on the other endpoint tells all, at once and once."""
    async with racing(tmp_path) as scene:
        scene.network.endpoints[1].faults.set(FaultPlan(ws_silence=1, ws_silence_ms=0))
        await SystemClock().sleep(0.05)
        pools = [scene.launch() for _ in range(3)]
        assert sorted([await scene.next_pool() for _ in pools]) == sorted(pools)
        assert scene.source("logsSubscribe").standing.seen == 3
        assert scene.source("blockSubscribe").standing.missed == 3
        scene.network.endpoints[1].faults.clear()


async def test_cut_sockets_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    """Both endpoints cut every connection again and again; each launch comes once."""
    async with racing(tmp_path) as scene:
        for endpoint in scene.network.endpoints:
            endpoint.faults.set(FaultPlan(ws_cut_ms=150))
        pools = []
        for _ in range(6):
            pools.append(scene.launch())
            await SystemClock().sleep(0.1)
        for endpoint in scene.network.endpoints:
            endpoint.faults.clear()
        assert sorted([await scene.next_pool() for _ in pools]) == sorted(pools)
        assert sum(scene.source(name).gaps for name in SOURCES) > 0
        counts = scene.feed.health().counts
    assert counts.created == 6


async def test_one_source_has_one_connection(tmp_path: Path) -> None:
    """The default is what is there already."""
    async with LocalNetwork(Genesis(SEED), profile=FAST) as network:
        made = []
        async with open_node(on(settings_in(tmp_path), network)) as node, node.pubsub() as pubsub:
            counted = CountingNode(node, made)
            async with open_feed(counted, pubsub, ["P"]) as feed:  # type: ignore[arg-type]
                assert [source.name for source in feed.health().sources] == ["logsSubscribe"]
    assert made == []


class CountingNode:
    """A node that says when it is asked for a further connection."""

    def __init__(self, node: Node, made: list[int]) -> None:
        self.settings, self.rpc, self.clock = node.settings, node.rpc, node.clock
        self._made = made

    def pubsub(self, turn: int) -> None:
        self._made.append(turn)
