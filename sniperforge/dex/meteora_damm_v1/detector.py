"""Pool events of Meteora DAMM v1 from instructions. Its vaults are the token accounts of shared vaults."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from sniperforge.dex.account_roles import roles_of
from sniperforge.dex.anchor import DISCRIMINATOR_SIZE, instruction_discriminator
from sniperforge.dex.anchor_events import emitted
from sniperforge.dex.byte_reader import ByteReader
from sniperforge.dex.dispatch import dispatched
from sniperforge.dex.growing_layout import read_events
from sniperforge.dex.meteora_damm_v1.events import ADDED, CREATED, LAYOUTS, REMOVED, STARTED, SWAP
from sniperforge.dex.meteora_damm_v1.program import NAME
from sniperforge.dex.pool_events import NOT_TOLD, event_of_call
from sniperforge.dex.sides import trade_side
from sniperforge.dex.token_flow import mint_of, mints_of, sent_between, swapped_between
from sniperforge.domain.pool import EventKind
from sniperforge.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.dex.dispatch import Reader
    from sniperforge.dex.growing_layout import GrowingLayout
    from sniperforge.dex.venue import Call
    from sniperforge.domain.pool import PoolEvent


def _creation_roles(lp_mint: int) -> dict[str, int]:
    """From the LP mint on, every permissionless form names the same accounts in the same order."""
    names = (
        "lp_mint mint_a mint_b vault_a vault_b token_vault_a token_vault_b share_mint_a share_mint_b "
        "shares_a shares_b user_token_a user_token_b user_lp fee_a fee_b creator"
    )
    return {"pool": 0} | {name: index for index, name in enumerate(names.split(), lp_mint)}


_WITH_CONFIG: Final = _creation_roles(2) | {"config": 1}
_PERMISSIONED: Final = instruction_discriminator("initialize_permissioned_pool")
_PERMISSIONLESS: Final = instruction_discriminator("initialize_permissionless_pool")
_FEE_TIER: Final = instruction_discriminator("initialize_permissionless_pool_with_fee_tier")
_CONFIG: Final = instruction_discriminator("initialize_permissionless_constant_product_pool_with_config")
_CONFIG_2: Final = instruction_discriminator("initialize_permissionless_constant_product_pool_with_config2")
_CUSTOM: Final = instruction_discriminator("initialize_customizable_permissionless_constant_product_pool")
_CREATION_ROLES: Final[Mapping[bytes, Mapping[str, int]]] = {
    _PERMISSIONED: {
        "pool": 0,
        "lp_mint": 1,
        "mint_a": 2,
        "mint_b": 3,
        "vault_a": 4,
        "vault_b": 5,
        "shares_a": 8,
        "shares_b": 9,
        "creator": 15,
    },
    _PERMISSIONLESS: _creation_roles(1),
    _FEE_TIER: _creation_roles(1),
    _CONFIG: _WITH_CONFIG,
    _CONFIG_2: _WITH_CONFIG,
    _CUSTOM: _creation_roles(1),
}
_STABLE_SIZE: Final = 50
"""Amplification, multipliers, depegging and a time, after the curve's tag."""
_BY_TIME: Final = 1

_SWAP: Final = instruction_discriminator("swap")
_SWAP_ROLES: Final = {
    "pool": 0,
    "user_input": 1,
    "user_output": 2,
    "vault_a": 3,
    "vault_b": 4,
    "token_vault_a": 5,
    "token_vault_b": 6,
    "user": 12,
}
_TWO: Final = struct.Struct("<8xQQ")
_THREE: Final = struct.Struct("<8xQQQ")


class _Change(NamedTuple):
    """One instruction that changes liquidity: its event, its arguments, and how many user accounts it has."""

    layout: GrowingLayout
    arguments: tuple[str, ...]
    users: int = 2


_CHANGES: Final[Mapping[bytes, _Change]] = {
    instruction_discriminator(name): change
    for name, change in {
        "add_balance_liquidity": _Change(
            ADDED, ("pool_token_amount", "maximum_token_a_amount", "maximum_token_b_amount")
        ),
        "add_imbalance_liquidity": _Change(
            ADDED, ("minimum_pool_token_amount", "asked_token_a_amount", "asked_token_b_amount")
        ),
        "bootstrap_liquidity": _Change(STARTED, ("asked_token_a_amount", "asked_token_b_amount")),
        "remove_balance_liquidity": _Change(
            REMOVED, ("pool_token_amount", "minimum_a_token_out", "minimum_b_token_out")
        ),
        "remove_liquidity_single_side": _Change(REMOVED, ("pool_token_amount", "minimum_out_amount"), 1),
    }.items()
}
_VAULTS_AT, _USERS_AT = 9, 11
_SIDED: Final = ("vault_a_amount", "vault_b_amount")


def events_of_call(call: Call) -> tuple[PoolEvent, ...] | None:
    """What one instruction did: at most one event; ``None`` for unknown or too short instructions."""
    return dispatched(call, _READERS, _SILENT)


def _created(call: Call) -> PoolEvent | None:
    data = call.instruction.data
    form = data[:DISCRIMINATOR_SIZE]
    facts = roles_of(call.instruction.accounts, _CREATION_ROLES[form])
    try:
        amounts = _arguments(form, ByteReader(data, DISCRIMINATOR_SIZE, "a DAMM v1 creation"))
    except DecodeError:
        return None
    if facts is None:
        return None
    timed = amounts.get("activation_type") == _BY_TIME
    amounts["open_time"] = amounts.get("activation_point", 0) if timed else 0
    vaults = (facts.pop("token_vault_a", ""), facts.pop("token_vault_b", ""))
    if not call.transaction.failed:
        amounts |= _told(call, CREATED) | _moved(call, vaults, added=True)
    return event_of_call(
        call,
        NAME,
        EventKind.POOL_CREATED,
        pool=facts.pop("pool"),
        mints=(facts.pop("mint_a"), facts.pop("mint_b")),
        vaults=vaults,
        amounts=amounts,
        facts=facts,
        sided=_SIDED,
    )


def _arguments(form: bytes, data: ByteReader) -> dict[str, int]:
    found: dict[str, int] = {}
    if form in (_PERMISSIONED, _PERMISSIONLESS, _FEE_TIER):
        found["curve_type"] = data.u8()
        if found["curve_type"]:
            data.take(_STABLE_SIZE)
    if form == _PERMISSIONED:
        return found
    if form == _FEE_TIER:
        found["trade_fee_bps"] = data.u64()
    found |= {"token_a_amount": data.u64(), "token_b_amount": data.u64()}
    if form == _CUSTOM:
        found["trade_fee_numerator"] = data.u32()
    point = data.option(data.u64) if form in (_CUSTOM, _CONFIG_2) and data.left else None
    if point is not None:
        found["activation_point"] = point
    if form == _CUSTOM:
        found |= {"has_alpha_vault": int(data.flag()), "activation_type": data.u8()}
    return found


def _swapped(call: Call) -> PoolEvent | None:
    roles = roles_of(call.instruction.accounts, _SWAP_ROLES)
    if roles is None or len(call.instruction.data) < _TWO.size:
        return None
    amount, minimum = _TWO.unpack_from(call.instruction.data)
    amounts = {"amount_in": amount, "minimum_amount_out": minimum}
    facts = {name: roles[name] for name in ("user", "user_input", "user_output", "vault_a", "vault_b")}
    vaults = (roles["token_vault_a"], roles["token_vault_b"])
    a_to_b = _direction(call, roles, vaults)
    mints = _mints(call, roles, vaults, a_to_b=a_to_b)
    if a_to_b is not None and mints != NOT_TOLD:
        given, taken = (0, 1) if a_to_b else (1, 0)
        facts |= {"side": trade_side(mints[given], *mints)}
        facts |= {"input_mint": mints[given], "output_mint": mints[taken]}
    if not call.transaction.failed:
        told = _told(call, SWAP)
        if told:
            amounts |= {"amount_out": told["out_amount"], "output_amount": told["out_amount"]}
        if a_to_b is not None:
            # The vault gets less than the user pays: the protocol's fee goes elsewhere at once.
            amounts |= swapped_between(call, *(vaults if a_to_b else vaults[::-1])) | {"amount_in": amount}
        amounts |= told
    return event_of_call(
        call,
        NAME,
        EventKind.SWAP,
        pool=roles["pool"],
        mints=mints,
        vaults=vaults,
        amounts=amounts,
        facts=facts,
    )


def _direction(call: Call, roles: Mapping[str, str], vaults: tuple[str, str]) -> bool | None:
    """Whether A was sold: by which vault got tokens, else by mints."""
    for vault, sold in zip(vaults, (True, False), strict=True):
        paid, given = sent_between(call, into=vault, out_of=vault)
        if not call.transaction.failed and (paid is not None or given is not None):
            return sold if paid is not None else not sold
    for role, sold in (("user_input", True), ("user_output", False)):
        mint = mint_of(call.transaction, roles[role])
        if mint and mint in (own := [mint_of(call.transaction, vault) for vault in vaults]):
            return (mint == own[0]) is sold
    return None


def _mints(
    call: Call, roles: Mapping[str, str], vaults: tuple[str, str], *, a_to_b: bool | None
) -> tuple[str, str]:
    users = (roles["user_input"], roles["user_output"])
    if a_to_b is None:
        return mints_of(call.transaction, vaults)
    return mints_of(call.transaction, vaults, users if a_to_b else users[::-1])


def _changed(call: Call) -> PoolEvent | None:
    accounts, data = call.instruction.accounts, call.instruction.data
    change = _CHANGES[data[:DISCRIMINATOR_SIZE]]
    form = _THREE if len(change.arguments) == 3 else _TWO
    user = _USERS_AT + change.users
    if len(accounts) <= user or len(data) < form.size:
        return None
    added = change.layout is not REMOVED
    amounts = dict(zip(change.arguments, form.unpack_from(data), strict=True))
    vaults = (accounts[_VAULTS_AT], accounts[_VAULTS_AT + 1])
    if not call.transaction.failed:
        amounts |= _told(call, change.layout) | _moved(call, vaults, added=added)
    pairs = [vaults]
    facts = {"user": accounts[user], "lp_mint": accounts[1], "user_lp": accounts[2]}
    if change.users > 1:
        pairs.append((accounts[_USERS_AT], accounts[_USERS_AT + 1]))
        facts |= {"user_token_a": accounts[_USERS_AT], "user_token_b": accounts[_USERS_AT + 1]}
    else:
        facts["user_output"] = accounts[_USERS_AT]
    return event_of_call(
        call,
        NAME,
        EventKind.LIQUIDITY_ADDED if added else EventKind.LIQUIDITY_REMOVED,
        pool=accounts[0],
        mints=mints_of(call.transaction, *pairs),
        vaults=vaults,
        amounts=amounts,
        facts=facts,
        sided=_SIDED,
    )


def _told(call: Call, wanted: GrowingLayout) -> dict[str, int]:
    """The numbers of the program's own event."""
    return next((log.numbers for layout, log in read_events(emitted(call), LAYOUTS) if layout is wanted), {})


def _moved(call: Call, vaults: tuple[str, str], *, added: bool) -> dict[str, int]:
    """What the vaults got or gave; one that the transfers leave out moved nothing."""
    side = 0 if added else 1
    found = [
        sent_between(call, into=vault if added else "", out_of="" if added else vault)[side]
        if vault
        else None
        for vault in vaults
    ]
    if found == [None, None]:
        return {}
    return {name: amount or 0 for name, amount in zip(_SIDED, found, strict=True)}


_READERS: Final[Mapping[bytes, Reader]] = {
    **dict.fromkeys(_CREATION_ROLES, _created),
    **dict.fromkeys(_CHANGES, _changed),
    _SWAP: _swapped,
}

_SILENT: Final = frozenset(
    instruction_discriminator(name)
    for name in (
        "claim_fee",
        "close_config",
        "close_operator_account",
        "create_config",
        "create_lock_escrow",
        "create_mint_metadata",
        "create_operator_account",
        "enable_or_disable_pool",
        "get_pool_info",
        "lock",
        "migrate_fee_account",
        "move_locked_lp",
        "override_curve_param",
        "partner_claim_fee",
        "set_admin_fee_account",
        "set_pool_fees",
        "set_whitelisted_vault",
        "sync_apy",
        "transfer_admin",
        "update_activation_point",
        "withdraw_protocol_fees",
        "zap_protocol_fee",
    )
)
"""Instructions that neither trade nor change what a pool holds for trading."""
