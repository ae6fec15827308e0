"""Prices from square roots."""

from __future__ import annotations

from fractions import Fraction

from sniperforge.dex.fixed_point import price_of_sqrt


def test_the_price_is_the_square() -> None:
    """Exact at any size."""
    assert price_of_sqrt(1 << 64) == 1
    assert price_of_sqrt(3 << 63) == Fraction(9, 4)
    assert price_of_sqrt(1) == Fraction(1, 1 << 128)
