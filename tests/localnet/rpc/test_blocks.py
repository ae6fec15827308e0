"""Methods about blocks."""

from __future__ import annotations

from typing import Any

import pytest

from sniperforge.localnet.ledger.chain import FIRST_SLOT, KEPT_BLOCKS
from tests.localnet.kit import NOW, Bench, address

V0 = {"commitment": "confirmed", "maxSupportedTransactionVersion": 0}


def test_the_time_of_a_block() -> None:
    """Unix seconds; skipped, future and forgotten slots have a code each."""
    bench = Bench()
    bench.now = NOW + 60
    slot = bench.ledger.advance(3).slot
    assert bench.ask("getBlockTime", slot) == NOW + 60
    assert bench.fails("getBlockTime", slot - 1).rpc_code == -32007
    assert bench.fails("getBlockTime", slot + 1).rpc_code == -32004
    for _ in range(KEPT_BLOCKS):
        bench.ledger.advance()
    forgotten = bench.fails("getBlockTime", FIRST_SLOT)
    assert forgotten.rpc_code == -32001
    assert forgotten.message.endswith(f"First available block: {bench.ask('getFirstAvailableBlock')}")


def test_a_block_with_its_transactions() -> None:
    """In all levels of detail."""
    bench = Bench()
    first, second = bench.pay(address(2)), bench.pay(address(3))
    bench.ledger.advance()
    block = bench.ledger.chain.in_slot(first.slot)
    assert block is not None

    def shown(**options: Any) -> Any:
        return bench.ask("getBlock", first.slot, {**V0, **options})

    full = shown()
    assert (full["blockHeight"], full["blockhash"], full["parentSlot"]) == (
        block.height,
        block.blockhash,
        FIRST_SLOT,
    )
    assert full["previousBlockhash"] == bench.ledger.genesis_hash
    assert [entry["transaction"]["signatures"][0] for entry in full["transactions"]] == [
        first.signature,
        second.signature,
    ]
    assert full["transactions"][0]["version"] == 0
    assert full["rewards"] == []
    assert shown(transactionDetails="signatures")["signatures"] == [first.signature, second.signature]
    assert "transactions" not in shown(transactionDetails="none", rewards=False)
    accounts = shown(transactionDetails="accounts")["transactions"]
    assert accounts[1]["transaction"]["accountKeys"][1]["pubkey"] == address(3)
    assert (accounts[1]["meta"]["fee"], accounts[1]["version"]) == (5_000, 0)


def test_blocks_that_cannot_be_shown() -> None:
    """Not confirmed yet, processed asked for, a version the client cannot read, records dropped."""
    bench = Bench(keep_records=1)
    record = bench.pay(address(2))
    assert bench.fails("getBlock", record.slot, V0).rpc_code == -32004
    bench.ledger.advance()
    assert bench.fails("getBlock", record.slot, {"commitment": "processed"}).rpc_code == -32602
    for details in ("full", "accounts"):
        options = {"commitment": "confirmed", "transactionDetails": details}
        assert bench.fails("getBlock", record.slot, options).rpc_code == -32015
    bench.pay(address(3))
    assert bench.fails("getBlock", record.slot, V0).rpc_code == -32001


def test_a_block_whose_parent_is_forgotten() -> None:
    """The oldest kept block still has a previous hash to show: the genesis hash stands for it."""
    bench = Bench()
    assert bench.ask("getBlock", FIRST_SLOT)["previousBlockhash"] == bench.ledger.genesis_hash


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ([0], [0, 1, 4]),
        ([1], [1, 4]),
        ([0, 3], [0, 1]),
        ([2, 3], []),
    ],
)
def test_lists_of_blocks(params: list[int], expected: list[int]) -> None:
    """Slots that have a block, up to the commitment, both ends included."""
    bench = Bench()
    bench.ledger.advance(3)
    bench.ledger.advance()
    slots = [FIRST_SLOT + number for number in params]
    found = bench.ask("getBlocks", *slots, {"commitment": "confirmed"})
    assert [slot - FIRST_SLOT for slot in found] == expected


def test_limited_lists_of_blocks() -> None:
    """As many as asked for; absurd ranges are refused."""
    bench = Bench()
    for _ in range(5):
        bench.ledger.advance()
    confirmed = {"commitment": "confirmed"}
    assert bench.ask("getBlocksWithLimit", FIRST_SLOT + 1, 2, confirmed) == [FIRST_SLOT + 1, FIRST_SLOT + 2]
    assert bench.ask("getBlocks", FIRST_SLOT) == [FIRST_SLOT]
    assert bench.fails("getBlocks", 0, FIRST_SLOT).rpc_code == -32602
    assert bench.fails("getBlocksWithLimit", FIRST_SLOT, 500_001).rpc_code == -32602
