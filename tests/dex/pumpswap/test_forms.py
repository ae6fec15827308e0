"""The tables of instructions."""

from __future__ import annotations

from sniperforge.dex.pumpswap import forms

RECORDED = {
    "66063d1201daebea": "buy",
    "33e685a4017f83ad": "sell",
    "c62e1552b4d9e870": "buy_exact_quote_in",
    "b817ee6167c5d33d": "buy_v2",
    "5df6823ce7e940b2": "sell_v2",
    "c2ab1c46684d5b2f": "buy_exact_quote_in_v2",
}


def test_the_discriminators_are_those_recorded() -> None:
    """Trades, creations, liquidity and routes."""
    assert {tag.hex(): form.name for tag, form in forms.TRADES.items()} == RECORDED
    assert forms.CREATE_POOL.hex() == "e992d18ecf6840bc"
    assert (forms.DEPOSIT.hex(), forms.WITHDRAW.hex()) == ("f223c68952e1f2b6", "b712469c946da122")
    assert forms.MULTI_HOP.hex() == "2b644913e9f66f94"


def test_no_instruction_is_both_read_and_silent() -> None:
    """A form has one meaning."""
    read = {*forms.TRADES, *forms.LIQUIDITY_ARGUMENTS, forms.CREATE_POOL, forms.MULTI_HOP}
    assert not read & forms.SILENT
