"""Derived addresses against recorded ones."""

from __future__ import annotations

import pytest

from sniperforge.dex.raydium_cpmm import program
from sniperforge.errors import DecodeError
from sniperforge.testing.fixtures import read_recording, recordings


def test_fixed_addresses() -> None:
    """Authority and first configuration of mainnet."""
    assert program.authority() == "GpMZbSM2GgvTKHJirzeGfMFoaZ8UR2X7F4v8vHTvxFbL"
    assert program.config_address(0) == "D4FPEruKEHrG5TenZ2mpDGEfu1iUvTiqBxvpU8HLBvC2"
    assert program.authority(program.DEVNET) != program.authority()


def test_addresses_of_a_recorded_creation() -> None:
    """Pool, vaults, LP mint and observations of a mainnet migration are the derived ones."""
    document = read_recording(recordings("raydium_cpmm")["create_via_launchlab_migration_mainnet"])
    (created,) = (entry for entry in document["decoded"] if entry["program"] == "CPMM")
    accounts = created["accounts"]
    mint_0, mint_1 = accounts["token_0_mint"], accounts["token_1_mint"]
    pool = program.pool_address(accounts["amm_config"], mint_0, mint_1)
    assert pool == accounts["pool_state"]
    assert program.vault_address(pool, mint_0) == accounts["token_0_vault"]
    assert program.vault_address(pool, mint_1) == accounts["token_1_vault"]
    assert program.lp_mint_address(pool) == accounts["lp_mint"]
    assert program.observation_address(pool) == accounts["observation_state"]
    assert program.authority() == accounts["authority"]


def test_what_is_no_address_is_refused() -> None:
    """Seeds that are no addresses raise DecodeError."""
    with pytest.raises(DecodeError):
        program.lp_mint_address("not an address")
