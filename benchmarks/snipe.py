"""Creation processed -> buy journalled and at the socket, everything included. Prints one JSON document.

``python benchmarks/snipe.py [--launches 150]``. The network is real (SVM, HTTP and WebSocket over loopback,
in this process), in its profile of a slot per transaction, so that confirmation costs no time; its clock
starts in the past and is set two seconds ahead after each creation, for a CPMM pool opens a second after
it. Measured from the end of the creating transaction: notification, ``getTransaction``, all reads and
checks, the simulated buy and sale, limits, signing, the fsync of the journal; until the first byte goes to
the socket.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from sniperforge.app.bot_run import run_bot
from sniperforge.app.bots import bot_named
from sniperforge.app.demo import percentiles_ms
from sniperforge.app.node import open_node
from sniperforge.app.trader import Trader, open_trader
from sniperforge.config.files import write_defaults
from sniperforge.config.load import load
from sniperforge.config.network import NetworkConfig
from sniperforge.domain.addresses import LAMPORTS_PER_SOL
from sniperforge.engine.events import BuyEnded, PoolSeen, SessionEvent
from sniperforge.localnet.ledger.pace import INSTANT
from sniperforge.localnet.market.archetypes import ARCHETYPES
from sniperforge.localnet.market.launchpad import LaunchedToken
from sniperforge.localnet.market.schedule import Launch
from sniperforge.localnet.network import LocalNetwork
from sniperforge.wallets.secret import SecretKey
from sniperforge.wallets.signer import KeypairSigner

WARM_UP = 20
FUNDS = 100_000 * LAMPORTS_PER_SOL
ENVIRONMENT = {
    "SNIPERFORGE_LIMITS__MAX_OPEN_POSITIONS": "10000",
    "SNIPERFORGE_LIMITS__MAX_EXPOSURE_SOL": "100000",
    "SNIPERFORGE_BOTS__LP_SNIPER__EXITS__MAX_HOLD_SECONDS": "100000",
    "SNIPERFORGE_BOTS__LP_SNIPER__RISK__RECHECK_SECONDS": "0",
    "SNIPERFORGE_BOTS__LP_SNIPER__FILTERS__MAX_POOL_AGE_SECONDS": "100000",
}


class Stopwatch:
    """Notes when each launch was on chain, seen, and its buy at the socket."""

    def __init__(self, launches: int) -> None:
        self.ahead = -2.0 * launches - 10
        self.launched: dict[str, float] = {}
        self.seen: dict[str, float] = {}
        self.sent: list[float] = []
        self.bought = asyncio.Event()
        self.reasons: list[str] = []

    def now(self) -> float:
        return time.time() + self.ahead

    def hear(self, event: SessionEvent) -> None:
        if isinstance(event, PoolSeen):
            self.seen[event.pool.event.base_mint] = time.monotonic()
        elif isinstance(event, BuyEnded):
            if not event.outcome.ok:
                self.reasons.append(event.outcome.reason)
            self.bought.set()


def watch_sends(trader: Trader, stopwatch: Stopwatch) -> None:
    """Note the moment at which signed bytes are handed to the RPC client."""
    rpc, send = trader.node.rpc, trader.node.rpc.send

    async def noted(transaction: bytes, **options: Any) -> str:
        stopwatch.sent.append(time.monotonic())
        return await send(transaction, **options)

    object.__setattr__(rpc, "send", noted)


async def launch(network: LocalNetwork, stopwatch: Stopwatch, number: int) -> str:
    """Put one organic launch on chain; the pool is open when this returns."""
    planned = Launch(
        number, 0, ARCHETYPES[0], number.to_bytes(32, "big"), 30 * LAMPORTS_PER_SOL, (), strike_ms=0
    )
    token = LaunchedToken(network.ledger, planned)
    network.faucet.drip(str(token.creator), token.funds)
    created = len(stopwatch.launched)

    def on_landed(record: Any, _changes: Any) -> None:
        if any(str(key) == str(token.pool.pool) for key in record.loaded.keys) and created == len(
            stopwatch.launched
        ):
            stopwatch.launched[str(token.mint)] = time.monotonic()
            stopwatch.ahead += 2.0

    network.ledger.on_landed.append(on_landed)
    try:
        if not token.create():
            raise RuntimeError("the launch failed")
    finally:
        network.ledger.on_landed.remove(on_landed)
    return str(token.mint)


async def measure(launches: int) -> dict[str, Any]:
    """Launch one after the other; each is bought before the next comes."""
    stopwatch = Stopwatch(launches + WARM_UP)
    to_seen, to_sent = [], []
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        write_defaults(folder / "configs")
        network = await stack.enter_async_context(LocalNetwork(profile=INSTANT, now=stopwatch.now))
        settings = replace(
            load(config=str(folder), env=ENVIRONMENT, cwd=folder),
            network=NetworkConfig(chain="localnet", rpc_url=network.rpc_url, ws_url=network.ws_url),
        )
        signer = KeypairSigner(SecretKey.generate())
        network.faucet.drip(signer.pubkey, FUNDS)
        node = await stack.enter_async_context(open_node(settings, locks=folder / "locks", patient=True))
        trader = await stack.enter_async_context(
            open_trader(node, signer, bot="lp-sniper", command="bench", tell=stopwatch.hear)
        )
        watch_sends(trader, stopwatch)
        group = await stack.enter_async_context(asyncio.TaskGroup())
        work = run_bot(trader, bot_named("lp-sniper"), tell=stopwatch.hear, duration=None)
        stack.callback(group.create_task(work).cancel)
        await asyncio.sleep(1.0)
        gc.collect()
        gc.freeze()
        for number in range(1, launches + WARM_UP + 1):
            stopwatch.bought.clear()
            stopwatch.sent.clear()
            mint = await launch(network, stopwatch, number)
            async with asyncio.timeout(10):
                await stopwatch.bought.wait()
            if number > WARM_UP and stopwatch.sent:
                to_seen.append(stopwatch.seen[mint] - stopwatch.launched[mint])
                to_sent.append(stopwatch.sent[0] - stopwatch.launched[mint])
    return {
        "launches": launches,
        "bought": len(to_sent),
        "not_bought": stopwatch.reasons[:3],
        "created_to_seen_ms": percentiles_ms(to_seen),
        "created_to_socket_ms": percentiles_ms(to_sent),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--launches", type=int, default=150)
    print(json.dumps(asyncio.run(measure(parser.parse_args().launches)), indent=2))


if __name__ == "__main__":
    main()
