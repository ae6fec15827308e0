"""Pool events of PumpSwap from log lines alone: trades do not name their mints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.dex.anchor_events import logged_payloads
from sniperforge.dex.invoke_stack import LOG_PREFIX
from sniperforge.dex.pool_events import event_of_frame
from sniperforge.dex.pumpswap import events, program
from sniperforge.dex.pumpswap.detector import creation_facts
from sniperforge.dex.pumpswap.trades import trades_in
from sniperforge.domain.pool import EventKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sniperforge.dex.growing_layout import Fields, GrowingLayout
    from sniperforge.dex.invoke_stack import Frame
    from sniperforge.dex.pumpswap.trades import Trade
    from sniperforge.domain.chain import LogsNotice
    from sniperforge.domain.pool import PoolEvent

CREATION_LINES: Final = frozenset({LOG_PREFIX + "Instruction: CreatePool"})


def events_of_frame(frame: Frame, notice: LogsNotice) -> tuple[PoolEvent, ...]:
    """What one call did as far as its own log lines tell."""
    told = list(events.told(logged_payloads(frame.lines)))
    found = [_traded(trade, frame, notice) for trade in trades_in(told)]
    for layout, fields in told:
        reader = _READERS.get(layout)
        if reader is not None:
            found.append(reader(fields, frame, notice))
    if not found and not CREATION_LINES.isdisjoint(frame.lines):
        found.append(event_of_frame(frame, notice, program.NAME, EventKind.POOL_CREATED, amounts={}))
    return tuple(found)


def _traded(trade: Trade, frame: Frame, notice: LogsNotice) -> PoolEvent:
    words = trade.fields.words
    base, quote = words["user_base_token_account"], words["user_quote_token_account"]
    facts = {
        "side": "buy" if trade.buys else "sell",
        "user": words["user"],
        "user_input": quote if trade.buys else base,
        "user_output": base if trade.buys else quote,
    }
    return event_of_frame(
        frame,
        notice,
        program.NAME,
        EventKind.SWAP,
        pool=trade.pool,
        amounts=trade.amounts(),
        facts=facts | trade.facts(),
    )


def _created(event: Fields, frame: Frame, notice: LogsNotice) -> PoolEvent:
    numbers, words = event
    pool, mints = words["pool"], (words["base_mint"], words["quote_mint"])
    told = {name: words[name] for name in ("lp_mint", "coin_creator") if name in words}
    return event_of_frame(
        frame,
        notice,
        program.NAME,
        EventKind.POOL_CREATED,
        pool=pool,
        mints=mints,
        amounts={**numbers, "open_time": 0},
        facts=told | creation_facts(pool, numbers["index"], words["creator"], *mints),
        sided=("pool_base_amount", "pool_quote_amount"),
    )


def _changed(event: Fields, frame: Frame, notice: LogsNotice) -> PoolEvent:
    numbers, words = event
    removed = "base_amount_out" in numbers
    lp_amount = numbers["lp_token_amount_in" if removed else "lp_token_amount_out"]
    return event_of_frame(
        frame,
        notice,
        program.NAME,
        EventKind.LIQUIDITY_REMOVED if removed else EventKind.LIQUIDITY_ADDED,
        pool=words["pool"],
        amounts={**numbers, "lp_amount": lp_amount},
        facts={"user": words["user"]} if "user" in words else {},
    )


_READERS: Final[Mapping[GrowingLayout, Callable[[Fields, Frame, LogsNotice], PoolEvent]]] = {
    events.CREATE_POOL: _created,
    events.DEPOSIT: _changed,
    events.WITHDRAW: _changed,
}
