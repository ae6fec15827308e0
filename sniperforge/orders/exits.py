"""When to leave a position: profit, loss, fall, time, pulled liquidity, changed authorities. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from sniperforge.domain.addresses import SOL_DECIMALS
from sniperforge.domain.amounts import format_units
from sniperforge.domain.trade import Urgency

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sniperforge.orders.exit_policy import ExitPolicy


class ExitReason(StrEnum):
    """Why a position is left."""

    LIQUIDITY_PULLED = "liquidity_pulled"
    AUTHORITY_CHANGED = "authority_changed"
    STOP_LOSS = "stop_loss"
    TRAILING_STOP = "trailing_stop"
    TAKE_PROFIT = "take_profit"
    TAKE_PROFIT_STEP = "take_profit_step"
    MAX_HOLD = "max_hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionView:
    """A position as its exit rules see it.

    Attributes:
        cost_lamports: what the tokens still held cost.
        exit_value_lamports: what selling them all now would bring; ``None`` when no price is known.
        peak_value_lamports: best exit value seen so far, see :func:`next_peak`.
        opened_at, now: Unix seconds.
        entry_liquidity, liquidity: quote-side raw units of the pool, at the buy and now; ``None`` when
            not known.
        held_raw, bought_raw: raw tokens held now, and that the position began with: how much of a ladder is
            done.
        powers_grown: what others may do to holders now and might not at the buy, in words.
    """

    cost_lamports: int
    exit_value_lamports: int | None
    peak_value_lamports: int
    opened_at: float
    now: float
    entry_liquidity: int | None = None
    liquidity: int | None = None
    held_raw: int = 1
    bought_raw: int = 1
    powers_grown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExitDecision:
    """Leave the position, or a part of it.

    Attributes:
        reason: the first rule that holds.
        text: one line for people.
        numbers: what was compared, raw; times in whole seconds.
        urgency: see ``domain.trade``.
        raw: tokens to sell; ``None`` is all.
    """

    reason: ExitReason
    text: str
    numbers: Mapping[str, int] = field(default_factory=dict)
    urgency: Urgency = Urgency.NORMAL
    raw: int | None = None


def next_peak(peak_lamports: int, exit_value_lamports: int | None) -> int:
    """The peak after a look at the price: it never falls, and an unknown price leaves it."""
    return peak_lamports if exit_value_lamports is None else max(peak_lamports, exit_value_lamports)


def decide_exit(policy: ExitPolicy, view: PositionView) -> ExitDecision | None:
    """The first rule of the table that holds, or ``None`` to keep the position.

    An unknown price holds back the price rules only; an unknown liquidity the liquidity rule only.
    """
    for reason, urgency, rule in _RULES:
        found = rule(policy, view)
        if found is not None:
            text, numbers = found
            return ExitDecision(reason, text, numbers, urgency, numbers.get(SELL_RAW))
    return None


def _liquidity_pulled(policy: ExitPolicy, view: PositionView) -> _Found | None:
    limit, before, now = policy.liquidity_drop_percent, view.entry_liquidity, view.liquidity
    if limit is None or now is None or not before or now * 100 > before * (100 - Fraction(limit)):
        return None
    return (
        f"the pool's quote side fell from {before} to {now} raw units, limit {limit} %",
        {"entry_liquidity": before, "liquidity": now},
    )


def _authority_changed(policy: ExitPolicy, view: PositionView) -> _Found | None:
    if not policy.authority_change or not view.powers_grown:
        return None
    return ", ".join(view.powers_grown), {}


def _stop_loss(policy: ExitPolicy, view: PositionView) -> _Found | None:
    limit, cost, value = policy.stop_loss_percent, view.cost_lamports, view.exit_value_lamports
    if limit is None or value is None or cost <= 0 or value * 100 > cost * (100 - Fraction(limit)):
        return None
    return (
        f"worth {_sol(value)}, at least {limit} % below the cost of {_sol(cost)}",
        {"exit_value_lamports": value, "cost_lamports": cost},
    )


def _trailing_stop(policy: ExitPolicy, view: PositionView) -> _Found | None:
    limit, peak, value = policy.trailing_percent, view.peak_value_lamports, view.exit_value_lamports
    if limit is None or value is None or not _is_trailing(policy, view):
        return None
    if value * 100 > peak * (100 - Fraction(limit)):
        return None
    return (
        f"worth {_sol(value)}, at least {limit} % below its peak of {_sol(peak)}",
        {"exit_value_lamports": value, "peak_value_lamports": peak, "cost_lamports": view.cost_lamports},
    )


def _is_trailing(policy: ExitPolicy, view: PositionView) -> bool:
    needed = view.cost_lamports * (100 + Fraction(policy.trailing_activation_percent))
    return view.peak_value_lamports > 0 and view.peak_value_lamports * 100 >= needed


def _take_profit(policy: ExitPolicy, view: PositionView) -> _Found | None:
    limit, cost, value = policy.take_profit_percent, view.cost_lamports, view.exit_value_lamports
    if limit is None or value is None or cost <= 0 or value * 100 < cost * (100 + Fraction(limit)):
        return None
    return (
        f"worth {_sol(value)}, at least {limit} % above the cost of {_sol(cost)}",
        {"exit_value_lamports": value, "cost_lamports": cost},
    )


def _take_profit_step(policy: ExitPolicy, view: PositionView) -> _Found | None:
    """What was sold by hand counts as sold: the ladder says how much may still be held at a gain."""
    cost, value = view.cost_lamports, view.exit_value_lamports
    if value is None or cost <= 0:
        return None
    reached = [step for step in policy.take_profit_ladder if value * 100 >= cost * (100 + Fraction(step[0]))]
    share = sum((Fraction(each) for _gain, each in reached), Fraction(0))
    due = int(view.bought_raw * share / 100) - (view.bought_raw - view.held_raw)
    if due <= 0:
        return None
    gain = reached[-1][0]
    return (
        f"worth {_sol(value)}, at least {gain} % above the cost of {_sol(cost)}: {share} % are sold",
        {"exit_value_lamports": value, "cost_lamports": cost, SELL_RAW: min(due, view.held_raw)},
    )


def _max_hold(policy: ExitPolicy, view: PositionView) -> _Found | None:
    limit, held = policy.max_hold_seconds, view.now - view.opened_at
    if limit is None or held < limit:
        return None
    return f"held for {int(held)} s, limit {limit} s", {"held_seconds": int(held), "limit_seconds": limit}


def _sol(amount: int) -> str:
    return f"{format_units(amount, SOL_DECIMALS)} SOL"


SELL_RAW: Final = "sell_raw"
"""Of a decision's numbers: raw tokens to sell; without it all are."""

_Found = tuple[str, "Mapping[str, int]"]

_RULES: Final[tuple[tuple[ExitReason, Urgency, Callable[[ExitPolicy, PositionView], _Found | None]], ...]] = (
    (ExitReason.LIQUIDITY_PULLED, Urgency.URGENT, _liquidity_pulled),
    (ExitReason.AUTHORITY_CHANGED, Urgency.URGENT, _authority_changed),
    (ExitReason.STOP_LOSS, Urgency.URGENT, _stop_loss),
    (ExitReason.TRAILING_STOP, Urgency.URGENT, _trailing_stop),
    (ExitReason.TAKE_PROFIT, Urgency.NORMAL, _take_profit),
    (ExitReason.TAKE_PROFIT_STEP, Urgency.NORMAL, _take_profit_step),
    (ExitReason.MAX_HOLD, Urgency.NORMAL, _max_hold),
)
"""The rules in order of precedence: what loses most by waiting comes first."""
