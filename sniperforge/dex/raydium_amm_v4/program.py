"""Program ids, fixed accounts and derived addresses of Raydium AMM v4."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from sniperforge.dex.derive import derived, key_bytes

NAME: Final = "raydium_amm_v4"
MAINNET: Final = "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8"
DEVNET: Final = "DRaya7Kj3aMWQSy19kSjvmuwq9docCHofyP9kanQGaav"
PROGRAMS: Final = {"mainnet": MAINNET, "devnet": DEVNET}

PUMP_MIGRATOR: Final = "39azUYFWPz3VHgKCf3VChUwbpURdCHRxjWVowf5jUJjg"
"""Opened the pools of sold-out Pump.fun curves before PumpSwap; a pool of another creator is a look-alike."""


@lru_cache(maxsize=len(PROGRAMS))
def authority(program_id: str = MAINNET) -> str:
    """The address that owns every vault and mints every LP token."""
    return derived(program_id, b"amm authority")


def pool_address(market: str, program_id: str = MAINNET) -> str:
    """The one pool of an order-book market."""
    return _of_market(market, b"amm_associated_seed", program_id)


def open_orders_address(market: str, program_id: str = MAINNET) -> str:
    """The pool's account in the order book."""
    return _of_market(market, b"open_order_associated_seed", program_id)


def target_orders_address(market: str, program_id: str = MAINNET) -> str:
    """Where the pool keeps what it means to order, and its profit."""
    return _of_market(market, b"target_associated_seed", program_id)


def lp_mint_address(market: str, program_id: str = MAINNET) -> str:
    """The mint of the pool's LP tokens."""
    return _of_market(market, b"lp_mint_associated_seed", program_id)


def coin_vault_address(market: str, program_id: str = MAINNET) -> str:
    """Where the pool keeps its first token."""
    return _of_market(market, b"coin_vault_associated_seed", program_id)


def pc_vault_address(market: str, program_id: str = MAINNET) -> str:
    """Where the pool keeps its second token."""
    return _of_market(market, b"pc_vault_associated_seed", program_id)


def _of_market(market: str, seed: bytes, program_id: str) -> str:
    return derived(program_id, key_bytes(program_id), key_bytes(market), seed)
