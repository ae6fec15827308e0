"""What Whirlpools log."""

from __future__ import annotations

import pytest

from sniperforge.dex.orca_whirlpool.log_events import (
    DECREASED,
    INCREASED,
    LAYOUTS,
    TRADED,
    change_amounts,
    swap_amounts,
)
from tests.dex.made import addresses
from tests.dex.orca_whirlpool.event_bytes import change_event, created_event, traded_event

A, B, C, D = addresses(4)


def test_transfer_fees_are_within_both_amounts() -> None:
    """The event tells what the user sent and what the pool sent."""
    event = TRADED.read(traded_event(A, a_to_b=True, fees=(3, 5)))
    assert event is not None
    amounts = swap_amounts(event)
    names = ("amount_in", "input_amount", "output_amount", "amount_out", "lp_fee", "protocol_fee")
    assert [amounts[name] for name in names] == [100, 97, 30, 25, 2, 1]


@pytest.mark.parametrize(("added", "vaults"), [(True, (39, 48)), (False, (40, 50))], ids=["in", "out"])
def test_a_vault_gets_less_than_was_sent(added: bool, vaults: tuple[int, int]) -> None:
    """What comes in is told with its transfer fee, what goes out is what the vault gave."""
    event = (INCREASED if added else DECREASED).read(change_event(A, B, added=added))
    assert event is not None
    amounts = change_amounts(event, added=added)
    assert (amounts["vault_a_amount"], amounts["vault_b_amount"]) == vaults
    assert (amounts["token_a_amount"], amounts["liquidity"]) == (40, 9)


def test_every_event_is_known_by_its_first_bytes() -> None:
    """Four kinds; one cut short is none."""
    for payload in (
        traded_event(A, a_to_b=True),
        created_event(A, B, (C, D)),
        change_event(A, B, added=True),
        change_event(A, B, added=False),
    ):
        layout = LAYOUTS[payload[:8]]
        assert layout.read(payload) is not None
        assert layout.read(payload[:60]) is None
