"""Migrations of LaunchLab curves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sniperforge.dex.raydium_launchlab import RaydiumLaunchlab
from sniperforge.dex.registry import events_of, events_of_logs
from sniperforge.dex.transaction import parse_transaction
from sniperforge.domain.chain import LogsNotice
from sniperforge.domain.pool import EventKind
from sniperforge.testing.fixtures import read_recording, recordings

FILES = recordings("raydium_launchlab")


@pytest.mark.parametrize("name", ["migrate_to_cpswap_mainnet", "migrate_to_cpswap_localbank"])
def test_a_migration_names_both_pools(name: str) -> None:
    """The event belongs to the curve; the new pool is the one that CPMM created in the same transaction."""
    document = read_recording(FILES[name])
    migrated, created = events_of(parse_transaction(document["result"]))
    assert (migrated.kind, created.kind) == (EventKind.MIGRATED, EventKind.POOL_CREATED)
    assert migrated.dex == RaydiumLaunchlab.name
    assert migrated.facts["new_pool"] == created.pool
    assert migrated.facts["new_program"] == created.program_id
    assert migrated.facts["new_lp_mint"] == created.facts["lp_mint"]
    vaults = {migrated.facts["new_base_vault"], migrated.facts["new_quote_vault"]}
    assert vaults == {created.base_vault, created.quote_vault}
    roles = document["decoded"][0]["accounts"]
    assert (migrated.pool, migrated.base_mint) == (roles["pool_state"], roles["base_mint"])
    assert (migrated.base_vault, migrated.quote_vault) == (roles["base_vault"], roles["quote_vault"])


def test_logs_tell_only_that_it_happened() -> None:
    """From a notice the migration has no addresses; a failed one is marked."""
    view = parse_transaction(read_recording(FILES["migrate_to_cpswap_mainnet"])["result"])
    migrated = events_of_logs(LogsNotice(view.signature, 7, "failed", view.logs))[0]
    assert (migrated.kind, migrated.pool, migrated.slot, migrated.failed) == (EventKind.MIGRATED, "", 7, True)


def test_trades_and_short_instructions_give_no_event() -> None:
    """Curve trades are not followed; a migration without its accounts is passed over."""
    for name in ("buy_exact_in_3a51pehe", "sell_exact_in_1DnjawZs"):
        view = parse_transaction(read_recording(FILES[name])["result"])
        assert events_of(view) == ()
        assert events_of_logs(LogsNotice("", 1, None, view.logs)) == ()
    view = parse_transaction(read_recording(FILES["migrate_to_cpswap_mainnet"])["result"])
    migration = replace(view.instructions[2], accounts=view.instructions[2].accounts[:20])
    assert events_of(replace(view, instructions=(migration,))) == ()
