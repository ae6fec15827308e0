"""Airdrops."""

from __future__ import annotations

import pytest

from sniperforge.localnet.faucet import FAUCET_LAMPORTS
from sniperforge.localnet.ledger.refusals import TransactionRefusedError
from tests.localnet.kit import SOL, Bench, address


def test_equal_drops_are_different_transactions() -> None:
    """Within one block too."""
    bench = Bench()
    first, second = (bench.node.faucet.drip(address(2), SOL) for _ in range(2))
    assert first.signature != second.signature
    assert (first.err, second.err) == (None, None)
    assert bench.node.faucet.balance() == FAUCET_LAMPORTS - 2 * SOL - first.fee - second.fee
    assert bench.node.faucet.address == first.loaded.names[0]


def test_what_the_network_refuses_is_raised() -> None:
    """An empty faucet cannot pay its fee."""
    bench = Bench()
    account = bench.ledger.account(bench.node.faucet.address)
    assert account is not None
    bench.ledger.set_account(type(account)(account.address, account.owner, 10, b""))
    with pytest.raises(TransactionRefusedError, match="Insufficient funds for fee"):
        bench.node.faucet.drip(address(2), SOL)
