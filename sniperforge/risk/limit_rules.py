"""The one door that every order passes: may this wallet spend this much now? What to buy is not asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.domain.addresses import SOL_DECIMALS
from sniperforge.domain.amounts import format_units
from sniperforge.risk.limits import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.risk.limits import Exposure, Limits, OrderRequest


def check_limits(limits: Limits, exposure: Exposure, request: OrderRequest) -> tuple[Refusal, ...]:
    """Every limit that ``request`` would break; empty when it may pass.

    Buys pass all limits. Exits and the closing of accounts may use the reserve and are stopped only when
    the wallet cannot pay for them. Other sales and transfers must leave the reserve and what is in flight.
    Neither the kill switch nor a loss, a fee or a count stops anything but buys.
    """
    rules = _ENTRY_RULES if request.is_entry else _OTHER_RULES
    found = (rule(limits, exposure, request) for rule in rules)
    return tuple(refusal for refusal in found if refusal is not None)


def _halted(_limits: Limits, exposure: Exposure, _request: OrderRequest) -> Refusal | None:
    if not exposure.halted:
        return None
    by = f" ({exposure.halted_by})" if exposure.halted_by else ""
    return Refusal("halted", f"the kill switch is on{by}: no entries until `resume`", {})


def _trade(limits: Limits, _exposure: Exposure, request: OrderRequest) -> Refusal | None:
    spend, limit = request.max_spend_lamports, limits.max_trade_lamports
    if spend <= limit:
        return None
    return Refusal(
        "max_trade",
        f"would cost up to {_sol(spend)} with fees and rent, one trade may cost {_sol(limit)}",
        {"max_spend_lamports": spend, "limit_lamports": limit},
    )


def _positions(limits: Limits, exposure: Exposure, request: OrderRequest) -> Refusal | None:
    held, coming = exposure.open_positions, exposure.entries_in_flight
    if not request.opens_position or held + coming < limits.max_open_positions:
        return None
    return Refusal(
        "max_open_positions",
        f"{held} positions open and {coming} entries in flight, {limits.max_open_positions} are allowed",
        {"open": held, "in_flight": coming, "limit": limits.max_open_positions},
    )


def _exposure(limits: Limits, exposure: Exposure, request: OrderRequest) -> Refusal | None:
    stake, spend, limit = (
        exposure.at_stake_lamports,
        request.max_spend_lamports,
        limits.max_exposure_lamports,
    )
    if stake + spend <= limit:
        return None
    return Refusal(
        "max_exposure",
        f"{_sol(stake)} at stake and up to {_sol(spend)} more, {_sol(limit)} are allowed",
        {"at_stake_lamports": stake, "max_spend_lamports": spend, "limit_lamports": limit},
    )


def _daily_loss(limits: Limits, exposure: Exposure, _request: OrderRequest) -> Refusal | None:
    loss, limit = exposure.realised_loss_today_lamports, limits.max_daily_loss_lamports
    if loss < limit:
        return None
    return Refusal(
        "daily_loss",
        f"realised loss today is {_sol(loss)}, entries stop at {_sol(limit)}",
        {"loss_lamports": loss, "limit_lamports": limit},
    )


def _token(limits: Limits, exposure: Exposure, request: OrderRequest) -> Refusal | None:
    return _stake_of("max_token", "this token", limits.max_token_lamports, exposure.token_lamports, request)


def _creator_stake(limits: Limits, exposure: Exposure, request: OrderRequest) -> Refusal | None:
    limit = limits.max_creator_lamports
    return _unknown_creator("max_creator", limit, request) or _stake_of(
        "max_creator", "tokens of this creator", limit, exposure.creator_lamports, request
    )


def _creator_positions(limits: Limits, exposure: Exposure, request: OrderRequest) -> Refusal | None:
    name, limit, held = "max_creator_positions", limits.max_creator_positions, exposure.creator_positions
    unknown = _unknown_creator(name, limit, request)
    if unknown is not None or limit is None or not request.opens_position or held < limit:
        return unknown
    return Refusal(
        name,
        f"{held} positions in tokens of this creator are open or coming, {limit} are allowed",
        {"held": held, "limit": limit},
    )


def _unknown_creator(name: str, limit: int | None, request: OrderRequest) -> Refusal | None:
    if limit is None or request.creator:
        return None
    return Refusal(name, "who made the token is not known", {"limit": limit})


def _stake_of(name: str, what: str, limit: int | None, stake: int, request: OrderRequest) -> Refusal | None:
    spend = request.max_spend_lamports
    if limit is None or stake + spend <= limit:
        return None
    return Refusal(
        name,
        f"{_sol(stake)} at stake in {what} and up to {_sol(spend)} more, {_sol(limit)} are allowed",
        {"at_stake_lamports": stake, "max_spend_lamports": spend, "limit_lamports": limit},
    )


def _trades_per_hour(limits: Limits, exposure: Exposure, _request: OrderRequest) -> Refusal | None:
    limit, made = limits.max_trades_per_hour, exposure.entries_last_hour
    if limit is None or made < limit:
        return None
    return Refusal(
        "trades_per_hour",
        f"{made} entries in the last hour, {limit} are allowed",
        {"entries": made, "limit": limit},
    )


def _losing_streak(limits: Limits, exposure: Exposure, _request: OrderRequest) -> Refusal | None:
    limit, streak, left = limits.max_losing_streak, exposure.losing_streak, exposure.pause_left_seconds
    if limit is None or streak < limit or left <= 0:
        return None
    return Refusal(
        "losing_streak",
        f"{streak} positions in a row closed at a loss: no entries for {left:.0f} s more, or until `resume`",
        {"streak": streak, "limit": limit, "pause_left_seconds": -int(-left // 1)},
    )


def _fees_per_hour(limits: Limits, exposure: Exposure, request: OrderRequest) -> Refusal | None:
    paid, limit = exposure.fees_last_hour_lamports, limits.max_fees_per_hour_lamports
    coming = exposure.fees_in_flight_lamports + request.max_fee_lamports
    return _fees("fees_per_hour", paid, coming, limit)


def _fees_per_day(limits: Limits, exposure: Exposure, request: OrderRequest) -> Refusal | None:
    paid, limit = exposure.fees_last_day_lamports, limits.max_fees_per_day_lamports
    coming = exposure.fees_in_flight_lamports + request.max_fee_lamports
    return _fees("fees_per_day", paid, coming, limit)


def _fees(name: str, paid: int, coming: int, limit: int | None) -> Refusal | None:
    if limit is None or paid + coming <= limit:
        return None
    return Refusal(
        name,
        f"{_sol(paid)} of network {name.replace('_', ' ')} and up to {_sol(coming)} more,"
        f" {_sol(limit)} are allowed",
        {"paid_lamports": paid, "coming_lamports": coming, "limit_lamports": limit},
    )


def _priority_fee(limits: Limits, exposure: Exposure, _request: OrderRequest) -> Refusal | None:
    limit, level = limits.max_priority_fee_micro_lamports, exposure.priority_fee_micro_lamports
    if limit is None or (level is not None and level <= limit):
        return None
    if level is None:
        return Refusal("priority_fee", "the level of priority fees is not known", {"limit": limit})
    return Refusal(
        "priority_fee",
        f"recent priority fees are at {level} micro-lamports per unit, entries stop above {limit}",
        {"level": level, "limit": limit},
    )


def _reserve(limits: Limits, exposure: Exposure, request: OrderRequest) -> Refusal | None:
    if exposure.balance_lamports is None:
        return Refusal("reserve", "the wallet's balance is not known", {})
    in_flight, spend = exposure.in_flight_lamports, request.max_spend_lamports
    left = exposure.balance_lamports - in_flight - spend
    if left >= limits.reserve_lamports:
        return None
    return Refusal(
        "reserve",
        f"would leave {_sol(left)} of {_sol(exposure.balance_lamports)} with {_sol(in_flight)} in flight,"
        f" {_sol(limits.reserve_lamports)} are reserved for exits",
        {
            "balance_lamports": exposure.balance_lamports,
            "in_flight_lamports": in_flight,
            "max_spend_lamports": spend,
            "reserve_lamports": limits.reserve_lamports,
        },
    )


def _payable(limits: Limits, exposure: Exposure, request: OrderRequest) -> Refusal | None:
    if request.forced:
        return None
    if not request.is_way_out:
        return _reserve(limits, exposure, request)
    balance, spend = exposure.balance_lamports, request.max_spend_lamports
    if balance is None or spend <= balance:
        return None
    return Refusal(
        "balance",
        f"fees of up to {_sol(spend)} cannot be paid from {_sol(balance)}",
        {"balance_lamports": balance, "max_spend_lamports": spend},
    )


_Rules = tuple["Callable[[Limits, Exposure, OrderRequest], Refusal | None]", ...]

_ENTRY_RULES: Final[_Rules] = (
    _halted,
    _trade,
    _positions,
    _exposure,
    _token,
    _creator_stake,
    _creator_positions,
    _daily_loss,
    _losing_streak,
    _trades_per_hour,
    _fees_per_hour,
    _fees_per_day,
    _priority_fee,
    _reserve,
)
_OTHER_RULES: Final[_Rules] = (_payable,)


def _sol(amount: int) -> str:
    return f"{format_units(amount, SOL_DECIMALS)} SOL"
