"""Accounts of Whirlpools."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from sniperforge.dex.orca_whirlpool.accounts import (
    decode_fee_tier,
    decode_pool,
    decode_trade_start,
    is_canonical,
)
from sniperforge.domain.addresses import SYSTEM_PROGRAM, USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.errors import DecodeError
from sniperforge.testing.fixtures import read_recording, recordings
from tests.dex.made import address, tag
from tests.dex.orca_whirlpool.made_pool import WhirlpoolAccounts

SHARED = recordings("orca_whirlpool")
needs_shared = pytest.mark.skipif(
    "account_whirlpool" not in SHARED, reason="the shared fixtures are absent: set SNIPERFORGE_FIXTURES"
)


def recorded(name: str) -> tuple[Account, dict[str, Any]]:
    """An account of a recording, which does not say where it lies, and what its source read in it."""
    found = read_recording(SHARED[name])["account"]
    account = Account(SYSTEM_PROGRAM, found["owner"], found["lamports"], base64.b64decode(found["data"]))
    return account, {key: value["data"] for key, value in found.get("data_decoded", {}).items()}


def test_fields_are_at_their_offsets() -> None:
    """Every field of a pool packed by hand is read back."""
    made = WhirlpoolAccounts()
    pool = decode_pool(made.pool_account())
    assert (pool.mint_a, pool.mint_b) == (WSOL_MINT, USDC_MINT)
    assert (pool.vault_a, pool.vault_b) == made.vaults()
    assert (pool.fee_rate, pool.protocol_fee_rate) == (3_000, 1_300)
    assert (pool.tick_spacing, pool.fee_tier_index, pool.tick) == (64, 64, -5)
    assert (pool.liquidity, pool.sqrt_price, pool.owed_a, pool.owed_b) == (77, 1 << 63, 11, 22)
    assert not pool.has_adaptive_fee


@needs_shared
def test_a_recorded_pool_and_fee_tier() -> None:
    """A mainnet dump is read as its source reads it."""
    account, told = recorded("account_whirlpool")
    pool = decode_pool(account)
    assert (pool.config, pool.mint_a, pool.vault_a) == (
        told["whirlpoolsConfig"],
        told["tokenMintA"],
        told["tokenVaultA"],
    )
    assert (pool.mint_b, pool.vault_b) == (told["tokenMintB"], told["tokenVaultB"])
    assert (pool.liquidity, pool.sqrt_price) == (int(told["liquidity"]), int(told["sqrtPrice"]))
    assert (pool.tick, pool.fee_rate) == (int(told["tickCurrentIndex"]), int(told["feeRate"]))
    tier = decode_fee_tier(recorded("account_fee_tier")[0])
    assert (tier.tick_spacing, tier.fee_rate, tier.config) == (32_896, 10_000, pool.config)


def test_canonical_pools_are_of_orcas_configuration() -> None:
    """Anybody may make a configuration, and pools under it at addresses derived from it."""
    pool = decode_pool(WhirlpoolAccounts().pool_account())
    assert is_canonical(pool)
    assert not is_canonical(replace(pool, address=address(1)))
    assert not is_canonical(decode_pool(WhirlpoolAccounts(config=address(5)).pool_account()))


def test_the_oracle_tells_when_trading_begins() -> None:
    """It must be the pool's own."""
    made = WhirlpoolAccounts()
    assert decode_trade_start(made.oracle_account(), made.pool) == 1_790_000_000
    with pytest.raises(DecodeError, match="not of pool"):
        decode_trade_start(made.oracle_account(), address(1))


@pytest.mark.parametrize(
    "change",
    [{"owner": SYSTEM_PROGRAM}, {"data": b""}, {"data": tag("account", "FeeTier") + bytes(645)}],
    ids=["owner", "empty", "other account"],
)
def test_other_accounts_are_refused(change: dict) -> None:
    """Another program's, too little, or another type."""
    with pytest.raises(DecodeError, match="Whirlpool pool"):
        decode_pool(replace(WhirlpoolAccounts().pool_account(), **change))
