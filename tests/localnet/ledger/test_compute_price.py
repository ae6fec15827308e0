"""Prices that transactions offer."""

from __future__ import annotations

from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price

from sniperforge.localnet.ledger.compute_price import ANY_ACCOUNT, compute_unit_price
from sniperforge.localnet.ledger.envelope import open_envelope
from tests.localnet.kit import Bench, address, pay


def test_the_price_is_read_from_the_compute_budget() -> None:
    """Micro-lamports per unit; 0 when the transaction sets none."""
    bench = Bench()
    transfer = pay(bench.payer, address(2), 10**9)
    for instructions, price in (
        ([transfer], 0),
        ([set_compute_unit_limit(1_000), transfer], 0),
        ([set_compute_unit_limit(1_000), set_compute_unit_price(77), transfer], 77),
    ):
        assert compute_unit_price(open_envelope(bench.sign(instructions))) == price


def test_the_floor_is_the_cheapest_that_landed() -> None:
    """Per written account and for the block as a whole."""
    bench = Bench()
    for price, target in ((50, 2), (20, 2), (90, 3)):
        bench.send(set_compute_unit_price(price), pay(bench.payer, address(target), 10**9 + price))
    floor = bench.ledger.chain.tip.price_floor
    payer = str(bench.payer.pubkey())
    assert {floor[ANY_ACCOUNT], floor[payer], floor[address(2)]} == {20}
    assert floor[address(3)] == 90
