"""Swaps on Raydium CLMM from executed instructions, over one pool or several."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from sniperforge.dex.anchor import instruction_discriminator
from sniperforge.dex.anchor_events import emitted
from sniperforge.dex.growing_layout import read_events
from sniperforge.dex.pool_events import NOT_TOLD, event_of_call
from sniperforge.dex.raydium_clmm.log_events import LAYOUTS, SWAP, swap_amounts
from sniperforge.dex.raydium_clmm.program import NAME
from sniperforge.dex.sides import in_byte_order, trade_side
from sniperforge.dex.token_flow import mints_of, swapped_between
from sniperforge.domain.addresses import TOKEN_PROGRAM
from sniperforge.domain.pool import EventKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.dex.growing_layout import Fields
    from sniperforge.dex.venue import Call
    from sniperforge.domain.pool import PoolEvent

SWAP_SINGLE: Final = instruction_discriminator("swap")
SWAP_V2: Final = instruction_discriminator("swap_v2")
SWAP_ROUTER: Final = instruction_discriminator("swap_router_base_in")

_ASKED: Final = struct.Struct("<8xQQ16s?")
"""Amount, limit of the other amount, limit of the square-root price, whether the amount is the input."""
_ROUTED: Final = struct.Struct("<8xQQ")
_SINGLE_ACCOUNTS: Final = 9
_V2_ACCOUNTS: Final = 13
_ROUTER_ACCOUNTS: Final = 6
"""Payer, input account, input mint, three programs; then hops, each with as many tick arrays as it needs."""
_HOP_ACCOUNTS: Final = 7


class _Hop(NamedTuple):
    """The accounts of one swap; pairs are input, output. Mints are ``""`` where they are not told."""

    config: str
    pool: str
    user: str
    tokens: tuple[str, str]
    vaults: tuple[str, str]
    mints: tuple[str, str]


def read_swap(call: Call) -> PoolEvent | None:
    """``swap`` and ``swap_v2``; ``None`` when too short."""
    accounts, data = call.instruction.accounts, call.instruction.data
    second = data.startswith(SWAP_V2)
    if len(accounts) < (_V2_ACCOUNTS if second else _SINGLE_ACCOUNTS) or len(data) < _ASKED.size:
        return None
    tokens, vaults = (accounts[3], accounts[4]), (accounts[5], accounts[6])
    mints = (accounts[11], accounts[12]) if second else mints_of(call.transaction, vaults, tokens)
    hop = _Hop(accounts[1], accounts[2], accounts[0], tokens, vaults, mints)
    amount, limit, price_limit, is_input = _ASKED.unpack_from(data)
    names = ("amount_in", "minimum_amount_out") if is_input else ("amount_out", "max_amount_in")
    asked = {
        "amount": amount,
        "other_amount_threshold": limit,
        "sqrt_price_limit_x64": int.from_bytes(price_limit, "little"),
        **dict(zip(names, (amount, limit), strict=True)),
    }
    log = next((log for log in _logged(call) if log.words["pool"] == hop.pool), None)
    return _event(call, hop, asked, log)


def read_route(call: Call) -> tuple[PoolEvent, ...] | None:
    """``swap_router_base_in``: one event per hop that the logs tell, else the first hop alone."""
    accounts, data = call.instruction.accounts, call.instruction.data
    own = call.instruction.program_id
    first = _ROUTER_ACCOUNTS + (2 if own in accounts[: _ROUTER_ACCOUNTS + 2] else 0)
    if len(accounts) < first + _HOP_ACCOUNTS or len(data) < _ROUTED.size or accounts[2] == TOKEN_PROGRAM:
        return None
    amount_in, minimum = _ROUTED.unpack_from(data)
    asked = {"amount_in": amount_in, "amount_out_minimum": minimum}
    token, mint, events = accounts[1], accounts[2], []
    for log in _logged(call):
        at = accounts.index(log.words["pool"]) - 1 if log.words["pool"] in accounts[first + 1 :] else -1
        if not first <= at <= len(accounts) - _HOP_ACCOUNTS:
            continue
        hop = _routed(accounts[at:], accounts[0], token, mint)
        events.append(_event(call, hop, asked, log))
        token, mint, asked = hop.tokens[1], hop.mints[1], {}
    return tuple(events) or (_event(call, _routed(accounts[first:], accounts[0], token, mint), asked, None),)


def _routed(accounts: tuple[str, ...], user: str, token: str, mint: str) -> _Hop:
    config, pool, output, vault_in, vault_out, mint_out = accounts[:6]
    return _Hop(config, pool, user, (token, output), (vault_in, vault_out), (mint, mint_out))


def _logged(call: Call) -> list[Fields]:
    if call.transaction.failed:
        return []
    return [event for layout, event in read_events(emitted(call), LAYOUTS) if layout is SWAP]


def _event(call: Call, hop: _Hop, asked: Mapping[str, int], log: Fields | None) -> PoolEvent:
    amounts = dict(asked)
    if log is not None:
        amounts |= swap_amounts(log)
    elif not call.transaction.failed:
        amounts |= swapped_between(call, *hop.vaults)
    facts = {
        "user": hop.user,
        "user_input": hop.tokens[0],
        "user_output": hop.tokens[1],
        "amm_config": hop.config,
    }
    ordered = True
    if hop.mints != NOT_TOLD:
        ordered = in_byte_order(*hop.mints)
        side = trade_side(hop.mints[0], *(hop.mints if ordered else hop.mints[::-1]))
        facts |= {"side": side, "input_mint": hop.mints[0], "output_mint": hop.mints[1]}
    elif log is not None:
        ordered = bool(log.numbers["zero_for_one"])
    return event_of_call(
        call,
        NAME,
        EventKind.SWAP,
        pool=hop.pool,
        mints=hop.mints if ordered else hop.mints[::-1],
        vaults=hop.vaults if ordered else hop.vaults[::-1],
        amounts=amounts,
        facts=facts,
    )
