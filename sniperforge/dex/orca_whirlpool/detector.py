"""Pool events of Orca Whirlpools from instructions: creations and liquidity; swaps have their module."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from sniperforge.dex.anchor import DISCRIMINATOR_SIZE, instruction_discriminator
from sniperforge.dex.anchor_events import emitted
from sniperforge.dex.dispatch import dispatched
from sniperforge.dex.growing_layout import read_events
from sniperforge.dex.orca_whirlpool.log_events import CREATED, DECREASED, INCREASED, LAYOUTS, change_amounts
from sniperforge.dex.orca_whirlpool.program import NAME
from sniperforge.dex.orca_whirlpool.swaps import (
    SWAP,
    SWAP_V2,
    TWO_HOP,
    TWO_HOP_V2,
    read_swap,
    read_two_hops,
)
from sniperforge.dex.pool_events import event_of_call
from sniperforge.dex.token_flow import mints_of, sent_between
from sniperforge.domain.pool import EventKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.dex.dispatch import Reader
    from sniperforge.dex.venue import Call
    from sniperforge.domain.pool import PoolEvent

_INITIALIZE: Final = instruction_discriminator("initialize_pool")
_INITIALIZE_V2: Final = instruction_discriminator("initialize_pool_v2")
_INITIALIZE_ADAPTIVE: Final = instruction_discriminator("initialize_pool_with_adaptive_fee")

_CREATION_ROLES: Final[Mapping[bytes, Mapping[str, int]]] = {
    _INITIALIZE: {
        "config": 0,
        "mint_a": 1,
        "mint_b": 2,
        "creator": 3,
        "pool": 4,
        "vault_a": 5,
        "vault_b": 6,
        "fee_tier": 7,
        "token_program_a": 8,
        "token_program_b": 8,
    },
    _INITIALIZE_V2: {
        "config": 0,
        "mint_a": 1,
        "mint_b": 2,
        "creator": 5,
        "pool": 6,
        "vault_a": 7,
        "vault_b": 8,
        "fee_tier": 9,
        "token_program_a": 10,
        "token_program_b": 11,
    },
    _INITIALIZE_ADAPTIVE: {
        "config": 0,
        "mint_a": 1,
        "mint_b": 2,
        "creator": 5,
        "pool": 7,
        "oracle": 8,
        "vault_a": 9,
        "vault_b": 10,
        "fee_tier": 11,
        "token_program_a": 12,
        "token_program_b": 13,
    },
}


_WITH_BUMP: Final = struct.Struct("<9xH16s")
_PLAIN: Final = struct.Struct("<8xH16s")
_ADAPTIVE: Final = struct.Struct("<8x16s")
_START_AT: Final = slice(25, 33)
"""When trading begins: an option, which may be left out altogether."""
_AMOUNTS: Final = struct.Struct("<8x16sQQ")
"""Liquidity, then the limits of both amounts."""


class _Position(NamedTuple):
    """Where an instruction names what it moves: indexes of accounts.

    Attributes:
        mints: ``None`` where it does not name them.
        by_amounts: its data say how many tokens, not how much liquidity.
    """

    added: bool
    user: int
    tokens: tuple[int, int]
    vaults: tuple[int, int]
    mints: tuple[int, int] | None = None
    by_amounts: bool = False


_POSITIONS: Final[Mapping[bytes, _Position]] = {
    instruction_discriminator(name): form
    for name, form in {
        "increase_liquidity": _Position(True, 2, (5, 6), (7, 8)),
        "decrease_liquidity": _Position(False, 2, (5, 6), (7, 8)),
        "increase_liquidity_v2": _Position(True, 4, (9, 10), (11, 12), (7, 8)),
        "decrease_liquidity_v2": _Position(False, 4, (9, 10), (11, 12), (7, 8)),
        "increase_liquidity_by_token_amounts_v2": _Position(True, 4, (9, 10), (11, 12), (7, 8), True),
    }.items()
}


def events_of_call(call: Call) -> tuple[PoolEvent, ...] | None:
    """What one instruction did; ``None`` for unknown or too short instructions."""
    return dispatched(call, _READERS, _SILENT)


def _created(call: Call) -> PoolEvent | None:
    instruction = call.instruction
    form = instruction.data[:DISCRIMINATOR_SIZE]
    roles = _CREATION_ROLES[form]
    amounts = _creation_arguments(form, instruction.data)
    if len(instruction.accounts) <= max(roles.values()) or amounts is None:
        return None
    facts = {role: instruction.accounts[index] for role, index in roles.items()}
    if not call.transaction.failed:
        amounts |= {"vault_a_amount": 0, "vault_b_amount": 0}
        for layout, log in read_events(emitted(call), LAYOUTS):
            if layout is CREATED:
                amounts |= log.numbers
    return event_of_call(
        call,
        NAME,
        EventKind.POOL_CREATED,
        pool=facts.pop("pool"),
        mints=(facts.pop("mint_a"), facts.pop("mint_b")),
        vaults=(facts.pop("vault_a"), facts.pop("vault_b")),
        amounts=amounts,
        facts=facts,
        sided=("vault_a_amount", "vault_b_amount"),
    )


def _creation_arguments(form: bytes, data: bytes) -> dict[str, int] | None:
    """Tick spacing and price, or price and when trading begins; ``None`` when there is too little."""
    if form == _INITIALIZE_ADAPTIVE:
        if len(data) < _ADAPTIVE.size:
            return None
        (price,) = _ADAPTIVE.unpack_from(data)
        told = len(data) >= _START_AT.stop and data[_START_AT.start - 1]
        start = int.from_bytes(data[_START_AT], "little") if told else 0
        return {"initial_sqrt_price": int.from_bytes(price, "little"), "open_time": start}
    arguments = _WITH_BUMP if form == _INITIALIZE else _PLAIN
    if len(data) < arguments.size:
        return None
    spacing, price = arguments.unpack_from(data)
    return {
        "tick_spacing": spacing,
        "initial_sqrt_price": int.from_bytes(price, "little"),
        "open_time": 0,
    }


def _liquidity(call: Call) -> PoolEvent | tuple[PoolEvent, ...] | None:
    """Positions that take tokens in or give them back; one asked for no liquidity does neither."""
    accounts, data = call.instruction.accounts, call.instruction.data
    form = _POSITIONS[data[:DISCRIMINATOR_SIZE]]
    places = (*form.tokens, *form.vaults, *(form.mints or ()))
    if len(accounts) <= max(places):
        return None
    amounts: dict[str, int] = {}
    if not form.by_amounts:
        if len(data) < _AMOUNTS.size:
            return None
        liquidity, limit_a, limit_b = _AMOUNTS.unpack_from(data)
        if not any(liquidity):
            return ()
        limit = "max" if form.added else "min"
        amounts = {f"token_{limit}_a": limit_a, f"token_{limit}_b": limit_b}
        amounts["liquidity"] = int.from_bytes(liquidity, "little")
    vaults = (accounts[form.vaults[0]], accounts[form.vaults[1]])
    mints = form.mints and (accounts[form.mints[0]], accounts[form.mints[1]])
    if not call.transaction.failed:
        amounts |= _real_amounts(call, vaults, added=form.added)
    return event_of_call(
        call,
        NAME,
        EventKind.LIQUIDITY_ADDED if form.added else EventKind.LIQUIDITY_REMOVED,
        pool=accounts[0],
        mints=mints or mints_of(call.transaction, vaults),
        vaults=vaults,
        amounts=amounts,
        facts={
            "user": accounts[form.user],
            "user_token_a": accounts[form.tokens[0]],
            "user_token_b": accounts[form.tokens[1]],
        },
        sided=("vault_a_amount", "vault_b_amount"),
    )


def _real_amounts(call: Call, vaults: tuple[str, str], *, added: bool) -> dict[str, int]:
    """By the program's own event, else by the transfers; a vault may get less than was sent."""
    for layout, log in read_events(emitted(call), LAYOUTS):
        if layout is (INCREASED if added else DECREASED):
            return change_amounts(log, added=added)
    sent = [
        sent_between(call, into=vault if added else "", out_of="" if added else vault)[0 if added else 1]
        for vault in vaults
    ]
    names = ("token_a_amount", "token_b_amount")
    return {name: amount for name, amount in zip(names, sent, strict=True) if amount is not None}


_READERS: Final[Mapping[bytes, Reader]] = {
    **dict.fromkeys(_CREATION_ROLES, _created),
    **dict.fromkeys(_POSITIONS, _liquidity),
    SWAP: read_swap,
    SWAP_V2: read_swap,
    TWO_HOP: read_two_hops,
    TWO_HOP_V2: read_two_hops,
}

_SILENT: Final = frozenset(
    instruction_discriminator(name)
    for name in (
        "close_bundled_position",
        "close_position",
        "close_position_with_token_extensions",
        "collect_fees",
        "collect_fees_v2",
        "collect_protocol_fees",
        "collect_protocol_fees_v2",
        "collect_reward",
        "collect_reward_v2",
        "delete_position_bundle",
        "delete_token_badge",
        "idl_include",
        "initialize_adaptive_fee_tier",
        "initialize_config",
        "initialize_config_extension",
        "initialize_dynamic_tick_array",
        "initialize_fee_tier",
        "initialize_position_bundle",
        "initialize_position_bundle_with_metadata",
        "initialize_reward",
        "initialize_reward_v2",
        "initialize_tick_array",
        "initialize_token_badge",
        "lock_position",
        "migrate_repurpose_reward_authority_space",
        "open_bundled_position",
        "open_position",
        "open_position_with_metadata",
        "open_position_with_token_extensions",
        "reposition_liquidity_v2",
        "reset_position_range",
        "set_adaptive_fee_constants",
        "set_collect_protocol_fees_authority",
        "set_config_extension_authority",
        "set_config_feature_flag",
        "set_default_base_fee_rate",
        "set_default_fee_rate",
        "set_default_protocol_fee_rate",
        "set_delegated_fee_authority",
        "set_fee_authority",
        "set_fee_rate",
        "set_fee_rate_by_delegated_fee_authority",
        "set_initialize_pool_authority",
        "set_preset_adaptive_fee_constants",
        "set_protocol_fee_rate",
        "set_reward_authority",
        "set_reward_authority_by_super_authority",
        "set_reward_emissions",
        "set_reward_emissions_super_authority",
        "set_reward_emissions_v2",
        "set_token_badge_attribute",
        "set_token_badge_authority",
        "transfer_locked_position",
        "update_fees_and_rewards",
    )
)
"""Instructions that neither trade nor put liquidity in or take it out; a position moved keeps its tokens."""
