"""Prices on the curves of Meteora DAMM v1: constant product, and stable swap with or without depegging."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

_VIRTUAL_PRICE_UNIT: Final = 1_000_000
_ROUNDS: Final = 256


@dataclass(frozen=True, slots=True)
class Stable:
    """Parameters of a stable curve.

    Attributes:
        amplification: the curve's A.
        multipliers: of A and of B, to a common number of decimals.
        virtual_price: of B in A, millionths, where B earns; ``None`` where it does not.
    """

    amplification: int
    multipliers: tuple[int, int]
    virtual_price: int | None


def price(reserve_a: int, reserve_b: int, stable: Stable | None) -> Fraction:
    """Raw B per raw A for the smallest trade, before fees; 0 when a side is empty."""
    if reserve_a <= 0 or reserve_b <= 0:
        return Fraction(0)
    if stable is None:
        return Fraction(reserve_b, reserve_a)
    scale_a, scale_b = stable.multipliers
    if stable.virtual_price is not None:
        scale_a, scale_b = scale_a * _VIRTUAL_PRICE_UNIT, scale_b * stable.virtual_price
    if not (scale_a and scale_b and stable.amplification):
        return Fraction(0)
    x, y = reserve_a * scale_a, reserve_b * scale_b
    flat, bent = 4 * 2 * stable.amplification * x * y, invariant(x, y, stable.amplification) ** 3
    return Fraction(y * (flat * x + bent) * scale_a, x * (flat * y + bent) * scale_b)


def invariant(x: int, y: int, amplification: int) -> int:
    """The curve's D, by Newton's method as the program does it (``stable-swap-math``).

    ``D`` solves ``2A(x + y) + D = 2AD + D**3 / (4xy)``.
    """
    leverage, total = amplification * 2, x + y
    found = total
    for _ in range(_ROUNDS):
        product = found * found // (2 * x) * found // (2 * y)
        before, found = (
            found,
            (leverage * total + 2 * product) * found // ((leverage - 1) * found + 3 * product),
        )
        if abs(found - before) <= 1:
            break
    return found
