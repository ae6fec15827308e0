"""Quotes of a pool."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sniperforge.dex.raydium_amm_v4.accounts import AmmPool, decode_pool
from sniperforge.dex.raydium_amm_v4.state import AmmState
from sniperforge.domain.addresses import TOKEN_PROGRAM, USDC_MINT, WSOL_MINT
from sniperforge.errors import DecodeError, RefusedError
from tests.dex.raydium_amm_v4.conftest import TOKEN, PoolAccounts


def pool_of(**changes: Any) -> AmmPool:
    """A pool with WSOL as coin."""
    made = PoolAccounts(**changes)
    account = made.pack()[made.pool]
    assert account is not None
    return decode_pool(account)


PLAIN = pool_of()


def test_a_recorded_swap() -> None:
    """0.1 SOL for 30.96 tokens, 2024-12-19; every recorded swap is in test_recorded.py."""
    state = AmmState(PLAIN, 236_723_918_515, 73_513_021_556_350)
    quote = state.quote(WSOL_MINT, 100_000_000)
    assert (quote.amount_out, quote.fee, quote.output_mint) == (30_963_644_580, 250_000, TOKEN)
    assert quote.price_impact_bps == 4


def test_sides_and_price() -> None:
    """WSOL is the quote although it is the coin."""
    state = AmmState(PLAIN, 1_000, 4_000)
    assert (state.base_mint, state.quote_mint, state.quote_liquidity) == (TOKEN, WSOL_MINT, 1_000)
    assert state.spot_price == Fraction(1, 4)
    assert (state.decimals(WSOL_MINT), state.decimals(TOKEN)) == (9, 6)
    assert state.token_program(TOKEN) == TOKEN_PROGRAM
    assert (state.dex, state.address, state.open_time) == ("raydium_amm_v4", PLAIN.address, 0)
    assert state.swap_enabled
    for ask in (state.decimals, state.token_program):
        with pytest.raises(RefusedError, match=USDC_MINT):
            ask(USDC_MINT)


def test_what_the_program_refuses() -> None:
    """Nothing for something, more than there is, and numbers that do not fit."""
    state = AmmState(PLAIN, 10**12, 10**6)
    for amount in (0, -1, 2**64, 5):
        with pytest.raises(RefusedError):
            state.quote(WSOL_MINT, amount)
    for amount in (0, 10**6, 10**6 + 1):
        with pytest.raises(RefusedError):
            state.quote_exact_out(TOKEN, amount)
    with pytest.raises(RefusedError, match="cannot be made"):
        AmmState(PLAIN, 2**63, 10**6).quote_exact_out(TOKEN, 10**6 - 1)
    with pytest.raises(RefusedError, match=USDC_MINT):
        state.quote(USDC_MINT, 5)


def test_an_emptied_pool() -> None:
    """Known, not quoted; owing more than it holds is a contradiction."""
    state = AmmState(PLAIN, 0, 5)
    for ask in (state.quote, state.quote_exact_out, state.after_swap):
        with pytest.raises(RefusedError, match="emptied"):
            ask(TOKEN, 5)
    with pytest.raises(RefusedError, match="emptied"):
        _ = state.spot_price
    with pytest.raises(DecodeError, match="owes"):
        AmmState(PLAIN, -1, 5)


RESERVES = st.integers(10**3, 10**17)
FEES = st.tuples(st.integers(0, 999), st.just(1_000)) | st.just((25, 10_000))
STATES = st.builds(
    lambda coin, pc, fee, owed, book: AmmState(
        pool_of(fee=fee, owed=owed), coin + owed[0], pc + owed[1], *book
    ),
    RESERVES,
    RESERVES,
    FEES,
    st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)),
    st.tuples(st.integers(0, 10**12), st.integers(0, 10**12)),
)
SIDES = st.sampled_from([WSOL_MINT, TOKEN])
AMOUNTS = st.integers(1, 10**18)


@settings(deadline=None)
@given(STATES, SIDES, AMOUNTS)
def test_k_never_falls(state: AmmState, mint: str, amount: int) -> None:
    """After any swap the reserves' product is no smaller, and the vaults changed by what was moved."""
    try:
        quote, after = state.quote(mint, amount), state.after_swap(mint, amount)
    except RefusedError:
        return
    assert after.reserve_coin * after.reserve_pc >= state.reserve_coin * state.reserve_pc
    gained = (after.vault_coin - state.vault_coin, after.vault_pc - state.vault_pc)
    assert gained[:: 1 if mint == WSOL_MINT else -1] == (amount, -quote.amount_out)


@settings(deadline=None)
@given(STATES, SIDES, AMOUNTS)
def test_buying_and_selling_at_once_never_profits(state: AmmState, mint: str, amount: int) -> None:
    """Selling what a swap gave, on the state that it left, returns no more than was paid."""
    try:
        quote = state.quote(mint, amount)
        back = state.after_swap(mint, amount).quote(quote.output_mint, quote.amount_out)
    except RefusedError:
        return
    assert back.amount_out <= amount


@settings(deadline=None)
@given(STATES, SIDES, AMOUNTS, AMOUNTS)
def test_quotes_are_monotone(state: AmmState, mint: str, one: int, other: int) -> None:
    """More in gives no less out, and is refused only where less is too."""
    small, large = sorted((one, other))
    try:
        least = state.quote(mint, small).amount_out
    except RefusedError:
        return
    assert least <= state.quote(mint, large).amount_out


@settings(deadline=None)
@given(STATES, SIDES, AMOUNTS)
def test_paying_an_exact_out_quote_delivers_it(state: AmmState, mint: str, amount: int) -> None:
    """What quote_exact_out asks for buys at least what it promised."""
    try:
        quote = state.quote_exact_out(mint, amount)
    except RefusedError:
        return
    assert quote.output_mint == mint
    assert state.quote(quote.input_mint, quote.amount_in).amount_out >= amount
