"""How fast the embedded network is with its chain on disk: transfers, swaps, and how long a close takes.

Prints one JSON document: medians over blocks, in process, each block's close included; the same blocks on a
network in memory stand beside them, because the machine's speed is in both. ``close_ms`` is how long the loop
stands still when a block of 3,000 transfers to new accounts closes. Garbage is collected as in the service.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from _report import at_least, at_most, quantiles, report
from solders.compute_budget import set_compute_unit_limit
from solders.hash import Hash
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

from sniperforge.app.calm_memory import calm_memory
from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.localnet.market.market import Market
from sniperforge.localnet.network import LocalNetwork
from sniperforge.localnet.program.cpmm.instructions import (
    associated_token_account,
    pool_addresses,
    swap_base_input,
)
from sniperforge.localnet.store.chain_file import ChainFile
from sniperforge.tokens.instructions import create_associated_token_account, sync_native, transfer_lamports

if TYPE_CHECKING:
    from solders.instruction import Instruction

FLOORS = {"transfers": 8_000, "swaps": 4_000}
CLOSE_MS = 50.0
BLOCKS = 12
TRANSFERS = 3_000
SWAPS = 1_600
"""What a block of 400 ms holds at the rates wanted."""

_WSOL, _USDC = Pubkey.from_string(WSOL_MINT), Pubkey.from_string(USDC_MINT)


def signed(network: LocalNetwork, instructions: list[Instruction]) -> bytes:
    """One transaction of the payer on the newest hash."""
    recent = Hash.from_string(network.ledger.chain.tip.blockhash)
    message = MessageV0.try_compile(network.payer.pubkey(), instructions, [], recent)
    return bytes(VersionedTransaction(message, [network.payer]))


def transfers(network: LocalNetwork) -> list[bytes]:
    """To as many new accounts."""
    me = network.payer.pubkey()
    return [
        signed(
            network,
            [transfer(TransferParams(from_pubkey=me, to_pubkey=Pubkey.new_unique(), lamports=1_000_000))],
        )
        for _ in range(TRANSFERS)
    ]


def swaps(network: LocalNetwork) -> list[bytes]:
    """SOL for USDC on the market's pool."""
    me = network.payer.pubkey()
    return [
        signed(
            network,
            [
                set_compute_unit_limit(60_000),
                swap_base_input(
                    pool_addresses(_WSOL, _USDC),
                    payer=me,
                    source=associated_token_account(me, _WSOL),
                    destination=associated_token_account(me, _USDC),
                    mint_in=_WSOL,
                    amount_in=1_000 + number,
                ),
            ],
        )
        for number in range(SWAPS)
    ]


def ready_to_swap(network: LocalNetwork) -> None:
    """The market's pool, and the payer's token accounts with SOL in one."""
    Market(network.ledger, seed=1, per_minute=0).open()
    network.ledger.warp(5)  # a pool opens a second after its creation
    me = str(network.payer.pubkey())
    network.ledger.send(
        signed(
            network,
            [
                create_associated_token_account(me, me, WSOL_MINT),
                create_associated_token_account(me, me, USDC_MINT),
                transfer_lamports(me, str(associated_token_account(network.payer.pubkey(), _WSOL)), 10**12),
                sync_native(str(associated_token_account(network.payer.pubkey(), _WSOL))),
            ],
        )
    )
    network.ledger.advance()


def a_block(network: LocalNetwork, raws: list[bytes]) -> tuple[float, float]:
    """Transactions a second, the close included, and the close's milliseconds; all must have succeeded."""
    started = time.perf_counter()
    records = [network.ledger.send(raw) for raw in raws]
    full = time.perf_counter()
    network.ledger.advance()
    ended = time.perf_counter()
    assert all(record.err is None for record in records)
    return len(raws) / (ended - started), (ended - full) * 1_000


def main() -> None:
    """Fill blocks on both networks in turn and print the figures."""
    rates: dict[str, dict[str, list[float]]] = {
        kind: {"memory": [], "disk": []} for kind in ("transfers", "swaps")
    }
    closes: list[float] = []
    with tempfile.TemporaryDirectory() as folder, closing(ChainFile(Path(folder) / "chain.db")) as chain:
        networks = {"memory": LocalNetwork(), "disk": LocalNetwork(chain=chain)}
        for network in networks.values():
            ready_to_swap(network)
        for _ in range(BLOCKS):
            for where, network in networks.items():
                rate, close_ms = a_block(network, transfers(network))
                rates["transfers"][where].append(rate)
                if where == "disk":
                    closes.append(close_ms)
                rates["swaps"][where].append(a_block(network, swaps(network))[0])
    medians = {
        kind: {where: round(statistics.median(values)) for where, values in both.items()}
        for kind, both in rates.items()
    }
    figures = {"blocks": BLOCKS, "per_second": medians, "close_ms": quantiles(closes)}
    budgets = {
        f"{kind}/s with write-through": at_least(medians[kind]["disk"], FLOORS[kind]) for kind in FLOORS
    }
    budgets["close_ms p50"] = at_most(statistics.median(closes), CLOSE_MS)
    report("localnet_kept", figures, budgets)


if __name__ == "__main__":
    with calm_memory():
        main()
