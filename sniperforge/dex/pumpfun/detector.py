"""Pool events of Pump.fun's curves from executed instructions."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from sniperforge.dex.account_roles import roles_of
from sniperforge.dex.anchor import DISCRIMINATOR_SIZE, instruction_discriminator
from sniperforge.dex.anchor_events import emitted
from sniperforge.dex.dispatch import dispatched
from sniperforge.dex.inner_calls import made_by
from sniperforge.dex.invoke_stack import is_truncated
from sniperforge.dex.pool_events import event_of_call
from sniperforge.dex.pumpfun import events, forms, program
from sniperforge.dex.pumpfun.flows import lamports_received, lamports_sent, minted_to
from sniperforge.dex.pumpfun.hops import hop_events
from sniperforge.dex.pumpfun.trades import trades_in
from sniperforge.dex.pumpswap import program as pumpswap
from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.domain.pool import EventKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.dex.dispatch import Reader
    from sniperforge.dex.growing_layout import Fields, GrowingLayout
    from sniperforge.dex.pumpfun.forms import TradeForm
    from sniperforge.dex.venue import Call
    from sniperforge.domain.pool import PoolEvent

_TWO_AMOUNTS: Final = struct.Struct("<8xQQ")
_CREATE_POOL: Final = instruction_discriminator("create_pool")
_RAYDIUM_AMM_V4: Final = "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8"


def events_of_call(call: Call) -> tuple[PoolEvent, ...] | None:
    """What one instruction did: one event at most, but one for each hop of a route."""
    return dispatched(call, _READERS, forms.SILENT)


def _trade(call: Call) -> PoolEvent | None:
    instruction = call.instruction
    form = forms.TRADES[instruction.data[:DISCRIMINATOR_SIZE]]
    roles = roles_of(instruction.accounts, form.roles)
    if roles is None or len(instruction.data) < _TWO_AMOUNTS.size:
        return None
    amounts = dict(zip(form.arguments, _TWO_AMOUNTS.unpack_from(instruction.data), strict=True))
    quote_mint = program.quote_of(roles.get("quote_mint", ""))
    facts = _facts_of_trade(form, roles, quote_mint)
    if not call.transaction.failed:
        mint = roles["base_mint"]
        trade = next((trade for trade in trades_in(events.told(emitted(call))) if trade.mint == mint), None)
        if trade is not None:
            facts |= trade.facts()
            amounts |= trade.amounts()
            amounts |= _total(call, form, roles, amounts)
    return event_of_call(
        call,
        program.NAME,
        EventKind.SWAP,
        pool=roles["curve"],
        mints=(roles["base_mint"], quote_mint),
        vaults=(roles["base_vault"], _quote_vault(roles, quote_mint)),
        amounts=amounts,
        facts=facts,
    )


def _total(call: Call, form: TradeForm, roles: dict[str, str], amounts: dict[str, int]) -> dict[str, int]:
    """What the trader paid or got in all, by the payments, where the event is too old to tell."""
    if "fee" in amounts:
        return {}
    if form.buys:
        paid = lamports_sent(call, roles["user"])
        return {"amount_in": paid} if paid else {}
    fee = lamports_received(call, call.instruction.accounts[forms.FEE_RECIPIENT])
    return {"amount_out": amounts["output_amount"] - fee} if fee else {}


def _facts_of_trade(form: TradeForm, roles: dict[str, str], quote_mint: str) -> dict[str, str]:
    """A trade of a SOL pair moves lamports of the wallet itself."""
    base = (roles["base_mint"], roles["user_base"])
    quote = (quote_mint, roles["user"] if quote_mint == WSOL_MINT else roles["user_quote"])
    given, got = (quote, base) if form.buys else (base, quote)
    return {
        "side": "buy" if form.buys else "sell",
        "input_mint": given[0],
        "output_mint": got[0],
        "user": roles["user"],
        "user_input": given[1],
        "user_output": got[1],
    }


def _quote_vault(roles: dict[str, str], quote_mint: str) -> str:
    """A SOL pair's lamports are in the curve account; the token account named beside it does not exist."""
    return roles["curve"] if quote_mint == WSOL_MINT else roles.get("quote_vault", "")


def _created(call: Call) -> PoolEvent | None:
    instruction = call.instruction
    accounts = instruction.accounts
    tag = instruction.data[:DISCRIMINATOR_SIZE]
    roles = roles_of(accounts, forms.CREATION_ROLES[tag])
    arguments = forms.CREATION_ARGUMENTS[tag].read(instruction.data)
    if roles is None or arguments is None:
        return None
    user = roles["user"]
    facts = {"creator": user, **arguments.words, "user": user, "base_program": roles["base_program"]}
    if tag == forms.CREATE_V2 and len(accounts) > forms.QUOTE_TAIL + 2:
        roles["quote_mint"], roles["quote_vault"], facts["quote_program"] = accounts[
            forms.QUOTE_TAIL : forms.QUOTE_TAIL + 3
        ]
    amounts = arguments.numbers
    if not call.transaction.failed:
        event = _emitted(call, events.CREATE)
        if event is not None:
            facts |= creation_facts(event)
            amounts |= event.numbers
            roles["quote_mint"] = event.words.get("quote_mint", roles.get("quote_mint", ""))
        amounts |= creation_amounts(minted_to(call, roles["base_vault"]) or amounts.get("token_total_supply"))
    quote_mint = program.quote_of(roles.get("quote_mint", ""))
    return event_of_call(
        call,
        program.NAME,
        EventKind.POOL_CREATED,
        pool=roles["curve"],
        mints=(roles["mint"], quote_mint),
        vaults=(roles["base_vault"], _quote_vault(roles, quote_mint)),
        amounts=amounts,
        facts=facts,
    )


def creation_facts(event: Fields) -> dict[str, str]:
    """What a CreateEvent tells beyond the instruction: who gets the creator fee."""
    return {"fee_creator": event.words["creator"]} if "creator" in event.words else {}


def creation_amounts(minted: int | None) -> dict[str, int]:
    """Common names: all tokens are in the curve, nothing of the quote is, and trading is open."""
    amounts = {"open_time": 0}
    return amounts if minted is None else {**amounts, "base_amount": minted, "quote_amount": 0}


def _migrated(call: Call) -> PoolEvent | tuple[PoolEvent, ...] | None:
    if _migrates_again(call):
        return ()
    instruction = call.instruction
    roles = roles_of(instruction.accounts, forms.MIGRATION_ROLES[instruction.data[:DISCRIMINATOR_SIZE]])
    if roles is None:
        return None
    event = None if call.transaction.failed else _emitted(call, events.MIGRATION)
    quote_mint = program.quote_of(roles["quote_mint"])
    facts = {role: address for role, address in roles.items() if role.startswith("new_") or role == "user"}
    return event_of_call(
        call,
        program.NAME,
        EventKind.MIGRATED,
        pool=roles["curve"],
        mints=(roles["mint"], quote_mint),
        vaults=(roles["base_vault"], _quote_vault(roles, quote_mint)),
        amounts={} if event is None else event.numbers,
        facts={**facts, "old_pool": roles["curve"], "pool_authority": roles["pool_authority"]},
    )


def _migrates_again(call: Call) -> bool:
    """A migration of a migrated coin succeeds and does nothing: neither an event nor a pool comes of it."""
    inner, logs = list(made_by(call)), call.transaction.logs
    told = bool(inner) or (call.frame is not None and not is_truncated(logs))
    if call.transaction.failed or not told:
        return False
    made_pool = any(
        each.program_id == pumpswap.PROGRAM and each.data[:DISCRIMINATOR_SIZE] == _CREATE_POOL
        for each in inner
    )
    return not made_pool and _emitted(call, events.MIGRATION) is None


def _withdrawn(call: Call) -> PoolEvent | None:
    """The old migration: the curve's account follows its coin's, wherever the two stand."""
    accounts = call.instruction.accounts
    for mint, curve, base_vault in zip(accounts, accounts[1:], accounts[2:], strict=False):
        if curve == program.curve_address(mint):
            return event_of_call(
                call,
                program.NAME,
                EventKind.MIGRATED,
                pool=curve,
                mints=(mint, WSOL_MINT),
                vaults=(base_vault, curve),
                amounts={},
                facts={"old_pool": curve, "new_program": _RAYDIUM_AMM_V4},
            )
    return None


def _emitted(call: Call, layout: GrowingLayout) -> Fields | None:
    found = (fields for each, fields in events.told(emitted(call)) if each is layout)
    return next(found, None)


_READERS: Final[Mapping[bytes, Reader]] = {
    **dict.fromkeys(forms.TRADES, _trade),
    **dict.fromkeys(forms.CREATION_ROLES, _created),
    **dict.fromkeys(forms.MIGRATION_ROLES, _migrated),
    forms.WITHDRAW: _withdrawn,
    forms.MULTI_HOP: hop_events,
}
