"""Raydium LaunchLab: the migration of a sold-out curve to a CPMM pool. Its curves are not traded here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.dex.anchor import DISCRIMINATOR_SIZE, instruction_discriminator
from sniperforge.dex.invoke_stack import LOG_PREFIX
from sniperforge.dex.sides import quote_side
from sniperforge.domain.pool import EventKind, PoolEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.dex.invoke_stack import Frame
    from sniperforge.dex.venue import Call
    from sniperforge.domain.chain import LogsNotice

NAME: Final = "raydium_launchlab"
MAINNET: Final = "LanMV9sAd7wArD4vJFi2qDdfnVhFxYSUg6eADduJ3uj"
DEVNET: Final = "DRay6fNdQ5J82H7xV6uq2aV3mNrUZ1J4PgSKsWgptcm6"

_MIGRATE_TO_CPSWAP: Final = instruction_discriminator("migrate_to_cpswap")
_MIGRATION_LINE: Final = LOG_PREFIX + "Instruction: MigrateToCpswap"
_ROLES: Final = {
    "user": 0,
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
}
_BASE_MINT, _QUOTE_MINT, _BASE_VAULT, _QUOTE_VAULT = 1, 2, 19, 20


class RaydiumLaunchlab:
    """The detector; see :class:`sniperforge.dex.venue.Detector` for what each member means.

    A migration is one ``migrated`` event of the curve; the pool that it creates is an event of CPMM.
    """

    name = NAME
    programs: Mapping[str, str] = {"mainnet": MAINNET, "devnet": DEVNET}
    creation_lines: frozenset[str] = frozenset()

    def events_of_call(self, call: Call) -> tuple[PoolEvent, ...] | None:
        """``migrate_to_cpswap``: ``pool`` and vaults are the curve's, the new ones are in ``facts``."""
        instruction = call.instruction
        accounts = instruction.accounts
        if instruction.data[:DISCRIMINATOR_SIZE] != _MIGRATE_TO_CPSWAP:
            return ()
        if len(accounts) <= _QUOTE_VAULT:
            return None
        facts = {role: accounts[index] for role, index in _ROLES.items()}
        sides = [
            (accounts[_BASE_MINT], accounts[_BASE_VAULT]),
            (accounts[_QUOTE_MINT], accounts[_QUOTE_VAULT]),
        ]
        quote = quote_side(sides[0][0], sides[1][0])
        event = PoolEvent(
            dex=NAME,
            kind=EventKind.MIGRATED,
            program_id=instruction.program_id,
            pool=facts["old_pool"],
            base_mint=sides[1 - quote][0],
            quote_mint=sides[quote][0],
            base_vault=sides[1 - quote][1],
            quote_vault=sides[quote][1],
            facts=facts,
            signature=call.transaction.signature,
            slot=call.transaction.slot,
            path=instruction.path,
            failed=call.transaction.failed,
        )
        return (event,)

    def events_of_frame(self, frame: Frame, notice: LogsNotice) -> tuple[PoolEvent, ...]:
        """A migration leaves only its name in the logs: an event without pools."""
        if _MIGRATION_LINE not in frame.lines:
            return ()
        event = PoolEvent(
            dex=NAME,
            kind=EventKind.MIGRATED,
            program_id=frame.program_id,
            pool="",
            base_mint="",
            quote_mint="",
            base_vault="",
            quote_vault="",
            signature=notice.signature,
            slot=notice.slot,
            failed=notice.err is not None,
        )
        return (event,)
