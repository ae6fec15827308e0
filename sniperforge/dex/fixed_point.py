"""Q64.64 square-root prices of concentrated pools."""

from __future__ import annotations

from fractions import Fraction


def price_of_sqrt(sqrt_price_x64: int) -> Fraction:
    """Raw units of token 1 (or B, or Y) per raw unit of token 0, exact."""
    return Fraction(sqrt_price_x64 * sqrt_price_x64, 1 << 128)
