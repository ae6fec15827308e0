"""Creation processed -> buy journalled and at the socket, everything included. Prints one JSON document.

``python benchmarks/snipe.py [--launches 130] [--per-second 3]``. The network is real (SVM, HTTP and WebSocket
over loopback) and a process of its own, see ``_launch_node.py``; launches come at random times. Measured
from the end of the creating transaction: notification, ``getTransaction``, all reads and checks, the
simulated buy and sale, limits, signing, the fsync of the journal; until the bytes are handed to the HTTP
client (``created_to_socket_ms``), and until the network has executed them (``created_to_executed_ms``).
Beside each snipe runs what runs in a session: guards of the positions held, their sales, closings, audits.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from _report import at_most, quantiles, report

from sniperforge.app.bot_run import run_bot
from sniperforge.app.bots import bot_named
from sniperforge.app.node import open_node
from sniperforge.app.trader import Trader, open_trader
from sniperforge.cli.event_loop import loop_factory
from sniperforge.config.files import write_defaults
from sniperforge.config.load import load
from sniperforge.config.network import NetworkConfig
from sniperforge.engine.events import BuyEnded, PoolSeen, SessionEvent
from sniperforge.execution.plan import signature_text
from sniperforge.wallets.secret import SecretKey
from sniperforge.wallets.signer import KeypairSigner

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

WARM_UP = 20
SEED = 5
LIMIT_MS = 20.0
NODE = Path(__file__).with_name("_launch_node.py")
ENVIRONMENT = {
    "SNIPERFORGE_LIMITS__MAX_OPEN_POSITIONS": "50",
    "SNIPERFORGE_LIMITS__MAX_EXPOSURE_SOL": "1000",
    "SNIPERFORGE_LIMITS__MAX_DAILY_LOSS_SOL": "1000",
    "SNIPERFORGE_BOTS__LP_SNIPER__EXITS__MAX_HOLD_SECONDS": "2",
    "SNIPERFORGE_BOTS__LP_SNIPER__RISK__RECHECK_SECONDS": "0",
    "SNIPERFORGE_BOTS__LP_SNIPER__FILTERS__MAX_POOL_AGE_SECONDS": "100000",
}


class Stopwatch:
    """Notes, on this side, when each pool was seen and its buy handed over."""

    def __init__(self) -> None:
        self.seen: dict[str, float] = {}
        self.judging: dict[str, float] = {}
        self.sent: dict[str, float] = {}
        self.bought: dict[str, str] = {}
        self.reasons: list[str] = []
        self.sold = 0

    def hear(self, event: SessionEvent) -> None:
        if isinstance(event, PoolSeen):
            self.seen[event.pool.event.base_mint] = time.monotonic()
        elif isinstance(event, BuyEnded):
            if event.outcome.ok:
                self.bought[event.judgement.verdict.mint] = event.outcome.signature
            else:
                self.reasons.append(event.outcome.reason)

    def watch(self, trader: Trader) -> None:
        """Note the moment at which signed bytes are handed to the HTTP client."""
        rpc, send = trader.node.rpc, trader.node.rpc.send

        async def noted(transaction: bytes, **options: Any) -> str:
            self.sent.setdefault(signature_text(transaction[1:65]), time.monotonic())
            return await send(transaction, **options)

        object.__setattr__(rpc, "send", noted)


class Network:
    """The network's process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in, self._out = process.stdin, process.stdout

    async def heard(self) -> dict[str, Any]:
        """Its next line."""
        return json.loads(await self._out.readline())

    async def launch(self) -> dict[str, Any]:
        """One launch: its mint, and when its pool was created."""
        self._in.write(b"launch\n")
        return await self.heard()

    async def end(self) -> dict[str, float]:
        """Stop it; when each transaction of the wallet was executed."""
        self._in.close()
        return (await self.heard())["executed"]


@contextlib.asynccontextmanager
async def network_for(wallet: str, launches: int) -> AsyncIterator[Network]:
    """A network in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(NODE), str(launches), wallet),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**24,
    )
    try:
        yield Network(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def snipe(
    network: Network, signer: KeypairSigner, stopwatch: Stopwatch, launches: int, per_second: float
) -> dict[str, float]:
    """Trade while tokens are launched; when each one's pool was created, in order."""
    rng, created = random.Random(SEED), {}
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        write_defaults(folder / "configs")
        where = await network.heard()
        settings = replace(
            load(config=str(folder), env=ENVIRONMENT, cwd=folder),
            network=NetworkConfig(chain="localnet", **where),
        )
        node = await stack.enter_async_context(open_node(settings, locks=folder / "locks", patient=True))
        trader = await stack.enter_async_context(
            open_trader(node, signer, bot="lp-sniper", command="bench", tell=stopwatch.hear)
        )
        stopwatch.watch(trader)
        group = await stack.enter_async_context(asyncio.TaskGroup())
        work = run_bot(trader, bot_named("lp-sniper"), tell=stopwatch.hear, duration=None)
        stack.callback(group.create_task(work).cancel)
        await asyncio.sleep(1.0)
        for _ in range(launches):
            await asyncio.sleep(rng.expovariate(per_second))
            launched = await network.launch()
            created[launched["mint"]] = launched["created"]
        await asyncio.sleep(1.0)
    return created


async def measure(launches: int, per_second: float) -> None:
    """Snipe, then compare the two processes' notes."""
    signer, stopwatch = KeypairSigner(SecretKey.generate()), Stopwatch()
    async with network_for(signer.pubkey, launches + WARM_UP) as network:
        created = await snipe(network, signer, stopwatch, launches + WARM_UP, per_second)
        executed = await network.end()
    bought = [(created[mint], mint, stopwatch.bought[mint]) for mint in created if mint in stopwatch.bought]
    counted = bought[WARM_UP:]
    to_socket = quantiles([stopwatch.sent[buy] - start for start, _, buy in counted], 1e-3)
    figures = {
        "launches": launches + WARM_UP,
        "bought": len(bought),
        "not_bought": stopwatch.reasons[:3],
        "created_to_seen_ms": quantiles([stopwatch.seen[mint] - start for start, mint, _ in counted], 1e-3),
        "created_to_socket_ms": to_socket,
        "created_to_executed_ms": quantiles([executed[buy] - start for start, _, buy in counted], 1e-3),
    }
    report("snipe", figures, {"created_to_socket_ms p99": at_most(to_socket["p99"], LIMIT_MS)})


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--launches", type=int, default=130)
    parser.add_argument("--per-second", type=float, default=3.0)
    options = parser.parse_args()
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(measure(options.launches, options.per_second))


if __name__ == "__main__":
    main()
