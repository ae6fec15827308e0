"""Liquidity of Meteora DLMM from executed instructions: what positions take in and give back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sniperforge.dex.anchor import DISCRIMINATOR_SIZE, instruction_discriminator
from sniperforge.dex.anchor_events import emitted
from sniperforge.dex.growing_layout import read_events
from sniperforge.dex.meteora_dlmm.events import ADDED, LAYOUTS, REBALANCED, REMOVED
from sniperforge.dex.meteora_dlmm.program import NAME
from sniperforge.dex.pool_events import event_of_call
from sniperforge.dex.sides import quote_side
from sniperforge.dex.token_flow import sent_between
from sniperforge.domain.pool import EventKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.dex.venue import Call
    from sniperforge.domain.pool import PoolEvent


class _Form(NamedTuple):
    """Where an instruction names what it moves.

    Attributes:
        user: index of the position's owner.
        one_sided: it names one user account, one reserve and one mint, else two of each.
    """

    added: bool
    user: int
    one_sided: bool = False


_FORMS: Final[Mapping[bytes, _Form]] = {
    instruction_discriminator(name): form
    for name, form in {
        "add_liquidity": _Form(True, 11),
        "add_liquidity_by_weight": _Form(True, 11),
        "add_liquidity_by_strategy": _Form(True, 11),
        "add_liquidity2": _Form(True, 9),
        "add_liquidity_by_weight2": _Form(True, 9),
        "add_liquidity_by_strategy2": _Form(True, 9),
        "add_liquidity_one_side": _Form(True, 8, True),
        "add_liquidity_one_side_precise": _Form(True, 8, True),
        "add_liquidity_by_strategy_one_side": _Form(True, 8, True),
        "add_liquidity_one_side_precise2": _Form(True, 6, True),
        "remove_liquidity": _Form(False, 11),
        "remove_all_liquidity": _Form(False, 11),
        "remove_liquidity_by_range": _Form(False, 11),
        "remove_liquidity2": _Form(False, 9),
        "remove_liquidity_by_range2": _Form(False, 9),
    }.items()
}
REBALANCE: Final = instruction_discriminator("rebalance_liquidity")
FORMS: Final = _FORMS.keys()

_POSITION, _POOL, _FIRST_TOKEN = 0, 1, 3
_REBALANCE_USER: Final = 9
_SIDED: Final = ("vault_x_amount", "vault_y_amount")


def read_change(call: Call) -> PoolEvent | None:
    """Every instruction that adds or removes liquidity; ``None`` when too short."""
    form = _FORMS[call.instruction.data[:DISCRIMINATOR_SIZE]]
    if len(call.instruction.accounts) <= form.user:
        return None
    if form.one_sided:
        return _one_sided(call, form)
    vaults = (call.instruction.accounts[5], call.instruction.accounts[6])
    amounts: dict[str, int] = {}
    if not call.transaction.failed:
        told = _told(call, added=form.added)
        moved = told or tuple(_sent(call, vault, added=form.added) for vault in vaults)
        amounts = dict(zip(_SIDED, moved, strict=True))
    return _event(call, amounts, form.user, added=form.added)


def read_rebalance(call: Call) -> tuple[PoolEvent, ...] | None:
    """One position given back and made anew: what came out, then what went in, as its event tells."""
    if len(call.instruction.accounts) <= _REBALANCE_USER:
        return None
    events = []
    for layout, log in () if call.transaction.failed else read_events(emitted(call), LAYOUTS):
        if layout is not REBALANCED:
            continue
        for name, added in (("withdrawn", False), ("added", True)):
            amounts = (log.numbers[f"x_{name}_amount"], log.numbers[f"y_{name}_amount"])
            if any(amounts):
                sides = dict(zip(_SIDED, amounts, strict=True))
                events.append(_event(call, sides, _REBALANCE_USER, added=added))
    return tuple(events)


def _event(call: Call, amounts: Mapping[str, int], user: int, *, added: bool) -> PoolEvent:
    accounts = call.instruction.accounts
    return event_of_call(
        call,
        NAME,
        _kind(added=added),
        pool=accounts[_POOL],
        mints=(accounts[7], accounts[8]),
        vaults=(accounts[5], accounts[6]),
        amounts=amounts,
        facts={
            "user": accounts[user],
            "position": accounts[_POSITION],
            "user_token_x": accounts[3],
            "user_token_y": accounts[4],
        },
        sided=_SIDED,
    )


def _one_sided(call: Call, form: _Form) -> PoolEvent:
    """The other mint is not told, nor whether this one is X: an event's two amounts have one that counts."""
    accounts = call.instruction.accounts
    token, reserve, mint = accounts[_FIRST_TOKEN : _FIRST_TOKEN + 3]
    amounts: dict[str, int] = {}
    if not call.transaction.failed:
        told = _told(call, added=True)
        amount = sum(told) if told else _sent(call, reserve, added=True)
        quoted = quote_side(mint, "") == 0
        amounts = {"base_amount": 0 if quoted else amount, "quote_amount": amount if quoted else 0}
    return event_of_call(
        call,
        NAME,
        EventKind.LIQUIDITY_ADDED,
        pool=accounts[_POOL],
        mints=(mint, ""),
        vaults=(reserve, ""),
        amounts=amounts,
        facts={"user": accounts[form.user], "position": accounts[_POSITION], "user_token": token},
    )


def _kind(*, added: bool) -> EventKind:
    return EventKind.LIQUIDITY_ADDED if added else EventKind.LIQUIDITY_REMOVED


def _told(call: Call, *, added: bool) -> tuple[int, int] | None:
    for layout, log in read_events(emitted(call), LAYOUTS):
        if layout is (ADDED if added else REMOVED):
            return log.numbers["amount_x"], log.numbers["amount_y"]
    return None


def _sent(call: Call, vault: str, *, added: bool) -> int:
    found = sent_between(call, into=vault if added else "", out_of="" if added else vault)
    return found[0 if added else 1] or 0
