"""Which mint of a pool is bought and which one it is priced in."""

from __future__ import annotations

from typing import Final

from sniperforge.domain.addresses import QUOTE_MINTS
from sniperforge.tokens.addresses import pubkey

_RANK: Final = {mint: rank for rank, mint in enumerate(QUOTE_MINTS)}
_UNRANKED: Final = len(QUOTE_MINTS)


def quote_side(mint_0: str, mint_1: str) -> int:
    """0 or 1: which token is the quote. WSOL, else USDC, USDT, USD1, else token 1."""
    return 0 if _RANK.get(mint_0, _UNRANKED) < _RANK.get(mint_1, _UNRANKED) else 1


def trade_side(input_mint: str, mint_0: str, mint_1: str) -> str:
    """``buy`` when the quote is paid, ``sell`` when it is received."""
    return "buy" if input_mint == (mint_0, mint_1)[quote_side(mint_0, mint_1)] else "sell"


def in_byte_order(mint_a: str, mint_b: str) -> bool:
    """Whether ``mint_a`` is token 0 where a program orders mints by their bytes.

    Raises:
        DecodeError: one of them is not an address.
    """
    return bytes(pubkey(mint_a)) < bytes(pubkey(mint_b))
