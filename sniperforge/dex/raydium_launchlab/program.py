"""Program ids, fixed accounts and derived addresses of Raydium LaunchLab."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from sniperforge.dex.derive import derived, key_bytes

NAME: Final = "raydium_launchlab"
MAINNET: Final = "LanMV9sAd7wArD4vJFi2qDdfnVhFxYSUg6eADduJ3uj"
DEVNET: Final = "DRay6fNdQ5J82H7xV6uq2aV3mNrUZ1J4PgSKsWgptcm6"
PROGRAMS: Final = {"mainnet": MAINNET, "devnet": DEVNET}


@lru_cache(maxsize=len(PROGRAMS))
def authority(program_id: str = MAINNET) -> str:
    """The address that owns every vault."""
    return derived(program_id, b"vault_auth_seed")


@lru_cache(maxsize=len(PROGRAMS))
def event_authority(program_id: str = MAINNET) -> str:
    """Who signs the calls that leave events."""
    return derived(program_id, b"__event_authority")


def pool_address(base_mint: str, quote_mint: str, program_id: str = MAINNET) -> str:
    """The curve of a pair: there is only one."""
    return derived(program_id, b"pool", key_bytes(base_mint), key_bytes(quote_mint))


def vault_address(pool: str, mint: str, program_id: str = MAINNET) -> str:
    """Where ``pool`` keeps its tokens of ``mint``."""
    return derived(program_id, b"pool_vault", key_bytes(pool), key_bytes(mint))


def fee_vault_address(owner: str, quote_mint: str, program_id: str = MAINNET) -> str:
    """Where fees wait for a platform, by its configuration, or for a curve's creator."""
    return derived(program_id, key_bytes(owner), key_bytes(quote_mint))
