"""Swaps on Orca Whirlpools from executed instructions, over one pool or two."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from sniperforge.dex.anchor import instruction_discriminator
from sniperforge.dex.anchor_events import emitted
from sniperforge.dex.growing_layout import read_events
from sniperforge.dex.orca_whirlpool.log_events import LAYOUTS, TRADED, swap_amounts
from sniperforge.dex.orca_whirlpool.program import NAME
from sniperforge.dex.pool_events import NOT_TOLD, event_of_call
from sniperforge.dex.sides import trade_side
from sniperforge.dex.token_flow import mints_of, swapped_between
from sniperforge.domain.pool import EventKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.dex.growing_layout import Fields
    from sniperforge.dex.venue import Call
    from sniperforge.domain.pool import PoolEvent

SWAP: Final = instruction_discriminator("swap")
SWAP_V2: Final = instruction_discriminator("swap_v2")
TWO_HOP: Final = instruction_discriminator("two_hop_swap")
TWO_HOP_V2: Final = instruction_discriminator("two_hop_swap_v2")

_ASKED: Final = struct.Struct("<8xQQ16s??")
"""Amount, limit of the other amount, limit of the square-root price; amount is the input; A is sold."""
_ASKED_TWICE: Final = struct.Struct("<8xQQ???16s16s")


class _Leg(NamedTuple):
    """One swap's accounts; pairs are A, B. Mints are ``""`` where they are not told."""

    pool: str
    user: str
    a_to_b: bool
    tokens: tuple[str, str]
    vaults: tuple[str, str]
    mints: tuple[str, str]


def read_swap(call: Call) -> PoolEvent | None:
    """``swap`` and ``swap_v2``; ``None`` when too short."""
    accounts, data = call.instruction.accounts, call.instruction.data
    second = data.startswith(SWAP_V2)
    if len(accounts) < (11 if second else 7) or len(data) < _ASKED.size:
        return None
    amount, limit, price_limit, is_input, a_to_b = _ASKED.unpack_from(data)
    if second:
        user, pool, mints = accounts[3], accounts[4], (accounts[5], accounts[6])
        tokens, vaults = (accounts[7], accounts[9]), (accounts[8], accounts[10])
    else:
        user, pool = accounts[1], accounts[2]
        tokens, vaults = (accounts[3], accounts[5]), (accounts[4], accounts[6])
        mints = mints_of(call.transaction, vaults, tokens)
    leg = _Leg(pool, user, a_to_b, tokens, vaults, mints)
    asked = {
        "amount": amount,
        "other_amount_threshold": limit,
        "sqrt_price_limit": int.from_bytes(price_limit, "little"),
        **_limits(amount, limit, is_input=is_input),
    }
    return _event(call, leg, asked, _logged(call).get(pool))


def read_two_hops(call: Call) -> tuple[PoolEvent, ...] | None:
    """``two_hop_swap`` and its second form: one event per pool; ``None`` when too short.

    What was asked for is on the first pool's input and the second one's output.
    """
    accounts, data = call.instruction.accounts, call.instruction.data
    second = data.startswith(TWO_HOP_V2)
    if len(accounts) < (15 if second else 12) or len(data) < _ASKED_TWICE.size:
        return None
    amount, limit, is_input, first_a_to_b, second_a_to_b, *price_limits = _ASKED_TWICE.unpack_from(data)
    legs = (_two_legs_v2 if second else _two_legs)(call, first_a_to_b, second_a_to_b)
    logs = _logged(call)
    names = ("amount_in", "minimum_amount_out") if is_input else ("max_amount_in", "amount_out")
    ends = (amount, limit) if is_input else (limit, amount)
    return tuple(
        _event(
            call,
            leg,
            {name: end, "sqrt_price_limit": int.from_bytes(price_limit, "little")},
            logs.get(leg.pool),
        )
        for leg, name, end, price_limit in zip(legs, names, ends, price_limits, strict=True)
    )


def _limits(amount: int, limit: int, *, is_input: bool) -> dict[str, int]:
    if is_input:
        return {"amount_in": amount, "minimum_amount_out": limit}
    return {"amount_out": amount, "max_amount_in": limit}


def _two_legs(call: Call, *directions: bool) -> tuple[_Leg, _Leg]:
    accounts = call.instruction.accounts
    user, pools = accounts[1], accounts[2:4]
    legs = []
    for pool, at, a_to_b in zip(pools, (4, 8), directions, strict=True):
        tokens, vaults = (accounts[at], accounts[at + 2]), (accounts[at + 1], accounts[at + 3])
        legs.append(_Leg(pool, user, a_to_b, tokens, vaults, mints_of(call.transaction, vaults, tokens)))
    return legs[0], legs[1]


def _two_legs_v2(call: Call, *directions: bool) -> tuple[_Leg, _Leg]:
    """The second form names accounts from input to output; in between, tokens go from vault to vault."""
    accounts = call.instruction.accounts
    user = accounts[14]
    given, between, taken = accounts[2:5]
    flows = (
        (accounts[0], (accounts[8], accounts[11]), (accounts[9], accounts[10]), (given, between)),
        (accounts[1], (accounts[10], accounts[13]), (accounts[11], accounts[12]), (between, taken)),
    )
    legs = []
    for (pool, tokens, vaults, mints), a_to_b in zip(flows, directions, strict=True):
        leg = _Leg(pool, user, a_to_b, tokens, vaults, mints)
        if not a_to_b:
            leg = leg._replace(tokens=tokens[::-1], vaults=vaults[::-1], mints=mints[::-1])
        legs.append(leg)
    return legs[0], legs[1]


def _logged(call: Call) -> dict[str, Fields]:
    """The Traded events by pool: a call trades at most once on each."""
    if call.transaction.failed:
        return {}
    found = read_events(emitted(call), LAYOUTS)
    return {event.words["pool"]: event for layout, event in found if layout is TRADED}


def _event(call: Call, leg: _Leg, asked: Mapping[str, int], log: Fields | None) -> PoolEvent:
    amounts = dict(asked)
    given, taken = (0, 1) if leg.a_to_b else (1, 0)
    if log is not None:
        amounts |= swap_amounts(log)
    elif not call.transaction.failed:
        amounts |= swapped_between(call, leg.vaults[given], leg.vaults[taken])
    facts = {"user": leg.user, "user_input": leg.tokens[given], "user_output": leg.tokens[taken]}
    if leg.mints != NOT_TOLD:
        facts["side"] = trade_side(leg.mints[given], *leg.mints)
        facts |= {"input_mint": leg.mints[given], "output_mint": leg.mints[taken]}
    return event_of_call(
        call,
        NAME,
        EventKind.SWAP,
        pool=leg.pool,
        mints=leg.mints,
        vaults=leg.vaults,
        amounts=amounts,
        facts=facts,
    )
