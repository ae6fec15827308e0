"""Pool events of Raydium LaunchLab from instructions: launches and migrations; trades have their module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.dex.anchor import DISCRIMINATOR_SIZE, instruction_discriminator
from sniperforge.dex.anchor_events import emitted
from sniperforge.dex.byte_reader import ByteReader
from sniperforge.dex.dispatch import dispatched
from sniperforge.dex.pool_events import event_of_call
from sniperforge.dex.raydium_launchlab.log_events import launch_parameters, launches_in
from sniperforge.dex.raydium_launchlab.program import NAME
from sniperforge.dex.raydium_launchlab.trades import FORMS, read_trade
from sniperforge.dex.token_flow import sent_between
from sniperforge.domain.pool import EventKind
from sniperforge.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.dex.dispatch import Reader
    from sniperforge.dex.venue import Call
    from sniperforge.domain.pool import PoolEvent

_LAUNCH: Final = {
    "payer": 0,
    "creator": 1,
    "global_config": 2,
    "platform_config": 3,
    "pool": 5,
    "base_mint": 6,
    "quote_mint": 7,
    "base_vault": 8,
    "quote_vault": 9,
}
_WITH_METADATA: Final = _LAUNCH | {"base_program": 11, "quote_program": 12}
_LAUNCH_ROLES: Final[Mapping[bytes, Mapping[str, int]]] = {
    instruction_discriminator("initialize"): _WITH_METADATA,
    instruction_discriminator("initialize_v2"): _WITH_METADATA,
    instruction_discriminator("initialize_with_token_2022"): _LAUNCH
    | {"base_program": 10, "quote_program": 11},
}
_MIGRATION_ROLES: Final[Mapping[bytes, Mapping[str, int]]] = {
    instruction_discriminator("migrate_to_cpswap"): {
        "user": 0,
        "base_mint": 1,
        "quote_mint": 2,
        "platform_config": 3,
        "new_program": 4,
        "new_pool": 5,
        "new_lp_mint": 7,
        "new_base_vault": 8,
        "new_quote_vault": 9,
        "new_config": 10,
        "lock_program": 13,
        "lock_authority": 14,
        "old_pool": 17,
        "base_vault": 19,
        "quote_vault": 20,
    },
    instruction_discriminator("migrate_to_amm"): {
        "user": 0,
        "base_mint": 1,
        "quote_mint": 2,
        "market": 4,
        "new_program": 12,
        "new_pool": 13,
        "new_lp_mint": 16,
        "new_base_vault": 17,
        "new_quote_vault": 18,
        "new_config": 20,
        "old_pool": 23,
        "base_vault": 25,
        "quote_vault": 26,
    },
}


def events_of_call(call: Call) -> tuple[PoolEvent, ...] | None:
    """What one instruction did: at most one event; ``None`` for unknown or too short instructions."""
    return dispatched(call, _READERS, _SILENT)


def _launched(call: Call) -> PoolEvent | None:
    instruction = call.instruction
    roles = _LAUNCH_ROLES[instruction.data[:DISCRIMINATOR_SIZE]]
    if len(instruction.accounts) <= max(roles.values()):
        return None
    try:
        asked = launch_parameters(ByteReader(instruction.data, DISCRIMINATOR_SIZE, "a launch"))
    except DecodeError:
        return None
    facts = {role: instruction.accounts[index] for role, index in roles.items()}
    amounts = asked.numbers | {"open_time": 0}
    if not call.transaction.failed:
        for launch in launches_in(emitted(call)):
            if launch.words["pool"] == facts["pool"]:
                amounts |= launch.numbers
        amounts |= {"base_amount": amounts["supply"], "quote_amount": 0}
    return event_of_call(
        call,
        NAME,
        EventKind.POOL_CREATED,
        pool=facts.pop("pool"),
        mints=(facts.pop("base_mint"), facts.pop("quote_mint")),
        vaults=(facts.pop("base_vault"), facts.pop("quote_vault")),
        amounts=amounts,
        facts=facts | asked.words,
    )


def _migrated(call: Call) -> PoolEvent | None:
    """``pool`` and vaults are the curve's; the pool that is made of it is an event of its own venue."""
    instruction = call.instruction
    roles = _MIGRATION_ROLES[instruction.data[:DISCRIMINATOR_SIZE]]
    if len(instruction.accounts) <= max(roles.values()):
        return None
    facts = {role: instruction.accounts[index] for role, index in roles.items()}
    vaults = (facts.pop("base_vault"), facts.pop("quote_vault"))
    amounts: dict[str, int] = {}
    if not call.transaction.failed:
        sent = [sent_between(call, into="", out_of=vault)[1] for vault in vaults]
        names = ("base_amount", "quote_amount")
        amounts = {name: amount for name, amount in zip(names, sent, strict=True) if amount is not None}
    return event_of_call(
        call,
        NAME,
        EventKind.MIGRATED,
        pool=facts["old_pool"],
        mints=(facts.pop("base_mint"), facts.pop("quote_mint")),
        vaults=vaults,
        amounts=amounts,
        facts=facts,
    )


_READERS: Final[Mapping[bytes, Reader]] = {
    **dict.fromkeys(_LAUNCH_ROLES, _launched),
    **dict.fromkeys(FORMS, read_trade),
    **dict.fromkeys(_MIGRATION_ROLES, _migrated),
}

_SILENT: Final = frozenset(
    instruction_discriminator(name)
    for name in (
        "claim_creator_fee",
        "claim_platform_fee",
        "claim_platform_fee_from_vault",
        "claim_vested_token",
        "close_platform_global_access",
        "collect_fee",
        "collect_migrate_fee",
        "create_config",
        "create_platform_config",
        "create_platform_global_access",
        "create_platform_vesting_account",
        "create_vesting_account",
        "remove_platform_curve_param",
        "update_config",
        "update_platform_config",
        "update_platform_curve_param",
    )
)
"""Instructions that neither trade nor change what a curve holds for trading."""
