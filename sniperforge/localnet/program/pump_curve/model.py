"""The curve's exact arithmetic in Python integers: what the program must do, for tests and simulations.

Formulas follow pools.md section 5, which is checked against recorded trades. It shares no code with the C
source, so that each proves the other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

from sniperforge.domain.amounts import U64_MAX, ceil_div
from sniperforge.errors import RejectedError
from sniperforge.localnet.program.pump_curve.genesis import (
    BUYBACK_BPS,
    CREATOR_FEE_BPS,
    PROTOCOL_FEE_BPS,
    REAL_TOKENS,
    VIRTUAL_SOL,
    VIRTUAL_TOKENS,
)


class ErrorNumber(IntEnum):
    """The program's error numbers that follow from amounts alone."""

    TOO_MUCH_SOL_REQUIRED = 6002
    TOO_LITTLE_SOL_RECEIVED = 6003
    BONDING_CURVE_COMPLETE = 6005
    BUY_ZERO_AMOUNT = 6020
    SELL_ZERO_AMOUNT = 6022
    OVERFLOW = 6024
    BUY_SLIPPAGE = 6042


class CurveRejectedError(RejectedError):
    """The program would refuse the trade with this number."""

    def __init__(self, number: ErrorNumber) -> None:
        super().__init__(f"the curve refuses: {number.name} ({number.value})")
        self.number = number


@dataclass(frozen=True, slots=True)
class TradeResult:
    """One trade: tokens and lamports over the curve, and the fees beside them."""

    tokens: int
    quote: int
    fee: int
    creator_fee: int
    buyback_fee: int

    @property
    def paid(self) -> int:
        """What a buyer pays in all."""
        return self.quote + self.fee + self.creator_fee

    @property
    def received(self) -> int:
        """What a seller receives."""
        return self.quote - self.fee - self.creator_fee


@dataclass(frozen=True, slots=True)
class CurveModel:
    """A curve's reserves at one moment. Every trade gives the next state and its result.

    Attributes:
        virtual_tokens, virtual_quote: what prices come from.
        real_tokens, real_quote: what can be bought and sold back.
        protocol_bps, creator_bps, buyback_bps: rates; ``buyback_bps`` of the protocol's fee.
    """

    virtual_tokens: int = VIRTUAL_TOKENS
    virtual_quote: int = VIRTUAL_SOL
    real_tokens: int = REAL_TOKENS
    real_quote: int = 0
    protocol_bps: int = PROTOCOL_FEE_BPS
    creator_bps: int = CREATOR_FEE_BPS
    buyback_bps: int = BUYBACK_BPS

    @property
    def complete(self) -> bool:
        """Whether every token for sale is sold."""
        return self.real_tokens == 0

    def buy(self, tokens: int, maximum: int = U64_MAX) -> tuple[CurveModel, TradeResult]:
        """Exactly ``tokens``, or what is left of them. Raises :class:`CurveRejectedError`."""
        _refuse(self.complete, ErrorNumber.BONDING_CURVE_COMPLETE)
        _refuse(tokens == 0, ErrorNumber.BUY_ZERO_AMOUNT)
        result = self._bought(min(tokens, self.real_tokens))
        _refuse(result.paid > maximum, ErrorNumber.TOO_MUCH_SOL_REQUIRED)
        return self._moved(result.tokens, result.quote), result

    def buy_for(self, budget: int, minimum: int = 0) -> tuple[CurveModel, TradeResult]:
        """Tokens for ``budget`` lamports with fees. Raises :class:`CurveRejectedError`."""
        _refuse(self.complete, ErrorNumber.BONDING_CURVE_COMPLETE)
        _refuse(budget == 0, ErrorNumber.BUY_ZERO_AMOUNT)
        net = budget * 10_000 // (10_000 + self.protocol_bps + self.creator_bps)
        net -= max(0, self._priced(0, net).paid - budget)
        _refuse(net <= 0, ErrorNumber.OVERFLOW)
        tokens = (net - 1) * self.virtual_tokens // (self.virtual_quote + net - 1)
        result = self._bought(self.real_tokens) if tokens > self.real_tokens else self._priced(tokens, net)
        _refuse(result.tokens == 0, ErrorNumber.BUY_ZERO_AMOUNT)
        _refuse(result.tokens < minimum, ErrorNumber.BUY_SLIPPAGE)
        return self._moved(result.tokens, result.quote), result

    def sell(self, tokens: int, minimum: int = 0) -> tuple[CurveModel, TradeResult]:
        """Exactly ``tokens``. Raises :class:`CurveRejectedError`."""
        _refuse(self.complete, ErrorNumber.BONDING_CURVE_COMPLETE)
        _refuse(tokens == 0, ErrorNumber.SELL_ZERO_AMOUNT)
        quote = tokens * self.virtual_quote // (self.virtual_tokens + tokens)
        result = self._priced(tokens, quote)
        _refuse(quote > self.real_quote or result.received < 0, ErrorNumber.OVERFLOW)
        _refuse(result.received < minimum, ErrorNumber.TOO_LITTLE_SOL_RECEIVED)
        return self._moved(-tokens, -quote), result

    def _bought(self, tokens: int) -> TradeResult:
        return self._priced(tokens, tokens * self.virtual_quote // (self.virtual_tokens - tokens) + 1)

    def _priced(self, tokens: int, quote: int) -> TradeResult:
        _refuse(quote > U64_MAX, ErrorNumber.OVERFLOW)
        fee = ceil_div(quote * self.protocol_bps, 10_000)
        creator_fee = ceil_div(quote * self.creator_bps, 10_000)
        return TradeResult(tokens, quote, fee, creator_fee, fee * self.buyback_bps // 10_000)

    def _moved(self, tokens: int, quote: int) -> CurveModel:
        return replace(
            self,
            virtual_tokens=self.virtual_tokens - tokens,
            virtual_quote=self.virtual_quote + quote,
            real_tokens=self.real_tokens - tokens,
            real_quote=self.real_quote + quote,
        )


def _refuse(condition: bool, number: ErrorNumber) -> None:
    if condition:
        raise CurveRejectedError(number)
