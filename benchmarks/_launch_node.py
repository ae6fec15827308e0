"""An embedded network that launches a token for every line it reads; one core of its own for ``snipe.py``.

Prints one JSON line when it serves, one per launch, and when its input ends one with the moment at which
each of the watched wallet's transactions was executed. Times are of the machine's one monotonic clock.

A slot lasts 400 ms and counts as confirmed at once: what a real network takes to confirm is no work of
ours. A CPMM pool opens a second after its creation, so the network's clock starts in the past and is set
two seconds ahead after each launch; nobody waits for it.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any

from _serve import say, serve

from sniperforge.cli.event_loop import loop_factory
from sniperforge.domain.addresses import LAMPORTS_PER_SOL
from sniperforge.localnet.ledger.pace import SlotProfile
from sniperforge.localnet.market.archetypes import ARCHETYPES
from sniperforge.localnet.market.launchpad import LaunchedToken
from sniperforge.localnet.market.schedule import Launch
from sniperforge.localnet.network import LocalNetwork

LIQUIDITY = 30 * LAMPORTS_PER_SOL
FUNDS = 100_000 * LAMPORTS_PER_SOL
PROFILE = SlotProfile(slot_ms=400, confirm_slots=0, finalize_slots=8)
STEP_SECONDS = 2.0


class LaunchNode:
    """The network, and what happened on it.

    Args:
        launches: how many will be asked for.
        wallet: whose transactions are watched; it gets funds.
    """

    def __init__(self, launches: int, wallet: str) -> None:
        self.ahead = -STEP_SECONDS * launches - 10
        self.wallet = wallet
        self.number = 0
        self.executed: dict[str, float] = {}
        self.created: dict[str, float] = {}
        self.network = LocalNetwork(profile=PROFILE, now=lambda: time.time() + self.ahead)
        self.network.faucet.drip(wallet, FUNDS)
        self.network.ledger.on_landed.append(self.landed)

    def landed(self, record: Any, _changes: Any) -> None:
        """Note when: the first transaction that names a pool is its creation."""
        now = time.monotonic()
        if str(record.loaded.keys[0]) == self.wallet:
            self.executed[record.signature] = now
        for key in record.loaded.names:
            self.created.setdefault(key, now)

    def launch(self) -> None:
        """Put one organic launch on chain; its pool is open when this returns."""
        self.number = number = self.number + 1
        seed = number.to_bytes(32, "big")
        token = LaunchedToken(
            self.network.ledger, Launch(number, 0, ARCHETYPES[0], seed, LIQUIDITY, (), strike_ms=0)
        )
        self.network.faucet.drip(str(token.creator), token.funds)
        if not token.create():
            raise RuntimeError("the launch failed")
        self.ahead += STEP_SECONDS
        self.network.ledger.advance()
        say({"mint": str(token.mint), "created": self.created[str(token.pool.pool)]})
        self.created.clear()


if __name__ == "__main__":
    node = LaunchNode(int(sys.argv[1]), sys.argv[2])
    work = serve(node.network, node.launch, lambda: {"executed": node.executed})
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(work)
