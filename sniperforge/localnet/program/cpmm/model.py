"""The pool's exact arithmetic in Python integers: what the program must do, for tests and simulations.

Formulas follow pools.md section 2, which is checked against recorded transactions. It shares no code with
the C source, so that each proves the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum
from math import isqrt
from typing import Final

from sniperforge.domain.amounts import U64_MAX, ceil_div
from sniperforge.errors import RejectedError

RATE_ONE: Final = 1_000_000
LP_LOCKED: Final = 100
Pair = tuple[int, int]


class ErrorNumber(IntEnum):
    """The program's error numbers that follow from amounts alone."""

    REQUIRE_GT_VIOLATED = 2505
    EMPTY_SUPPLY = 6002
    EXCEEDED_SLIPPAGE = 6005
    ZERO_TRADING_TOKENS = 6006
    INIT_LP_AMOUNT_TOO_LESS = 6009
    TRANSFER_FEE_CALCULATE_NOT_MATCH = 6010
    MATH_OVERFLOW = 6011


class PoolRejectedError(RejectedError):
    """The program would refuse the operation with this number."""

    def __init__(self, number: ErrorNumber) -> None:
        super().__init__(f"the pool refuses: {number.name} ({number.value})")
        self.number = number


class CreatorFeeOn(IntEnum):
    """In which token a pool takes its creator fee."""

    BOTH = 0
    TOKEN_0 = 1
    TOKEN_1 = 2


@dataclass(frozen=True, slots=True)
class FeeRates:
    """Rates per million; ``protocol`` and ``fund`` of the trade fee; ``creator`` 0 when disabled."""

    trade: int = 2_500
    protocol: int = 120_000
    fund: int = 40_000
    creator: int = 0


@dataclass(frozen=True, slots=True)
class MintFee:
    """A Token-2022 transfer fee in force; zero for other mints."""

    basis_points: int = 0
    maximum: int = 0

    def withheld_from(self, amount: int) -> int:
        """What is withheld when ``amount`` is sent."""
        return min(ceil_div(amount * self.basis_points, 10_000), self.maximum)

    def withheld_on_top(self, net: int) -> int:
        """What to send beside ``net`` so that ``net`` arrives.

        Raises:
            PoolRejectedError: no amount does that exactly.
        """
        if self.basis_points >= 10_000:
            return self.maximum
        gross = ceil_div(net * 10_000, 10_000 - self.basis_points)
        extra = self.withheld_from(min(gross, net + self.maximum))
        _refuse(net + extra > U64_MAX, ErrorNumber.MATH_OVERFLOW)
        _refuse(self.withheld_from(net + extra) != extra, ErrorNumber.TRANSFER_FEE_CALCULATE_NOT_MATCH)
        return extra


@dataclass(frozen=True, slots=True)
class SwapResult:
    """One swap: what the payer sent and received, and where the difference went (raw units)."""

    side: int
    sent: int
    received: int
    withheld_in: int
    withheld_out: int
    input: int
    output: int
    trade_fee: int
    creator_fee: int
    creator_fee_on_input: bool


@dataclass(frozen=True, slots=True)
class LiquidityResult:
    """One deposit or withdrawal: amounts that the pool gained or lost, and what was withheld on the way."""

    lp: int
    amounts: Pair
    withheld: Pair


@dataclass(frozen=True, slots=True)
class PoolModel:
    """A pool's amounts at one moment. Every operation gives the next state and its result.

    Attributes:
        vaults: token amounts of both vaults.
        lp_supply: as the pool counts it, the locked part included.
        protocol_fees, fund_fees, creator_fees: owed by each vault.
        rates, mint_fees, creator_fee_on: terms of the pool.
    """

    vaults: Pair
    lp_supply: int
    rates: FeeRates = field(default_factory=FeeRates)
    mint_fees: tuple[MintFee, MintFee] = (MintFee(), MintFee())
    creator_fee_on: CreatorFeeOn = CreatorFeeOn.BOTH
    protocol_fees: Pair = (0, 0)
    fund_fees: Pair = (0, 0)
    creator_fees: Pair = (0, 0)

    @classmethod
    def create(
        cls,
        amounts: Pair,
        *,
        rates: FeeRates | None = None,
        mint_fees: tuple[MintFee, MintFee] = (MintFee(), MintFee()),
    ) -> PoolModel:
        """The pool after ``initialize`` with these amounts sent. Raises :class:`PoolRejectedError`."""
        vaults = (
            amounts[0] - mint_fees[0].withheld_from(amounts[0]),
            amounts[1] - mint_fees[1].withheld_from(amounts[1]),
        )
        if 0 in vaults:
            raise PoolRejectedError(ErrorNumber.EMPTY_SUPPLY)
        liquidity = isqrt(vaults[0] * vaults[1])
        if liquidity < LP_LOCKED:
            raise PoolRejectedError(ErrorNumber.INIT_LP_AMOUNT_TOO_LESS)
        return cls(vaults, liquidity, rates or FeeRates(), mint_fees)

    @property
    def reserves(self) -> Pair:
        """Vault amounts without the fees owed: what prices come from."""
        return (self._reserve(0), self._reserve(1))

    def swap_input(self, side: int, amount_in: int, minimum_out: int = 0) -> tuple[PoolModel, SwapResult]:
        """Sells exactly ``amount_in`` of token ``side``. Raises :class:`PoolRejectedError`."""
        withheld_in = self.mint_fees[side].withheld_from(amount_in)
        entered = amount_in - withheld_in
        _refuse(entered == 0, ErrorNumber.REQUIRE_GT_VIOLATED)
        on_input = self._creator_on_input(side)
        trade_fee, creator_fee = self._split(ceil_div(entered * self._input_rate(side), RATE_ONE), on_input)
        net = entered - trade_fee - (creator_fee if on_input else 0)
        reserve_in, reserve_out = self._reserve(side), self._reserve(1 - side)
        _refuse(reserve_in == 0 or reserve_out == 0, ErrorNumber.ZERO_TRADING_TOKENS)
        _refuse(reserve_in + net > U64_MAX, ErrorNumber.ZERO_TRADING_TOKENS)
        output = reserve_out * net // (reserve_in + net)
        if not on_input:
            creator_fee = ceil_div(output * self.rates.creator, RATE_ONE)
            output -= creator_fee
        withheld_out = self.mint_fees[1 - side].withheld_from(output)
        received = output - withheld_out
        _refuse(received == 0, ErrorNumber.REQUIRE_GT_VIOLATED)
        _refuse(received < minimum_out, ErrorNumber.EXCEEDED_SLIPPAGE)
        return self._swapped(
            SwapResult(
                side,
                amount_in,
                received,
                withheld_in,
                withheld_out,
                entered,
                output,
                trade_fee,
                creator_fee,
                on_input,
            )
        )

    def swap_output(self, side: int, maximum_in: int, amount_out: int) -> tuple[PoolModel, SwapResult]:
        """Buys exactly ``amount_out`` for at most ``maximum_in`` of token ``side``.

        Raises:
            PoolRejectedError: the program would refuse it.
        """
        _refuse(amount_out == 0, ErrorNumber.REQUIRE_GT_VIOLATED)
        withheld_out = self.mint_fees[1 - side].withheld_on_top(amount_out)
        output = amount_out + withheld_out
        on_input = self._creator_on_input(side)
        gross = output if on_input else _before_fee(output, self.rates.creator)
        reserve_in, reserve_out = self._reserve(side), self._reserve(1 - side)
        _refuse(reserve_in == 0 or gross >= reserve_out, ErrorNumber.ZERO_TRADING_TOKENS)
        net = ceil_div(reserve_in * gross, reserve_out - gross)
        entered = _before_fee(net, self._input_rate(side))
        _refuse(net > U64_MAX or entered > U64_MAX, ErrorNumber.ZERO_TRADING_TOKENS)
        trade_fee, creator_fee = self._split(entered - net, on_input)
        withheld_in = self.mint_fees[side].withheld_on_top(entered)
        sent = entered + withheld_in
        _refuse(sent > maximum_in, ErrorNumber.EXCEEDED_SLIPPAGE)
        if not on_input:
            creator_fee = gross - output
        return self._swapped(
            SwapResult(
                side,
                sent,
                amount_out,
                withheld_in,
                withheld_out,
                entered,
                output,
                trade_fee,
                creator_fee,
                on_input,
            )
        )

    def deposit(self, lp: int, maximum: Pair) -> tuple[PoolModel, LiquidityResult]:
        """Mints ``lp`` shares; both sides are rounded up. Raises :class:`PoolRejectedError`."""
        amounts = (self._share(lp, 0, up=True), self._share(lp, 1, up=True))
        withheld = (
            self._payment_fee(0, amounts[0], maximum[0]),
            self._payment_fee(1, amounts[1], maximum[1]),
        )
        _refuse(self.lp_supply + lp > U64_MAX, ErrorNumber.MATH_OVERFLOW)
        vaults = (self.vaults[0] + amounts[0], self.vaults[1] + amounts[1])
        state = replace(self, vaults=vaults, lp_supply=self.lp_supply + lp)
        return state, LiquidityResult(lp, amounts, withheld)

    def withdraw(self, lp: int, minimum: Pair = (0, 0)) -> tuple[PoolModel, LiquidityResult]:
        """Burns ``lp`` shares; both sides are rounded down. Raises :class:`PoolRejectedError`."""
        amounts = (self._share(lp, 0, up=False), self._share(lp, 1, up=False))
        withheld = (self.mint_fees[0].withheld_from(amounts[0]), self.mint_fees[1].withheld_from(amounts[1]))
        for side in (0, 1):
            _refuse(amounts[side] - withheld[side] < minimum[side], ErrorNumber.EXCEEDED_SLIPPAGE)
        _refuse(lp > self.lp_supply, ErrorNumber.MATH_OVERFLOW)
        vaults = (self.vaults[0] - amounts[0], self.vaults[1] - amounts[1])
        state = replace(self, vaults=vaults, lp_supply=self.lp_supply - lp)
        return state, LiquidityResult(lp, amounts, withheld)

    def _reserve(self, side: int) -> int:
        owed = self.protocol_fees[side] + self.fund_fees[side] + self.creator_fees[side]
        return self.vaults[side] - owed

    def _creator_on_input(self, side: int) -> bool:
        return self.creator_fee_on in {CreatorFeeOn.BOTH, CreatorFeeOn(1 + side)}

    def _input_rate(self, side: int) -> int:
        return self.rates.trade + (self.rates.creator if self._creator_on_input(side) else 0)

    def _split(self, total: int, on_input: bool) -> Pair:
        """The trade fee and the creator fee in a fee taken from the input."""
        if not on_input or not self.rates.creator:
            return total, 0
        creator = total * self.rates.creator // (self.rates.trade + self.rates.creator)
        return total - creator, creator

    def _share(self, lp: int, side: int, *, up: bool) -> int:
        whole, rest = divmod(lp * self._reserve(side), self.lp_supply)
        _refuse(whole + (up and rest > 0) > U64_MAX, ErrorNumber.MATH_OVERFLOW)
        _refuse(whole == 0, ErrorNumber.ZERO_TRADING_TOKENS)
        return whole + 1 if up and rest else whole

    def _payment_fee(self, side: int, amount: int, maximum: int) -> int:
        withheld = self.mint_fees[side].withheld_on_top(amount)
        _refuse(amount + withheld > maximum, ErrorNumber.EXCEEDED_SLIPPAGE)
        return withheld

    def _swapped(self, result: SwapResult) -> tuple[PoolModel, SwapResult]:
        side = result.side
        creator_side = side if result.creator_fee_on_input else 1 - side
        protocol = result.trade_fee * self.rates.protocol // RATE_ONE
        fund = result.trade_fee * self.rates.fund // RATE_ONE
        state = replace(
            self,
            vaults=_plus(_plus(self.vaults, side, result.input), 1 - side, -result.output),
            protocol_fees=_plus(self.protocol_fees, side, protocol),
            fund_fees=_plus(self.fund_fees, side, fund),
            creator_fees=_plus(self.creator_fees, creator_side, result.creator_fee),
        )
        return state, result


def _plus(pair: Pair, side: int, amount: int) -> Pair:
    return (pair[0] + amount, pair[1]) if side == 0 else (pair[0], pair[1] + amount)


def _before_fee(net: int, rate: int) -> int:
    return ceil_div(net * RATE_ONE, RATE_ONE - rate)


def _refuse(condition: bool, number: ErrorNumber) -> None:
    if condition:
        raise PoolRejectedError(number)
