"""Events that DLMM leaves in calls of itself, by layout."""

from __future__ import annotations

import struct

import pytest

from sniperforge.dex.growing_layout import GrowingLayout
from sniperforge.dex.meteora_dlmm import events
from tests.dex.made import address, raw, tag, u128

POOL = address(5)


def test_discriminators_are_those_of_the_program() -> None:
    """As recorded on mainnet."""
    assert events.CREATED.discriminator.hex() == "b94afc7d1bd7bc6f"
    assert events.SWAP.discriminator.hex() == "516ce3becdd00ac4"
    assert events.SWAP_2.discriminator.hex() == "2e7452d7941b544d"


def test_both_swap_events() -> None:
    """Every field; a host fee that an older version left out is missed, not fatal."""
    body = raw(POOL) + raw(address(6)) + struct.pack("<iiQQ?QQ", -7, 8, 100, 90, True, 3, 1) + u128(55)
    read = events.SWAP.read(tag("event", "Swap") + body + struct.pack("<Q", 2))
    assert read is not None
    assert read.words == {"pool": POOL, "from": address(6)}
    assert (read.numbers["start_bin_id"], read.numbers["end_bin_id"]) == (-7, 8)
    assert (read.numbers["amount_in"], read.numbers["amount_out"], read.numbers["swap_for_y"]) == (100, 90, 1)
    assert (read.numbers["fee_bps"], read.numbers["host_fee"]) == (55, 2)
    shorter = events.SWAP.read(tag("event", "Swap") + body)
    assert shorter is not None
    assert "host_fee" not in shorter.numbers
    second = raw(POOL) + raw(address(6)) + struct.pack("<ii?", -7, 8, False) + u128(55)
    second += struct.pack("<QQQQQQQ??", 100, 0, 90, 3, 1, 0, 0, True, False)
    found = events.SWAP_2.read(tag("event", "Swap2Evt") + second)
    assert found is not None
    assert len(tag("event", "Swap2Evt") + second) == 155
    assert (found.numbers["mm_fee"], found.numbers["fees_on_input"], found.numbers["swap_for_y"]) == (3, 1, 0)


@pytest.mark.parametrize("layout", list(events.LAYOUTS.values()), ids=lambda each: each.discriminator.hex())
def test_too_short_is_nothing(layout: GrowingLayout) -> None:
    """A discriminator alone is no event."""
    assert layout.read(layout.discriminator) is None
