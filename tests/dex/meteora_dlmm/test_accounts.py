"""DLMM pool accounts: every field at its offset, prices, which pools are canonical."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniperforge.dex.meteora_dlmm import program
from sniperforge.dex.meteora_dlmm.accounts import bin_price, decode_pool, is_canonical
from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.errors import DecodeError
from tests.dex.made import address
from tests.dex.meteora_dlmm.made_pool import PRESET, DlmmAccounts


def test_every_field() -> None:
    """What was packed is read."""
    made = DlmmAccounts(active_id=-5, status=1)
    pool = decode_pool(made.pool_account())
    assert (pool.mint_x, pool.mint_y) == (WSOL_MINT, USDC_MINT)
    assert (pool.reserve_x, pool.reserve_y) == made.reserves()
    assert (pool.active_id, pool.bin_step, pool.base_factor) == (-5, 25, 8_000)
    assert (pool.protocol_share, pool.volatility, pool.pair_type) == (500, 77, 3)
    assert (pool.owed_x, pool.owed_y, pool.creator, pool.base_key) == (10, 20, address(60), PRESET)
    assert (pool.swap_enabled, pool.open_time) == (False, 1_790_000_000)
    assert pool.base_fee_rate == 8_000 * 25 * 10 * 10
    assert decode_pool(DlmmAccounts(activation_type=0).pool_account()).open_time == 0


def test_other_accounts_are_refused() -> None:
    """Another owner, another type, too short."""
    account = DlmmAccounts().pool_account()
    with pytest.raises(DecodeError, match="owned by"):
        decode_pool(replace(account, owner=address(1)))
    for data in (account.data[:-1], bytes(8) + account.data[8:]):
        with pytest.raises(DecodeError, match="other contents"):
            decode_pool(Account(account.address, program.MAINNET, 1, data))


@pytest.mark.parametrize(
    ("pair_type", "pool"),
    [
        (0, program.old_pool_address(WSOL_MINT, USDC_MINT, 25, 8_000)),
        (0, program.old_pool_address(WSOL_MINT, USDC_MINT, 25)),
        (1, program.permissioned_address(PRESET, WSOL_MINT, USDC_MINT, 25)),
        (2, program.pool_address(program.CUSTOMIZABLE_SEED, WSOL_MINT, USDC_MINT)),
        (3, program.pool_address(PRESET, WSOL_MINT, USDC_MINT)),
        (3, program.pool_address(program.old_preset_address(25, 8_000), WSOL_MINT, USDC_MINT)),
    ],
    ids=["factor", "step", "permissioned", "customizable", "preset", "old-preset"],
)
def test_canonical_pools_of_every_kind(pair_type: int, pool: str) -> None:
    """Each lies where its kind says; under another kind, or at another address, it does not."""
    made = DlmmAccounts(pool=pool, pair_type=pair_type)
    assert is_canonical(decode_pool(made.pool_account()))
    assert not is_canonical(decode_pool(replace(made, pool=address(9)).pool_account()))
    own = decode_pool(made.pool_account())
    assert not is_canonical(replace(own, reserve_x=address(8)))
    assert not is_canonical(replace(own, pair_type=(pair_type + 1) % 4))


def test_prices_of_bins() -> None:
    """One at bin 0, a step more in bin 1, as the formula says within the program's precision."""
    assert bin_price(0, 25) == 1
    assert bin_price(1 << 19, 1) == 0
    for active_id, step in ((1, 1), (-1, 1), (5_000, 25), (-4_607, 80), (380, 100)):
        wanted = (1 + step / 10_000) ** active_id
        assert float(bin_price(active_id, step)) == pytest.approx(wanted, rel=1e-9)


@given(active_id=st.integers(-1_000, 1_000), step=st.integers(1, 400))
def test_prices_rise_with_bins(active_id: int, step: int) -> None:
    """A higher bin is never cheaper."""
    assert bin_price(active_id, step) <= bin_price(active_id + 1, step)
    assert bin_price(active_id, step) >= Fraction(0)


def test_beyond_what_can_be_counted() -> None:
    """A price whose inverse vanished is none."""
    assert bin_price(400_000, 400) == 0
    assert bin_price(-400_000, 400) == 0
