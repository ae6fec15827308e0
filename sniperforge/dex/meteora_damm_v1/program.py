"""Program ids and derived addresses of Meteora DAMM v1 and of the vaults that it keeps its tokens in."""

from __future__ import annotations

from typing import Final

from sniperforge.dex.derive import derived, key_bytes
from sniperforge.domain.addresses import WSOL_MINT

NAME: Final = "meteora_damm_v1"
MAINNET: Final = "Eo7WjKq67rjJQSZxS6z3YkapzY3eMj6Xy8X5EQVn5UaB"
PROGRAMS: Final = {"mainnet": MAINNET, "devnet": MAINNET}

VAULTS: Final = "24Uqj9JCLxUeoC3hGfh5W3s9FM9uCHDS2SG3LYwBpyTi"
"""The vault program."""
VAULT_BASE: Final = "HWzXGcGHy4tcpYfaRDCyLNzXqBTv3E6BttpCH2vJxArv"

OLD_SHARES: Final = {WSOL_MINT: "FZN7QZ8ZUUAxMPfxYEYkH3cXUASzH8EqA6B4tyCL8f1j"}
"""Share mints of vaults that are older than their derivation."""


def pool_address(config: str, mint_a: str, mint_b: str) -> str:
    """The pool of two mints, in any order, under a configuration."""
    larger, smaller = sorted((key_bytes(mint_a), key_bytes(mint_b)), reverse=True)
    return derived(MAINNET, larger, smaller, key_bytes(config))


def lp_mint_address(pool: str) -> str:
    """The mint of a pool's LP tokens."""
    return derived(MAINNET, b"lp_mint", key_bytes(pool))


def pool_share_address(vault: str, pool: str) -> str:
    """Where a pool holds its shares of a vault."""
    return derived(MAINNET, key_bytes(vault), key_bytes(pool))


def vault_address(mint: str) -> str:
    """The vault of a mint."""
    return derived(VAULTS, b"vault", key_bytes(mint), key_bytes(VAULT_BASE))


def token_vault_address(vault: str) -> str:
    """Where a vault keeps what it has not lent."""
    return derived(VAULTS, b"token_vault", key_bytes(vault))


def share_mint_address(vault: str, mint: str) -> str:
    """The mint of a vault's shares; of a few old vaults it may be another, which they name."""
    return OLD_SHARES.get(mint) or derived(VAULTS, b"lp_mint", key_bytes(vault))
