"""An embedded network with pools to trade and funded wallets, on another core than ``concurrent_trades.py``.

``_trade_node.py SLOT_MS POOLS WALLET...``. Prints one JSON line when it serves, with the pools.
"""

from __future__ import annotations

import asyncio
import sys
import time

from _serve import say, serve

from sniperforge.cli.event_loop import loop_factory
from sniperforge.domain.addresses import LAMPORTS_PER_SOL
from sniperforge.localnet.ledger.pace import SlotProfile
from sniperforge.localnet.market.archetypes import ARCHETYPES
from sniperforge.localnet.market.launchpad import LaunchedToken
from sniperforge.localnet.market.schedule import Launch
from sniperforge.localnet.network import LocalNetwork

LIQUIDITY = 30 * LAMPORTS_PER_SOL
FUNDS = 1_000 * LAMPORTS_PER_SOL
OPENING_SECONDS = 5
"""A CPMM pool opens a second after its creation; the network's clock is this much behind until then."""


class TradeNode:
    """The network, its pools and wallets."""

    def __init__(self, slot_ms: int, pools: int, wallets: list[str]) -> None:
        self.behind = OPENING_SECONDS
        self.network = LocalNetwork(
            profile=SlotProfile(slot_ms=slot_ms), now=lambda: time.time() - self.behind
        )
        for wallet in wallets:
            self.network.faucet.drip(wallet, FUNDS)
        self.pools = [self.launch(number) for number in range(1, pools + 1)]
        self.behind = 0
        self.network.ledger.advance(2)

    def launch(self, number: int) -> str:
        """One organic launch; its pool."""
        launch = Launch(number, 0, ARCHETYPES[0], number.to_bytes(32, "big"), LIQUIDITY, (), strike_ms=0)
        token = LaunchedToken(self.network.ledger, launch)
        self.network.faucet.drip(str(token.creator), token.funds)
        if not token.create():
            raise RuntimeError("the launch failed")
        self.network.ledger.advance()
        return str(token.pool.pool)


if __name__ == "__main__":
    node = TradeNode(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
    work = serve(node.network, lambda: say({"pools": node.pools}), dict)
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(work)
