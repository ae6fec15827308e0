"""What LaunchLab leaves as events."""

from __future__ import annotations

import struct

import pytest

from sniperforge.dex.byte_reader import ByteReader
from sniperforge.dex.raydium_launchlab.log_events import (
    launch_parameters,
    launches_in,
    trade_amounts,
    trades_in,
)
from sniperforge.errors import DecodeError
from tests.dex.made import addresses
from tests.dex.raydium_launchlab.event_bytes import VESTING, launch, launch_event, trade_event

POOL, CREATOR, CONFIG = addresses(3)


def test_trades_of_both_forms() -> None:
    """Before creators had a fee the event was shorter in its middle."""
    new, old = trades_in([trade_event(POOL), b"other", trade_event(POOL, old=True), trade_event(POOL)[:100]])
    assert (new.words["pool"], new.words["pool_status"]) == (POOL, "fund")
    assert (new.numbers["platform_fee"], new.numbers["creator_fee"], new.numbers["share_fee"]) == (10, 2, 0)
    assert (new.numbers["trade_direction"], new.numbers["exact_in"]) == (0, 1)
    assert (old.numbers["platform_fee"], old.numbers["share_fee"]) == (10, 0)
    assert "creator_fee" not in old.numbers
    assert (old.numbers["trade_direction"], old.words["pool_status"]) == (0, "fund")
    assert "pool_status" not in trades_in([trade_event(POOL, status=9)])[0].words


def test_amounts_are_the_curve_s_side() -> None:
    """The user's side is told by transfers."""
    amounts = trade_amounts(trades_in([trade_event(POOL)])[0])
    assert (amounts["input_amount"], amounts["output_amount"]) == (1_000, 500)
    assert "amount_in" not in amounts


def test_a_launch_event_names_its_curve() -> None:
    """What is cut short is passed over."""
    event = launch_event(POOL, CREATOR, CONFIG)
    (found,) = launches_in([event[:60], b"other", event])
    assert (found.words["pool"], found.words["creator"]) == (POOL, CREATOR)
    assert (found.words["name"], found.words["symbol"], found.words["curve"]) == ("Name", "SYM", "constant")
    assert (found.numbers["supply"], found.numbers["unlock_period"]) == (10**15, 3)
    assert found.words["amm_fee_on"] == "quote"


@pytest.mark.parametrize(
    ("curve", "migrates"), [("constant", "cpswap"), ("fixed", "amm"), ("linear", "cpswap")]
)
def test_every_type_of_curve(curve: str, migrates: str) -> None:
    """Only the constant product says how much it sells."""
    found = launch_parameters(ByteReader(launch(curve)))
    assert (found.words["curve"], found.words["migrate_type"]) == (curve, migrates)
    assert found.numbers["total_quote_fund_raising"] == 85 * 10**9
    assert ("total_base_sell" in found.numbers) == (curve == "constant")


def test_a_missing_end_is_left_out() -> None:
    """Older forms end earlier; newer ones may carry a transfer fee."""
    assert "cliff_period" not in launch_parameters(ByteReader(launch(tail=VESTING[:8]))).numbers
    assert "amm_fee_on" not in launch_parameters(ByteReader(launch())).words
    taxed = VESTING + b"\x01\x01" + struct.pack("<HQ", 100, 10**9)
    found = launch_parameters(ByteReader(launch(tail=taxed)))
    assert (found.words["amm_fee_on"], found.numbers["transfer_fee_bps"]) == ("both", 100)
    assert found.numbers["maximum_transfer_fee"] == 10**9
    untaxed = launch_parameters(ByteReader(launch(tail=VESTING + bytes(11))))
    assert "transfer_fee_bps" not in untaxed.numbers


def test_an_unknown_curve_is_not_guessed() -> None:
    """Its fields would be read as others."""
    with pytest.raises(DecodeError, match="unknown type 3"):
        launch_parameters(ByteReader(launch().replace(b"uri\x00", b"uri\x03")))
