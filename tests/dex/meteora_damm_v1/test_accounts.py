"""DAMM v1 pools and vaults: every field at its offset, which pools are canonical."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest

from sniperforge.dex.meteora_damm_v1 import program
from sniperforge.dex.meteora_damm_v1.accounts import decode_pool, decode_vault, is_canonical
from sniperforge.dex.meteora_damm_v1.curve import Stable
from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.errors import DecodeError
from tests.dex.made import address
from tests.dex.meteora_damm_v1.made_pool import DammAccounts


def test_every_field_of_a_pool() -> None:
    """What was packed is read."""
    made = DammAccounts(enabled=False)
    pool = decode_pool(made.pool_account())
    assert (pool.mint_a, pool.mint_b) == (WSOL_MINT, USDC_MINT)
    assert (pool.vault_a, pool.vault_b, pool.shares_a, pool.shares_b) == (*made.vaults(), *made.held())
    assert (pool.lp_mint, pool.trade_fee) == (program.lp_mint_address(made.pool), (250, 100_000))
    assert (pool.locked_lp, pool.creator, pool.enabled) == (44, address(60), False)
    assert (pool.open_time, pool.stable) == (1_790_000_000, None)
    assert decode_pool(DammAccounts(activation_type=0).pool_account()).open_time == 0


def test_stable_curves() -> None:
    """With and without depegging; another curve is refused, and so is one cut off."""
    head = b"\x01" + struct.pack("<QQQBQQ", 100, 1, 1_000, 6, 1_200_000, 9)
    pool = decode_pool(DammAccounts(curve=head + b"\x01" + bytes(8)).pool_account())
    assert pool.stable == Stable(100, (1, 1_000), 1_200_000)
    pool = decode_pool(DammAccounts(curve=head + b"\x00" + bytes(8)).pool_account())
    assert pool.stable == Stable(100, (1, 1_000), None)
    for curve in (b"\x02" + bytes(60), head):
        with pytest.raises(DecodeError):
            decode_pool(DammAccounts(curve=curve).pool_account())


def test_every_field_of_a_vault() -> None:
    """What was packed is read."""
    made = DammAccounts()
    vault = decode_vault(made.vault_account(1))
    assert (vault.enabled, vault.total, vault.mint) == (True, 20_000, USDC_MINT)
    assert (vault.token_vault, vault.share_mint) == (
        program.token_vault_address(made.vaults()[1]),
        made.shared()[1],
    )


def test_other_accounts_are_refused() -> None:
    """Another owner, another type, too short."""
    made = DammAccounts()
    for account, decode in ((made.pool_account(), decode_pool), (made.vault_account(0), decode_vault)):
        with pytest.raises(DecodeError, match="owned by"):
            decode(replace(account, owner=address(1)))
        for data in (account.data[:800], bytes(8) + account.data[8:]):
            with pytest.raises(DecodeError, match="other contents"):
                decode(Account(account.address, account.owner, 1, data))


def test_canonical() -> None:
    """Its vaults are those of its mints, its shares its own."""
    pool = decode_pool(DammAccounts().pool_account())
    assert is_canonical(pool)
    assert not is_canonical(replace(pool, vault_a=pool.vault_b))
    assert not is_canonical(replace(pool, shares_b=pool.shares_a))
    assert not is_canonical(replace(pool, address=address(9)))
