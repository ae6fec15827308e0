"""Loading and quoting pools."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sniperforge.dex.raydium_cpmm.state import CpmmState
from sniperforge.domain.addresses import (
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    USDC_MINT,
    WSOL_MINT,
)
from sniperforge.domain.amounts import ceil_div
from sniperforge.errors import DecodeError, RefusedError
from sniperforge.testing.fixtures import recordings
from sniperforge.tokens.transfer_fee import TransferFee
from tests.dex.raydium_cpmm.recorded import TOKEN, state_of

if TYPE_CHECKING:
    pass

EPOCH = 900
SHARED = recordings("raydium_cpmm")
MINTS = recordings("risk_mints")
needs_shared = pytest.mark.skipif(
    "account_amm_config_0" not in SHARED, reason="the shared fixtures are absent: set SNIPERFORGE_FIXTURES"
)


def test_sides_prices_and_programs() -> None:
    """Base, quote, exact price and liquidity follow from which token is WSOL."""
    state = state_of(30, 70)
    assert (state.dex, state.base_mint, state.quote_mint) == ("raydium_cpmm", TOKEN, WSOL_MINT)
    assert (state.spot_price, state.quote_liquidity) == (Fraction(30, 70), 30)
    other = state_of(30, 70, mints=(TOKEN, WSOL_MINT))
    assert (other.base_mint, other.quote_mint) == (TOKEN, WSOL_MINT)
    assert (other.spot_price, other.quote_liquidity) == (Fraction(70, 30), 70)
    assert (state.token_program(WSOL_MINT), state.token_program(TOKEN)) == (TOKEN_PROGRAM, TOKEN_2022_PROGRAM)
    assert (state.decimals(WSOL_MINT), state.decimals(TOKEN)) == (9, 6)
    assert (state.open_time, state.swap_enabled) == (5, True)


def test_price_impact_is_the_share_of_the_reserve() -> None:
    """Without fees, putting in a tenth of what is then there moves the average price by a tenth."""
    quote = state_of(900, 10**9, trade_rate=0).quote(WSOL_MINT, 100)
    assert (quote.price_impact_bps, quote.amount_out) == (1_000, 10**8)


def test_transfer_fees_come_off_both_ends() -> None:
    """The pool gets less than was sent, the user less than the pool sent."""
    fees = (TransferFee(0, 10, 5_000), TransferFee(0, 10**9, 100))
    state = state_of(10**9, 10**9, trade_rate=0, fees=fees)
    quote = state.quote(WSOL_MINT, 10**6)
    sent = (10**6 - 10) * 10**9 // (10**9 + 10**6 - 10)
    assert quote.amount_out == sent - ceil_div(sent, 100)
    assert quote.amount_in == 10**6


@pytest.mark.parametrize("amount", [0, -5, 2**64])
def test_impossible_amounts_are_refused(amount: int) -> None:
    """Nothing, less than nothing, and more than a u64 cannot be swapped, either way round."""
    state = state_of(10**9, 10**9)
    for ask in (state.quote, state.quote_exact_out, state.after_swap):
        with pytest.raises(RefusedError):
            ask(WSOL_MINT, amount)


def test_what_buys_nothing_is_refused() -> None:
    """The program refuses a swap that would deliver nothing, so the quote does."""
    with pytest.raises(RefusedError, match="too little"):
        state_of(10**12, 10).quote(WSOL_MINT, 1_000)
    swallowed = state_of(10**9, 10**9, fees=(None, TransferFee(0, 2**63, 10_000)))
    with pytest.raises(RefusedError, match="too little"):
        swallowed.quote(WSOL_MINT, 10**6)


def test_foreign_mints_are_refused() -> None:
    """A mint that the pool does not hold is named."""
    state = state_of(1, 1)
    for ask in (state.token_program, state.decimals):
        with pytest.raises(RefusedError, match=USDC_MINT):
            ask(USDC_MINT)
    for trade in (state.quote, state.quote_exact_out, state.after_swap):
        with pytest.raises(RefusedError, match=USDC_MINT):
            trade(USDC_MINT, 5)


def test_more_than_the_pool_holds_cannot_be_bought() -> None:
    """An exact output beyond the reserves has no price."""
    state = state_of(10**9, 10**6)
    assert state.quote_exact_out(TOKEN, 10**6 - 1).amount_in > 10**9
    with pytest.raises(RefusedError, match="less than"):
        state.quote_exact_out(TOKEN, 10**6)


def test_exact_out_pays_both_transfer_fees() -> None:
    """A fee of everything up to a cap costs the cap; the input's fee comes on top."""
    state = state_of(
        10**9, 10**9, trade_rate=0, fees=(TransferFee(0, 10**9, 5_000), TransferFee(0, 5, 10_000))
    )
    quote = state.quote_exact_out(TOKEN, 100)
    assert quote.amount_in == 2 * ceil_div(10**9 * 105, 10**9 - 105)
    assert state.quote(WSOL_MINT, quote.amount_in).amount_out == 100


RESERVES = st.integers(10**3, 10**17)
FEES = st.none() | st.builds(TransferFee, st.just(0), st.integers(0, 10**15), st.integers(0, 9_999))
STATES = st.builds(
    lambda reserves, rates, on, fees: state_of(
        *reserves, trade_rate=rates[0], creator_rate=rates[1], creator_fee_on=on, fees=fees
    ),
    st.tuples(RESERVES, RESERVES),
    st.tuples(st.integers(0, 100_000), st.integers(0, 100_000)),
    st.integers(0, 2),
    st.tuples(FEES, FEES),
)
SIDES = st.sampled_from([WSOL_MINT, TOKEN])
AMOUNTS = st.integers(1, 10**18)


@settings(deadline=None)
@given(STATES, SIDES, AMOUNTS)
def test_k_never_falls_and_nothing_is_lost(state: CpmmState, mint: str, amount: int) -> None:
    """After any swap the reserves' product is no smaller, and vaults changed by what was moved."""
    try:
        quote, after = state.quote(mint, amount), state.after_swap(mint, amount)
    except RefusedError:
        return
    assert after.reserve_0 * after.reserve_1 >= state.reserve_0 * state.reserve_1
    gained = (after.vault_0 - state.vault_0, after.vault_1 - state.vault_1)
    paid, given_out = gained if mint == WSOL_MINT else gained[::-1]
    fee_in, fee_out = (state.transfer_fee_0, state.transfer_fee_1)[:: 1 if mint == WSOL_MINT else -1]
    assert paid == amount - (fee_in.on(amount) if fee_in else 0)
    assert quote.amount_out == -given_out - (fee_out.on(-given_out) if fee_out else 0)


@settings(deadline=None)
@given(STATES, SIDES, AMOUNTS)
def test_buying_and_selling_at_once_never_profits(state: CpmmState, mint: str, amount: int) -> None:
    """Selling what a swap gave, on the state that it left, returns no more than was paid."""
    try:
        quote = state.quote(mint, amount)
        back = state.after_swap(mint, amount).quote(quote.output_mint, quote.amount_out)
    except RefusedError:
        return
    assert back.amount_out <= amount


@settings(deadline=None)
@given(STATES, SIDES, AMOUNTS, AMOUNTS)
def test_quotes_are_monotone(state: CpmmState, mint: str, one: int, other: int) -> None:
    """More in gives no less out, transfer fees included."""
    small, large = sorted((one, other))
    try:
        assert state.quote(mint, small).amount_out <= state.quote(mint, large).amount_out
    except RefusedError:
        return


@settings(deadline=None)
@given(STATES, SIDES, AMOUNTS)
def test_paying_an_exact_out_quote_delivers_it(state: CpmmState, mint: str, amount: int) -> None:
    """What quote_exact_out asks for buys at least what it promised."""
    try:
        quote = state.quote_exact_out(mint, amount)
    except RefusedError:
        return
    assert quote.output_mint == mint
    assert state.quote(quote.input_mint, quote.amount_in).amount_out >= amount


def test_an_emptied_pool_is_known_but_not_quoted() -> None:
    """A pool whose reserves are gone has sides and no price; owing more than it holds is a contradiction."""
    for reserves in ((0, 10**6), (10**6, 0)):
        state = state_of(*reserves)
        assert (state.base_mint, state.decimals(TOKEN), state.quote_liquidity) == (TOKEN, 6, reserves[0])
        for ask in (state.quote, state.quote_exact_out, state.after_swap):
            with pytest.raises(RefusedError, match="emptied"):
                ask(TOKEN, 5)
        with pytest.raises(RefusedError, match="emptied"):
            _ = state.spot_price
    with pytest.raises(DecodeError, match="owes"):
        state_of(-1, 5)
