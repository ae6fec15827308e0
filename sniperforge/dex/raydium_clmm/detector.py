"""Pool events of Raydium CLMM from instructions: creations and liquidity; swaps have their module."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from sniperforge.dex.anchor import DISCRIMINATOR_SIZE, instruction_discriminator
from sniperforge.dex.anchor_events import emitted
from sniperforge.dex.dispatch import dispatched
from sniperforge.dex.growing_layout import read_events
from sniperforge.dex.pool_events import event_of_call
from sniperforge.dex.raydium_clmm.log_events import CREATED, DECREASED, INCREASED, LAYOUTS, OPENED
from sniperforge.dex.raydium_clmm.program import NAME
from sniperforge.dex.raydium_clmm.swaps import SWAP_ROUTER, SWAP_SINGLE, SWAP_V2, read_route, read_swap
from sniperforge.dex.token_flow import mints_of, sent_between
from sniperforge.domain.pool import EventKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.dex.dispatch import Reader
    from sniperforge.dex.growing_layout import GrowingLayout
    from sniperforge.dex.venue import Call
    from sniperforge.domain.pool import PoolEvent

_PERMISSIONED: Final = instruction_discriminator("create_permissioned_pool")
_CREATIONS: Final = (
    instruction_discriminator("create_pool"),
    instruction_discriminator("create_customizable_pool"),
    _PERMISSIONED,
)
_CREATION_ROLES: Final = {
    "creator": 0,
    "amm_config": 1,
    "pool": 2,
    "token_0_mint": 3,
    "token_1_mint": 4,
    "token_0_vault": 5,
    "token_1_vault": 6,
    "observation": 7,
    "tick_array_bitmap": 8,
    "token_0_program": 9,
    "token_1_program": 10,
}
_PERMISSIONED_ROLES: Final = {
    "payer": 0,
    "permission": 2,
    **{role: index + (1 if role == "creator" else 2) for role, index in _CREATION_ROLES.items()},
}
_PRICE_AT: Final = slice(8, 24)
_OPEN_TIME_AT: Final = slice(24, 32)


class _Position(NamedTuple):
    """Where an instruction names what it moves: indexes of accounts, the offset of its amounts in the data.

    Attributes:
        mints: ``None`` where it does not name them.
        given: offset of the flag that says that the amounts count although the liquidity is 0.
    """

    added: bool
    user: int
    pool: int
    tokens: tuple[int, int]
    vaults: tuple[int, int]
    mints: tuple[int, int] | None
    amounts_at: int
    given: int | None
    log: GrowingLayout


_AMOUNTS: Final = struct.Struct("<16sQQ")
"""Liquidity, then the limits of both amounts."""
_OPENED_AT: Final = 24
"""Four tick indexes come first."""

_POSITIONS: Final[Mapping[bytes, _Position]] = {
    instruction_discriminator(name): form
    for name, form in {
        "open_position": _Position(True, 0, 5, (10, 11), (12, 13), None, _OPENED_AT, None, OPENED),
        "open_position_v2": _Position(True, 0, 5, (10, 11), (12, 13), (20, 21), _OPENED_AT, 57, OPENED),
        "open_position_with_token22_nft": _Position(
            True, 0, 4, (9, 10), (11, 12), (18, 19), _OPENED_AT, 57, OPENED
        ),
        "increase_liquidity": _Position(True, 0, 2, (7, 8), (9, 10), None, 8, None, INCREASED),
        "increase_liquidity_v2": _Position(True, 0, 2, (7, 8), (9, 10), (13, 14), 8, 40, INCREASED),
        "decrease_liquidity": _Position(False, 0, 3, (9, 10), (5, 6), None, 8, None, DECREASED),
        "decrease_liquidity_v2": _Position(False, 0, 3, (9, 10), (5, 6), (14, 15), 8, None, DECREASED),
    }.items()
}


def events_of_call(call: Call) -> tuple[PoolEvent, ...] | None:
    """What one instruction did; ``None`` for unknown or too short instructions."""
    return dispatched(call, _READERS, _SILENT)


def _created(call: Call) -> PoolEvent | None:
    instruction = call.instruction
    permissioned = instruction.data.startswith(_PERMISSIONED)
    roles = _PERMISSIONED_ROLES if permissioned else _CREATION_ROLES
    if len(instruction.accounts) <= max(roles.values()) or len(instruction.data) < _PRICE_AT.stop:
        return None
    facts = {role: instruction.accounts[index] for role, index in roles.items()}
    amounts = {"sqrt_price_x64": int.from_bytes(instruction.data[_PRICE_AT], "little"), "open_time": 0}
    if instruction.data.startswith(_CREATIONS[0]):
        amounts["open_time"] = int.from_bytes(instruction.data[_OPEN_TIME_AT], "little")
    if not call.transaction.failed:
        amounts |= {"vault_0_amount": 0, "vault_1_amount": 0}
        for layout, log in read_events(emitted(call), LAYOUTS):
            if layout is CREATED:
                amounts |= log.numbers
    return event_of_call(
        call,
        NAME,
        EventKind.POOL_CREATED,
        pool=facts.pop("pool"),
        mints=(facts.pop("token_0_mint"), facts.pop("token_1_mint")),
        vaults=(facts.pop("token_0_vault"), facts.pop("token_1_vault")),
        amounts=amounts,
        facts=facts,
        sided=("vault_0_amount", "vault_1_amount"),
    )


def _liquidity(call: Call) -> PoolEvent | tuple[PoolEvent, ...] | None:
    """Positions that take tokens in or give them back; one opened empty or asked for fees does neither."""
    accounts, data = call.instruction.accounts, call.instruction.data
    form = _POSITIONS[data[:DISCRIMINATOR_SIZE]]
    places = (form.pool, *form.tokens, *form.vaults, *(form.mints or ()))
    if len(accounts) <= max(places) or len(data) < form.amounts_at + _AMOUNTS.size:
        return None
    raw, limit_0, limit_1 = _AMOUNTS.unpack_from(data, form.amounts_at)
    liquidity = int.from_bytes(raw, "little")
    by_amount = form.given is not None and data[form.given : form.given + 1] == b"\x01"
    if not liquidity and not by_amount:
        return ()
    vaults = (accounts[form.vaults[0]], accounts[form.vaults[1]])
    tokens = (accounts[form.tokens[0]], accounts[form.tokens[1]])
    mints = form.mints and (accounts[form.mints[0]], accounts[form.mints[1]])
    limit = "max" if form.added else "min"
    amounts = {"liquidity": liquidity, f"amount_0_{limit}": limit_0, f"amount_1_{limit}": limit_1}
    if not call.transaction.failed:
        amounts |= _real_amounts(call, form, vaults)
    return event_of_call(
        call,
        NAME,
        EventKind.LIQUIDITY_ADDED if form.added else EventKind.LIQUIDITY_REMOVED,
        pool=accounts[form.pool],
        mints=mints or mints_of(call.transaction, vaults),
        vaults=vaults,
        amounts=amounts,
        facts={"user": accounts[form.user], "user_token_0": tokens[0], "user_token_1": tokens[1]},
        sided=("amount_0", "amount_1"),
    )


def _real_amounts(call: Call, form: _Position, vaults: tuple[str, str]) -> dict[str, int]:
    """By the program's own event, else by the transfers into the vaults; those out of them hold fees too."""
    for layout, log in read_events(emitted(call), LAYOUTS):
        if layout is form.log:
            return log.numbers
    if not form.added:
        return {}
    paid = (
        sent_between(call, into=vaults[0], out_of="")[0],
        sent_between(call, into=vaults[1], out_of="")[0],
    )
    return {f"sent_{side}": amount for side, amount in enumerate(paid) if amount is not None}


_READERS: Final[Mapping[bytes, Reader]] = {
    **dict.fromkeys(_CREATIONS, _created),
    **dict.fromkeys(_POSITIONS, _liquidity),
    SWAP_SINGLE: read_swap,
    SWAP_V2: read_swap,
    SWAP_ROUTER: read_route,
}

_SILENT: Final = frozenset(
    instruction_discriminator(name)
    for name in (
        "close_limit_order",
        "close_permission_pda",
        "close_position",
        "close_protocol_position",
        "close_support_mint_associated",
        "collect_fund_fee",
        "collect_protocol_fee",
        "collect_remaining_rewards",
        "create_amm_config",
        "create_dynamic_fee_config",
        "create_operation_account",
        "create_permission_pda",
        "create_support_mint_associated",
        "decrease_limit_order",
        "increase_limit_order",
        "initialize_reward",
        "open_limit_order",
        "set_reward_params",
        "settle_limit_order",
        "transfer_reward_owner",
        "update_amm_config",
        "update_dynamic_fee_config",
        "update_operation_account",
        "update_pool_status",
        "update_reward_infos",
    )
)
"""Instructions that neither trade nor move liquidity of positions."""
