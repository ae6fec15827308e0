"""Pool events of Orca Whirlpools from log lines alone: creations without vaults, swaps without mints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.dex.anchor_events import logged_payloads
from sniperforge.dex.growing_layout import read_events
from sniperforge.dex.orca_whirlpool.log_events import (
    CREATED,
    CREATION_LINES,
    INCREASED,
    LAYOUTS,
    TRADED,
    change_amounts,
    swap_amounts,
)
from sniperforge.dex.orca_whirlpool.program import NAME
from sniperforge.dex.pool_events import event_of_frame
from sniperforge.domain.pool import EventKind

if TYPE_CHECKING:
    from sniperforge.dex.growing_layout import Fields, GrowingLayout
    from sniperforge.dex.invoke_stack import Frame
    from sniperforge.domain.chain import LogsNotice
    from sniperforge.domain.pool import PoolEvent


def events_of_frame(frame: Frame, notice: LogsNotice) -> tuple[PoolEvent, ...]:
    """What one call did as far as its own log lines tell; a creation whose event was cut off has no pool."""
    logs = read_events(logged_payloads(frame.lines), LAYOUTS)
    found = tuple(_event(layout, log, frame, notice) for layout, log in logs)
    if not found and not CREATION_LINES.isdisjoint(frame.lines):
        return (event_of_frame(frame, notice, NAME, EventKind.POOL_CREATED, amounts={}),)
    return found


def _event(layout: GrowingLayout, log: Fields, frame: Frame, notice: LogsNotice) -> PoolEvent:
    facts = dict(log.words)
    pool = facts.pop("pool")
    if layout is CREATED:
        return event_of_frame(
            frame,
            notice,
            NAME,
            EventKind.POOL_CREATED,
            pool=pool,
            mints=(facts.pop("mint_a"), facts.pop("mint_b")),
            amounts=log.numbers | {"base_amount": 0, "quote_amount": 0},
            facts=facts,
        )
    if layout is TRADED:
        kind, amounts = EventKind.SWAP, swap_amounts(log)
    else:
        added = layout is INCREASED
        kind = EventKind.LIQUIDITY_ADDED if added else EventKind.LIQUIDITY_REMOVED
        amounts = change_amounts(log, added=added)
    return event_of_frame(frame, notice, NAME, kind, pool=pool, amounts=amounts, facts=facts)
