"""Pool events of PumpSwap from executed instructions."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from sniperforge.dex.account_roles import roles_of
from sniperforge.dex.anchor import DISCRIMINATOR_SIZE
from sniperforge.dex.anchor_events import EVENT_CALL, emitted
from sniperforge.dex.dispatch import dispatched
from sniperforge.dex.pool_events import event_of_call
from sniperforge.dex.pumpfun.hops import Ends, facts_of_hop, hops_of, route_buys
from sniperforge.dex.pumpswap import events, forms, program
from sniperforge.dex.pumpswap.trades import trades_in
from sniperforge.dex.sides import trade_side
from sniperforge.dex.token_flow import received_by
from sniperforge.domain.pool import EventKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.dex.dispatch import Reader
    from sniperforge.dex.growing_layout import Fields, GrowingLayout
    from sniperforge.dex.pumpfun.hops import Hop
    from sniperforge.dex.pumpswap.trades import Trade
    from sniperforge.dex.venue import Call
    from sniperforge.domain.pool import PoolEvent

_TWO_AMOUNTS: Final = struct.Struct("<8xQQ")
_THREE_AMOUNTS: Final = struct.Struct("<8xQQQ")


def events_of_call(call: Call) -> tuple[PoolEvent, ...] | None:
    """What one instruction did: one event at most, but one for each hop of a route."""
    return dispatched(call, _READERS, forms.SILENT)


def facts_of_trade(buys: bool, base: tuple[str, str], quote: tuple[str, str], user: str) -> dict[str, str]:
    """The common facts; ``base`` and ``quote`` are the pool's mints with the user's accounts of them.

    ``side`` follows what is taken for the quote everywhere, which need not be the pool's own.
    """
    given, got = (quote, base) if buys else (base, quote)
    return {
        "side": trade_side(given[0], base[0], quote[0]),
        "input_mint": given[0],
        "output_mint": got[0],
        "user": user,
        "user_input": given[1],
        "user_output": got[1],
    }


def creation_facts(pool: str, index: int, creator: str, base_mint: str, quote_mint: str) -> dict[str, str]:
    """Whether it is the coin's own pool or one that somebody else created."""
    canonical = program.is_canonical(pool, index, creator, base_mint, quote_mint)
    return {"creator": creator, "canonical": "true" if canonical else "false"}


def _trade(call: Call) -> PoolEvent | None:
    instruction = call.instruction
    form = forms.TRADES[instruction.data[:DISCRIMINATOR_SIZE]]
    roles = roles_of(instruction.accounts, forms.TRADE_ROLES)
    if roles is None or len(instruction.data) < _TWO_AMOUNTS.size:
        return None
    amounts = dict(zip(form.arguments, _TWO_AMOUNTS.unpack_from(instruction.data), strict=True))
    base = (roles["base_mint"], roles["user_base"])
    quote = (roles["quote_mint"], roles["user_quote"])
    facts = facts_of_trade(form.buys, base, quote, roles["user"])
    trade = _trades(call).get(roles["pool"])
    if trade is not None:
        facts |= trade.facts()
        amounts |= trade.amounts()
    return event_of_call(
        call,
        program.NAME,
        EventKind.SWAP,
        pool=roles["pool"],
        mints=(base[0], quote[0]),
        vaults=(roles["base_vault"], roles["quote_vault"]),
        amounts=amounts,
        facts=facts,
    )


def _trades(call: Call) -> dict[str, Trade]:
    """Trades by pool; none of a transaction that failed."""
    if call.transaction.failed:
        return {}
    return {trade.pool: trade for trade in trades_in(events.told(emitted(call)))}


def _route(call: Call) -> tuple[PoolEvent, ...] | None:
    """One swap for each pool of ``multi_hop_swap``; its curves are Pump.fun's own calls."""
    instruction = call.instruction
    hops = hops_of(instruction.accounts, forms.MULTI_HOP_START)
    if not hops or len(instruction.data) < _TWO_AMOUNTS.size:
        return None
    trades = _trades(call)
    return tuple(
        _hop(call, hops, number, trades.get(hop.pool)) for number, hop in enumerate(hops) if not hop.on_curve
    )


def _hop(call: Call, hops: tuple[Hop, ...], number: int, trade: Trade | None) -> PoolEvent:
    accounts, hop = call.instruction.accounts, hops[number]
    amount_in, least = _TWO_AMOUNTS.unpack_from(call.instruction.data)
    first, last = number == 0, number == len(hops) - 1
    ends = Ends(
        *(accounts[at] for at in (forms.MULTI_HOP_USER, forms.MULTI_HOP_INPUT, forms.MULTI_HOP_OUTPUT))
    )
    buys = route_buys(hops) if trade is None else trade.buys
    amounts = ({"amount_in": amount_in} if first else {}) | ({"min_amount_out": least} if last else {})
    facts = facts_of_hop(hop, buys, ends, first=first, last=last)
    return event_of_call(
        call,
        program.NAME,
        EventKind.SWAP,
        pool=hop.pool,
        mints=(hop.base_mint, hop.quote_mint),
        vaults=(hop.base_vault, hop.quote_vault),
        amounts=amounts if trade is None else amounts | trade.amounts(),
        facts=facts if trade is None else facts | trade.facts(),
    )


def _created(call: Call) -> PoolEvent | None:
    roles = roles_of(call.instruction.accounts, forms.CREATION_ROLES)
    arguments = forms.CREATION_ARGUMENTS.read(call.instruction.data)
    if roles is None or arguments is None:
        return None
    pool, mints = roles["pool"], (roles["base_mint"], roles["quote_mint"])
    amounts, facts = arguments.numbers, arguments.words
    facts |= {name: roles[name] for name in ("lp_mint", "base_program", "quote_program")}
    facts |= creation_facts(pool, amounts["index"], roles["creator"], *mints)
    if not call.transaction.failed:
        event = _emitted(call, events.CREATE_POOL)
        if event is not None:
            amounts |= event.numbers
        amounts |= {"open_time": 0} | _vault_amounts(call, roles, event)
    return event_of_call(
        call,
        program.NAME,
        EventKind.POOL_CREATED,
        pool=pool,
        mints=mints,
        vaults=(roles["base_vault"], roles["quote_vault"]),
        amounts=amounts,
        facts=facts,
        sided=("vault_base_amount", "vault_quote_amount"),
    )


def _vault_amounts(call: Call, roles: dict[str, str], event: Fields | None) -> dict[str, int]:
    """What the vaults really got: less than the event says where a migration takes a part out again."""
    if event is None:
        told = {
            "vault_base_amount": received_by(call.transaction, roles["base_vault"]),
            "vault_quote_amount": received_by(call.transaction, roles["quote_vault"]),
        }
        return {name: amount for name, amount in told.items() if amount is not None and amount >= 0}
    amounts = {
        "vault_base_amount": event.numbers["pool_base_amount"],
        "vault_quote_amount": event.numbers["pool_quote_amount"],
    }
    boost = _boost_after(call, roles["pool"])
    if boost is not None:
        amounts["vault_quote_amount"] = boost.numbers["real_quote_reserves_after"]
        amounts["virtual_quote_reserves"] = boost.numbers["virtual_quote_reserves"]
    return amounts


def _boost_after(call: Call, pool: str) -> Fields | None:
    """The boost that the same outer instruction gave the new pool, in this call or a later one."""
    outer = call.instruction.path[0]
    for each in call.transaction.instructions[call.index + 1 :]:
        if each.path[0] != outer:
            break
        if each.program_id == call.instruction.program_id and each.data.startswith(EVENT_CALL):
            boost = events.INIT_BOOST.read(each.data[len(EVENT_CALL) :])
            if boost is not None and boost.words["pool"] == pool:
                return boost
    return None


def _liquidity(call: Call) -> PoolEvent | None:
    instruction = call.instruction
    tag = instruction.data[:DISCRIMINATOR_SIZE]
    roles = roles_of(instruction.accounts, forms.LIQUIDITY_ROLES)
    if roles is None or len(instruction.data) < _THREE_AMOUNTS.size:
        return None
    names = forms.LIQUIDITY_ARGUMENTS[tag]
    amounts = dict(zip(names, _THREE_AMOUNTS.unpack_from(instruction.data), strict=True))
    amounts["lp_amount"] = amounts[names[0]]
    removed = tag == forms.WITHDRAW
    if not call.transaction.failed:
        event = _emitted(call, events.WITHDRAW if removed else events.DEPOSIT)
        amounts |= {} if event is None else event.numbers
    way = "out" if removed else "in"
    return event_of_call(
        call,
        program.NAME,
        EventKind.LIQUIDITY_REMOVED if removed else EventKind.LIQUIDITY_ADDED,
        pool=roles["pool"],
        mints=(roles["base_mint"], roles["quote_mint"]),
        vaults=(roles["base_vault"], roles["quote_vault"]),
        amounts=amounts,
        facts={"user": roles["user"], "lp_mint": roles["lp_mint"]},
        sided=(f"base_amount_{way}", f"quote_amount_{way}"),
    )


def _emitted(call: Call, layout: GrowingLayout) -> Fields | None:
    found = (fields for each, fields in events.told(emitted(call)) if each is layout)
    return next(found, None)


_READERS: Final[Mapping[bytes, Reader]] = {
    **dict.fromkeys(forms.TRADES, _trade),
    **dict.fromkeys(forms.LIQUIDITY_ARGUMENTS, _liquidity),
    forms.CREATE_POOL: _created,
    forms.MULTI_HOP: _route,
}
