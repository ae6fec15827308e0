"""The arithmetic of a trade on a Pump.fun curve, on integers.

Source: ``bondingCurve.ts`` of @pump-fun/pump-sdk 2.0.0; each fee is rounded up. Amounts are raw units.
"""

from __future__ import annotations

from typing import NamedTuple

from sniperforge.dex.pump_fees import gross_for


class Amounts(NamedTuple):
    """What one trade moves.

    Attributes:
        tokens: between curve and trader.
        quote: what the curve exchanges for them, without fees.
        fee: of the quote, on top of a buy, out of a sale.
    """

    tokens: int
    quote: int
    fee: int


class Curve(NamedTuple):
    """The virtual reserves and the rates of protocol and creator, in basis points."""

    token: int
    quote: int
    protocol: int
    creator: int


def buy_for(curve: Curve, budget: int) -> Amounts | None:
    """What a budget buys, fees included (``buy_exact_*_in``); a unit may be left. ``None``: too little."""
    # The rounding up is written out, and 10,000 basis points as a literal: a third of the time of calls.
    token, quote, protocol, creator = curve
    net = budget * 10_000 // (10_000 + protocol + creator)
    fee = (net * protocol + 9_999) // 10_000 + (net * creator + 9_999) // 10_000
    if net + fee > budget:
        net = budget - fee
        fee = (net * protocol + 9_999) // 10_000 + (net * creator + 9_999) // 10_000
    if net < 2:
        return None
    x = net - 1
    return Amounts(x * token // (quote + x), net, fee)


def buy_tokens(curve: Curve, tokens: int) -> Amounts | None:
    """What ``tokens`` cost (``buy``), a unit more than the curve asks; ``None``: the curve has fewer."""
    if tokens >= curve.token:
        return None
    net = tokens * curve.quote // (curve.token - tokens) + 1
    return Amounts(tokens, net, _fee(curve, net))


def sell_tokens(curve: Curve, tokens: int) -> Amounts:
    """What ``tokens`` bring (``sell``)."""
    gross = tokens * curve.quote // (curve.token + tokens)
    return Amounts(tokens, gross, _fee(curve, gross))


def sell_for(curve: Curve, received: int) -> Amounts | None:
    """The fewest tokens that bring at least ``received`` after fees; ``None``: the curve has less."""
    gross = gross_for(received, (curve.protocol, curve.creator))
    if gross >= curve.quote:
        return None
    return sell_tokens(curve, -(-gross * curve.token // (curve.quote - gross)))


def _fee(curve: Curve, amount: int) -> int:
    _, _, protocol, creator = curve
    return (amount * protocol + 9_999) // 10_000 + (amount * creator + 9_999) // 10_000
