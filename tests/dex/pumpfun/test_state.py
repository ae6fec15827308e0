"""Curves quoted: fees by schedule, limits, and what must always hold."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniperforge.dex.pumpfun.loading import load_state
from sniperforge.dex.pumpfun.state import CurveState
from sniperforge.domain.addresses import (
    SYSTEM_PROGRAM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    USDC_MINT,
    WSOL_MINT,
)
from sniperforge.errors import RefusedError
from tests.dex.pumpfun.conftest import MINT, CurveAccounts

SOL = 1_000_000_000
XSTOCK = "Xsc9qvGR1efVDFGLrVsmkzv3qi45LTBjeUKSPmx9qEh"


def state_of(**changes: Any) -> CurveState:
    """A new curve with some fields changed, loaded."""
    made = CurveAccounts(**changes)
    return load_state(made.curve, made.pack(), epoch=5)


NEW = state_of()


def test_a_new_curve() -> None:
    """What it trades, and at which price; the virtual SOL is nobody's."""
    assert (NEW.dex, NEW.address) == ("pumpfun", CurveAccounts().curve)
    assert (NEW.base_mint, NEW.quote_mint, NEW.trades_lamports) == (MINT, WSOL_MINT, True)
    assert NEW.spot_price == Fraction(30 * SOL, 1_073 * 10**12)
    assert (NEW.quote_liquidity, NEW.open_time, NEW.swap_enabled) == (0, 0, True)
    assert (NEW.token_program(MINT), NEW.token_program(WSOL_MINT)) == (TOKEN_2022_PROGRAM, TOKEN_PROGRAM)
    assert (NEW.decimals(MINT), NEW.decimals(WSOL_MINT)) == (6, 9)


def test_a_recorded_buy_and_its_cost() -> None:
    """As mainnet priced the first SOL; the same tokens by ``buy`` cost a unit less."""
    quote = NEW.quote(WSOL_MINT, SOL)
    assert (quote.amount_in, quote.amount_out, quote.fee) == (SOL, 34_199_203_120_618, 12_345_680)
    assert (quote.input_mint, quote.output_mint, quote.price_impact_bps) == (WSOL_MINT, MINT, 318)
    cost = NEW.quote_exact_out(MINT, quote.amount_out)
    assert (cost.amount_in, cost.amount_out) == (SOL - 1, quote.amount_out)


def test_a_sale_pays_fees_out_of_what_it_brings() -> None:
    """And never more than was paid in."""
    after = NEW.after_swap(WSOL_MINT, SOL)
    sale = after.quote(MINT, 34_199_203_120_618)
    assert sale.amount_in == 34_199_203_120_618
    assert sale.amount_out + sale.fee <= 987_654_320
    assert after.quote_liquidity == 987_654_320
    exact = after.quote_exact_out(WSOL_MINT, sale.amount_out)
    assert exact.amount_out >= sale.amount_out
    assert exact.amount_in <= sale.amount_in
    with pytest.raises(RefusedError, match="only"):
        after.quote(MINT, 10**15)


def test_the_market_cap_moves_the_rates() -> None:
    """After a buy the next one may pay other fees; mayhem coins count the real supply of their mint."""
    tiers = ((0, 0, 100, 100), (29 * SOL, 0, 50, 50))
    state = state_of(tiers=tiers)
    assert (state.math.protocol, state.math.creator) == (100, 100)
    assert state.after_swap(WSOL_MINT, 4 * SOL).math.protocol == 50
    supply = state_of(tiers=tiers, mayhem=True)
    assert supply.math.protocol == 100
    assert replace(supply, coin=replace(supply.coin, supply=2 * 10**15)).math.protocol == 50


def test_a_coins_own_creator_rate_counts_in_custom_pairs_only() -> None:
    """And only while the program lets it; nobody is paid where there is no creator."""
    own = {"creator_fee_bps": 250, "creator_fee_configurable": True}
    assert state_of(**own).math.creator == 30
    exotic = state_of(**own, quote_mint=XSTOCK)
    assert (exotic.math.protocol, exotic.math.creator) == (5, 250)
    assert (exotic.trades_lamports, exotic.decimals(XSTOCK)) == (False, 8)
    assert state_of(quote_mint=XSTOCK, creator_fee_bps=250).math.creator == 0
    assert state_of(**{**own, "creator_fee_bps": 2**63}, quote_mint=XSTOCK).math.creator == 9_994
    assert state_of(creator=SYSTEM_PROGRAM).math.creator == 0


def test_the_last_token_ends_trading() -> None:
    """The buy that takes it leaves a complete curve; one for more is refused."""
    state = state_of(real_token=34_199_203_120_618)
    after = state.after_swap(WSOL_MINT, SOL)
    assert not after.swap_enabled
    with pytest.raises(RefusedError, match="complete"):
        after.quote(WSOL_MINT, SOL)
    with pytest.raises(RefusedError, match="complete"):
        _ = after.spot_price
    with pytest.raises(RefusedError, match="only"):
        state.quote(WSOL_MINT, SOL + 1_000)
    with pytest.raises(RefusedError, match="only"):
        state.quote_exact_out(MINT, 34_199_203_120_619)


@pytest.mark.parametrize("amount", [0, -1, 2**64])
def test_impossible_amounts_are_refused(amount: int) -> None:
    """Both ways."""
    for ask in (NEW.quote, NEW.quote_exact_out):
        with pytest.raises(RefusedError):
            ask(WSOL_MINT, amount)


def test_what_is_not_there_is_refused() -> None:
    """Another mint, too little to get anything, more than the curve has."""
    with pytest.raises(RefusedError, match="does not trade"):
        NEW.quote(USDC_MINT, SOL)
    with pytest.raises(RefusedError, match="does not trade"):
        NEW.decimals(USDC_MINT)
    with pytest.raises(RefusedError, match="too little"):
        NEW.quote(WSOL_MINT, 3)
    with pytest.raises(RefusedError, match="too little"):
        NEW.quote(MINT, 1)
    for mint in (MINT, WSOL_MINT):
        with pytest.raises(RefusedError, match="less than"):
            NEW.quote_exact_out(mint, 2 * 10**15)


@given(spend=st.integers(4, 80 * SOL), more=st.integers(1, SOL))
def test_quotes_rise_with_what_is_paid(spend: int, more: int) -> None:
    """Never more for less."""
    assert NEW.quote(WSOL_MINT, spend + more).amount_out >= NEW.quote(WSOL_MINT, spend).amount_out


@given(spend=st.integers(1_000, 80 * SOL))
def test_buying_and_selling_back_never_profits(spend: int) -> None:
    """Whatever the size, and k does not fall on the way."""
    quote = NEW.quote(WSOL_MINT, spend)
    after = NEW.after_swap(WSOL_MINT, spend)
    assert after.math.token * after.math.quote >= NEW.math.token * NEW.math.quote
    back = after.quote(MINT, quote.amount_out)
    assert back.amount_out < quote.amount_in
    end = after.after_swap(MINT, quote.amount_out)
    assert end.math.token == NEW.math.token
    assert end.account.real_quote >= 0
