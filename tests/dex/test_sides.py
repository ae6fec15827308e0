"""Base and quote."""

from __future__ import annotations

import pytest

from sniperforge.dex.sides import in_byte_order, quote_side, trade_side
from sniperforge.domain.addresses import TOKEN_PROGRAM, USD1_MINT, USDC_MINT, USDT_MINT, WSOL_MINT

OTHER = "Ca4LSzcHKRB6jqFTiz2NHx7AeQtsztpyeyWfUgi1JUKX"


@pytest.mark.parametrize(
    ("mint_0", "mint_1", "quote"),
    [
        (WSOL_MINT, OTHER, 0),
        (OTHER, WSOL_MINT, 1),
        (WSOL_MINT, USDC_MINT, 0),
        (USDC_MINT, WSOL_MINT, 1),
        (USDC_MINT, USDT_MINT, 0),
        (USD1_MINT, USDT_MINT, 1),
        (USD1_MINT, OTHER, 0),
        (OTHER, TOKEN_PROGRAM, 1),
    ],
)
def test_the_quote_is_the_best_known_money(mint_0: str, mint_1: str, quote: int) -> None:
    """WSOL before USDC, USDT, USD1; token 1 when neither is known."""
    assert quote_side(mint_0, mint_1) == quote


def test_mints_are_ordered_by_bytes_not_by_text() -> None:
    """A shorter base58 text is a smaller number whatever its first letter."""
    small, large = "z" * 43, "2" + "1" * 43
    assert in_byte_order(small, large)
    assert small > large
    assert not in_byte_order(large, small)


def test_paying_the_quote_is_buying() -> None:
    """The side follows from the input, whichever token number it has."""
    assert trade_side(WSOL_MINT, WSOL_MINT, OTHER) == trade_side(WSOL_MINT, OTHER, WSOL_MINT) == "buy"
    assert trade_side(OTHER, WSOL_MINT, OTHER) == trade_side(OTHER, OTHER, WSOL_MINT) == "sell"
