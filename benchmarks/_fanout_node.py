"""A network whose every payment is told to all subscribers of logs; run by ``fanout.py``.

``python _fanout_node.py --per-second 300``. Prints where it serves. Each line on its input lets it pay for
two seconds at that rate; then it prints how many it paid and how late the latest of its slots was.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time

from _serve import say
from localnet_throughput import signed_transfers

from sniperforge.app.calm_memory import calm_memory
from sniperforge.cli.event_loop import loop_factory
from sniperforge.localnet.ledger.envelope import Envelope, open_envelope
from sniperforge.localnet.network import LocalNetwork

SECONDS = 2.0
PER_TICK = 0.01


async def pay(network: LocalNetwork, per_second: int, envelopes: list[Envelope]) -> None:
    """Land ``envelopes``, spread over the time that they take at ``per_second``."""
    begun, done = time.perf_counter(), 0
    while done < len(envelopes):
        due = min(len(envelopes), int((time.perf_counter() - begun) * per_second) + 1)
        for envelope in envelopes[done:due]:
            network.ledger.submit(envelope, verified=True)
        done = due
        await asyncio.sleep(PER_TICK)


async def serve(per_second: int) -> None:
    """Pay for each line that comes in."""
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    network, late, opened = LocalNetwork(), [], [0.0]
    count = int(per_second * SECONDS)
    slot = network.ledger.profile.slot_ms / 1000

    def note(_block: object) -> None:
        now = loop.time()
        if opened[0]:
            late.append(now - opened[0] - slot)
        opened[0] = now

    async with network:
        network.ledger.on_block.append(note)
        with calm_memory():
            say({"ws_url": network.ws_url, "paid": count})
            first = 1
            while await lines.readline():
                signed = signed_transfers(network, count, first)
                await asyncio.sleep(2 * slot)
                late.clear()
                await pay(network, per_second, [open_envelope(raw) for raw in signed])
                first += count
                say({"paid": count, "slot_late_ms": round(max(late, default=0.0) * 1000, 1)})


def main() -> None:
    """Serve until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--per-second", type=int, default=300)
    options = parser.parse_args()
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(serve(options.per_second))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print(json.dumps({"stopped": True}))
