"""Pool events of Meteora DAMM v2 from instructions: creations and liquidity; swaps have their module."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from sniperforge.dex.account_roles import roles_of
from sniperforge.dex.anchor import DISCRIMINATOR_SIZE, instruction_discriminator
from sniperforge.dex.anchor_events import emitted
from sniperforge.dex.byte_reader import ByteReader
from sniperforge.dex.dispatch import dispatched
from sniperforge.dex.growing_layout import read_events
from sniperforge.dex.meteora_damm_v2 import swaps
from sniperforge.dex.meteora_damm_v2.events import CHANGES, created, pool_fees
from sniperforge.dex.meteora_damm_v2.program import NAME
from sniperforge.dex.pool_events import event_of_call
from sniperforge.dex.token_flow import sent_between
from sniperforge.domain.pool import EventKind
from sniperforge.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.dex.dispatch import Reader
    from sniperforge.dex.venue import Call
    from sniperforge.domain.pool import PoolEvent

_PLAIN: Final = instruction_discriminator("initialize_pool")
_DYNAMIC: Final = instruction_discriminator("initialize_pool_with_dynamic_config")
_CUSTOM: Final = instruction_discriminator("initialize_customizable_pool")
_ADD: Final = instruction_discriminator("add_liquidity")
_REMOVE: Final = instruction_discriminator("remove_liquidity")
_REMOVE_ALL: Final = instruction_discriminator("remove_all_liquidity")
_BY_TIME: Final = 1
_SIDED: Final = ("token_a_amount", "token_b_amount")


def _creation_roles(pool: int) -> dict[str, int]:
    """From the pool on, every form names the same accounts in the same order."""
    return {
        "creator": 0,
        "payer": 3,
        "pool": pool,
        "position": pool + 1,
        "mint_a": pool + 2,
        "mint_b": pool + 3,
        "vault_a": pool + 4,
        "vault_b": pool + 5,
        "program_a": pool + 8,
        "program_b": pool + 9,
    }


_CREATION_ROLES: Final[Mapping[bytes, Mapping[str, int]]] = {
    _PLAIN: _creation_roles(6) | {"config": 4},
    _DYNAMIC: _creation_roles(7) | {"config": 5},
    _CUSTOM: _creation_roles(5),
}
_ADD_ROLES: Final = {
    "pool": 0,
    "position": 1,
    "user_token_a": 2,
    "user_token_b": 3,
    "vault_a": 4,
    "vault_b": 5,
    "mint_a": 6,
    "mint_b": 7,
    "user": 9,
}
_REMOVE_ROLES: Final = {role: index + 1 for role, index in _ADD_ROLES.items()}
_DELTA: Final = struct.Struct("<8x16sQQ")
_THRESHOLDS: Final = struct.Struct("<8xQQ")


def events_of_call(call: Call) -> tuple[PoolEvent, ...] | None:
    """What one instruction did: at most one event; ``None`` for unknown or too short instructions."""
    return dispatched(call, _READERS, _SILENT)


def _created(call: Call) -> PoolEvent | None:
    data = call.instruction.data
    form = data[:DISCRIMINATOR_SIZE]
    facts = roles_of(call.instruction.accounts, _CREATION_ROLES[form])
    try:
        amounts = _arguments(form, ByteReader(data, DISCRIMINATOR_SIZE, "a DAMM v2 creation"))
    except DecodeError:
        return None
    if facts is None:
        return None
    pool, mints = facts.pop("pool"), (facts.pop("mint_a"), facts.pop("mint_b"))
    vaults = (facts.pop("vault_a"), facts.pop("vault_b"))
    if not call.transaction.failed:
        told = next(filter(None, map(created, emitted(call))), None)
        amounts |= told or _sent(call, vaults, added=True)
    timed = amounts.get("activation_type") == _BY_TIME
    amounts["open_time"] = amounts.get("activation_point", 0) if timed else 0
    return event_of_call(
        call,
        NAME,
        EventKind.POOL_CREATED,
        pool=pool,
        mints=mints,
        vaults=vaults,
        amounts=amounts,
        facts=facts,
        sided=_SIDED,
    )


def _arguments(form: bytes, data: ByteReader) -> dict[str, int]:
    if form == _PLAIN:
        found = {"liquidity": data.u128(), "sqrt_price": data.u128()}
    else:
        found = pool_fees(data)
        found |= {"sqrt_min_price": data.u128(), "sqrt_max_price": data.u128()}
        found |= {"has_alpha_vault": int(data.flag())}
        found |= {"liquidity": data.u128(), "sqrt_price": data.u128()}
        found |= {"activation_type": data.u8(), "collect_fee_mode": data.u8()}
    point = data.option(data.u64) if data.left else None
    return found if point is None else found | {"activation_point": point}


def _changed(call: Call) -> PoolEvent | None:
    data = call.instruction.data
    form = data[:DISCRIMINATOR_SIZE]
    added = form == _ADD
    facts = roles_of(call.instruction.accounts, _ADD_ROLES if added else _REMOVE_ROLES)
    amounts = _thresholds(data)
    if facts is None or amounts is None:
        return None
    pool, mints = facts.pop("pool"), (facts.pop("mint_a"), facts.pop("mint_b"))
    vaults = (facts.pop("vault_a"), facts.pop("vault_b"))
    if not call.transaction.failed:
        told = next(read_events(emitted(call), CHANGES), None)
        amounts |= told[1].numbers if told else _sent(call, vaults, added=added)
    return event_of_call(
        call,
        NAME,
        EventKind.LIQUIDITY_ADDED if added else EventKind.LIQUIDITY_REMOVED,
        pool=pool,
        mints=mints,
        vaults=vaults,
        amounts=amounts,
        facts=facts,
        sided=_SIDED,
    )


def _thresholds(data: bytes) -> dict[str, int] | None:
    form = _THRESHOLDS if data.startswith(_REMOVE_ALL) else _DELTA
    if len(data) < form.size:
        return None
    *delta, limit_a, limit_b = form.unpack_from(data)
    found = {"token_a_amount_threshold": limit_a, "token_b_amount_threshold": limit_b}
    return found | ({"liquidity_delta": int.from_bytes(delta[0], "little")} if delta else {})


def _sent(call: Call, vaults: tuple[str, str], *, added: bool) -> dict[str, int]:
    """What the transfers tell, where the program's event is missing."""
    side = 0 if added else 1
    found = [
        sent_between(call, into=vault if added else "", out_of="" if added else vault)[side]
        for vault in vaults
    ]
    return {name: amount for name, amount in zip(_SIDED, found, strict=True) if amount is not None}


_READERS: Final[Mapping[bytes, Reader]] = {
    **dict.fromkeys(_CREATION_ROLES, _created),
    _ADD: _changed,
    _REMOVE: _changed,
    _REMOVE_ALL: _changed,
    swaps.FIRST: swaps.read_swap,
    swaps.SECOND: swaps.read_swap,
}

_SILENT: Final = frozenset(
    instruction_discriminator(name)
    for name in (
        "claim_partner_fee",
        "claim_position_fee",
        "claim_protocol_fee",
        "claim_protocol_fee2",
        "claim_reward",
        "close_claim_fee_operator",
        "close_config",
        "close_operator_account",
        "close_position",
        "close_token_badge",
        "create_claim_fee_operator",
        "create_config",
        "create_dynamic_config",
        "create_operator_account",
        "create_position",
        "create_token_badge",
        "dummy_ix",
        "fix_config_fee_params",
        "fix_pool_fee_params",
        "fix_pool_layout_version",
        "fund_reward",
        "initialize_reward",
        "lock_inner_position",
        "lock_position",
        "permanent_lock_position",
        "refresh_vesting",
        "set_pool_status",
        "split_position",
        "split_position2",
        "update_delegate_permission",
        "update_pool_fees",
        "update_reward_duration",
        "update_reward_funder",
        "withdraw_dead_liquidity_reward",
        "withdraw_ineligible_reward",
        "zap_protocol_fee",
    )
)
"""Instructions that neither trade nor change what a pool holds for trading."""
