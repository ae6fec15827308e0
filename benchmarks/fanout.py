"""Notifications a second that the embedded network delivers to 200 subscribers of logs.

``python benchmarks/fanout.py [--subscribers 200] [--per-second 400]``. Prints one JSON document. The network
is a process of its own, paying at a steady rate; the subscribers are plain sockets here that count frames.
Beside the deliveries: how late the latest slot opened.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import statistics
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from _report import at_least, at_most, report

from sniperforge.cli.event_loop import loop_factory

NODE = Path(__file__).with_name("_fanout_node.py")
FLOOR = 50_000
SLOT_LATE_MS = 100.0
ROUNDS = 3
MARK = b'"logsNotification"'
_UPGRADE = (
    "GET / HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
_SUBSCRIBE = json.dumps(
    {"jsonrpc": "2.0", "id": 1, "method": "logsSubscribe", "params": ["all", {"commitment": "processed"}]}
).encode()


class Subscriber(asyncio.Protocol):
    """Counts the notifications that come in."""

    def __init__(self) -> None:
        self.count = self.due = 0
        self.first = 0.0
        self.complete = asyncio.Event()
        self.opened = asyncio.Event()
        self._tail = b""

    def expect(self, count: int) -> None:
        """``count`` more are due."""
        self.due, self.first = self.count + count, 0.0
        self.complete.clear()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        seen = self._tail + data
        self.first = self.first or time.perf_counter()
        self.count += seen.count(MARK)
        self._tail = seen[-len(MARK) + 1 :]
        if self.count >= self.due:
            self.complete.set()
        if b'"result"' in data or b"101" in data[:20]:
            self.opened.set()


def masked(payload: bytes) -> bytes:
    """A client's text frame (RFC 6455 section 5.2), masked with zeros."""
    head = (
        bytes([0x81, 0x80 | len(payload)])
        if len(payload) < 126
        else b"\x81\xfe" + len(payload).to_bytes(2, "big")
    )
    return head + bytes(4) + payload


async def subscribe(url: str) -> Subscriber:
    """Connect one and have it answered."""
    parts = urlsplit(url)
    transport, subscriber = await asyncio.get_running_loop().create_connection(
        Subscriber, parts.hostname, parts.port
    )
    key = base64.b64encode(bytes(16)).decode()
    for request in (_UPGRADE.format(host=parts.netloc, key=key).encode(), masked(_SUBSCRIBE)):
        subscriber.opened.clear()
        transport.write(request)
        await subscriber.opened.wait()
    return subscriber


async def measure(count: int, per_second: int) -> None:
    """Some rounds of payments, heard by all."""
    node = await asyncio.create_subprocess_exec(
        sys.executable,
        str(NODE),
        "--per-second",
        str(per_second),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert node.stdin is not None
    assert node.stdout is not None
    where = json.loads(await node.stdout.readline())
    paid = where["paid"]
    subscribers = [await subscribe(where["ws_url"]) for _ in range(count)]
    rates, late = [], []
    for _ in range(ROUNDS):
        for subscriber in subscribers:
            subscriber.expect(paid)
        node.stdin.write(b"\n")
        async with asyncio.timeout(60):
            for subscriber in subscribers:
                await subscriber.complete.wait()
        begun = min(subscriber.first for subscriber in subscribers)
        rates.append(paid * count / (time.perf_counter() - begun))
        told = json.loads(await node.stdout.readline())
        late.append(told["slot_late_ms"])
    node.stdin.close()
    await node.wait()
    figures = {
        "subscribers": count,
        "payments_per_second": per_second,
        "deliveries_per_second": [round(rate) for rate in rates],
        "latest_slot_ms": late,
    }
    budgets = {
        "deliveries a second": at_least(round(statistics.median(rates)), FLOOR),
        "latest slot ms": at_most(statistics.median(late), SLOT_LATE_MS),
    }
    report("fanout", figures, budgets)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscribers", type=int, default=200)
    parser.add_argument("--per-second", type=int, default=400)
    options = parser.parse_args()
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(measure(options.subscribers, options.per_second))


if __name__ == "__main__":
    main()
