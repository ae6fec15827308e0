"""Accounts to a state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sniperforge.dex.raydium_amm_v4.accounts import decode_pool
from sniperforge.dex.raydium_amm_v4.loading import load_state, needed_by
from sniperforge.domain.addresses import SYSTEM_PROGRAM, WSOL_MINT
from sniperforge.errors import DecodeError, NotFoundError
from tests.dex.raydium_amm_v4.conftest import MARKET, OWNER


def test_reserves_are_what_is_not_owed(pool_accounts: Callable[..., Any]) -> None:
    """Without orders the market is not looked at."""
    made = pool_accounts(vault_coin=100, vault_pc=200, owed=(1, 2), book=(50, 60))
    state = load_state(made.pool, made.pack())
    assert (state.reserve_coin, state.reserve_pc, state.market) == (99, 198, None)


def test_orders_count(pool_accounts: Callable[..., Any]) -> None:
    """What lies in the order book belongs to the reserves."""
    made = pool_accounts(status=1, vault_coin=100, vault_pc=200, owed=(1, 2), book=(50, 60))
    state = load_state(made.pool, made.pack())
    assert (state.reserve_coin, state.reserve_pc) == (149, 258)
    assert state.market is not None
    assert needed_by(state.pool)[-2:] == (made.open_orders, MARKET)


@pytest.mark.parametrize(
    "changes",
    [{"orders_market": OWNER}, {"orders_program": SYSTEM_PROGRAM}, {"owed": (10**15, 0)}],
    ids=str,
)
def test_contradictions(pool_accounts: Callable[..., Any], changes: dict[str, Any]) -> None:
    """Orders of another pool or program, and a debt above everything."""
    made = pool_accounts(status=1, **changes)
    with pytest.raises(DecodeError):
        load_state(made.pool, made.pack())


def test_everything_needed_is_needed(pool_accounts: Callable[..., Any]) -> None:
    """Each account but the LP mint, which only the anatomy reads."""
    made = pool_accounts(status=1)
    pool = decode_pool(made.pack()[made.pool])
    for address in (*needed_by(pool), made.pool):
        if address in (made.lp_mint, made.open_orders):
            continue
        with pytest.raises(NotFoundError, match=address):
            load_state(made.pool, made.pack() | {address: None})


def test_closed_orders_are_none(pool_accounts: Callable[..., Any]) -> None:
    """Known to be gone: no orders, and swaps without a market. Not asked for: missing."""
    made = pool_accounts(status=1, vault_coin=100, book=(50, 60))
    accounts = made.pack()
    state = load_state(made.pool, accounts | {made.open_orders: None})
    assert (state.reserve_coin, state.market) == (100, None)
    del accounts[made.open_orders]
    with pytest.raises(NotFoundError, match=made.open_orders):
        load_state(made.pool, accounts)


def test_a_mint_with_other_decimals(pool_accounts: Callable[..., Any]) -> None:
    """The pool's word on decimals must hold."""
    made = pool_accounts(coin_decimals=8)
    with pytest.raises(DecodeError, match=WSOL_MINT):
        load_state(made.pool, made.pack())
