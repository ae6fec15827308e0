"""Accounts of LaunchLab."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sniperforge.dex.raydium_launchlab.accounts import (
    decode_config,
    decode_platform,
    decode_pool,
    is_canonical,
)
from sniperforge.domain.addresses import SYSTEM_PROGRAM, WSOL_MINT
from sniperforge.errors import DecodeError
from tests.dex.made import address, tag
from tests.dex.raydium_launchlab.made_curve import CurveAccounts, pool


def test_fields_are_at_their_offsets() -> None:
    """Every field of a curve packed by hand is read back."""
    own = pool(status=1, migrate_type=0)
    assert decode_pool(CurveAccounts(own).pool_account()) == own


def test_configurations() -> None:
    """Rates, type, name."""
    config = decode_config(CurveAccounts(pool(), curve_type=2).config_account())
    assert (config.curve_type, config.index, config.quote_mint) == (2, 3, WSOL_MINT)
    assert (config.trade_fee_rate, config.max_share_fee_rate) == (2_500, 10_000)
    platform = decode_platform(CurveAccounts(pool()).platform_account())
    assert (platform.name, platform.fee_rate, platform.creator_fee_rate) == ("some", 10_000, 500)


def test_only_the_derived_address_is_canonical() -> None:
    """A curve elsewhere, or one with another vault, is a look-alike."""
    assert is_canonical(pool())
    for name in ("address", "base_vault", "quote_vault", "creator"):
        assert is_canonical(replace(pool(), **{name: address(1)})) == (name == "creator")


@pytest.mark.parametrize(
    "change",
    [{"owner": SYSTEM_PROGRAM}, {"data": b""}, {"data": tag("account", "GlobalConfig") + bytes(421)}],
    ids=["owner", "empty", "other account"],
)
def test_other_accounts_are_refused(change: dict) -> None:
    """Another program's, too little, or another type."""
    with pytest.raises(DecodeError, match="LaunchLab curve"):
        decode_pool(replace(CurveAccounts(pool()).pool_account(), **change))
