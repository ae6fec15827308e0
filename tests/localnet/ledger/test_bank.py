"""Execution of several transactions, all or none."""

from __future__ import annotations

import pytest

from sniperforge.localnet.ledger.envelope import Envelope, open_envelope
from sniperforge.localnet.ledger.refusals import BundleRefusedError
from tests.localnet.kit import SOL, Bench, address, keypair, pay


def payment(bench: Bench, source: int, target: int, lamports: int = SOL) -> Envelope:
    key = keypair(source)
    return open_envelope(bench.sign([pay(key, address(target), lamports)], payer=key))


def test_a_bundle_lands_in_order_in_one_block() -> None:
    """The second may spend what the first brings; listeners hear of each."""
    bench = Bench()
    bench.pay(address(2), 3 * SOL)
    heard: list[str] = []
    bench.ledger.on_landed.append(lambda record, _: heard.append(record.signature))
    bundle = [payment(bench, 2, 3, 2 * SOL), payment(bench, 3, 4)]
    records = bench.ledger.submit_together(bundle)
    assert [record.signature for record in records] == heard == [one.signature for one in bundle]
    assert {record.slot for record in records} == {bench.ledger.chain.tip.slot}
    assert [record.position for record in records] == [1, 2]


@pytest.mark.parametrize("lamports", [100 * SOL, None], ids=["fails", "refused"])
def test_of_a_bundle_nothing_lands_when_one_does_not(lamports: int | None) -> None:
    """Balances, records and duplicates are as before; each may land by itself afterwards."""
    bench = Bench()
    bench.pay(address(2), 3 * SOL)
    before = dict(bench.ledger.vm.balances())
    good = payment(bench, 2, 3, 2 * SOL)
    bad = payment(bench, 3, 4, lamports) if lamports else payment(bench, 9, 4)
    with pytest.raises(BundleRefusedError) as refused:
        bench.ledger.submit_together([good, bad])
    assert refused.value.position == 1
    assert dict(bench.ledger.vm.balances()) == before
    assert bench.ledger.history.status(good.signature) is None
    assert bench.ledger.view("confirmed").balance(keypair(2).pubkey()) == 0
    bench.ledger.submit(good)
    assert bench.ledger.vm.balance(keypair(3).pubkey()) == 2 * SOL


def test_what_a_bundle_wrote_can_be_rolled_back() -> None:
    """It belongs to its block like everything else."""
    bench = Bench()
    bench.pay(address(2), 3 * SOL)
    bench.ledger.advance()
    bench.ledger.submit_together([payment(bench, 2, 3)])
    bench.ledger.rollback()
    assert bench.ledger.vm.balance(keypair(2).pubkey()) == 3 * SOL
    assert bench.ledger.vm.balance(keypair(3).pubkey()) == 0
