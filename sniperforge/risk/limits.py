"""What the one door weighs: limits, what is at stake, an order, a refusal. The rules are ``limit_rules``."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from sniperforge.domain.trade import IntentKind
from sniperforge.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a wallet may risk. All amounts are lamports; ``None`` is no limit.

    Attributes:
        max_trade_lamports: most that one entry may cost, fees, tip and rent included.
        max_open_positions: open positions, entries in flight included.
        max_exposure_lamports: cost of open positions plus entries in flight.
        max_daily_loss_lamports: realised loss of the UTC day at which entries stop.
        reserve_lamports: kept for fees of exits.
        max_token_lamports: like ``max_exposure_lamports``, of one mint over all its pools.
        max_creator_lamports: the same of all tokens of one creator.
        max_creator_positions: like ``max_open_positions``, of all tokens of one creator.
        max_trades_per_hour: entries of the last hour that are not proved dead.
        max_losing_streak: positions closed at a loss in a row at which entries stop.
        losing_streak_pause_seconds: how long they stop after the last of these losses.
        max_fees_per_hour_lamports, max_fees_per_day_lamports: network fees and tips of the last 60 minutes
            and 24 hours, those in flight and of the entry itself at their maximum.
        max_priority_fee_micro_lamports: level of recent priority fees, per compute unit, above which entries
            stop.

    Raises:
        ConfigError: a limit is negative, or one trade may exceed the whole exposure.
    """

    max_trade_lamports: int
    max_open_positions: int
    max_exposure_lamports: int
    max_daily_loss_lamports: int
    reserve_lamports: int
    max_token_lamports: int | None = None
    max_creator_lamports: int | None = None
    max_creator_positions: int | None = None
    max_trades_per_hour: int | None = None
    max_losing_streak: int | None = None
    losing_streak_pause_seconds: int = 3_600
    max_fees_per_hour_lamports: int | None = None
    max_fees_per_day_lamports: int | None = None
    max_priority_fee_micro_lamports: int | None = None

    def __post_init__(self) -> None:
        for limit in fields(self):
            if (getattr(self, limit.name) or 0) < 0:
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
        halted_by: who or what turned it on.
        token_lamports: like :attr:`at_stake_lamports`, of the mint that is asked for.
        creator_lamports, creator_positions: at stake in tokens of the creator that is asked for; entries in
            flight are positions too.
        entries_last_hour: entries of the last 60 minutes that are not proved dead.
        losing_streak: positions closed at a loss in a row, since the last `resume`.
        pause_left_seconds: what is left of the pause after the last of them.
        fees_last_hour_lamports, fees_last_day_lamports: network fees and tips paid.
        fees_in_flight_lamports: maximum fees of everything not proved dead.
        priority_fee_micro_lamports: level of recent priority fees; ``None`` when not known.
    """

    balance_lamports: int | None
    open_positions: int = 0
    open_cost_lamports: int = 0
    entries_in_flight: int = 0
    entries_in_flight_lamports: int = 0
    others_in_flight_lamports: int = 0
    realised_loss_today_lamports: int = 0
    halted: bool = False
    halted_by: str = ""
    token_lamports: int = 0
    creator_lamports: int = 0
    creator_positions: int = 0
    entries_last_hour: int = 0
    losing_streak: int = 0
    pause_left_seconds: float = 0.0
    fees_last_hour_lamports: int = 0
    fees_last_day_lamports: int = 0
    fees_in_flight_lamports: int = 0
    priority_fee_micro_lamports: int | None = None

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
        max_fee_lamports: the part of it that is network fees and tips.
        mint: what is bought, base58.
        creator: who made the token, base58; ``""`` when not known.
        is_exit: a sale of an own position; means nothing for a buy.
        opens_position: whether a buy opens a position or adds to one.
        forced: the user named the exception by hand; waives the balance limits of everything but a buy.

    Raises:
        ValueError: ``max_spend_lamports`` is negative.
    """

    kind: IntentKind
    max_spend_lamports: int
    max_fee_lamports: int = 0
    mint: str = ""
    creator: str = ""
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
