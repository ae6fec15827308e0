"""Migrations of Meteora's bonding curves to DAMM v1 and v2; their launches and trades are passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.dex.account_roles import roles_of
from sniperforge.dex.anchor import DISCRIMINATOR_SIZE, instruction_discriminator
from sniperforge.dex.dispatch import dispatched
from sniperforge.dex.meteora_dbc import program
from sniperforge.dex.pool_events import event_of_call
from sniperforge.dex.token_flow import sent_from
from sniperforge.domain.pool import EventKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.dex.dispatch import Reader
    from sniperforge.dex.invoke_stack import Frame
    from sniperforge.dex.venue import Call
    from sniperforge.domain.chain import LogsNotice
    from sniperforge.domain.pool import PoolEvent

_ROLES: Final[Mapping[bytes, Mapping[str, int]]] = {
    instruction_discriminator("migrate_meteora_damm"): {
        "old_pool": 0,
        "config": 2,
        "new_pool": 4,
        "new_config": 5,
        "new_lp_mint": 6,
        "base_mint": 7,
        "quote_mint": 8,
        "new_base_vault": 11,
        "new_quote_vault": 12,
        "base_vault": 17,
        "quote_vault": 18,
        "user": 22,
        "new_program": 26,
    },
    instruction_discriminator("migration_damm_v2"): {
        "old_pool": 0,
        "config": 2,
        "new_pool": 4,
        "new_program": 12,
        "base_mint": 13,
        "quote_mint": 14,
        "new_base_vault": 15,
        "new_quote_vault": 16,
        "base_vault": 17,
        "quote_vault": 18,
        "user": 19,
    },
}
_NO_LINES: Final[frozenset[str]] = frozenset()


class MeteoraDbc:
    """The detector; see :class:`sniperforge.dex.venue.Detector` for what each member means."""

    name = program.NAME
    programs: Mapping[str, str] = program.PROGRAMS
    creation_lines = _NO_LINES

    def events_of_call(self, call: Call) -> tuple[PoolEvent, ...] | None:
        """The migration, if it is one."""
        return dispatched(call, _READERS, _SILENT)

    def events_of_frame(self, frame: Frame, notice: LogsNotice) -> tuple[PoolEvent, ...]:  # noqa: ARG002
        """Nothing: the logs do not tell which pool was migrated."""
        return ()


def _migrated(call: Call) -> PoolEvent | None:
    """``pool`` and vaults are the curve's; the pool that is made of it is an event of its own venue.

    Amounts are all that left the curve: a pool of DAMM v2 may get them in two positions.
    """
    facts = roles_of(call.instruction.accounts, _ROLES[call.instruction.data[:DISCRIMINATOR_SIZE]])
    if facts is None:
        return None
    vaults = (facts.pop("base_vault"), facts.pop("quote_vault"))
    amounts: dict[str, int] = {}
    if not call.transaction.failed:
        sent = [sent_from(call, vault) for vault in vaults]
        names = ("base_amount", "quote_amount")
        amounts = {name: amount for name, amount in zip(names, sent, strict=True) if amount is not None}
    return event_of_call(
        call,
        program.NAME,
        EventKind.MIGRATED,
        pool=facts["old_pool"],
        mints=(facts.pop("base_mint"), facts.pop("quote_mint")),
        vaults=vaults,
        amounts=amounts,
        facts=facts,
    )


_READERS: Final[Mapping[bytes, Reader]] = dict.fromkeys(_ROLES, _migrated)

_SILENT: Final = frozenset(
    instruction_discriminator(name)
    for name in (
        "claim_creator_trading_fee",
        "claim_creator_trading_fee2",
        "claim_partner_pool_creation_fee",
        "claim_protocol_fee",
        "claim_protocol_fee2",
        "claim_protocol_pool_creation_fee",
        "claim_trading_fee",
        "claim_trading_fee2",
        "close_claim_fee_operator",
        "close_claim_protocol_fee_operator",
        "close_operator_account",
        "close_token_badge",
        "create_claim_fee_operator",
        "create_config",
        "create_config_with_transfer_hook",
        "create_locker",
        "create_operator_account",
        "create_partner_metadata",
        "create_token_badge",
        "create_virtual_pool_metadata",
        "creator_withdraw_surplus",
        "initialize_virtual_pool_with_spl_token",
        "initialize_virtual_pool_with_token2022",
        "initialize_virtual_pool_with_token2022_transfer_hook",
        "migrate_meteora_damm_claim_lp_token",
        "migrate_meteora_damm_lock_lp_token",
        "migration_damm_v2_create_metadata",
        "migration_meteora_damm_create_metadata",
        "partner_withdraw_surplus",
        "swap",
        "swap2",
        "swap2_with_transfer_hook",
        "transfer_pool_creator",
        "withdraw_leftover",
        "withdraw_migration_fee",
    )
)
"""Launches, trades and fees of curves: they are before the pools that this project trades."""
