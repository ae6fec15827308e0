"""An embedded network with its market at full intensity; a core of its own for ``detection.py``.

Prints one JSON line when it serves and, when its input ends, one with the moment at which the slot of each
launch was confirmed, on the machine's one monotonic clock.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING

from _serve import serve

from sniperforge.cli.event_loop import loop_factory
from sniperforge.domain.addresses import LAMPORTS_PER_SOL
from sniperforge.localnet.ledger.pace import MAINNET_PACE
from sniperforge.localnet.market.market import Market
from sniperforge.localnet.network import LocalNetwork

if TYPE_CHECKING:
    from sniperforge.localnet.ledger.chain import Block

FUNDS = 100 * LAMPORTS_PER_SOL
SEED = 7


class MarketNode:
    """The network, its market, and when launches were confirmed.

    Args:
        per_minute: launches.
        wallet: gets funds.
    """

    def __init__(self, per_minute: int, wallet: str) -> None:
        self.confirmed: dict[str, float] = {}
        self.network = LocalNetwork(profile=MAINNET_PACE)
        self.network.faucet.drip(wallet, FUNDS)
        self.market = Market(self.network.ledger, seed=SEED, per_minute=per_minute)
        # First of all listeners: what they do before a notification leaves is part of what is measured.
        self.network.ledger.on_block.insert(0, self.opened)
        self.market.open()

    def opened(self, _block: Block) -> None:
        """Note the launches that this block confirms."""
        now, reached = time.monotonic(), self.network.ledger.chain.at("confirmed").slot
        for mint, launch in self.market.truth.launches.items():
            if launch.at_slot <= reached:
                self.confirmed.setdefault(mint, now)


if __name__ == "__main__":
    node = MarketNode(int(sys.argv[1]), sys.argv[2])
    landed = node.network.ledger.chain
    work = serve(
        node.network, lambda: None, lambda: {"confirmed": node.confirmed, "transactions": landed.tip.total}
    )
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(work)
