"""DAMM v2 pool accounts: every field at its offset, which pools are canonical."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sniperforge.dex.meteora_damm_v2 import program
from sniperforge.dex.meteora_damm_v2.accounts import decode_pool, is_canonical
from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.errors import DecodeError
from tests.dex.made import address
from tests.dex.meteora_damm_v2.made_pool import DammAccounts


def test_every_field() -> None:
    """What was packed is read."""
    made = DammAccounts(status=1)
    pool = decode_pool(made.pool_account())
    assert (pool.mint_a, pool.mint_b, pool.vault_a, pool.vault_b) == (WSOL_MINT, USDC_MINT, *made.vaults())
    assert (pool.cliff_fee, pool.liquidity, pool.locked_liquidity) == (500_000_000, 9_000, 8_000)
    assert (pool.owed_a, pool.owed_b, pool.sqrt_price, pool.fee_mode) == (10, 20, 1 << 63, 1)
    assert (pool.open_time, pool.swap_enabled, pool.creator) == (1_790_000_000, False, address(60))
    assert decode_pool(DammAccounts(activation_type=0).pool_account()).open_time == 0


def test_other_accounts_are_refused() -> None:
    """Another owner, another type, too short."""
    account = DammAccounts().pool_account()
    with pytest.raises(DecodeError, match="owned by"):
        decode_pool(replace(account, owner=address(1)))
    for data in (account.data[:-1], bytes(8) + account.data[8:]):
        with pytest.raises(DecodeError, match="other contents"):
            decode_pool(Account(account.address, program.MAINNET, 1, data))


def test_canonical() -> None:
    """The vaults are derived from the pool; those of another pool are not its own."""
    pool = decode_pool(DammAccounts().pool_account())
    assert is_canonical(pool)
    assert not is_canonical(replace(pool, address=address(9)))
    assert not is_canonical(replace(pool, vault_b=pool.vault_a))
