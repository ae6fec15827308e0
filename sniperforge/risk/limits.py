"""The one door that every order passes: may this wallet spend this much now? What to buy is not asked."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from sniperforge.domain.addresses import SOL_DECIMALS
from sniperforge.domain.amounts import format_units
from sniperforge.domain.trade import IntentKind
from sniperforge.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a wallet may risk. All amounts are lamports.

    Attributes:
        max_trade_lamports: most that one entry may cost, fees, tip and rent included.
        max_open_positions: open positions, entries in flight included.
        max_exposure_lamports: cost of open positions plus entries in flight.
        max_daily_loss_lamports: realised loss of the UTC day at which entries stop.
        reserve_lamports: kept for fees of exits.

    Raises:
        ConfigError: a limit is negative, or one trade may exceed the whole exposure.
    """

    max_trade_lamports: int
    max_open_positions: int
    max_exposure_lamports: int
    max_daily_loss_lamports: int
    reserve_lamports: int

    def __post_init__(self) -> None:
        for limit in fields(self):
            if getattr(self, limit.name) < 0:
                raise ConfigError(f"{limit.name} is negative")
        if self.max_trade_lamports > self.max_exposure_lamports:
            raise ConfigError(
                "max_trade_lamports is above max_exposure_lamports",
                hint="lower the first or raise the second",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What a wallet has at stake. All amounts are lamports.

    Attributes:
        balance_lamports: spendable SOL as the chain says; ``None`` when not known.
        open_positions: positions held.
        open_cost_lamports: what they cost.
        entries_in_flight: entries not proved dead that would open a position.
        entries_in_flight_lamports: maximum spend of all entries not proved dead: input, fees, tip, rent.
        others_in_flight_lamports: maximum spend of all other intents not proved dead.
        realised_loss_today_lamports: net realised loss of the UTC day; negative for a profit.
        halted: whether the kill switch is on.
    """

    balance_lamports: int | None
    open_positions: int = 0
    open_cost_lamports: int = 0
    entries_in_flight: int = 0
    entries_in_flight_lamports: int = 0
    others_in_flight_lamports: int = 0
    realised_loss_today_lamports: int = 0
    halted: bool = False

    @property
    def at_stake_lamports(self) -> int:
        """Cost of open positions plus entries in flight: what ``max_exposure_lamports`` bounds."""
        return self.open_cost_lamports + self.entries_in_flight_lamports

    @property
    def in_flight_lamports(self) -> int:
        """Maximum spend of everything not proved dead."""
        return self.entries_in_flight_lamports + self.others_in_flight_lamports


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """An order before it is planned.

    Attributes:
        kind: see :class:`~sniperforge.domain.trade.IntentKind`; only a buy is an entry.
        max_spend_lamports: most it can cost: input, fees, tip, rent.
        mint, pool: base58, for the record.
        is_exit: a sale of an own position; means nothing for a buy.
        opens_position: whether a buy opens a position or adds to one.
        forced: the user named the exception by hand; waives the balance limits of everything but a buy.

    Raises:
        ValueError: ``max_spend_lamports`` is negative.
    """

    kind: IntentKind
    max_spend_lamports: int
    mint: str = ""
    pool: str = ""
    is_exit: bool = False
    opens_position: bool = True
    forced: bool = False

    def __post_init__(self) -> None:
        if self.max_spend_lamports < 0:
            raise ValueError("max_spend_lamports is negative")

    @property
    def is_entry(self) -> bool:
        """Whether it puts SOL at stake."""
        return self.kind is IntentKind.BUY

    @property
    def is_way_out(self) -> bool:
        """Whether it is an exit, or returns rent: nothing but the wallet's own lamports may stop it."""
        return self.kind is IntentKind.CLOSE_ACCOUNT or (self.kind is IntentKind.SELL and self.is_exit)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an order may not pass.

    Attributes:
        limit: name of the limit.
        text: one line for people.
        numbers: what was compared, raw.
    """

    limit: str
    text: str
    numbers: Mapping[str, int]


def check_limits(limits: Limits, exposure: Exposure, request: OrderRequest) -> tuple[Refusal, ...]:
    """Every limit that ``request`` would break; empty when it may pass.

    Buys pass all limits. Exits and the closing of accounts may use the reserve and are stopped only when
    the wallet cannot pay for them. Other sales and transfers must leave the reserve and what is in flight.
    Neither the kill switch nor a loss stops anything but buys.
    """
    rules = _ENTRY_RULES if request.is_entry else _OTHER_RULES
    found = (rule(limits, exposure, request) for rule in rules)
    return tuple(refusal for refusal in found if refusal is not None)


def _halted(_limits: Limits, exposure: Exposure, _request: OrderRequest) -> Refusal | None:
    if not exposure.halted:
        return None
    return Refusal("halted", "the kill switch is on: no entries until `resume`", {})


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

_ENTRY_RULES: Final[_Rules] = (_halted, _trade, _positions, _exposure, _daily_loss, _reserve)
_OTHER_RULES: Final[_Rules] = (_payable,)


def _sol(amount: int) -> str:
    return f"{format_units(amount, SOL_DECIMALS)} SOL"
