"""Pool events of Raydium AMM v4 from log lines alone: amounts, but of addresses only a creation's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.dex.pool_events import event_of_frame
from sniperforge.dex.raydium_amm_v4 import program
from sniperforge.dex.raydium_amm_v4.ray_log import (
    CREATION_START,
    DEPOSIT,
    INIT,
    SWAP_BASE_IN,
    SWAP_BASE_OUT,
    WITHDRAW,
    ray_log_in,
)
from sniperforge.domain.pool import EventKind

if TYPE_CHECKING:
    from sniperforge.dex.invoke_stack import Frame
    from sniperforge.domain.chain import LogsNotice
    from sniperforge.domain.pool import PoolEvent

_KINDS: Final = {
    DEPOSIT: EventKind.LIQUIDITY_ADDED,
    WITHDRAW: EventKind.LIQUIDITY_REMOVED,
    SWAP_BASE_IN: EventKind.SWAP,
    SWAP_BASE_OUT: EventKind.SWAP,
}


def events_of_frame(frame: Frame, notice: LogsNotice) -> tuple[PoolEvent, ...]:
    """What one call did as far as its own log lines tell; which of two amounts is the base stays open."""
    log = ray_log_in(frame.lines)
    if any(line.startswith(CREATION_START) for line in frame.lines):
        amounts = log.common() if log and log.kind == INIT else {}
        market = log.market if log else ""
        pool = program.pool_address(market, frame.program_id) if market else ""
        facts = {"market": market} if market else {}
        return (
            event_of_frame(
                frame,
                notice,
                program.NAME,
                EventKind.POOL_CREATED,
                pool=pool,
                amounts=amounts,
                facts=facts,
            ),
        )
    if log is None or log.kind not in _KINDS:
        return ()
    return (event_of_frame(frame, notice, program.NAME, _KINDS[log.kind], amounts=log.common()),)
