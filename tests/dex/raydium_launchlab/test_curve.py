"""The arithmetic of LaunchLab's curves."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniperforge.dex.raydium_launchlab.curve import (
    CONSTANT,
    FIXED,
    LINEAR,
    Curve,
    Fees,
    Rates,
    before_fee,
    bought,
    cost,
    fee_on,
    price,
    sale_for,
    sold,
    split,
)

Q64 = 1 << 64
KINDS = pytest.mark.parametrize("kind", [CONSTANT, FIXED, LINEAR], ids=["constant", "fixed", "linear"])


def test_a_recorded_sale() -> None:
    """Mainnet, uzuSemMh...: output and both fees to the unit."""
    curve = Curve(CONSTANT, 1_073_025_605_596_382, 30_000_852_951, 541_335_489_318_166, 30_545_097_622)
    gross = sold(curve, 11_568_986_763_999)
    fee = fee_on(gross, 12_500)
    assert gross - fee == 1_273_240_715
    assert split(fee, Rates(2_500, 10_000, 0, 0)) == Fees(3_223_395, 12_893_577, 0, 0)


def test_each_type_has_its_price() -> None:
    """Reserves, a constant, or a line through nothing."""
    assert price(Curve(CONSTANT, 100, 10, 50, 15)) == Fraction(25, 50)
    assert price(Curve(FIXED, 100, 10, 50, 5)) == Fraction(1, 10)
    assert price(Curve(LINEAR, Q64, 0, 50, 1_250)) == 50
    assert price(Curve(LINEAR, Q64, 0, 0, 0)) == 0


def test_the_linear_curve_raises_the_area_under_its_line() -> None:
    """With a slope of one, n units cost half of n squared."""
    start = Curve(LINEAR, Q64, 0, 0, 0)
    assert (cost(start, 100), bought(start, 5_000)) == (5_000, 100)
    full = Curve(LINEAR, Q64, 0, 100, 5_000)
    assert (sold(full, 100), sale_for(full, 5_000), sold(full, 50)) == (5_000, 100, 3_750)


@given(
    total=st.integers(0, 10**15),
    rates=st.tuples(*[st.integers(0, 200_000)] * 4).map(lambda parts: Rates(*parts)),
)
def test_a_split_loses_nothing(total: int, rates: Rates) -> None:
    """The parts are the whole; nobody but the protocol gains by rounding."""
    parts = split(total, rates)
    assert sum(parts) == total
    for part, rate in zip(parts[1:], rates[1:], strict=True):
        assert part * sum(rates) <= total * rate


@given(amount=st.integers(0, 10**15), rate=st.integers(0, 900_000))
def test_before_fee_is_the_smallest_amount_that_leaves_it(amount: int, rate: int) -> None:
    """One unit less would leave too little."""
    whole = before_fee(amount, rate)
    assert whole - fee_on(whole, rate) >= amount
    if whole:
        assert whole - 1 - fee_on(whole - 1, rate) < amount


@KINDS
@given(data=st.data())
def test_costs_and_sales_suffice(kind: int, data: st.DataObject) -> None:
    """What is paid for exactly n units buys n; what is given back for n units fetches n."""
    size = data.draw(st.integers(2, 10**15), "size")
    base = Q64 * data.draw(st.integers(1, 10**6), "slope") // 10**9 if kind == LINEAR else size
    empty = Curve(kind, max(base, 1), data.draw(st.integers(1, 10**12), "quote"), 0, 0)
    held = data.draw(st.integers(0, (size - 1) // 2), "held")
    curve = empty._replace(real_base=held, real_quote=cost(empty, held))
    wanted = data.draw(st.integers(0, (size - 1) // 2), "wanted")
    assert bought(curve, cost(curve, wanted)) >= wanted
    raised = data.draw(st.integers(0, curve.real_quote), "raised")
    assert sold(curve, sale_for(curve, raised)) >= raised
