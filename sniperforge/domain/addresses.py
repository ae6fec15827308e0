"""Addresses that mean the same on every cluster. An address is its base58 text everywhere in the domain."""

from __future__ import annotations

from typing import Final

SYSTEM_PROGRAM: Final = "11111111111111111111111111111111"
TOKEN_PROGRAM: Final = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"
TOKEN_2022_PROGRAM: Final = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"
ASSOCIATED_TOKEN_PROGRAM: Final = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL"
COMPUTE_BUDGET_PROGRAM: Final = "ComputeBudget111111111111111111111111111111"
MEMO_PROGRAM: Final = "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr"
RENT_SYSVAR: Final = "SysvarRent111111111111111111111111111111111"
INCINERATOR: Final = "1nc1nerator11111111111111111111111111111111"

WSOL_MINT: Final = "So11111111111111111111111111111111111111112"
USDC_MINT: Final = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
USDT_MINT: Final = "Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB"
USD1_MINT: Final = "USD1ttGY1N17NEEHLmELoaybftRBUSErhqYiQzvEmuB"

QUOTE_MINTS: Final = (WSOL_MINT, USDC_MINT, USDT_MINT, USD1_MINT)
"""Mints taken for the quote side of a pool, in this order of preference."""

TOKEN_PROGRAMS: Final = frozenset({TOKEN_PROGRAM, TOKEN_2022_PROGRAM})

LAMPORTS_PER_SOL: Final = 1_000_000_000
SOL_DECIMALS: Final = 9
