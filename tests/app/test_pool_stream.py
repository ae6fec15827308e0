"""New pools of a running market, as they come."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from sniperforge.app.node import Node
from sniperforge.app.pool_filter import PoolFilter, liquidity_of
from sniperforge.app.pool_stream import _programs, pool_document, pool_filter, watch_pools
from sniperforge.config.load import Settings
from sniperforge.config.model import Watch as WatchSection
from sniperforge.dex.registry import programs_on
from sniperforge.domain.events import NewPool
from sniperforge.domain.pool import EventKind, PoolEvent
from sniperforge.errors import ConfigError, UnavailableError, UsageError
from sniperforge.localnet.ledger.pace import FAST
from sniperforge.testing.chain_views import transaction_view
from tests.app.place import SOL, market_network, on, settings_in

ALL = PoolFilter()


class Watch:
    """Collects what is told; stops the watch after ``enough`` pools."""

    def __init__(self, enough: int) -> None:
        self.pools: list[NewPool] = []
        self.clusters: list[str] = []
        self._enough = enough
        self.done = asyncio.Event()

    def ready(self, node: Node) -> None:
        self.clusters.append(node.cluster)

    def tell(self, pool: NewPool, _now: float) -> None:
        self.pools.append(pool)
        if len(self.pools) >= self._enough:
            self.done.set()


async def watched(settings: Settings, watch: Watch, wanted: PoolFilter = ALL) -> None:
    """Watch until enough was seen."""
    running = asyncio.create_task(
        watch_pools(settings, wanted=wanted, duration=None, ready=watch.ready, tell=watch.tell)
    )
    waiting = asyncio.create_task(watch.done.wait())
    await asyncio.wait({running, waiting}, timeout=20, return_when=asyncio.FIRST_COMPLETED)
    running.cancel()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_every_launch_is_told_once(tmp_path: Path) -> None:
    """By the venue asked for, with its liquidity; the market's own record holds each of them."""
    network, market = market_network(FAST, per_minute=600)
    async with network:
        watch = Watch(3)
        await watched(on(settings_in(tmp_path), network), watch, PoolFilter(dexes=("raydium_cpmm",)))
        rich = Watch(1)
        await watched(on(settings_in(tmp_path), network), rich, PoolFilter(min_liquidity=20 * SOL))
    market.close()
    documents = [pool_document(pool, 0) for pool in watch.pools]
    assert {document["base_mint"] for document in documents} <= set(market.truth.launches)
    assert len({document["pool"] for document in documents}) == len(documents)
    assert all(document["kind"] == "pool_created" and document["liquidity_sol"] for document in documents)
    assert watch.clusters[0].startswith("local-")
    assert all((liquidity_of(pool.event) or 0) >= 20 * SOL for pool in rich.pools)


async def test_it_ends_by_itself(tmp_path: Path) -> None:
    """After the time given, whatever came."""
    network, market = market_network(FAST)
    market.close()
    async with network:
        watch = Watch(1)
        await watch_pools(
            on(settings_in(tmp_path), network),
            wanted=ALL,
            duration=0.2,
            ready=watch.ready,
            tell=watch.tell,
        )
    assert watch.pools == []


async def test_a_node_that_does_not_answer(tmp_path: Path) -> None:
    """Exit 6, not an endless wait."""
    nobody = settings_in(tmp_path, {"SNIPERFORGE_NETWORKS__LOCALNET__RPC_URL": "http://127.0.0.1:9"})
    watch = Watch(1)
    with pytest.raises(UnavailableError):
        await watch_pools(nobody, wanted=ALL, duration=None, ready=watch.ready, tell=watch.tell)


def test_a_pool_that_is_not_priced_in_sol() -> None:
    """Its liquidity is not known in SOL, and so is never taken for enough."""
    event = PoolEvent(
        "raydium_cpmm", EventKind.POOL_CREATED, "P", "pool", "b", "q", "", "", {"quote_amount": 5}
    )
    document = pool_document(NewPool(event, transaction_view("w", {}), 1.0, 1.25), 1_790_000_000.5)
    assert (document["liquidity_sol"], document["notified_to_decoded_ms"]) == (None, 250.0)
    assert (document["time"], document["creator"]) == ("2026-09-21T14:13:20.500Z", None)


def test_names_that_are_not_known() -> None:
    """Unknown names get the nearest, others the list; an option's are bad usage, a file's bad configuration."""
    empty = WatchSection()
    with pytest.raises(UsageError) as caught:
        pool_filter(empty, {"dexes": ("raydium_cpm",)})
    assert caught.value.hint == "did you mean raydium_cpmm?"
    with pytest.raises(UsageError) as caught:
        pool_filter(empty, {"launchpads": ("xyz",)})
    assert caught.value.hint == "launchpads: pumpfun, raydium_launchlab, meteora_dbc"
    with pytest.raises(ConfigError, match='no such venue "xyz"'):
        pool_filter(WatchSection(dexes=("xyz",)), {"dexes": ("raydium_cpmm",)})


def test_options_stand_instead_of_the_configuration() -> None:
    """One by one; what is not given stays as configured; bounds that no pool can meet are refused."""
    configured = WatchSection.model_validate(
        {"names": ["dog"], "creators": [], "max_pool_age_seconds": 9, "max_quote_liquidity_sol": "3"}
    )
    assert pool_filter(configured, {"names": ("cat",), "max_age": 0}) == PoolFilter(
        names=("cat",), max_liquidity=3 * SOL, max_age=9
    )
    with pytest.raises(UsageError, match="no pool has at least 4"):
        pool_filter(configured, {"min_liquidity": 4 * SOL})


def test_a_venue_that_announces_nothing_itself() -> None:
    """Its migrations come in the streams of all the others."""
    assert "meteora_dbc" not in programs_on("mainnet", ["meteora_dbc"])
    assert _programs("mainnet", ("meteora_dbc",)) == programs_on("mainnet")
    assert len(_programs("mainnet", ("pumpswap",))) == 1


async def test_a_venue_that_is_not_on_the_chain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said at once instead of waiting for pools that cannot come."""
    monkeypatch.setattr("sniperforge.app.pool_stream.program_on", lambda *_: None)
    network, market = market_network(FAST)
    market.close()
    async with network:
        watch = Watch(1)
        with pytest.raises(UsageError, match="raydium_cpmm is not on local-"):
            await watch_pools(
                on(settings_in(tmp_path), network),
                wanted=PoolFilter(dexes=("raydium_cpmm",)),
                duration=None,
                ready=watch.ready,
                tell=watch.tell,
            )
