"""What CLMM logs."""

from __future__ import annotations

import pytest

from sniperforge.dex.raydium_clmm.log_events import LAYOUTS, SWAP, swap_amounts
from tests.dex.made import address, addresses
from tests.dex.raydium_clmm.event_bytes import (
    changed_event,
    created_event,
    decreased_event,
    increased_event,
    opened_event,
    swap_event,
)

A, B, C, D, E, F = addresses(6)


@pytest.mark.parametrize(
    ("zero_for_one", "expected"),
    [(True, (103, 100, 35, 30)), (False, (35, 30, 103, 100))],
    ids=["0 to 1", "1 to 0"],
)
def test_transfer_fees_are_outside_both_amounts(zero_for_one: bool, expected: tuple[int, ...]) -> None:
    """Of the input the event tells what the pool got, of the output what the user got."""
    event = SWAP.read(swap_event(A, B, (C, D), zero_for_one=zero_for_one, fees=(3, 5)))
    assert event is not None
    amounts = swap_amounts(event)
    names = ("amount_in", "input_amount", "output_amount", "amount_out")
    assert tuple(amounts[name] for name in names) == expected
    assert (amounts["tick"], amounts["sqrt_price_x64"], amounts["liquidity"]) == (-7, 5, 6)


def test_newer_events_carry_the_trade_fees() -> None:
    """What is appended is read too."""
    longer = swap_event(A, B, (C, D), zero_for_one=True) + bytes([8, *bytes(7), 9, *bytes(7)])
    event = SWAP.read(longer)
    assert event is not None
    assert (event.numbers["trade_fee_0"], event.numbers["trade_fee_1"]) == (8, 9)


def test_every_event_is_known_by_its_first_bytes() -> None:
    """Six kinds; one cut short is none."""
    payloads = (
        swap_event(A, B, (C, D), zero_for_one=True),
        created_event(A, (B, C), (D, E)),
        opened_event(A, B),
        increased_event(A),
        decreased_event(A),
        changed_event(A),
    )
    for payload in payloads:
        layout = LAYOUTS[payload[:8]]
        assert layout.read(payload) is not None
        assert layout.read(payload[:30]) is None
    assert LAYOUTS[payloads[1][:8]].read(payloads[1]).words["pool"] == A  # type: ignore[union-attr]
    assert address(1_000) == A
