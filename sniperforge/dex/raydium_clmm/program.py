"""Program ids and derived addresses of Raydium CLMM."""

from __future__ import annotations

from typing import Final

from sniperforge.dex.derive import derived, key_bytes

NAME: Final = "raydium_clmm"
MAINNET: Final = "CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK"
DEVNET: Final = "DRayAUgENGQBKVaX8owNhgzkEDyoHTGVEGHVJT1E9pfH"
PROGRAMS: Final = {"mainnet": MAINNET, "devnet": DEVNET}


def pool_address(config: str, mint_0: str, mint_1: str, program_id: str = MAINNET) -> str:
    """The canonical pool of two mints under one configuration; ``mint_0`` is the smaller by bytes."""
    return derived(program_id, b"pool", key_bytes(config), key_bytes(mint_0), key_bytes(mint_1))


def vault_address(pool: str, mint: str, program_id: str = MAINNET) -> str:
    """Where ``pool`` keeps its tokens of ``mint``."""
    return derived(program_id, b"pool_vault", key_bytes(pool), key_bytes(mint))


def observation_address(pool: str, program_id: str = MAINNET) -> str:
    """Where ``pool`` records its prices."""
    return derived(program_id, b"observation", key_bytes(pool))


def bitmap_address(pool: str, program_id: str = MAINNET) -> str:
    """Where ``pool`` marks its tick arrays far from the middle."""
    return derived(program_id, b"pool_tick_array_bitmap_extension", key_bytes(pool))
