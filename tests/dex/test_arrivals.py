"""What a single transfer brought, by balances."""

from __future__ import annotations

from sniperforge.dex.arrivals import arrived
from tests.dex.made import address, transaction, transfer

HERE, THERE, MINT = address(7), address(8), address(9)


def test_one_transfer_is_the_change_of_the_balance() -> None:
    """Five units are there afterwards and none before, whatever was sent."""
    view = transaction(address(3), [], b"", inner=[transfer(THERE, HERE, 6)], mints=[(HERE, MINT)])
    assert arrived(view, HERE) == 5


def test_several_or_no_transfers_tell_nothing() -> None:
    """A balance that more than one instruction changed is nobody's; so is one that the node left out."""
    twice = [transfer(THERE, HERE, 6), transfer(HERE, THERE, 1)]
    assert arrived(transaction(address(3), [], b"", inner=twice, mints=[(HERE, MINT)]), HERE) is None
    assert arrived(transaction(address(3), [], b"", mints=[(HERE, MINT)]), HERE) is None
    assert arrived(transaction(address(3), [], b"", inner=[transfer(THERE, HERE, 6)]), HERE) is None
