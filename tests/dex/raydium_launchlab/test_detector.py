"""Launches and migrations on LaunchLab."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sniperforge.dex.raydium_launchlab import program
from sniperforge.dex.registry import creations_in, events_of, read_transaction
from sniperforge.dex.transaction import parse_transaction
from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.domain.chain import LogsNotice
from sniperforge.domain.pool import EventKind
from sniperforge.testing.fixtures import read_recording, recordings
from tests.dex.made import addresses, only, tag, transaction, transfer
from tests.dex.raydium_launchlab.event_bytes import VESTING, launch, launch_event, self_call

KEYS = addresses(32)
PAYER, CREATOR, CONFIG, PLATFORM, _, POOL, TOKEN, _, BASE_VAULT, QUOTE_VAULT = KEYS[:10]
FILES = recordings("raydium_launchlab")
LAUNCHES = {
    "initialize": ("Initialize", 18, (11, 12)),
    "initialize_v2": ("InitializeV2", 18, (11, 12)),
    "initialize_with_token_2022": ("InitializeWithToken2022", 15, (10, 11)),
}


def keys(count: int) -> list[str]:
    """The accounts of a launch."""
    return [*KEYS[:7], WSOL_MINT, *KEYS[8:count]]


@pytest.mark.parametrize("name", LAUNCHES)
def test_every_form_of_launch(name: str) -> None:
    """The whole supply goes into the base vault, nothing into the other."""
    line, count, programs = LAUNCHES[name]
    accounts, data = keys(count), tag("global", name) + launch() + b"\x00\x00"
    event_call = self_call(program.MAINNET, KEYS[30], launch_event(POOL, CREATOR, CONFIG))
    view = transaction(
        program.MAINNET, accounts, data, lines=[f"Program log: Instruction: {line}"], inner=[event_call]
    )
    event = only(view)
    assert (event.kind, event.pool) == (EventKind.POOL_CREATED, POOL)
    assert (event.base_mint, event.base_vault) == (TOKEN, BASE_VAULT)
    assert (event.quote_mint, event.quote_vault) == (WSOL_MINT, QUOTE_VAULT)
    assert (event.facts["creator"], event.facts["payer"]) == (CREATOR, PAYER)
    assert (event.facts["global_config"], event.facts["platform_config"]) == (CONFIG, PLATFORM)
    assert event.facts["base_program"] == accounts[programs[0]]
    assert (event.facts["name"], event.facts["symbol"], event.facts["curve"]) == ("Name", "SYM", "constant")
    assert (event.amounts["base_amount"], event.amounts["quote_amount"]) == (10**15, 0)
    assert (event.amounts["total_locked_amount"], event.amounts["open_time"]) == (1, 0)
    (mark,) = creations_in(LogsNotice("s", 1, None, view.logs))
    assert mark.dex == "raydium_launchlab"
    failed = only(transaction(program.MAINNET, accounts, data, failed=True))
    assert (failed.failed, "base_amount" in failed.amounts) == (True, False)


def test_other_curves_are_recognised() -> None:
    """A fixed price and a linear one; a type beyond them is counted as unknown."""
    for curve in ("fixed", "linear"):
        data = tag("global", "initialize_v2") + launch(curve)
        assert only(transaction(program.MAINNET, keys(18), data)).facts["curve"] == curve
    known = tag("global", "initialize") + launch(tail=VESTING)
    for accounts, data in (
        (keys(18), known.replace(b"uri\x00", b"uri\x07")),
        (keys(12), known),
        (keys(18), known[:30]),
    ):
        reading = read_transaction(transaction(program.MAINNET, accounts, data))
        assert (reading.events, len(reading.unrecognised)) == ((), 1)


@pytest.mark.parametrize("name", ["migrate_to_cpswap_mainnet", "migrate_to_cpswap_localbank"])
def test_a_migration_names_both_pools(name: str) -> None:
    """The event belongs to the curve; the new pool is the one that CPMM created in the same transaction."""
    document = read_recording(FILES[name])
    migrated, created = events_of(parse_transaction(document["result"]))
    assert (migrated.kind, created.kind) == (EventKind.MIGRATED, EventKind.POOL_CREATED)
    assert migrated.facts["new_pool"] == created.pool
    assert migrated.facts["new_program"] == created.program_id
    assert migrated.facts["new_lp_mint"] == created.facts["lp_mint"]
    vaults = {migrated.facts["new_base_vault"], migrated.facts["new_quote_vault"]}
    assert vaults == {created.base_vault, created.quote_vault}
    roles = document["decoded"][0]["accounts"]
    assert (migrated.pool, migrated.base_mint) == (roles["pool_state"], roles["base_mint"])
    assert (migrated.base_vault, migrated.quote_vault) == (roles["base_vault"], roles["quote_vault"])
    assert migrated.amounts["base_amount"] == 206_900_000_000_000


def test_a_migration_to_amm_v4() -> None:
    """Its pool, program and LP mint are other accounts; what left the curve is told by transfers."""
    accounts = [PAYER, TOKEN, WSOL_MINT, *KEYS[3:32]]
    inner = [transfer(accounts[25], KEYS[30], 7), transfer(accounts[26], KEYS[31], 8)]
    data = tag("global", "migrate_to_amm") + bytes(17)
    event = only(transaction(program.MAINNET, accounts, data, inner=inner))
    assert (event.kind, event.pool, event.facts["old_pool"]) == (EventKind.MIGRATED, KEYS[23], KEYS[23])
    assert (event.facts["new_program"], event.facts["new_pool"]) == (KEYS[12], KEYS[13])
    assert (event.facts["new_lp_mint"], event.facts["market"]) == (KEYS[16], KEYS[4])
    assert (event.base_vault, event.quote_vault) == (KEYS[25], KEYS[26])
    assert event.amounts == {"base_amount": 7, "quote_amount": 8}
    assert only(transaction(program.MAINNET, accounts, data, inner=inner, failed=True)).amounts == {}


def test_known_and_unknown_instructions() -> None:
    """Claiming fees is nothing; an unknown instruction and a short migration are counted."""
    for data, count in (
        (tag("global", "claim_creator_fee"), 0),
        (tag("global", "collect_migrate_fee"), 0),
        (b"whatever", 1),
    ):
        reading = read_transaction(transaction(program.MAINNET, KEYS, data))
        assert (reading.events, len(reading.unrecognised)) == ((), count)
    view = parse_transaction(read_recording(FILES["migrate_to_cpswap_mainnet"])["result"])
    migration = replace(view.instructions[2], accounts=view.instructions[2].accounts[:20])
    assert events_of(replace(view, instructions=(migration,))) == ()
