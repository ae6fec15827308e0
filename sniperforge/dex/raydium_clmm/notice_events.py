"""Pool events of Raydium CLMM from log lines alone: whole creations, swaps and positions without mints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.dex.anchor_events import logged_payloads
from sniperforge.dex.growing_layout import read_events
from sniperforge.dex.pool_events import event_of_frame
from sniperforge.dex.raydium_clmm.log_events import (
    CHANGED,
    CREATED,
    CREATION_LINES,
    INCREASED,
    LAYOUTS,
    OPENED,
    SWAP,
    swap_amounts,
)
from sniperforge.dex.raydium_clmm.program import NAME
from sniperforge.domain.pool import EventKind

if TYPE_CHECKING:
    from sniperforge.dex.growing_layout import Fields, GrowingLayout
    from sniperforge.dex.invoke_stack import Frame
    from sniperforge.domain.chain import LogsNotice
    from sniperforge.domain.pool import PoolEvent


def events_of_frame(frame: Frame, notice: LogsNotice) -> tuple[PoolEvent, ...]:
    """What one call did as far as its own log lines tell; a creation whose event was cut off has no pool."""
    logs = tuple(read_events(logged_payloads(frame.lines), LAYOUTS))
    changed = next((log.words["pool"] for layout, log in logs if layout is CHANGED), "")
    found = tuple(
        event for layout, log in logs if (event := _event(layout, log, changed, frame, notice)) is not None
    )
    if not found and not CREATION_LINES.isdisjoint(frame.lines):
        return (event_of_frame(frame, notice, NAME, EventKind.POOL_CREATED, amounts={}),)
    return found


def _event(
    layout: GrowingLayout, log: Fields, changed: str, frame: Frame, notice: LogsNotice
) -> PoolEvent | None:
    if layout is CREATED:
        return _created(log, frame, notice)
    words = dict(log.words)
    pool = words.pop("pool", changed)
    if layout is SWAP:
        kind, amounts = EventKind.SWAP, swap_amounts(log)
    elif layout is CHANGED or not log.numbers["liquidity"]:
        return None
    else:
        added = layout is OPENED or layout is INCREASED
        kind = EventKind.LIQUIDITY_ADDED if added else EventKind.LIQUIDITY_REMOVED
        amounts = log.numbers
    return event_of_frame(frame, notice, NAME, kind, pool=pool, amounts=amounts, facts=words)


def _created(log: Fields, frame: Frame, notice: LogsNotice) -> PoolEvent:
    words = log.words
    return event_of_frame(
        frame,
        notice,
        NAME,
        EventKind.POOL_CREATED,
        pool=words["pool"],
        mints=(words["token_0_mint"], words["token_1_mint"]),
        vaults=(words["token_0_vault"], words["token_1_vault"]),
        amounts=log.numbers | {"base_amount": 0, "quote_amount": 0},
    )
