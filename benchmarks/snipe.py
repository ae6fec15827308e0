"""Creation processed -> buy journalled and at the socket, everything included. Prints one JSON document.

``python benchmarks/snipe.py [--launches 100] [--per-second 2]``. The network is real (SVM, HTTP and WebSocket
over loopback) and a process of its own, see ``_launch_node.py``; launches come at random times. Measured
from the end of the creating transaction: notification, ``getTransaction``, all reads and checks, the
simulated buy and sale, limits, signing, the fsync of the journal; until the bytes are handed to the HTTP
client (``created_to_socket_ms``), and until the network has executed them (``created_to_executed_ms``).
Beside each snipe runs what runs in a session: guards of the positions held, their sales, closings, audits.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from _report import at_most, quantiles, report
from _session import network_process, session

from sniperforge.cli.event_loop import loop_factory
from sniperforge.engine.events import BuyEnded, PoolSeen, SessionEvent
from sniperforge.execution.plan import signature_text
from sniperforge.wallets.secret import SecretKey
from sniperforge.wallets.signer import KeypairSigner

if TYPE_CHECKING:
    from _session import Network

    from sniperforge.app.trader import Trader

WARM_UP = 8
SEED = 5
LIMIT_MS = 20.0
NODE = Path(__file__).with_name("_launch_node.py")
ENVIRONMENT = {
    "SNIPERFORGE_LIMITS__MAX_OPEN_POSITIONS": "50",
    "SNIPERFORGE_LIMITS__MAX_EXPOSURE_SOL": "1000",
    "SNIPERFORGE_LIMITS__MAX_DAILY_LOSS_SOL": "1000",
    "SNIPERFORGE_LIMITS__MAX_TRADES_PER_HOUR": "0",
    "SNIPERFORGE_LIMITS__MAX_LOSING_STREAK": "0",
    "SNIPERFORGE_LIMITS__MAX_FEES_PER_HOUR_SOL": "0",
    "SNIPERFORGE_BOTS__LP_SNIPER__EXITS__MAX_HOLD_SECONDS": "2",
    "SNIPERFORGE_BOTS__LP_SNIPER__RISK__RECHECK_SECONDS": "0",
    "SNIPERFORGE_BOTS__LP_SNIPER__FILTERS__MAX_POOL_AGE_SECONDS": "100000",
}


class Stopwatch:
    """Notes, on this side, when each pool was seen and its buy handed over."""

    def __init__(self) -> None:
        self.seen: dict[str, float] = {}
        self.sent: dict[str, float] = {}
        self.bought: dict[str, str] = {}
        self.reasons: list[str] = []

    def hear(self, event: SessionEvent) -> None:
        """Take one event of the session."""
        if isinstance(event, PoolSeen):
            self.seen[event.pool.event.base_mint] = time.monotonic()
        elif isinstance(event, BuyEnded):
            if event.outcome.ok:
                self.bought[event.judgement.verdict.mint] = event.outcome.signature
            else:
                self.reasons.append(event.outcome.reason)

    def watch(self, trader: Trader) -> None:
        """Note the moment at which signed bytes are handed to the HTTP client."""
        (sender,) = trader.node.senders
        send = sender.send

        async def noted(transaction: bytes, **options: Any) -> str:
            self.sent.setdefault(signature_text(transaction[1:65]), time.monotonic())
            return await send(transaction, **options)

        object.__setattr__(sender, "send", noted)


async def snipe(
    network: Network, signer: KeypairSigner, stopwatch: Stopwatch, launches: int, per_second: float
) -> dict[str, float]:
    """Trade while tokens are launched; when each one's pool was created, in order."""
    rng, created = random.Random(SEED), {}
    async with session(await network.heard(), signer, stopwatch.hear, ENVIRONMENT) as trader:
        stopwatch.watch(trader)
        await asyncio.sleep(1.0)
        for _ in range(launches):
            await asyncio.sleep(rng.expovariate(per_second))
            launched = await network.ask()
            created[launched["mint"]] = launched["created"]
        await asyncio.sleep(1.0)
    return created


async def measure(launches: int, per_second: float) -> None:
    """Snipe, then compare the two processes' notes."""
    signer, stopwatch = KeypairSigner(SecretKey.generate()), Stopwatch()
    async with network_process(NODE, launches + WARM_UP, signer.pubkey) as network:
        created = await snipe(network, signer, stopwatch, launches + WARM_UP, per_second)
        executed = (await network.end())["executed"]
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
    parser.add_argument("--launches", type=int, default=100)
    parser.add_argument("--per-second", type=float, default=2.0)
    options = parser.parse_args()
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(measure(options.launches, options.per_second))


if __name__ == "__main__":
    main()
