"""The venue as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sniperforge.dex.raydium_amm_v4.venue import RaydiumAmmV4
from sniperforge.domain.addresses import SYSTEM_PROGRAM, USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.domain.pool import EventKind, PoolEvent
from sniperforge.errors import DecodeError, NotFoundError, RefusedError
from tests.dex.raydium_amm_v4.conftest import MARKET, OWNER, TOKEN

VENUE = RaydiumAmmV4()


@pytest.mark.parametrize("status", [1, 6])
def test_two_rounds_load_a_pool(pool_accounts: Callable[..., Any], status: int) -> None:
    """The pool, then all else; what was fetched suffices."""
    made = pool_accounts(status=status)
    accounts = made.pack()
    known: dict[str, Account | None] = {}
    for _ in range(2):
        for address in VENUE.required_accounts(made.pool, known):
            known[address] = accounts[address]
    assert VENUE.required_accounts(made.pool, known) == ()
    state = VENUE.load(made.pool, known, epoch=1)
    assert VENUE.anatomy(state, known).canonical
    assert (MARKET in known) == (status == 1)


def test_one_round_after_a_creation(pool_accounts: Callable[..., Any]) -> None:
    """The event names everything that loading needs."""
    made = pool_accounts()
    event = PoolEvent(
        "raydium_amm_v4",
        EventKind.POOL_CREATED,
        made.program_id,
        made.pool,
        TOKEN,
        WSOL_MINT,
        made.vaults[1],
        made.vaults[0],
        facts={"lp_mint": made.lp_mint},
    )
    accounts = made.pack()
    known = {address: accounts[address] for address in VENUE.accounts_of(event)}
    assert VENUE.required_accounts(made.pool, known) == ()


def test_anatomy(pool_accounts: Callable[..., Any]) -> None:
    """Vaults by side, LP supplies, and a look-alike at another address."""
    made = pool_accounts()
    accounts = made.pack()
    anatomy = VENUE.anatomy(VENUE.load(made.pool, accounts, epoch=1), accounts)
    assert (anatomy.base_vault, anatomy.quote_vault) == made.vaults[::-1]
    assert (anatomy.lp_mint, anatomy.creator) == (made.lp_mint, "")
    assert (anatomy.lp_pool_supply, anatomy.lp_mint_supply) == (4_043_005_115_018, 4_042_005_115_018)
    odd = pool_accounts(pool_override=OWNER)
    accounts = odd.pack()
    assert not VENUE.anatomy(VENUE.load(odd.pool, accounts, epoch=1), accounts).canonical


def test_swaps_are_built_on_the_loaded_pool(pool_accounts: Callable[..., Any]) -> None:
    """Of a mint of the pool, and only of such a pool."""
    made = pool_accounts()
    state = VENUE.load(made.pool, made.pack(), epoch=1)
    known = {
        "user": OWNER,
        "amount_in": 5,
        "minimum_out": 1,
        "user_input": SYSTEM_PROGRAM,
        "user_output": OWNER,
    }
    made_swap = VENUE.swap_instruction(state, input_mint=TOKEN, **known)
    assert len(made_swap.accounts) == 17
    with pytest.raises(RefusedError, match=USDC_MINT):
        VENUE.swap_instruction(state, input_mint=USDC_MINT, **known)

    class Foreign:
        address = "elsewhere"

        def token_program(self, mint: str) -> str:
            return mint

    with pytest.raises(RefusedError, match="elsewhere"):
        VENUE.swap_instruction(Foreign(), input_mint=TOKEN, **known)  # type: ignore[arg-type]


def test_what_is_not_there_or_not_one(pool_accounts: Callable[..., Any]) -> None:
    """NotFoundError and DecodeError."""
    made = pool_accounts()
    with pytest.raises(NotFoundError):
        VENUE.required_accounts(made.pool, {made.pool: None})
    with pytest.raises(DecodeError):
        VENUE.required_accounts(made.pool, {made.pool: Account(made.pool, SYSTEM_PROGRAM, 1, b"")})
