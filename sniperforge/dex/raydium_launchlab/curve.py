"""The arithmetic of LaunchLab's curves on integers, as in ``launchpad/curve`` of Raydium's SDK.

Amounts are raw units, net of Token-2022 transfer fees; rates are parts per million. The constant product is
held against recorded trades. Of the other two types none is recorded; where the SDK rounds a square root to
the nearest unit, they round in the pool's favour.
"""

from __future__ import annotations

from fractions import Fraction
from math import isqrt
from typing import Final, NamedTuple

from sniperforge.domain.amounts import ceil_div

FEE_DENOMINATOR: Final = 1_000_000
CONSTANT, FIXED, LINEAR = 0, 1, 2
NAMES: Final = {CONSTANT: "constant", FIXED: "fixed", LINEAR: "linear"}

_Q64: Final = 1 << 64


class Curve(NamedTuple):
    """A curve at one moment.

    Attributes:
        kind: one of the types above.
        virtual_base, virtual_quote: its parameters.
        real_base: sold so far. real_quote: raised so far.
    """

    kind: int
    virtual_base: int
    virtual_quote: int
    real_base: int
    real_quote: int


class Rates(NamedTuple):
    """Who takes how much of the quote side of a trade."""

    protocol: int
    platform: int
    creator: int
    share: int


class Fees(NamedTuple):
    """How a total fee is split."""

    protocol: int
    platform: int
    creator: int
    share: int


def bought(curve: Curve, quote: int) -> int:
    """Base units for ``quote`` units paid in, fees taken off."""
    kind, virtual_base, virtual_quote, real_base, real_quote = curve
    if kind == CONSTANT:
        return (virtual_base - real_base) * quote // (virtual_quote + real_quote + quote)
    if kind == FIXED:
        return virtual_base * quote // virtual_quote
    return max(isqrt(2 * (real_quote + quote) * _Q64 // virtual_base) - real_base, 0)


def cost(curve: Curve, base: int) -> int:
    """Quote units, fees not included, for exactly ``base`` units, fewer than the curve has."""
    kind, virtual_base, virtual_quote, real_base, real_quote = curve
    if kind == CONSTANT:
        return ceil_div((virtual_quote + real_quote) * base, virtual_base - real_base - base)
    if kind == FIXED:
        return ceil_div(virtual_quote * base, virtual_base)
    return max(_raised(virtual_base, real_base + base) - real_quote, 0)


def sold(curve: Curve, base: int) -> int:
    """Quote units for ``base`` units given back, before fees."""
    kind, virtual_base, virtual_quote, real_base, real_quote = curve
    if kind == CONSTANT:
        return (virtual_quote + real_quote) * base // (virtual_base - real_base + base)
    if kind == FIXED:
        return virtual_quote * base // virtual_base
    return max(real_quote - _raised(virtual_base, real_base - base), 0)


def sale_for(curve: Curve, quote: int) -> int:
    """Base units to give back for ``quote`` units before fees, at most what was raised."""
    kind, virtual_base, virtual_quote, real_base, real_quote = curve
    if kind == CONSTANT:
        return ceil_div((virtual_base - real_base) * quote, virtual_quote + real_quote - quote)
    if kind == FIXED:
        return ceil_div(virtual_base * quote, virtual_quote)
    return max(real_base - isqrt(2 * (real_quote - quote) * _Q64 // virtual_base), 0)


def price(curve: Curve) -> Fraction:
    """Quote units per base unit for the next unit."""
    kind, virtual_base, virtual_quote, real_base, real_quote = curve
    if kind == CONSTANT:
        return Fraction(virtual_quote + real_quote, virtual_base - real_base)
    if kind == FIXED:
        return Fraction(virtual_quote, virtual_base)
    return Fraction(virtual_base * real_base, _Q64)


def fee_on(amount: int, rate: int) -> int:
    """The total fee, rounded up once."""
    return -(-amount * rate // FEE_DENOMINATOR)


def before_fee(amount: int, rate: int) -> int:
    """The smallest amount of which ``amount`` is left after the total fee."""
    return ceil_div(amount * FEE_DENOMINATOR, FEE_DENOMINATOR - rate)


def split(total: int, rates: Rates) -> Fees:
    """The parts of a total fee: each rounded down, the protocol gets the rest."""
    rate = sum(rates)
    if not rate:
        return Fees(total, 0, 0, 0)
    platform, creator, share = (total * part // rate for part in rates[1:])
    return Fees(total - platform - creator - share, platform, creator, share)


def _raised(slope: int, base: int) -> int:
    """What the linear curve has raised when ``base`` units are sold."""
    return ceil_div(slope * base * base, 2 * _Q64)
