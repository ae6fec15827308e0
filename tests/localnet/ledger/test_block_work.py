"""Limits on the work of a block."""

from __future__ import annotations

import pytest
from solders.compute_budget import set_compute_unit_limit

from sniperforge.localnet.ledger import block_work
from sniperforge.localnet.ledger.block_work import BlockWork, cost_units, requested_units
from sniperforge.localnet.ledger.envelope import open_envelope
from sniperforge.localnet.ledger.lookups import load_keys
from sniperforge.localnet.ledger.refusals import TransactionRefusedError
from tests.localnet.kit import SOL, Bench, address, keypair, pay


def test_what_a_transaction_takes() -> None:
    """Signatures, write locks, instruction data and compute units add up."""
    bench = Bench()
    envelope = open_envelope(bench.sign([pay(bench.payer, address(2), 1)]))
    loaded = load_keys(envelope, bench.ledger.vm.get)
    assert cost_units(envelope, loaded, 150) == 150 + 720 + 2 * 300 + 12 // 4


def test_what_a_transaction_asks_for() -> None:
    """Its limit; without one 200,000 for each instruction; never more than 1.4 million."""
    bench = Bench()
    one = pay(bench.payer, address(2), 1)
    for instructions, units in (
        ([one], 200_000),
        ([one] * 8, 1_400_000),
        ([set_compute_unit_limit(5_000), one], 5_000),
        ([set_compute_unit_limit(9_000_000), one], 1_400_000),
    ):
        assert requested_units(open_envelope(bench.sign(instructions))) == units


def test_an_empty_block_has_room_for_anything() -> None:
    """Nothing is computed for it."""
    bench = Bench()
    envelope = open_envelope(bench.sign([pay(bench.payer, address(2), 1)]))
    assert BlockWork().refusal(envelope, load_keys(envelope, bench.ledger.vm.get)) is None


@pytest.mark.parametrize(
    ("total", "account", "refusal"),
    [
        (block_work.BLOCK_UNITS, 0, block_work.BLOCK_FULL),
        (block_work.ACCOUNT_UNITS, block_work.ACCOUNT_UNITS, block_work.ACCOUNT_FULL),
        (block_work.ACCOUNT_UNITS, 0, None),
    ],
    ids=["block", "account", "room"],
)
def test_a_full_block_takes_no_more(total: int, account: int, refusal: str | None) -> None:
    """By all of its work or by that for one account; the next block has room again."""
    bench = Bench()
    work = bench.ledger.chain.tip.work
    work.total, work.by_account[address(2)] = total, account
    raw = bench.sign([pay(bench.payer, address(2), SOL)])
    if refusal is None:
        bench.ledger.send(raw)
        return
    with pytest.raises(TransactionRefusedError) as refused:
        bench.ledger.send(raw)
    assert refused.value.err == refusal
    bench.ledger.advance()
    bench.ledger.send(raw)
    assert bench.ledger.chain.tip.work.by_account[address(2)] == bench.ledger.chain.tip.work.total > 0
    assert bench.ledger.vm.balance(keypair(2).pubkey()) == SOL


def test_a_copy_goes_its_own_way() -> None:
    """What is counted afterwards is in one of the two only."""
    work = BlockWork(5, {"a": 5})
    before = work.copy()
    work.by_account["a"] = 6
    assert before == BlockWork(5, {"a": 5}) != work
