"""Feed bytes in, decoded creation out, with noise from another process. Prints one JSON document.

``python benchmarks/hot_path.py [--noise 2000 10000 30000] [--seconds 8]``. Times are microseconds from just
before the node's write to the decoded creation here, both on the machine's one monotonic clock; the kernel's
loopback and the wake-up of this process are in them. ``queue_us`` is the part from the frame's arrival in
this process to its subscriber.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import statistics
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sniperforge.chain.clock import SystemClock
from sniperforge.chain.subscription import contains_any
from sniperforge.chain.websocket import PubSubClient
from sniperforge.dex.registry import NEEDLES, creations_in
from sniperforge.market.pool_feed import notice_of

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from sniperforge.chain.subscription import Stream

WARM_UP = 50
NODE = Path(__file__).with_name("_noise_node.py")


def quantiles(samples: list[float]) -> dict[str, float]:
    """Median and tail, rounded to whole microseconds."""
    ordered = sorted(samples)
    return {
        "p50": round(statistics.median(ordered)),
        "p90": round(ordered[int(len(ordered) * 0.90)]),
        "p99": round(ordered[int(len(ordered) * 0.99)]),
        "max": round(ordered[-1]),
    }


class Follower:
    """Takes creations off a stream and notes how long each was on its way."""

    def __init__(self) -> None:
        self.total: list[float] = []
        self.queued: list[float] = []
        self.deepest = 0

    async def follow(self, stream: Stream) -> None:
        """Until cancelled."""
        async for item in stream:
            taken = time.monotonic()
            notice = notice_of(item)
            if notice is None or not creations_in(notice):
                raise SystemExit("something else than a creation came through")
            done = time.monotonic_ns()
            sent = int(notice.logs[-1].rpartition(" ")[2])
            self.total.append((done - sent) / 1e3)
            self.queued.append((taken - stream.received_at) * 1e6)
            self.deepest = max(self.deepest, len(stream))
            if len(self.total) == WARM_UP:
                gc.collect()
                gc.freeze()


async def measure(port: int, seconds: float) -> dict[str, Any]:
    """Follow the node while it sends."""
    follower = Follower()
    async with PubSubClient(f"ws://127.0.0.1:{port}", SystemClock()) as pubsub:
        stream = await pubsub.subscribe(
            "logsSubscribe", [{"mentions": ["x"]}], prefilter=contains_any(*NEEDLES)
        )
        cpu, began = time.process_time(), time.perf_counter()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds + 0.8):
                await follower.follow(stream)
        used, elapsed = time.process_time() - cpu, time.perf_counter() - began
        health = pubsub.health()
    return {
        "samples": len(follower.total),
        "sent_to_creation_us": quantiles(follower.total[WARM_UP:]),
        "queue_us": quantiles(follower.queued[WARM_UP:]),
        "deepest_queue": follower.deepest,
        "cpu_of_one_core": round(used / elapsed, 3),
        "notifications": health.filtered + len(follower.total) + health.overflowed,
        "overflowed": health.overflowed,
    }


def run(noise: int, seconds: float) -> dict[str, Any]:
    """One node, one client, one document."""
    command = [sys.executable, str(NODE), "--noise", str(noise), "--seconds", str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as node:
        assert node.stdout is not None
        port = int(node.stdout.readline())
        found = loop_run(measure(port, seconds))
        sent = json.loads(node.stdout.readline())
    gc.unfreeze()
    lost = sent["noise"] + sent["targets"] - found["notifications"]
    return {"noise_per_second": round(sent["noise"] / seconds), "lost": lost, "node": sent, **found}


def loop_run(work: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
    """On uvloop where it is installed."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)
    return uvloop.run(work)


def main() -> None:
    """Measure at each rate of noise."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--noise", type=int, nargs="+", default=[2_000, 10_000, 30_000])
    parser.add_argument("--seconds", type=float, default=6.0)
    options = parser.parse_args()
    runs = [run(noise, options.seconds) for noise in options.noise]
    print(json.dumps({"benchmark": "hot_path", "runs": runs}, indent=2))


if __name__ == "__main__":
    main()
