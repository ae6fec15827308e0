"""Confirmation of the slot that creates a pool -> ``PoolSeen``, with the market at full intensity.

``python benchmarks/detection.py [--seconds 45] [--per-minute 50]``. Prints one JSON document. The network is
a process of its own with mainnet's pace (slots of 400 ms, confirmed by the next one); its crowd trades every
launch, and the whole sniper runs here: it judges, buys, guards and sells meanwhile. A node shows a
transaction from ``confirmed`` on, so nobody can read a pool's creation earlier. Measured from the first
moment of the confirming block's opening, before the market's trades of that block.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING

from _report import at_most, quantiles, report
from _session import network_process, session

from sniperforge.cli.event_loop import loop_factory
from sniperforge.engine.events import BuyEnded, PoolSeen
from sniperforge.wallets.secret import SecretKey
from sniperforge.wallets.signer import KeypairSigner

if TYPE_CHECKING:
    from sniperforge.engine.events import SessionEvent

NODE = Path(__file__).with_name("_market_node.py")
LIMIT_MS = 100.0


async def measure(seconds: float, per_minute: int) -> None:
    """Trade for a while, then compare the two processes' notes."""
    signer = KeypairSigner(SecretKey.generate())
    seen: dict[str, float] = {}
    bought: set[str] = set()

    def hear(event: SessionEvent) -> None:
        if isinstance(event, PoolSeen):
            seen[event.pool.event.base_mint] = time.monotonic()
        elif isinstance(event, BuyEnded) and event.outcome.ok:
            bought.add(event.judgement.verdict.mint)

    async with network_process(NODE, per_minute, signer.pubkey) as network:
        began = time.monotonic()
        async with session(await network.heard(), signer, hear, {}):
            await asyncio.sleep(seconds)
        ended = time.monotonic()
        told = await network.end()
    due = {mint: at for mint, at in told["confirmed"].items() if at < ended - 1}
    missed = [mint for mint in due if mint not in seen]
    latency = quantiles([seen[mint] - at for mint, at in due.items() if mint in seen], 1e-3)
    figures = {
        "slot_ms": 400,
        "launches_per_minute": per_minute,
        "launches": len(due),
        "bought": len(bought),
        "transactions_per_second": round(told["transactions"] / (ended - began), 1),
        "confirmed_to_seen_ms": latency,
    }
    budgets = {
        "confirmed_to_seen_ms p99": at_most(latency["p99"], LIMIT_MS),
        "pools not seen": at_most(len(missed), 0),
    }
    report("detection", figures, budgets)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=45.0)
    parser.add_argument("--per-minute", type=int, default=50)
    options = parser.parse_args()
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(measure(options.seconds, options.per_minute))


if __name__ == "__main__":
    main()
