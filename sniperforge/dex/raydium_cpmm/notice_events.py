"""Pool events of Raydium CPMM from log lines alone: amounts, but few addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.dex.raydium_cpmm.log_events import (
    CREATION_LINES,
    LpChangeLog,
    SwapLog,
    creation_amounts,
    logged_events,
)
from sniperforge.dex.raydium_cpmm.program import NAME
from sniperforge.dex.sides import in_byte_order, quote_side, trade_side
from sniperforge.domain.pool import EventKind, PoolEvent

if TYPE_CHECKING:
    from sniperforge.dex.invoke_stack import Frame
    from sniperforge.domain.chain import LogsNotice


def events_of_frame(frame: Frame, notice: LogsNotice) -> tuple[PoolEvent, ...]:
    """What one call did as far as its own log lines tell; a creation's pool stays unknown."""
    if not CREATION_LINES.isdisjoint(frame.lines):
        amounts = creation_amounts(frame.lines)
        return (_logged(EventKind.POOL_CREATED, frame, notice, amounts=amounts),)
    return tuple(
        _logged_swap(log, frame, notice) if isinstance(log, SwapLog) else _logged_change(log, frame, notice)
        for log in logged_events(frame.lines)
    )


def _logged_swap(log: SwapLog, frame: Frame, notice: LogsNotice) -> PoolEvent:
    if not log.input_mint:
        return _logged(EventKind.SWAP, frame, notice, pool=log.pool, amounts=log.amounts())
    pair = (log.input_mint, log.output_mint)
    mints = pair if in_byte_order(*pair) else pair[::-1]
    facts = {
        "side": trade_side(log.input_mint, *mints),
        "input_mint": log.input_mint,
        "output_mint": log.output_mint,
    }
    return _logged(
        EventKind.SWAP, frame, notice, pool=log.pool, mints=mints, amounts=log.amounts(), facts=facts
    )


def _logged_change(log: LpChangeLog, frame: Frame, notice: LogsNotice) -> PoolEvent:
    kind = EventKind.LIQUIDITY_REMOVED if log.removed else EventKind.LIQUIDITY_ADDED
    return _logged(kind, frame, notice, pool=log.pool, amounts=log.amounts())


def _logged(
    kind: EventKind,
    frame: Frame,
    notice: LogsNotice,
    *,
    amounts: dict[str, int],
    pool: str = "",
    mints: tuple[str, str] | None = None,
    facts: dict[str, str] | None = None,
) -> PoolEvent:
    quote = quote_side(*mints) if mints else 0
    return PoolEvent(
        dex=NAME,
        kind=kind,
        program_id=frame.program_id,
        pool=pool,
        base_mint=mints[1 - quote] if mints else "",
        quote_mint=mints[quote] if mints else "",
        base_vault="",
        quote_vault="",
        amounts=amounts,
        facts=facts or {},
        signature=notice.signature,
        slot=notice.slot,
        failed=notice.err is not None,
    )
