"""The arithmetic of a trade in a PumpSwap pool, on integers.

Source: ``buy.ts`` and ``sell.ts`` of @pump-fun/pump-swap-sdk 1.20.0; each fee is rounded up. Amounts are raw
units.
"""

from __future__ import annotations

from typing import NamedTuple

from sniperforge.dex.pump_fees import gross_for


class Amounts(NamedTuple):
    """What one trade moves.

    Attributes:
        base: between pool and trader.
        quote: what the pool exchanges for it, without fees.
        lp_fee: of the quote, stays in the pool.
        fee: all fees, ``lp_fee`` included: on top of a buy, out of a sale.
    """

    base: int
    quote: int
    lp_fee: int
    fee: int


class Reserves(NamedTuple):
    """What prices the pool, virtual quote included, and the rates in basis points."""

    base: int
    quote: int
    lp: int
    protocol: int
    creator: int


def buy_for(pool: Reserves, budget: int) -> Amounts | None:
    """What a budget buys, fees included (``buy_exact_quote_in``); a unit may be left. ``None``: none."""
    # The rounding up is written out, and 10,000 basis points as a literal: a third of the time of calls.
    base, quote, lp, protocol, creator = pool
    net = budget * 10_000 // (10_000 + lp + protocol + creator)
    lp_fee = (net * lp + 9_999) // 10_000
    fee = lp_fee + (net * protocol + 9_999) // 10_000 + (net * creator + 9_999) // 10_000
    if net + fee > budget:
        net = budget - fee
        lp_fee = (net * lp + 9_999) // 10_000
        fee = lp_fee + (net * protocol + 9_999) // 10_000 + (net * creator + 9_999) // 10_000
    if net < 2:
        return None
    x = net - 1
    return Amounts(base * x // (quote + x), net, lp_fee, fee)


def buy_base(pool: Reserves, amount: int) -> Amounts | None:
    """What ``amount`` of the base costs (``buy``); ``None``: the pool has less."""
    if amount >= pool.base:
        return None
    net = -(-pool.quote * amount // (pool.base - amount))
    return Amounts(amount, net, *_fees(pool, net))


def sell_base(pool: Reserves, amount: int) -> Amounts:
    """What ``amount`` of the base brings (``sell``)."""
    gross = pool.quote * amount // (pool.base + amount)
    return Amounts(amount, gross, *_fees(pool, gross))


def sell_for(pool: Reserves, received: int) -> Amounts | None:
    """The least base that brings at least ``received`` after fees; ``None``: the pool has less."""
    gross = gross_for(received, (pool.lp, pool.protocol, pool.creator))
    if gross >= pool.quote:
        return None
    return sell_base(pool, -(-gross * pool.base // (pool.quote - gross)))


def _fees(pool: Reserves, amount: int) -> tuple[int, int]:
    _, _, lp, protocol, creator = pool
    lp_fee = (amount * lp + 9_999) // 10_000
    return lp_fee, lp_fee + (amount * protocol + 9_999) // 10_000 + (amount * creator + 9_999) // 10_000
