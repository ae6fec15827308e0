"""The arithmetic of a CPMM swap on integers, as in ``curve/calculator.rs`` and ``curve/constant_product.rs``.

Amounts are raw units net of Token-2022 transfer fees; rates are parts per million.
"""

from __future__ import annotations

from typing import Final, NamedTuple

FEE_DENOMINATOR: Final = 1_000_000


class SwapAmounts(NamedTuple):
    """What one swap moves. A tuple: made millions of times, and twice as fast as a frozen dataclass.

    Attributes:
        amount_in: enters the input vault.
        amount_out: leaves the output vault.
        curve_in, curve_out: what the curve itself exchanges, without any fee.
        trade_fee: taken from the input, shared by pool, protocol and fund.
        creator_fee: taken from the input or from the output, see the caller's flag.
    """

    amount_in: int
    amount_out: int
    curve_in: int
    curve_out: int
    trade_fee: int
    creator_fee: int


class Curve(NamedTuple):
    """One direction of a pool: reserves and rates."""

    reserve_in: int
    reserve_out: int
    trade_rate: int
    creator_rate: int
    creator_fee_on_input: bool


def exact_in(curve: Curve, amount_in: int) -> SwapAmounts:
    """``swap_base_input``: fees rounded up, output rounded down.

    With the creator fee on the input the two rates are charged together, rounded up once, and split
    rounding the creator's part down: that may be one unit less than rounding both up.
    """
    reserve_in, reserve_out, trade_rate, creator_rate, creator_fee_on_input = curve
    if creator_fee_on_input:
        rate = trade_rate + creator_rate
        total_fee = -(-amount_in * rate // FEE_DENOMINATOR)
        creator_fee = total_fee * creator_rate // rate if creator_rate else 0
        curve_in = amount_in - total_fee
        curve_out = curve_in * reserve_out // (reserve_in + curve_in)
        return SwapAmounts(amount_in, curve_out, curve_in, curve_out, total_fee - creator_fee, creator_fee)
    trade_fee = -(-amount_in * trade_rate // FEE_DENOMINATOR)
    curve_in = amount_in - trade_fee
    curve_out = curve_in * reserve_out // (reserve_in + curve_in)
    creator_fee = -(-curve_out * creator_rate // FEE_DENOMINATOR)
    return SwapAmounts(amount_in, curve_out - creator_fee, curve_in, curve_out, trade_fee, creator_fee)


def exact_out(curve: Curve, amount_out: int) -> SwapAmounts | None:
    """``swap_base_output``: the input for ``amount_out``, rounded up; ``None`` if the pool has too little."""
    reserve_in, reserve_out, trade_rate, creator_rate, creator_fee_on_input = curve
    curve_out = amount_out if creator_fee_on_input else _before_fee(amount_out, creator_rate)
    if curve_out >= reserve_out:
        return None
    curve_in = -(-reserve_in * curve_out // (reserve_out - curve_out))
    rate = trade_rate + creator_rate if creator_fee_on_input else trade_rate
    amount_in = _before_fee(curve_in, rate)
    trade_fee = amount_in - curve_in
    creator_fee = curve_out - amount_out
    if creator_fee_on_input and creator_rate:
        creator_fee = trade_fee * creator_rate // rate
        trade_fee -= creator_fee
    return SwapAmounts(amount_in, amount_out, curve_in, curve_out, trade_fee, creator_fee)


def _before_fee(amount: int, rate: int) -> int:
    return -(-amount * FEE_DENOMINATOR // (FEE_DENOMINATOR - rate))
