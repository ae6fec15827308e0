"""The pool account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sniperforge.dex.raydium_amm_v4 import program
from sniperforge.dex.raydium_amm_v4.accounts import decode_pool, is_canonical
from sniperforge.domain.addresses import SYSTEM_PROGRAM, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.errors import DecodeError
from tests.dex.raydium_amm_v4.conftest import MARKET, OPENBOOK, OWNER, TOKEN


def test_every_field(pool_accounts: Callable[..., Any]) -> None:
    """What was packed is read, at its place."""
    made = pool_accounts(status=7, owed=(3, 4), open_time=9, fee=(30, 10_000))
    pool = decode_pool(made.pack()[made.pool])
    assert (pool.status, pool.coin_decimals, pool.pc_decimals) == (7, 9, 6)
    assert (pool.owed_coin, pool.owed_pc, pool.open_time) == (3, 4, 9)
    assert (pool.fee_numerator, pool.fee_denominator) == (30, 10_000)
    assert (pool.coin_vault, pool.pc_vault) == made.vaults
    assert (pool.coin_mint, pool.pc_mint, pool.lp_mint) == (WSOL_MINT, TOKEN, made.lp_mint)
    assert (pool.open_orders, pool.market, pool.market_program) == (made.open_orders, MARKET, OPENBOOK)
    assert pool.target_orders == program.target_orders_address(MARKET)
    assert (pool.owner, pool.lp_amount) == (OWNER, 4_043_005_115_018)


@pytest.mark.parametrize(
    ("status", "swaps", "orders", "open_time"),
    [(1, True, True, 0), (2, False, False, 0), (5, False, True, 0), (6, True, False, 0), (7, True, False, 9)],
)
def test_what_a_status_allows(
    pool_accounts: Callable[..., Any], status: int, swaps: bool, orders: bool, open_time: int
) -> None:
    """Swaps, orders, and whether the opening still counts."""
    made = pool_accounts(status=status, open_time=9)
    pool = decode_pool(made.pack()[made.pool])
    assert (pool.swap_enabled, pool.uses_order_book, pool.open_time) == (swaps, orders, open_time)


@pytest.mark.parametrize(
    "changes",
    [{"status": 0}, {"status": 8}, {"fee": (5, 5)}, {"fee": (0, 0)}, {"coin_decimals": 256}],
    ids=str,
)
def test_impossible_contents(pool_accounts: Callable[..., Any], changes: dict[str, Any]) -> None:
    """Refused as DecodeError."""
    made = pool_accounts(**changes)
    with pytest.raises(DecodeError, match=made.pool):
        decode_pool(made.pack()[made.pool])


def test_other_accounts(pool_accounts: Callable[..., Any]) -> None:
    """Another owner or size is no pool."""
    made = pool_accounts()
    for owner, data in ((SYSTEM_PROGRAM, made.data()), (made.program_id, made.data()[:-1])):
        with pytest.raises(DecodeError):
            decode_pool(Account(made.pool, owner, 1, data))


def test_canonical(pool_accounts: Callable[..., Any]) -> None:
    """Only where everything is derived from the market."""
    made = pool_accounts()
    pool = decode_pool(made.pack()[made.pool])
    assert is_canonical(pool)
    for name in ("address", "coin_vault", "pc_vault", "lp_mint", "target_orders"):
        assert not is_canonical(replace(pool, **{name: OWNER}))
