"""Accounts of Raydium CLMM."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from sniperforge.dex.raydium_clmm import program
from sniperforge.dex.raydium_clmm.accounts import decode_config, decode_pool, is_canonical
from sniperforge.domain.addresses import SYSTEM_PROGRAM, USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.errors import DecodeError
from sniperforge.testing.fixtures import read_recording, recordings
from tests.dex.made import address, tag
from tests.dex.raydium_clmm.made_pool import ClmmAccounts

SHARED = recordings("raydium_clmm")
needs_shared = pytest.mark.skipif(
    "account_pool_state" not in SHARED, reason="the shared fixtures are absent: set SNIPERFORGE_FIXTURES"
)


def recorded(name: str, where: str = SYSTEM_PROGRAM) -> Account:
    """An account of a recording, which does not say where it lies."""
    found = read_recording(SHARED[name])["account"]
    return Account(where, found["owner"], found["lamports"], base64.b64decode(found["data"]))


def test_fields_are_at_their_offsets() -> None:
    """Every field of a pool packed by hand is read back."""
    made = ClmmAccounts(status=16)
    pool = decode_pool(made.pool_account())
    assert (pool.token_0_mint, pool.token_1_mint) == (WSOL_MINT, USDC_MINT)
    assert (pool.token_0_vault, pool.token_1_vault) == made.vaults()
    assert (pool.amm_config, pool.owner) == (made.config, address(60))
    assert (pool.decimals_0, pool.decimals_1, pool.tick_spacing, pool.tick) == (9, 6, 60, -5)
    assert (pool.liquidity, pool.sqrt_price_x64, pool.owed_0, pool.owed_1) == (77, 1 << 63, 11, 22)
    assert (pool.open_time, pool.swap_enabled, pool.seed_index) == (1_790_000_000, False, 0)


@needs_shared
def test_a_recorded_pool_and_configuration() -> None:
    """A mainnet dump: a SOL pool of a configuration with a spacing of 1."""
    pool = decode_pool(recorded("account_pool_state"))
    assert pool.token_0_mint == WSOL_MINT
    assert (pool.decimals_0, pool.decimals_1, pool.tick_spacing) == (9, 6, 1)
    assert 1.0001**pool.tick <= (pool.sqrt_price_x64 / 2**64) ** 2 < 1.0001 ** (pool.tick + 1)
    assert pool.token_0_vault == program.vault_address(
        program.pool_address(pool.amm_config, pool.token_0_mint, pool.token_1_mint), WSOL_MINT
    )
    config = decode_config(recorded("account_amm_config"))
    assert (config.index, config.tick_spacing, config.trade_fee_rate) == (4, 1, 100)
    assert (config.protocol_fee_rate, config.fund_fee_rate) == (120_000, 40_000)


def test_only_the_derived_address_is_canonical() -> None:
    """A pool elsewhere, or one with another vault, is a look-alike."""
    pool = decode_pool(ClmmAccounts().pool_account())
    assert is_canonical(pool)
    for change in (
        {"address": address(1)},
        {"token_0_vault": address(1)},
        {"token_1_vault": address(1)},
        {"observation": address(1)},
    ):
        assert not is_canonical(replace(pool, **change))


@pytest.mark.parametrize(
    "change",
    [{"owner": SYSTEM_PROGRAM}, {"data": b""}, {"data": tag("account", "AmmConfig") + bytes(1536)}],
    ids=["owner", "empty", "other account"],
)
def test_other_accounts_are_refused(change: dict) -> None:
    """Another program's, too little, or another type."""
    with pytest.raises(DecodeError, match="CLMM pool"):
        decode_pool(replace(ClmmAccounts().pool_account(), **change))
