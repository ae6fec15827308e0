"""A project in a temporary folder, and an embedded network that tests of the composition root run against."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sniperforge.config.load import Settings, load
from sniperforge.localnet.genesis import Genesis
from sniperforge.localnet.ledger.pace import FAST, INSTANT, SlotProfile
from sniperforge.localnet.market.market import Market
from sniperforge.localnet.network import LocalNetwork

SOL = 1_000_000_000
SEED = bytes(range(32))
_QUIET_SLOTS = 2_000 // FAST.slot_ms  # a market's first launch comes after two seconds


def settings_in(folder: Path, env: Mapping[str, str] | None = None, **options: str) -> Settings:
    """The defaults, for a project in ``folder``; ``options`` as ``network="devnet"``."""
    given = {name: (f"--{name}", value) for name, value in options.items()}
    return load(env={"SNIPERFORGE_HOME": str(folder), **(env or {})}, options=given, cwd=folder)


def on(settings: Settings, network: LocalNetwork) -> Settings:
    """The same settings for a network that runs."""
    urls = {"rpc_url": network.rpc_url, "ws_url": network.ws_url}
    return replace(settings, network=settings.network.model_copy(update=urls))


def instant_network() -> LocalNetwork:
    """A slot per transaction, final at once; needs no socket and no timer."""
    return LocalNetwork(Genesis(SEED), profile=INSTANT)


def market_network(
    profile: SlotProfile = FAST, *, per_minute: int = 0, now: Callable[[], float] = time.time
) -> tuple[LocalNetwork, Market]:
    """A network with the SOL/USDC pool on it; slots pass only once it is started."""
    network = LocalNetwork(Genesis(SEED), profile=profile, now=now)
    market = Market(network.ledger, seed=7, per_minute=per_minute)
    market.open()
    return network, market


@contextmanager
def served(*, market: bool = False, per_minute: int = 0) -> Iterator[LocalNetwork]:
    """A network with sockets on a thread of its own, for commands that own the main thread's loop."""
    ready, ended, found = threading.Event(), list[asyncio.Event](), list[LocalNetwork]()
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        network = LocalNetwork(Genesis(SEED), profile=FAST)
        moving = Market(network.ledger, seed=7, per_minute=per_minute) if market else None
        if moving is not None:
            moving.open()
        for _ in range(_QUIET_SLOTS if per_minute else 0):
            network.ledger.advance()
        async with network:
            found.append(network)
            loops.append(asyncio.get_running_loop())
            ended.append(asyncio.Event())
            ready.set()
            await ended[0].wait()
        if moving is not None:
            moving.close()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert ready.wait(20)
    try:
        yield found[0]
    finally:
        loops[0].call_soon_threadsafe(ended[0].set)
        thread.join(10)
