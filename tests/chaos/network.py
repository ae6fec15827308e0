"""The network of a chaos run: a process that outlives every trader. One JSON line in, one out.

``python -m tests.chaos.network SLOT_MS POOLS`` says where it serves and which pools it has; then ``{"do": "fund", ...}``,
``{"do": "faults", "profile": "rough", "seed": 1}``, ``{"do": "calm"}``. It ends with its input.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import replace
from typing import Any

from sniperforge.app.calm_memory import calm_memory
from sniperforge.cli.event_loop import loop_factory
from sniperforge.domain.addresses import LAMPORTS_PER_SOL
from sniperforge.localnet.faults.plan import plan_of_profile
from sniperforge.localnet.ledger.pace import SlotProfile
from sniperforge.localnet.market.archetypes import ARCHETYPES
from sniperforge.localnet.market.launchpad import LaunchedToken
from sniperforge.localnet.market.schedule import Launch
from sniperforge.localnet.network import LocalNetwork

ENDPOINTS = 2
LIQUIDITY = 60 * LAMPORTS_PER_SOL
KEEP = 400_000


class ChaosNetwork:
    """A quiet market: pools that nobody trades but the wallets under test, and who sandwiches them."""

    def __init__(self, slot_ms: int, pools: int) -> None:
        self.network = LocalNetwork(
            profile=SlotProfile(slot_ms=slot_ms), endpoints=ENDPOINTS, keep_records=KEEP
        )
        self.pools = [self._launch(number) for number in range(1, pools + 1)]

    def _launch(self, number: int) -> str:
        launch = Launch(number, 0, ARCHETYPES[0], number.to_bytes(32, "big"), LIQUIDITY, (), strike_ms=0)
        token = LaunchedToken(self.network.ledger, launch)
        self.network.faucet.drip(str(token.creator), token.funds)
        if not token.create():
            raise RuntimeError("the launch failed")
        self.network.ledger.advance()
        return str(token.pool.pool)

    @property
    def where(self) -> dict[str, Any]:
        """What traders need to know."""
        urls = [[each.rpc_url, each.ws_url] for each in self.network.endpoints]
        return {"endpoints": urls, "genesis": self.network.genesis_hash, "pools": self.pools}

    def obey(self, order: dict[str, Any]) -> dict[str, Any]:
        """Do what a line asks for."""
        match order["do"]:
            case "fund":
                return {"signature": self.network.faucet.drip(order["to"], order["lamports"]).signature}
            case "faults":
                plan = plan_of_profile(order["profile"])
                for number, endpoint in enumerate(self.network.endpoints):
                    endpoint.faults.set(replace(plan, seed=order["seed"] + number))
            case "calm":
                for endpoint in self.network.endpoints:
                    endpoint.faults.clear()
        return {"slot": self.network.ledger.chain.tip.slot}


async def serve(chaos: ChaosNetwork) -> None:
    """Until the input ends."""
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async with chaos.network:
        with calm_memory():
            print(json.dumps(chaos.where), flush=True)
            while line := await lines.readline():
                print(json.dumps(chaos.obey(json.loads(line))), flush=True)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(serve(ChaosNetwork(*map(int, sys.argv[1:]))))
