"""A node that floods one logs subscription with noise and sends creations among it, stamped.

Each creation is of another pool, and a log line holds its addresses: what a stream that carries
transactions would tell, so that no further read is needed to trade.

Run by ``hot_path.py`` as a process of its own: ``python _noise_node.py --noise 10000 --seconds 8``.
Prints its port as its first line and, at the end, how much it sent.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import struct
import sys
import time
from pathlib import Path

import msgspec
from solders.pubkey import Pubkey
from websockets.frames import Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

DATA = Path(__file__).resolve().parents[1] / "tests" / "data" / "raydium_cpmm"
AMM = "CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C"
STAMP = "0" * 20
LOGS_ID, SLOTS_ID = 7, 8
TICK = 0.0002
SEEDED = 11


def recorded_logs(name: str) -> list[str]:
    """The log lines of a recorded transaction."""
    return json.loads((DATA / f"{name}.json").read_bytes())["result"]["meta"]["logMessages"]


def notification(logs: list[str], number: int) -> bytes:
    """A ``logsNotification`` of its own signature."""
    value = {"signature": f"{number:0>88}", "err": None, "logs": logs}
    result = {"context": {"slot": 400_000_000 + number}, "value": value}
    params = {"result": result, "subscription": LOGS_ID}
    return msgspec.json.encode({"jsonrpc": "2.0", "method": "logsNotification", "params": params})


def framed(message: bytes) -> bytes:
    """A server's text frame (RFC 6455 section 5.2)."""
    head = struct.pack("!BBH", 0x81, 126, len(message)) if len(message) < 65_536 else b""
    return struct.pack("!BB", 0x81, len(message)) + message if len(message) < 126 else head + message


def noise_frames() -> list[bytes]:
    """Two hundred frames of 2 to 5 KB: the beginnings and repeats of recorded swaps."""
    rng = random.Random(SEEDED)
    lines = [*recorded_logs("swap_clmm_2EawktQ9"), *recorded_logs("swap_x2_dlmm_213kMyMK")] * 3
    frames = []
    for number in range(200):
        size, start = rng.randrange(1_800, 4_800), rng.randrange(40)
        logs: list[str] = []
        while sum(len(line) + 3 for line in logs) < size:
            logs.append(lines[start + len(logs)])
        frames.append(framed(notification(logs, number)))
    return frames


def creation_logs() -> list[str]:
    """The AMM's part of a recorded migration, as if it had been called directly."""
    logs = recorded_logs("create_via_launchlab_migration_mainnet")
    first = next(at for at, line in enumerate(logs) if line.startswith(f"Program {AMM} invoke ["))
    last = logs.index(f"Program {AMM} success")
    above = int(logs[first].rpartition("[")[2][:-1]) - 1
    return [
        re.sub(r"(?<= invoke \[)\d+", lambda depth: str(int(depth[0]) - above), x)
        for x in logs[first : last + 1]
    ]


def pool_line(rng: random.Random) -> str:
    """The addresses of a pool between wrapped SOL and a token that nobody has seen before."""
    return "Program log: pool " + ",".join(str(Pubkey.from_bytes(rng.randbytes(32))) for _ in range(6))


def target_frames(count: int) -> list[tuple[bytes, int]]:
    """Creations of about 7 KB with room for a stamp, and where that is in each."""
    rng, logs = random.Random(SEEDED), creation_logs()
    lines = ([*logs, pool_line(rng), f"Program log: sent {STAMP}"] for _ in range(count))
    frames = [framed(notification(each, 10**6 + number)) for number, each in enumerate(lines)]
    return [(frame, frame.rindex(STAMP.encode())) for frame in frames]


class NoiseNode(asyncio.Protocol):
    """Answers the subscriptions, then sends until the time is over."""

    def __init__(self, options: argparse.Namespace, finished: asyncio.Future[None]) -> None:
        self.options = options
        self.finished = finished
        self.protocol = ServerProtocol(max_size=2**20)
        self.noise = self.targets = 0
        self.backlog = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """One client is enough."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Handshake and requests."""
        self.protocol.receive_data(data)
        for event in self.protocol.events_received():
            if isinstance(event, Request):
                self.protocol.send_response(self.protocol.accept(event))
            elif event.opcode is Opcode.TEXT:
                self.answer(msgspec.json.decode(event.data))
        for out in self.protocol.data_to_send():
            self.transport.write(out)

    def answer(self, request: dict) -> None:
        """Fixed ids; the flood begins with the logs subscription."""
        logs = request["method"] == "logsSubscribe"
        body = {"jsonrpc": "2.0", "id": request["id"], "result": LOGS_ID if logs else SLOTS_ID}
        self.protocol.send_text(msgspec.json.encode(body))
        if logs:
            self.flood = asyncio.get_running_loop().create_task(self.send())

    async def send(self) -> None:
        """Poisson noise, written every quarter of a millisecond; targets at even intervals."""
        options, rng, frames = self.options, random.Random(SEEDED), noise_frames()
        targets = iter(target_frames(int(options.targets * options.seconds) + 2))
        await asyncio.sleep(0.3)
        start = time.perf_counter()
        due, arrival = 1 / options.targets, 0.0
        while (now := time.perf_counter() - start) < options.seconds:
            while arrival <= now:
                arrival += rng.expovariate(options.noise)
                self.transport.write(rng.choice(frames))
                self.noise += 1
            if now >= due:
                due += 1 / options.targets
                target, at = next(targets)
                stamp = b"%020d" % time.monotonic_ns()
                self.transport.write(target[:at] + stamp + target[at + 20 :])
                self.targets += 1
            self.backlog = max(self.backlog, self.transport.get_write_buffer_size())
            time.sleep(TICK)  # noqa: ASYNC251 (nothing else runs here, and the loop's timers are too coarse)
            await asyncio.sleep(0)
        await asyncio.sleep(1.0)
        self.finished.set_result(None)


async def main() -> None:
    """Serve one client."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--noise", type=int, required=True)
    parser.add_argument("--targets", type=int, default=50)
    parser.add_argument("--seconds", type=float, required=True)
    options = parser.parse_args()
    loop = asyncio.get_running_loop()
    finished: asyncio.Future[None] = loop.create_future()
    node = NoiseNode(options, finished)
    server = await loop.create_server(lambda: node, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await finished
    server.close()
    print(
        json.dumps({"noise": node.noise, "targets": node.targets, "backlog_bytes": node.backlog}), flush=True
    )


if __name__ == "__main__":
    try:
        import uvloop
    except ImportError:
        sys.exit(asyncio.run(main()))
    sys.exit(uvloop.run(main()))
