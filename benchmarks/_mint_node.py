"""An embedded network with as many mints as its argument says; on another core than ``batched_reads.py``."""

from __future__ import annotations

import asyncio
import struct
import sys

from _serve import serve
from solders.pubkey import Pubkey

from sniperforge.cli.event_loop import loop_factory
from sniperforge.domain.addresses import TOKEN_PROGRAM
from sniperforge.domain.chain import Account
from sniperforge.localnet.network import LocalNetwork

RENT = 1_461_600


def mint_address(number: int) -> str:
    """The address of a mint; the benchmark knows it too."""
    return str(Pubkey(number.to_bytes(32, "big")))


def main(count: int) -> None:
    """Serve until standard input ends."""
    network = LocalNetwork()
    for number in range(1, count + 1):
        data = struct.pack("<I32sQBBI32x", 0, bytes(32), number, number % 10, 1, 0)
        network.ledger.set_account(Account(mint_address(number), TOKEN_PROGRAM, RENT, data))
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(serve(network, lambda: None, dict))


if __name__ == "__main__":
    main(int(sys.argv[1]))
