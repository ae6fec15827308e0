"""The pool's exact arithmetic in Python integers: what the program must do, for tests and simulations.

Formulas follow pools.md section 1, which is checked against recorded swaps. It shares no code with the C
source, so that each proves the other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from math import isqrt

from sniperforge.domain.amounts import U64_MAX, ceil_div
from sniperforge.errors import RejectedError


class ErrorNumber(IntEnum):
    """The program's error numbers that follow from amounts alone."""

    INVALID_INPUT = 29
    EXCEEDED_SLIPPAGE = 30
    CALCULATION_FAILED = 31
    INSUFFICIENT_FUNDS = 40
    INIT_LP_AMOUNT_TOO_LESS = 57


class PoolRejectedError(RejectedError):
    """The program would refuse the operation with this number."""

    def __init__(self, number: ErrorNumber) -> None:
        super().__init__(f"the pool refuses: {number.name} ({number.value})")
        self.number = number


@dataclass(frozen=True, slots=True)
class SwapResult:
    """One swap: what went in, fee included, and what came out (raw units)."""

    input: int
    output: int
    fee: int


@dataclass(frozen=True, slots=True)
class PoolModel:
    """A pool's reserves at one moment: coin, then pc. Every swap gives the next state and its result.

    Attributes:
        reserves: vault amounts without what is owed to the protocol.
        fee: numerator and denominator.
    """

    reserves: tuple[int, int]
    fee: tuple[int, int] = (25, 10_000)

    def swap_in(self, side: int, amount: int, minimum: int = 0) -> tuple[PoolModel, SwapResult]:
        """Sells exactly ``amount`` of token ``side``, 0 for the coin. Raises :class:`PoolRejectedError`."""
        _refuse(amount == 0, ErrorNumber.INVALID_INPUT)
        fee = ceil_div(amount * self.fee[0], self.fee[1])
        net = amount - fee
        _refuse(self.reserves[side] + net > U64_MAX, ErrorNumber.CALCULATION_FAILED)
        output = self.reserves[1 - side] * net // (self.reserves[side] + net)
        _refuse(output < minimum, ErrorNumber.EXCEEDED_SLIPPAGE)
        _refuse(output == 0, ErrorNumber.INVALID_INPUT)
        return self._swapped(side, SwapResult(amount, output, fee))

    def swap_out(self, side: int, amount: int, maximum: int = U64_MAX) -> tuple[PoolModel, SwapResult]:
        """Buys exactly ``amount`` of the other token with token ``side``.

        Raises:
            PoolRejectedError: the program would refuse it.
        """
        _refuse(amount == 0, ErrorNumber.INVALID_INPUT)
        reserve_in, reserve_out = self.reserves[side], self.reserves[1 - side]
        _refuse(amount >= reserve_out, ErrorNumber.INSUFFICIENT_FUNDS)
        net = ceil_div(reserve_in * amount, reserve_out - amount)
        total = ceil_div(net * self.fee[1], self.fee[1] - self.fee[0])
        _refuse(net > U64_MAX or total > U64_MAX, ErrorNumber.CALCULATION_FAILED)
        _refuse(total > maximum, ErrorNumber.EXCEEDED_SLIPPAGE)
        return self._swapped(side, SwapResult(total, amount, total - net))

    def _swapped(self, side: int, result: SwapResult) -> tuple[PoolModel, SwapResult]:
        moved = [self.reserves[0], self.reserves[1]]
        moved[side] += result.input
        moved[1 - side] -= result.output
        return replace(self, reserves=(moved[0], moved[1])), result


def shares_of_creator(coin: int, pc: int, coin_decimals: int) -> int:
    """LP tokens for a pool's creator: all but one whole, which stays locked.

    Raises:
        PoolRejectedError: there are not so many.
    """
    shares = isqrt(coin * pc) - int(10**coin_decimals)
    _refuse(shares <= 0, ErrorNumber.INIT_LP_AMOUNT_TOO_LESS)
    return shares


def _refuse(condition: bool, number: ErrorNumber) -> None:
    if condition:
        raise PoolRejectedError(number)
