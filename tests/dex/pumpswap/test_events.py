"""The layouts of events against bytes packed by another list of fields."""

from __future__ import annotations

import pytest

from sniperforge.dex.pumpswap import events
from tests.dex.pumpfun.event_bytes import LAYOUTS, event

OWN = {
    "BuyEvent": (events.BUY, "67f4521f2cf57777"),
    "SellEvent": (events.SELL, "3e2f370aa503dc2a"),
    "CreatePoolEvent": (events.CREATE_POOL, "b1310cd2a076a774"),
    "InitBoostEvent": (events.INIT_BOOST, "ae7c4af90451f611"),
    "DepositEvent": (events.DEPOSIT, "78f83d531f8e6b90"),
    "WithdrawEvent": (events.WITHDRAW, "1609851aa02c47c0"),
}
PASSED = {
    "base_token_program",
    "protocol_fee_recipient_token_account",
    "quote_token_program",
    "user_base_token_account",
    "user_pool_token_account",
    "user_quote_token_account",
}
"""Addresses that nothing needs where the instruction names them too."""


@pytest.mark.parametrize("name", OWN)
def test_every_field_is_where_it_belongs(name: str) -> None:
    """Each integer gets a number of its own and comes back under its name."""
    layout, discriminator = OWN[name]
    assert layout.discriminator.hex() == discriminator
    fields = [entry.split(":") for entry in LAYOUTS[name].split()]
    sized = ("u64", "i64", "u16", "i128")
    numbers = {field: place + 1 for place, (field, kind) in enumerate(fields) if kind in sized}
    found = layout.read(event(name, **numbers))
    assert found is not None
    assert {field: found.numbers[field] for field in numbers} == numbers
    untold = {field for field, _ in fields} - found.numbers.keys() - found.words.keys()
    assert untold <= PASSED


def test_virtual_reserves_are_signed() -> None:
    """They fall below zero while fees wait in the pool."""
    found = events.SELL.read(event("SellEvent", virtual_quote_reserves=-62_518_304))
    assert found is not None
    assert found.numbers["virtual_quote_reserves"] == -62_518_304
