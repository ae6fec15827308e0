"""Swaps on Meteora DLMM from executed instructions."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from sniperforge.dex.account_roles import roles_of
from sniperforge.dex.anchor import DISCRIMINATOR_SIZE, instruction_discriminator
from sniperforge.dex.anchor_events import emitted
from sniperforge.dex.arrivals import arrived
from sniperforge.dex.growing_layout import read_events
from sniperforge.dex.meteora_dlmm.events import LAYOUTS, SWAP, SWAP_2
from sniperforge.dex.meteora_dlmm.program import NAME
from sniperforge.dex.pool_events import event_of_call
from sniperforge.dex.sides import trade_side
from sniperforge.dex.token_flow import mint_of, sent_between, swapped_between
from sniperforge.domain.addresses import TOKEN_PROGRAM
from sniperforge.domain.pool import EventKind
from sniperforge.tokens.addresses import associated_token_address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.dex.venue import Call
    from sniperforge.domain.pool import PoolEvent

_ROLES: Final[Mapping[str, int]] = {
    "pool": 0,
    "reserve_x": 2,
    "reserve_y": 3,
    "user_input": 4,
    "user_output": 5,
    "mint_x": 6,
    "mint_y": 7,
    "oracle": 8,
    "user": 10,
    "program_x": 11,
    "program_y": 12,
}
_AMOUNTS: Final = struct.Struct("<8xQQ")
_IMPACT: Final = struct.Struct("<8xQ?")
_ACTIVE: Final = struct.Struct("<iH")
_NO_ACTIVE: Final = struct.Struct("<H")

_EXACT_IN: Final = frozenset(map(instruction_discriminator, ("swap", "swap2")))
_EXACT_OUT: Final = frozenset(map(instruction_discriminator, ("swap_exact_out", "swap_exact_out2")))
_BY_IMPACT: Final = frozenset(
    map(instruction_discriminator, ("swap_with_price_impact", "swap_with_price_impact2"))
)
FORMS: Final = _EXACT_IN | _EXACT_OUT | _BY_IMPACT


class _Ends(NamedTuple):
    """The two sides in the order of the trade; mints are ``""`` where its direction is not told."""

    reserves: tuple[str, str]
    mints: tuple[str, str]
    untaxed: tuple[bool, bool]


def read_swap(call: Call) -> PoolEvent | None:
    """Every form of swap; ``None`` when too short."""
    roles = roles_of(call.instruction.accounts, _ROLES)
    amounts = _asked(call.instruction.data)
    if roles is None or amounts is None:
        return None
    log = {} if call.transaction.failed else _logged(call, roles["pool"])
    x_for_y = bool(log["swap_for_y"]) if "swap_for_y" in log else _direction(call, roles)
    facts = {name: roles[name] for name in ("user", "user_input", "user_output", "oracle")}
    pair = (roles["mint_x"], roles["mint_y"])
    if x_for_y is not None:
        ends = _ends(roles, x_for_y=x_for_y)
        facts |= {"side": trade_side(ends.mints[0], *pair)}
        facts |= {"input_mint": ends.mints[0], "output_mint": ends.mints[1]}
        if not call.transaction.failed:
            amounts |= _moved(call, ends, roles["user_output"], log)
    return event_of_call(
        call,
        NAME,
        EventKind.SWAP,
        pool=roles["pool"],
        mints=pair,
        vaults=(roles["reserve_x"], roles["reserve_y"]),
        amounts=amounts,
        facts=facts,
    )


def _asked(data: bytes) -> dict[str, int] | None:
    form = data[:DISCRIMINATOR_SIZE]
    if form in _BY_IMPACT:
        return _asked_by_impact(data)
    if len(data) < _AMOUNTS.size:
        return None
    first, second = _AMOUNTS.unpack_from(data)
    if form in _EXACT_OUT:
        return {"max_in_amount": first, "out_amount": second, "max_amount_in": first, "amount_out": second}
    return {"amount_in": first, "min_amount_out": second, "minimum_amount_out": second}


def _asked_by_impact(data: bytes) -> dict[str, int] | None:
    if len(data) < _IMPACT.size:
        return None
    amount, told = _IMPACT.unpack_from(data)
    rest = _ACTIVE if told else _NO_ACTIVE
    if len(data) < _IMPACT.size + rest.size:
        return None
    *active, impact = rest.unpack_from(data, _IMPACT.size)
    asked = {"amount_in": amount, "max_price_impact_bps": impact}
    return asked | ({"active_id": active[0]} if active else {})


def _logged(call: Call, pool: str) -> dict[str, int]:
    """What both events say, the first one's names before the second's."""
    found: dict[str, int] = {}
    for layout, event in read_events(emitted(call), LAYOUTS):
        if layout in (SWAP, SWAP_2) and event.words["pool"] == pool:
            found = event.numbers | found
    return found


def _direction(call: Call, roles: Mapping[str, str]) -> bool | None:
    """Whether X was sold: by the mints of the user's accounts, else by their addresses."""
    for role, sold in (("user_input", True), ("user_output", False)):
        mint = mint_of(call.transaction, roles[role])
        if mint in (roles["mint_x"], roles["mint_y"]):
            return (mint == roles["mint_x"]) is sold
    for side, sold in (("x", True), ("y", False)):
        own = associated_token_address(roles["user"], roles[f"mint_{side}"], roles[f"program_{side}"])
        if own in (roles["user_input"], roles["user_output"]):
            return (own == roles["user_input"]) is sold
    return None


def _ends(roles: Mapping[str, str], *, x_for_y: bool) -> _Ends:
    given, taken = ("x", "y") if x_for_y else ("y", "x")
    return _Ends(
        (roles[f"reserve_{given}"], roles[f"reserve_{taken}"]),
        (roles[f"mint_{given}"], roles[f"mint_{taken}"]),
        (roles[f"program_{given}"] == TOKEN_PROGRAM, roles[f"program_{taken}"] == TOKEN_PROGRAM),
    )


def _moved(call: Call, ends: _Ends, user_output: str, log: Mapping[str, int]) -> dict[str, int]:
    """The events count what the pool got and gave; transfer fees are before and after that."""
    if not log:
        return swapped_between(call, *ends.reserves)
    amounts = dict(log) | {"input_amount": log["amount_in"], "output_amount": log["amount_out"]}
    paid, _ = sent_between(call, *ends.reserves)
    if paid is not None:
        amounts["input_amount" if ends.untaxed[0] else "amount_in"] = paid
    if not ends.untaxed[1]:
        got = arrived(call.transaction, user_output)
        amounts |= {"amount_out": log["amount_out"] if got is None else got}
    return amounts
