"""What a wallet has at stake, put together from its journal: for the door, and for those who look on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.domain.trade import ADOPTED, IntentKind
from sniperforge.risk.limits import Exposure

if TYPE_CHECKING:
    from sniperforge.engine.kill_switch import KillSwitch
    from sniperforge.risk.limits import Limits
    from sniperforge.store.journal_reader import JournalReader

HOUR_SECONDS: Final = 3_600
DAY_SECONDS: Final = 86_400


def exposure_of(
    journal: JournalReader,
    limits: Limits,
    switch: KillSwitch,
    *,
    now: float,
    balance: int | None,
    mint: str = "",
    creator: str = "",
    fee_level: int | None = None,
) -> Exposure:
    """Open positions at cost, everything not proved dead at maximum spend, and what the last day used up.

    What another tool bought is left out: it is no entry of ours.

    What no limit asks for is not read and stays 0.

    Args:
        now: Unix seconds.
        balance: spendable lamports; ``None`` when not known.
        mint, creator: what is to be bought, and who made it.
        fee_level: recent priority fees, micro-lamports per compute unit.
    """
    held = [position for position in journal.positions() if position.origin != ADOPTED]
    usage, halted_by = journal.usage, switch.why()
    token = usage.of_mint(mint).lamports if mint and limits.max_token_lamports is not None else 0
    made_by = usage.of_creator(creator) if creator and _limits_creators(limits) else None
    streak, lost_at = usage.losing_streak(limits.max_losing_streak or 0)
    return Exposure(
        balance_lamports=balance,
        open_positions=len(held),
        open_cost_lamports=sum(max(position.cost - position.proceeds, 0) for position in held),
        entries_in_flight=journal.in_flight_count(IntentKind.BUY),
        entries_in_flight_lamports=journal.in_flight_spend(IntentKind.BUY),
        others_in_flight_lamports=journal.in_flight_spend(
            IntentKind.SELL, IntentKind.TRANSFER, IntentKind.CLOSE_ACCOUNT, IntentKind.NONCE
        ),
        realised_loss_today_lamports=-journal.realized_since(now - now % DAY_SECONDS),
        halted=bool(halted_by),
        halted_by=halted_by,
        token_lamports=token,
        creator_lamports=made_by.lamports if made_by else 0,
        creator_positions=made_by.positions if made_by else 0,
        entries_last_hour=usage.entries_since(now - HOUR_SECONDS, limits.max_trades_per_hour or 0),
        losing_streak=streak,
        pause_left_seconds=max(lost_at + limits.losing_streak_pause_seconds - now, 0.0) if streak else 0.0,
        fees_last_hour_lamports=(
            0 if limits.max_fees_per_hour_lamports is None else usage.fees_since(now - HOUR_SECONDS)
        ),
        fees_last_day_lamports=(
            0 if limits.max_fees_per_day_lamports is None else usage.fees_since(now - DAY_SECONDS)
        ),
        fees_in_flight_lamports=usage.fees_in_flight(),
        priority_fee_micro_lamports=fee_level,
    )


def _limits_creators(limits: Limits) -> bool:
    return limits.max_creator_lamports is not None or limits.max_creator_positions is not None
