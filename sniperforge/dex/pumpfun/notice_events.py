"""Pool events of Pump.fun's curves from log lines alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.dex.anchor_events import logged_payloads
from sniperforge.dex.invoke_stack import LOG_PREFIX
from sniperforge.dex.pool_events import event_of_frame
from sniperforge.dex.pumpfun import events, program
from sniperforge.dex.pumpfun.detector import creation_amounts, creation_facts
from sniperforge.dex.pumpfun.trades import trades_in
from sniperforge.dex.pumpswap import program as pumpswap
from sniperforge.domain.addresses import TOKEN_PROGRAM, WSOL_MINT
from sniperforge.domain.pool import EventKind
from sniperforge.tokens.addresses import associated_token_address

if TYPE_CHECKING:
    from sniperforge.dex.growing_layout import Fields
    from sniperforge.dex.invoke_stack import Frame
    from sniperforge.dex.pumpfun.trades import Trade
    from sniperforge.domain.chain import LogsNotice
    from sniperforge.domain.pool import PoolEvent

CREATION_LINES: Final = frozenset({LOG_PREFIX + "Instruction: Create", LOG_PREFIX + "Instruction: CreateV2"})


def events_of_frame(frame: Frame, notice: LogsNotice) -> tuple[PoolEvent, ...]:
    """What one call did as far as its own log lines tell: all of it but the trader's accounts."""
    told = list(events.told(logged_payloads(frame.lines)))
    found = [_traded(trade, frame, notice) for trade in trades_in(told)]
    for layout, fields in told:
        if layout is events.CREATE:
            found.append(_created(fields, frame, notice))
        elif layout is events.MIGRATION:
            found.append(_migrated(fields, frame, notice))
    if not found and not CREATION_LINES.isdisjoint(frame.lines):
        found.append(event_of_frame(frame, notice, program.NAME, EventKind.POOL_CREATED, amounts={}))
    return tuple(found)


def _traded(trade: Trade, frame: Frame, notice: LogsNotice) -> PoolEvent:
    curve, quote_mint = program.curve_address(trade.mint), trade.quote_mint
    given, got = (quote_mint, trade.mint) if trade.buys else (trade.mint, quote_mint)
    facts = {
        "side": "buy" if trade.buys else "sell",
        "input_mint": given,
        "output_mint": got,
        "user": trade.fields.words["user"],
    }
    return event_of_frame(
        frame,
        notice,
        program.NAME,
        EventKind.SWAP,
        pool=curve,
        mints=(trade.mint, quote_mint),
        vaults=("", curve if quote_mint == WSOL_MINT else ""),
        amounts=trade.amounts(),
        facts=facts | trade.facts(),
    )


def _created(event: Fields, frame: Frame, notice: LogsNotice) -> PoolEvent:
    """Vaults are the curve's associated accounts; events without a token program are of SPL Token coins."""
    numbers, words = event
    curve, mint = words["bonding_curve"], words["mint"]
    quote_mint = program.quote_of(words.get("quote_mint", ""))
    base_program = words.get("token_program", TOKEN_PROGRAM)
    creator = words["user"] if numbers.get("is_holder_reward") else words.get("creator", words["user"])
    facts = {name: words[name] for name in ("name", "symbol", "uri", "user")}
    return event_of_frame(
        frame,
        notice,
        program.NAME,
        EventKind.POOL_CREATED,
        pool=curve,
        mints=(mint, quote_mint),
        vaults=(
            associated_token_address(curve, mint, base_program),
            curve if quote_mint == WSOL_MINT else "",
        ),
        amounts={**numbers, **creation_amounts(numbers.get("token_total_supply"))},
        facts={**facts, "creator": creator, "base_program": base_program, **creation_facts(event)},
    )


def _migrated(event: Fields, frame: Frame, notice: LogsNotice) -> PoolEvent:
    words = event.words
    quote_mint = program.quote_of(words.get("quote_mint", ""))
    curve = words["bonding_curve"]
    return event_of_frame(
        frame,
        notice,
        program.NAME,
        EventKind.MIGRATED,
        pool=curve,
        mints=(words["mint"], quote_mint),
        vaults=("", curve if quote_mint == WSOL_MINT else ""),
        amounts=event.numbers,
        facts={
            "user": words["user"],
            "old_pool": curve,
            "new_pool": words["pool"],
            "new_program": pumpswap.PROGRAM,
        },
    )
