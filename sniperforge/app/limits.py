"""The configured limits for the door, and each beside what is used of it for ``status``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sniperforge.config.values import lamports_of
from sniperforge.domain.amounts import format_sol
from sniperforge.engine.exposure import exposure_of
from sniperforge.risk.limits import Limits

if TYPE_CHECKING:
    from sniperforge.config.model import Config
    from sniperforge.engine.kill_switch import KillSwitch
    from sniperforge.store.journal_reader import JournalReader

ONLY_OF_A_TRADE: Final = ("max_trade_sol", "max_priority_fee_micro_lamports")
"""What has no use outside a trade."""


def limits_of(config: Config) -> Limits:
    """The configured limits in lamports; a 0 that stands for none is ``None``."""
    limits = config.limits
    return Limits(
        max_trade_lamports=lamports_of(limits.max_trade_sol),
        max_open_positions=limits.max_open_positions,
        max_exposure_lamports=lamports_of(limits.max_exposure_sol),
        max_daily_loss_lamports=lamports_of(limits.max_daily_loss_sol),
        reserve_lamports=lamports_of(limits.reserve_sol),
        max_token_lamports=lamports_of(limits.max_token_sol) or None,
        max_creator_lamports=lamports_of(limits.max_creator_sol) or None,
        max_creator_positions=limits.max_creator_positions or None,
        max_trades_per_hour=limits.max_trades_per_hour or None,
        max_losing_streak=limits.max_losing_streak or None,
        losing_streak_pause_seconds=limits.losing_streak_pause_minutes * 60,
        max_fees_per_hour_lamports=lamports_of(limits.max_fees_per_hour_sol) or None,
        max_fees_per_day_lamports=lamports_of(limits.max_fees_per_day_sol) or None,
        max_priority_fee_micro_lamports=limits.max_priority_fee_micro_lamports or None,
    )


def limit_usage(
    limits: Limits, journal: JournalReader | None, switch: KillSwitch, *, now: float, balance: int
) -> list[dict[str, Any]]:
    """``{name, used, limit}`` per limit, named as in the configuration; SOL as text, counts as numbers.

    ``used`` is null for what only a trade has: its own cost, and the level of fees at its pool. Of tokens and
    creators the one with the most is shown, of the reserve the wallet's balance.
    """
    known = _used(limits, journal, switch, now, balance) if journal else {}
    known["reserve_sol"] = balance
    return [
        {
            "name": name,
            "used": None if name in ONLY_OF_A_TRADE else _shown(name, known.get(name, 0)),
            "limit": _shown(name, limit),
        }
        for name, limit in _limits(limits)
        if limit is not None
    ]


def _used(
    limits: Limits, journal: JournalReader, switch: KillSwitch, now: float, balance: int
) -> dict[str, int]:
    exposure = exposure_of(journal, limits, switch, now=now, balance=balance)
    mint, creator = journal.usage.most_of_a_mint(), journal.usage.most_of_a_creator()
    coming = exposure.fees_in_flight_lamports
    return {
        "max_open_positions": exposure.open_positions + exposure.entries_in_flight,
        "max_exposure_sol": exposure.at_stake_lamports,
        "max_daily_loss_sol": max(exposure.realised_loss_today_lamports, 0),
        "max_token_sol": mint.lamports,
        "max_creator_sol": creator.lamports,
        "max_creator_positions": creator.positions,
        "max_trades_per_hour": exposure.entries_last_hour,
        "max_losing_streak": exposure.losing_streak,
        "max_fees_per_hour_sol": exposure.fees_last_hour_lamports + coming,
        "max_fees_per_day_sol": exposure.fees_last_day_lamports + coming,
    }


def _limits(limits: Limits) -> list[tuple[str, int | None]]:
    return [
        ("max_trade_sol", limits.max_trade_lamports),
        ("max_open_positions", limits.max_open_positions),
        ("max_exposure_sol", limits.max_exposure_lamports),
        ("max_daily_loss_sol", limits.max_daily_loss_lamports),
        ("reserve_sol", limits.reserve_lamports),
        ("max_token_sol", limits.max_token_lamports),
        ("max_creator_sol", limits.max_creator_lamports),
        ("max_creator_positions", limits.max_creator_positions),
        ("max_trades_per_hour", limits.max_trades_per_hour),
        ("max_losing_streak", limits.max_losing_streak),
        ("max_fees_per_hour_sol", limits.max_fees_per_hour_lamports),
        ("max_fees_per_day_sol", limits.max_fees_per_day_lamports),
        ("max_priority_fee_micro_lamports", limits.max_priority_fee_micro_lamports),
    ]


def _shown(name: str, value: int) -> str | int:
    return format_sol(value) if name.endswith("_sol") else value
