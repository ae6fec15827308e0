"""Program ids, fixed accounts and derived addresses of PumpSwap."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from sniperforge.dex.derive import derived, key_bytes
from sniperforge.dex.pumpfun.program import pool_authority

NAME: Final = "pumpswap"
PROGRAM: Final = "pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA"
PROGRAMS: Final = {"mainnet": PROGRAM, "devnet": PROGRAM}

GLOBAL_CONFIG: Final = "ADyA8hdefvWN2dbGGWFotbzWxrAvLW83WG6QCVXvJKqw"
EVENT_AUTHORITY: Final = "GS4CU59F31iL7aR2Q8zVS8DRrcRnXX1yjQ66TqNVQnaR"
GLOBAL_VOLUME_ACCUMULATOR: Final = "C2aFPdENg4A2HQsmrd5rTw5TaYBX5Ku887cWjbFKtZpw"
FEE_CONFIG: Final = "5PHirr8joyTMp9JMm6nW7hNDVyEYdkzDqazxPD7RaTjx"


def pool_address(index: int, creator: str, base_mint: str, quote_mint: str) -> str:
    """The pool number ``index`` (u16) of a creator for two mints."""
    seeds = (index.to_bytes(2, "little"), key_bytes(creator), key_bytes(base_mint), key_bytes(quote_mint))
    return derived(PROGRAM, b"pool", *seeds)


def lp_mint_address(pool: str) -> str:
    """The mint of a pool's LP tokens."""
    return derived(PROGRAM, b"pool_lp_mint", key_bytes(pool))


def pool_v2_address(base_mint: str) -> str:
    """An account that the older trade instructions name when a pool has a coin creator."""
    return derived(PROGRAM, b"pool-v2", key_bytes(base_mint))


def creator_vault_authority(coin_creator: str) -> str:
    """Who owns the accounts in which a coin creator's fees wait."""
    return derived(PROGRAM, b"creator_vault", key_bytes(coin_creator))


def user_volume_accumulator(user: str) -> str:
    """What a trader traded."""
    return derived(PROGRAM, b"user_volume_accumulator", key_bytes(user))


@lru_cache(maxsize=4_096)
def is_canonical(pool: str, index: int, creator: str, base_mint: str, quote_mint: str) -> bool:
    """Whether a coin's migration created the pool, and at the address that follows from its parts.

    Anybody can create further pools of a coin; only Pump.fun's program can sign as the pool authority.
    """
    if index != 0 or creator != pool_authority(base_mint):
        return False
    return pool == pool_address(index, creator, base_mint, quote_mint)
