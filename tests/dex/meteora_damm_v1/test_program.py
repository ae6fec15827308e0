"""Derived addresses of DAMM v1 and its vaults, against recorded ones."""

from __future__ import annotations

from sniperforge.dex.meteora_damm_v1 import program
from sniperforge.domain.addresses import WSOL_MINT

POOL = "GnXxKqVX8WU15NPWfbT3EsUbHfQCtTYMnzg6jfxLrSTX"
MINT = "2Exyosxpi3EZ8udHVoo4kDWXLU5DRsN4g7w4tFK8QzBP"
VAULT, WSOL_VAULT = (
    "J6MhNf4AbguSmoMMQz46VzJAFpFQRnT3Fao8ot1qJXjj",
    "FERjPVNEa7Udq8CEv68h6tPL46Tq7ieE49HrE2wea3XT",
)


def test_recorded_addresses_of_a_pool() -> None:
    """Under its configuration, mints in any order; its LP mint and its shares."""
    config = "8f848CEy8eY6PhJ3VcemtBDzPPSD4Vq7aJczLZ3o8MmX"
    assert program.pool_address(config, MINT, WSOL_MINT) == POOL
    assert program.pool_address(config, WSOL_MINT, MINT) == POOL
    assert program.lp_mint_address(POOL) == "C9MgJ9kkTxQpvKhBD5V4U9rMzFkHDjXAYVT38AjDLBBq"
    assert program.pool_share_address(VAULT, POOL) == "4ecHvNJCnqRVH52i45QFaaRo7LVGe8Tb2zDs7r7oHHm4"


def test_recorded_addresses_of_vaults() -> None:
    """The vault of WSOL is older than the derivation of share mints."""
    assert (program.vault_address(MINT), program.vault_address(WSOL_MINT)) == (VAULT, WSOL_VAULT)
    assert program.token_vault_address(VAULT) == "EvgRb17ciGvJFv1ekgb81pXMt1w6f5JnzZqHMyma1SUF"
    assert program.share_mint_address(VAULT, MINT) == "GUioienNrMUheF1CZuxD7UdcRKv14GqZ8PgrzbPhFWPk"
    old = "FZN7QZ8ZUUAxMPfxYEYkH3cXUASzH8EqA6B4tyCL8f1j"
    assert program.share_mint_address(WSOL_VAULT, WSOL_MINT) == old
