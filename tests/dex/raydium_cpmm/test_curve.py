"""The arithmetic of a swap."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sniperforge.dex.raydium_cpmm.curve import FEE_DENOMINATOR, Curve, exact_in, exact_out

AMOUNTS = st.integers(1, 2**64 - 1)
RESERVES = st.integers(1, 2**63 - 1)
RATES = st.integers(0, 499_999)
CURVES = st.builds(Curve, RESERVES, RESERVES, RATES, RATES, st.booleans())


def test_recorded_splits() -> None:
    """A mainnet swap of 2026 with both fees on the input, one with the creator fee on the output."""
    on_input = Curve(1_115_729_492_092_099, 54_095_297_291_689, 2_500, 10_000, creator_fee_on_input=True)
    swap = exact_in(on_input, 216_803_608_444)
    assert (swap.amount_out, swap.trade_fee, swap.creator_fee) == (10_378_172_432, 542_009_022, 2_168_036_084)
    on_output = Curve(116_034_962_965_406, 250_259_415_322, 2_500, 10_000, creator_fee_on_input=False)
    swap = exact_in(on_output, 88_120_000_000)
    assert (swap.amount_out, swap.trade_fee, swap.creator_fee) == (187_540_590, 220_300_000, 1_894_350)


def test_both_fees_are_rounded_up_once() -> None:
    """Charged apart, each fee of one unit would cost two; the program charges one and gives it to the pool."""
    swap = exact_in(Curve(10**6, 10**6, 2_500, 10_000, creator_fee_on_input=True), 10)
    assert (swap.trade_fee, swap.creator_fee, swap.curve_in) == (1, 0, 9)


@settings(deadline=None)
@given(CURVES, AMOUNTS)
def test_parts_add_up_and_k_never_falls(curve: Curve, amount: int) -> None:
    """Input and output are split without loss; reserves times reserves never shrinks, fees aside."""
    swap = exact_in(curve, amount)
    fees_in = swap.trade_fee + (swap.creator_fee if curve.creator_fee_on_input else 0)
    fees_out = 0 if curve.creator_fee_on_input else swap.creator_fee
    assert swap.curve_in + fees_in == swap.amount_in == amount
    assert swap.curve_out - fees_out == swap.amount_out
    assert 0 <= swap.amount_out <= swap.curve_out < curve.reserve_out
    assert swap.trade_fee >= 0
    assert swap.creator_fee >= 0
    before = curve.reserve_in * curve.reserve_out
    assert (curve.reserve_in + swap.curve_in) * (curve.reserve_out - swap.curve_out) >= before


@settings(deadline=None)
@given(CURVES, AMOUNTS, AMOUNTS)
def test_more_in_is_never_less_out(curve: Curve, one: int, other: int) -> None:
    """The output is monotone in the input."""
    small, large = sorted((one, other))
    assert exact_in(curve, small).amount_out <= exact_in(curve, large).amount_out


@settings(deadline=None)
@given(CURVES, AMOUNTS)
def test_there_and_back_never_profits(curve: Curve, amount: int) -> None:
    """Swapping the proceeds back returns at most what was put in."""
    there = exact_in(curve, amount)
    reserve_in, reserve_out = curve.reserve_in + there.curve_in, curve.reserve_out - there.curve_out
    back = exact_in(curve._replace(reserve_in=reserve_out, reserve_out=reserve_in), max(there.amount_out, 0))
    assert back.amount_out <= amount


@settings(deadline=None)
@given(CURVES, AMOUNTS)
def test_fees_are_at_least_their_rates(curve: Curve, amount: int) -> None:
    """Rounding is in the pool's favour: trade and creator fees together never undercut their rate."""
    swap = exact_in(curve, amount)
    if curve.creator_fee_on_input:
        exact = Fraction(amount * (curve.trade_rate + curve.creator_rate), FEE_DENOMINATOR)
        assert exact <= swap.trade_fee + swap.creator_fee < exact + 1
    else:
        assert swap.trade_fee >= Fraction(amount * curve.trade_rate, FEE_DENOMINATOR)
        assert swap.creator_fee >= Fraction(swap.curve_out * curve.creator_rate, FEE_DENOMINATOR)


@settings(deadline=None)
@given(CURVES, AMOUNTS)
def test_exact_out_buys_at_least_that_much(curve: Curve, amount: int) -> None:
    """Paying what exact_out asks gives at least the amount, and asking is refused only beyond the reserves."""
    swap = exact_out(curve, amount)
    if swap is None:
        assert amount >= curve.reserve_out or not curve.creator_fee_on_input
        return
    assume(swap.amount_in < 2**64)
    assert exact_in(curve, swap.amount_in).amount_out >= amount
    before = curve.reserve_in * curve.reserve_out
    assert (curve.reserve_in + swap.curve_in) * (curve.reserve_out - swap.curve_out) >= before
    assert swap.amount_out == amount


@settings(deadline=None)
@given(CURVES, AMOUNTS)
def test_exact_out_asks_for_hardly_more_than_needed(curve: Curve, amount: int) -> None:
    """What exact_in gave can be bought back for no more than it took, but for the roundings."""
    there = exact_in(curve, amount)
    assume(there.amount_out > 0)
    wanted = exact_out(curve, there.amount_out)
    assume(wanted is not None)
    assert wanted is not None
    assert wanted.curve_in <= there.curve_in + 1
