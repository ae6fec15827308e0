"""Pool and configuration accounts of any age."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sniperforge.dex.pumpswap import program
from sniperforge.dex.pumpswap.accounts import decode_config, decode_pool
from sniperforge.domain.addresses import SYSTEM_PROGRAM, WSOL_MINT
from sniperforge.errors import DecodeError
from tests.dex.pumpfun.conftest import MINT, RECIPIENTS, made_up
from tests.dex.pumpswap.conftest import COIN_CREATOR, config_account


def test_every_field_of_a_pool(pool_accounts: Callable[..., Any]) -> None:
    """Each from its own place; virtual reserves are signed."""
    made = pool_accounts(virtual_quote=-5, mayhem=True, cashback=True, creator_fee_bps=9, fees_kept=(3, 4))
    pool = decode_pool(made.pool_account())
    assert (pool.address, pool.index, pool.creator) == (made.pool, 0, made.made_by)
    assert (pool.base_mint, pool.quote_mint) == (MINT, WSOL_MINT)
    assert (pool.base_vault, pool.quote_vault) == (made.vault(MINT), made.vault(WSOL_MINT))
    assert (pool.lp_mint, pool.lp_supply) == (program.lp_mint_address(made.pool), 4_193_388_301_800)
    assert (pool.coin_creator, pool.mayhem, pool.cashback) == (COIN_CREATOR, True, True)
    assert (pool.virtual_quote, pool.creator_fee_bps, pool.fees_kept) == (-5, 9, 7)
    assert pool.canonical


@pytest.mark.parametrize("size", [211, 243, 245, 261, 271, 279, 287, 300])
def test_pools_of_every_length(size: int, pool_accounts: Callable[..., Any]) -> None:
    """A missing tail reads as zero."""
    pool = decode_pool(pool_accounts(size=size, fees_kept=(3, 4)).pool_account())
    assert pool.coin_creator == (COIN_CREATOR if size >= 243 else SYSTEM_PROGRAM)
    assert pool.virtual_quote == (17_584_505_289 if size >= 261 else 0)
    assert pool.fees_kept == (7 if size >= 287 else 3 if size >= 279 else 0)


def test_a_look_alike_is_told(pool_accounts: Callable[..., Any]) -> None:
    """Another creator, another index, another address."""
    for changes in ({"creator": made_up(1)}, {"index": 1}, {"address": made_up(2)}):
        assert not decode_pool(pool_accounts(**changes).pool_account()).canonical


def test_other_accounts_are_refused(pool_accounts: Callable[..., Any]) -> None:
    """Another owner, other contents, too short."""
    account = pool_accounts().pool_account()
    for wrong in (
        replace(account, owner=SYSTEM_PROGRAM),
        replace(account, data=b"12345678" + account.data[8:]),
        replace(account, data=account.data[:210]),
    ):
        with pytest.raises(DecodeError):
            decode_pool(wrong)
        with pytest.raises(DecodeError):
            decode_config(wrong)


def test_the_configuration() -> None:
    """Recipients in their lists, and what the program refuses."""
    config = decode_config(config_account(creator_fee_configurable=True))
    assert config.fee_recipients == RECIPIENTS[:8]
    assert config.reserved_fee_recipients == RECIPIENTS[8:16]
    assert config.buyback_fee_recipients == RECIPIENTS[16:24]
    assert (config.buys_disabled, config.sales_disabled) == (False, False)
    assert config.creator_fee_configurable
    assert decode_config(config_account(flags=8)).buys_disabled
    assert decode_config(config_account(flags=16)).sales_disabled
    old = decode_config(replace(config_account(), data=config_account().data[:313]))
    assert (len(old.fee_recipients), old.buyback_fee_recipients) == (8, ())
