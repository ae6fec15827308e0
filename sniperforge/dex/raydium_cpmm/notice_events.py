"""Pool events of Raydium CPMM from log lines alone: amounts, but few addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.dex.pool_events import event_of_frame
from sniperforge.dex.raydium_cpmm.log_events import (
    CREATION_LINES,
    LpChangeLog,
    SwapLog,
    creation_amounts,
    logged_events,
)
from sniperforge.dex.raydium_cpmm.program import NAME
from sniperforge.dex.sides import in_byte_order, trade_side
from sniperforge.domain.pool import EventKind

if TYPE_CHECKING:
    from sniperforge.dex.invoke_stack import Frame
    from sniperforge.domain.chain import LogsNotice
    from sniperforge.domain.pool import PoolEvent


def events_of_frame(frame: Frame, notice: LogsNotice) -> tuple[PoolEvent, ...]:
    """What one call did as far as its own log lines tell; a creation's pool stays unknown."""
    if not CREATION_LINES.isdisjoint(frame.lines):
        amounts = creation_amounts(frame.lines)
        return (event_of_frame(frame, notice, NAME, EventKind.POOL_CREATED, amounts=amounts),)
    return tuple(
        _logged_swap(log, frame, notice) if isinstance(log, SwapLog) else _logged_change(log, frame, notice)
        for log in logged_events(frame.lines)
    )


def _logged_swap(log: SwapLog, frame: Frame, notice: LogsNotice) -> PoolEvent:
    if not log.input_mint:
        return event_of_frame(frame, notice, NAME, EventKind.SWAP, pool=log.pool, amounts=log.amounts())
    pair = (log.input_mint, log.output_mint)
    mints = pair if in_byte_order(*pair) else pair[::-1]
    facts = {
        "side": trade_side(log.input_mint, *mints),
        "input_mint": log.input_mint,
        "output_mint": log.output_mint,
    }
    return event_of_frame(
        frame, notice, NAME, EventKind.SWAP, pool=log.pool, mints=mints, amounts=log.amounts(), facts=facts
    )


def _logged_change(log: LpChangeLog, frame: Frame, notice: LogsNotice) -> PoolEvent:
    kind = EventKind.LIQUIDITY_REMOVED if log.removed else EventKind.LIQUIDITY_ADDED
    return event_of_frame(frame, notice, NAME, kind, pool=log.pool, amounts=log.amounts())
