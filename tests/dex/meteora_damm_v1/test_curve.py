"""Prices on both curves."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniperforge.dex.meteora_damm_v1.curve import Stable, invariant, price

RESERVES = st.integers(10**6, 10**15)


def output(x: int, y: int, sold: int, amplification: int) -> int:
    """What ``sold`` more of x leaves of y at the same invariant, by bisection; then what it takes out."""
    total, low, high = invariant(x, y, amplification), 1, y
    while low < high:
        middle = (low + high) // 2
        if invariant(x + sold, middle, amplification) < total:
            low = middle + 1
        else:
            high = middle
    return y - low


def test_constant_product() -> None:
    """Reserves over reserves; none when a side is empty."""
    assert price(100, 250, None) == Fraction(5, 2)
    assert price(0, 5, None) == price(5, 0, None) == 0


def test_a_balanced_stable_pool_trades_at_par() -> None:
    """Whatever the decimals; a token that earns is worth its virtual price."""
    assert price(10**9, 10**6, Stable(100, (1, 1_000), None)) == Fraction(1, 1_000)
    earning = price(1_200_000, 1_000_000, Stable(100, (1, 1), 1_200_000))
    assert earning == Fraction(10, 12)
    assert price(5, 5, Stable(0, (1, 1), None)) == 0


@pytest.mark.parametrize("amplification", [1, 60, 2_000])
def test_the_price_is_what_a_small_trade_gets(amplification: int) -> None:
    """Against a trade found by bisection."""
    x, y, sold = 3 * 10**12, 10**12, 10**7
    wanted = output(x, y, sold, amplification) / sold
    assert float(price(x, y, Stable(amplification, (1, 1), None))) == pytest.approx(wanted, rel=1e-3)


@given(x=RESERVES, y=RESERVES, amplification=st.integers(1, 10_000))
def test_invariant_is_between_its_bounds(x: int, y: int, amplification: int) -> None:
    """At most the sum of the reserves, at least twice their geometric mean, to rounding."""
    found = invariant(x, y, amplification)
    assert found <= x + y + 2
    assert found * found >= 4 * x * y - 8 * (x + y)


@given(x=RESERVES, y=RESERVES)
def test_scarcer_is_dearer(x: int, y: int) -> None:
    """More of A makes A cheaper."""
    curve = Stable(100, (1, 1), None)
    assert price(x + x // 10, y, curve) <= price(x, y, curve)
