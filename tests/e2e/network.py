"""A network with a busy market as a process of its own: ``SLOT_MS PER_MINUTE SEED``; says where on stdout."""

from __future__ import annotations

import asyncio
import json
import signal
import sys

from sniperforge.localnet.ledger.pace import SlotProfile
from sniperforge.localnet.market.market import Market
from sniperforge.localnet.network import LocalNetwork


async def main(slot_ms: int, per_minute: int, seed: int) -> None:
    """Serve until SIGTERM."""
    network = LocalNetwork(profile=SlotProfile(slot_ms=slot_ms))
    market = Market(network.ledger, seed=seed, per_minute=per_minute)
    market.open()
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    async with network:
        where = {"rpc_url": network.rpc_url, "ws_url": network.ws_url, "genesis": network.genesis_hash}
        print(json.dumps(where), flush=True)
        await ended.wait()
    market.close()


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:])))
