"""Quotes of LaunchLab curves."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sniperforge.dex.raydium_launchlab import curve
from sniperforge.dex.raydium_launchlab.state import LaunchlabState
from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAM, USDC_MINT, WSOL_MINT
from sniperforge.errors import DecodeError, RefusedError
from sniperforge.tokens.transfer_fee import TransferFee
from tests.dex.raydium_launchlab.made_curve import POOL, TOKEN, state

KINDS = (curve.CONSTANT, curve.FIXED, curve.LINEAR)


@st.composite
def states(draw: st.DrawFn) -> LaunchlabState:
    """Curves of every type, anywhere on their way, with any fees."""
    kind = draw(st.sampled_from(KINDS))
    line = kind == curve.LINEAR
    sells = draw(st.integers(10**3, 10**6 if line else 10**15))
    base = draw(st.integers(1, 1 << 64)) if line else sells + draw(st.integers(1, 10**15))
    start = curve.Curve(kind, base, draw(st.integers(1, 10**12)), 0, 0)
    held = draw(st.integers(0, sells))
    raised = curve.cost(start, held)
    fees = st.none() | st.builds(TransferFee, st.just(0), st.integers(0, 2**63), st.integers(0, 5_000))
    changes = {
        "total_base_sell": sells,
        "virtual_base": base,
        "virtual_quote": start.virtual_quote,
        "real_base": held,
        "real_quote": raised,
    }
    rates = draw(st.tuples(*[st.integers(0, 100_000)] * 3))
    share = draw(st.integers(0, 10_000))
    return state(kind, rates, changes, base_fee=draw(fees), quote_fee=draw(fees), share_fee_rate=share)


AMOUNTS = st.integers(1, 10**13)
MINTS = st.sampled_from([TOKEN, WSOL_MINT])


def quoted(of: LaunchlabState, mint: str, amount: int) -> Any:
    """A quote, or the example does not count."""
    try:
        return of.quote(mint, amount)
    except RefusedError:
        assume(False)


@given(of=states(), mint=MINTS, amount=AMOUNTS)
def test_what_backs_a_token_never_falls(of: LaunchlabState, mint: str, amount: int) -> None:
    """On a constant product, k; on every curve, what was raised covers what was sold."""
    quoted(of, mint, amount)
    before, after = of.pool, of.after_swap(mint, amount).pool
    if of.config.curve_type == curve.CONSTANT:
        k_before, k_after = (
            (one.virtual_base - one.real_base) * (one.virtual_quote + one.real_quote)
            for one in (before, after)
        )
        assert k_after >= k_before
    empty = curve.Curve(of.config.curve_type, after.virtual_base, after.virtual_quote, 0, 0)
    assert curve.cost(empty, after.real_base) <= after.real_quote


@given(of=states(), mint=MINTS, amount=AMOUNTS, more=AMOUNTS)
def test_more_buys_no_less(of: LaunchlabState, mint: str, amount: int, more: int) -> None:
    """A quote is monotone."""
    assert quoted(of, mint, amount + more).amount_out >= quoted(of, mint, amount).amount_out


@given(of=states(), amount=AMOUNTS)
def test_buying_and_selling_never_profits(of: LaunchlabState, amount: int) -> None:
    """Not even without fees, by rounding."""
    there = quoted(of, WSOL_MINT, amount)
    after = of.after_swap(WSOL_MINT, amount)
    back = quoted(after, TOKEN, there.amount_out)
    assert back.amount_out <= there.amount_in <= amount


@given(of=states(), mint=MINTS, amount=AMOUNTS)
def test_an_exact_output_is_affordable(of: LaunchlabState, mint: str, amount: int) -> None:
    """What it is said to cost buys it."""
    try:
        asked = of.quote_exact_out(mint, amount)
    except RefusedError:
        assume(False)
    assert asked.amount_out == amount
    assert quoted(of, asked.input_mint, asked.amount_in).amount_out >= amount


def test_sides_prices_and_programs() -> None:
    """The base is what the curve sells, whatever it is priced in."""
    one = state()
    assert (one.dex, one.address) == ("raydium_launchlab", POOL)
    assert (one.base_mint, one.quote_mint) == (TOKEN, WSOL_MINT)
    assert one.spot_price == curve.price(
        curve.Curve(0, 1_073_025_605_596_382, 30_000_852_951, 10**14, 3_083_254_713)
    )
    assert (one.quote_liquidity, one.open_time, one.swap_enabled) == (3_083_254_713, 0, True)
    assert (one.token_program(TOKEN), one.token_program(WSOL_MINT)) == (TOKEN_2022_PROGRAM, TOKEN_PROGRAM)
    assert (one.decimals(TOKEN), one.decimals(WSOL_MINT)) == (6, 9)
    for ask in (one.token_program, one.decimals, lambda mint: one.quote(mint, 1)):
        with pytest.raises(RefusedError, match="does not trade"):
            ask(USDC_MINT)


def test_every_fee_is_counted_once() -> None:
    """Protocol, platform, creator and referrer together, rounded up once."""
    quote = state(share_fee_rate=1_000).quote(WSOL_MINT, 10**9)
    assert quote.fee == 14_000_000
    assert (quote.amount_in, quote.input_mint, quote.output_mint) == (10**9, WSOL_MINT, TOKEN)
    sale = state().quote(TOKEN, 10**12)
    assert sale.fee == -(-(sale.amount_out + sale.fee) * 13_000 // 10**6)


def test_the_last_purchase_takes_what_is_left() -> None:
    """It costs less than was offered, and the curve is sold out."""
    one = state()
    quote = one.quote(WSOL_MINT, 10**12)
    assert quote.amount_out == 793_100_000_000_000 - 10**14
    assert quote.amount_in < 90 * 10**9
    after = one.after_swap(WSOL_MINT, 10**12)
    assert (after.pool.status, after.swap_enabled) == (1, False)
    assert after.pool.quote_protocol_fee > one.pool.quote_protocol_fee
    for ask in (after.quote, after.quote_exact_out):
        with pytest.raises(RefusedError, match="sold out"):
            ask(WSOL_MINT, 1_000)


def test_transfer_fees_come_off_both_ends() -> None:
    """The curve gets less than was sent, the user less than the curve sent."""
    fee = TransferFee(0, 2**63, 100)
    plain, taxed = state(), state(base_fee=fee)
    assert taxed.quote(WSOL_MINT, 10**9).amount_out == fee.net(plain.quote(WSOL_MINT, 10**9).amount_out)
    assert taxed.quote(TOKEN, 10**12).amount_out == plain.quote(TOKEN, fee.net(10**12)).amount_out
    quote_taxed = state(quote_fee=fee)
    assert quote_taxed.quote(TOKEN, 10**12).amount_out == fee.net(plain.quote(TOKEN, 10**12).amount_out)


@pytest.mark.parametrize("amount", [0, -5, 2**64])
def test_impossible_amounts_are_refused(amount: int) -> None:
    """Nothing, less than nothing, and more than a u64 cannot be swapped, either way round."""
    one = state()
    for mint in (TOKEN, WSOL_MINT):
        for ask in (one.quote, one.quote_exact_out, one.after_swap):
            with pytest.raises(RefusedError):
                ask(mint, amount)


def test_more_than_the_curve_has_is_refused() -> None:
    """More tokens than were sold cannot come back; more of either cannot come out."""
    one = state()
    for ask, mint, amount in (
        (one.quote, TOKEN, 10**14 + 1),
        (one.quote_exact_out, TOKEN, 8 * 10**14),
        (one.quote_exact_out, WSOL_MINT, 4 * 10**9),
        (state(changes={"real_quote": 5}).quote, TOKEN, 10**14),
        (state(changes={"real_base": 5}).quote_exact_out, WSOL_MINT, 3 * 10**9),
        (one.quote, TOKEN, 1),
    ):
        with pytest.raises(RefusedError):
            ask(mint, amount)


def test_price_impact() -> None:
    """The share of the reserve on a constant product; nothing at a fixed price."""
    free = (0, 0, 0)
    one = state(rates=free)
    tenth = (one.pool.virtual_quote + one.pool.real_quote) // 9
    assert one.quote(WSOL_MINT, tenth).price_impact_bps in (999, 1_000)
    fixed = {"virtual_quote": 10**12, "real_quote": 10**11}
    assert state(curve.FIXED, free, fixed).quote(WSOL_MINT, 10**9).price_impact_bps == 0
    line = {"virtual_base": 1 << 64, "total_base_sell": 1_000, "real_base": 100, "real_quote": 5_000}
    assert state(curve.LINEAR, free, line).quote(WSOL_MINT, 1_050).price_impact_bps == 476
    assert state(curve.LINEAR, free, line).quote(TOKEN, 50).price_impact_bps == 2_500
    start = line | {"real_base": 0, "real_quote": 0}
    assert state(curve.LINEAR, free, start).quote(WSOL_MINT, 5_000).price_impact_bps == 10_000
    with pytest.raises(RefusedError, match="no price"):
        _ = state(curve.LINEAR, free, start).spot_price


@pytest.mark.parametrize(
    ("kind", "rates", "changes", "what"),
    [
        (3, (0, 0, 0), {}, "unknown type"),
        (0, (0, 0, 0), {"total_base_sell": 1_073_025_605_596_382}, "impossible amounts"),
        (0, (0, 0, 0), {"real_base": 793_100_000_000_001}, "impossible amounts"),
        (1, (0, 0, 0), {"virtual_quote": 0}, "impossible amounts"),
        (2, (0, 0, 0), {"virtual_base": 0}, "impossible amounts"),
        (0, (500_000, 499_000, 1_000), {}, "impossible fee"),
    ],
    ids=["type", "sells all", "sold more", "free", "flat", "fees"],
)
def test_impossible_curves_are_not_decoded(
    kind: int, rates: tuple[int, int, int], changes: dict[str, int], what: str
) -> None:
    """Nothing is quoted from nonsense."""
    with pytest.raises(DecodeError, match=what):
        state(kind, rates, changes)
