"""Program ids, fixed accounts and derived addresses of Raydium CPMM."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from sniperforge.dex.derive import derived, key_bytes

NAME: Final = "raydium_cpmm"
MAINNET: Final = "CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C"
DEVNET: Final = "DRaycpLY18LhpbydsBWbVJtxpNv9oXPgjRSfpF2bWpYb"
PROGRAMS: Final = {"mainnet": MAINNET, "devnet": DEVNET}


@lru_cache(maxsize=len(PROGRAMS))
def authority(program_id: str = MAINNET) -> str:
    """The address that owns every vault and mints every LP token."""
    return derived(program_id, b"vault_and_lp_mint_auth_seed")


def config_address(index: int, program_id: str = MAINNET) -> str:
    """The fee configuration number ``index``."""
    return derived(program_id, b"amm_config", index.to_bytes(2, "big"))


def pool_address(config: str, mint_0: str, mint_1: str, program_id: str = MAINNET) -> str:
    """The canonical pool of two mints under one configuration; ``mint_0`` is the smaller by bytes."""
    return derived(program_id, b"pool", key_bytes(config), key_bytes(mint_0), key_bytes(mint_1))


def vault_address(pool: str, mint: str, program_id: str = MAINNET) -> str:
    """Where ``pool`` keeps its tokens of ``mint``."""
    return derived(program_id, b"pool_vault", key_bytes(pool), key_bytes(mint))


def lp_mint_address(pool: str, program_id: str = MAINNET) -> str:
    """The mint of ``pool``'s LP tokens."""
    return derived(program_id, b"pool_lp_mint", key_bytes(pool))


def observation_address(pool: str, program_id: str = MAINNET) -> str:
    """Where ``pool`` records its prices."""
    return derived(program_id, b"observation", key_bytes(pool))
