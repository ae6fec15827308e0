"""The tables of instructions."""

from __future__ import annotations

from sniperforge.dex.pumpfun import forms

RECORDED = {
    "66063d1201daebea": "buy",
    "33e685a4017f83ad": "sell",
    "38fc74089edfcd5f": "buy_exact_sol_in",
    "b817ee6167c5d33d": "buy_v2",
    "5df6823ce7e940b2": "sell_v2",
    "c2ab1c46684d5b2f": "buy_exact_quote_in_v2",
    "07051dc4f5176550": "buy_v3",
    "e1f7501ed5b38488": "buy_exact_quote_in_v3",
    "1c92de7726c469d5": "sell_v3",
}


def test_the_discriminators_are_those_recorded() -> None:
    """Trades, creations, migrations and routes."""
    assert {tag.hex(): form.name for tag, form in forms.TRADES.items()} == RECORDED
    assert forms.CREATE.hex() == "181ec828051c0777"
    assert forms.CREATE_V2.hex() == "d6904cec5f8b31b4"
    assert (forms.MIGRATE.hex(), forms.MIGRATE_V2.hex()) == ("9beae792ec9ea21e", "bbcb121fceedfe29")
    assert forms.MULTI_HOP.hex() == "e19a7516d756f667"
    assert bytes.fromhex("ea66c2cb96483ee5") in forms.SILENT


def test_no_instruction_is_both_read_and_silent() -> None:
    """A form has one meaning."""
    read = {*forms.TRADES, *forms.CREATION_ROLES, *forms.MIGRATION_ROLES, forms.WITHDRAW, forms.MULTI_HOP}
    assert not read & forms.SILENT
