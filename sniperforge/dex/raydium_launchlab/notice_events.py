"""Pool events of Raydium LaunchLab from log lines: launches and trades without mints, bare migrations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.dex.anchor_events import logged_payloads
from sniperforge.dex.pool_events import event_of_frame
from sniperforge.dex.raydium_launchlab.log_events import (
    BUY,
    CREATION_LINES,
    MIGRATION_LINES,
    launches_in,
    trade_amounts,
    trades_in,
)
from sniperforge.dex.raydium_launchlab.program import NAME
from sniperforge.domain.pool import EventKind

if TYPE_CHECKING:
    from sniperforge.dex.invoke_stack import Frame
    from sniperforge.domain.chain import LogsNotice
    from sniperforge.domain.pool import PoolEvent


def events_of_frame(frame: Frame, notice: LogsNotice) -> tuple[PoolEvent, ...]:
    """What one call did as far as its own log lines tell; a migration leaves only its name."""
    payloads = tuple(logged_payloads(frame.lines))
    if not CREATION_LINES.isdisjoint(frame.lines):
        found = launches_in(payloads)
        amounts = found[0].numbers if found else {}
        words = dict(found[0].words) if found else {}
        pool = words.pop("pool", "")
        return (
            event_of_frame(
                frame, notice, NAME, EventKind.POOL_CREATED, pool=pool, amounts=amounts, facts=words
            ),
        )
    if not MIGRATION_LINES.isdisjoint(frame.lines):
        return (event_of_frame(frame, notice, NAME, EventKind.MIGRATED, amounts={}),)
    events = []
    for trade in trades_in(payloads):
        side = "buy" if trade.numbers["trade_direction"] == BUY else "sell"
        facts = {name: word for name, word in trade.words.items() if name != "pool"} | {"side": side}
        pool, amounts = trade.words["pool"], trade_amounts(trade)
        events.append(
            event_of_frame(frame, notice, NAME, EventKind.SWAP, pool=pool, amounts=amounts, facts=facts)
        )
    return tuple(events)
