"""LaunchLab from logs alone."""

from __future__ import annotations

from sniperforge.dex.raydium_launchlab import program
from sniperforge.dex.registry import events_of_logs
from sniperforge.dex.transaction import parse_transaction
from sniperforge.domain.chain import LogsNotice
from sniperforge.domain.pool import EventKind
from sniperforge.testing.fixtures import read_recording, recordings
from tests.dex.made import addresses, data_line, logged, transaction
from tests.dex.raydium_launchlab.event_bytes import launch_event, trade_event

POOL, CREATOR, CONFIG = addresses(3)


def told(*payloads: bytes, lines: tuple[str, ...] = ()) -> list:
    """What the logs of a call with these events tell."""
    return list(logged(transaction(program.MAINNET, [POOL], b"", lines=[*lines, *map(data_line, payloads)])))


def test_trades_are_told_without_mints() -> None:
    """Pool, side and amounts."""
    bought, sold = told(trade_event(POOL), trade_event(POOL, buying=False))
    assert (bought.kind, bought.pool, bought.base_mint) == (EventKind.SWAP, POOL, "")
    assert (bought.facts["side"], sold.facts["side"]) == ("buy", "sell")
    assert (bought.amounts["input_amount"], bought.amounts["output_amount"]) == (1_000, 500)


def test_a_launch_is_told_with_its_token() -> None:
    """Name and creator, but no mints; without the event only the line remains."""
    line = "Program log: Instruction: InitializeWithToken2022"
    (event,) = told(launch_event(POOL, CREATOR, CONFIG), lines=(line,))
    assert (event.kind, event.pool, event.facts["creator"]) == (EventKind.POOL_CREATED, POOL, CREATOR)
    assert (event.facts["symbol"], event.amounts["supply"]) == ("SYM", 10**15)
    (bare,) = told(lines=(line,))
    assert (bare.kind, bare.pool) == (EventKind.POOL_CREATED, "")


def test_logs_tell_only_that_a_migration_happened() -> None:
    """From a notice the migration has no addresses; a failed one is marked."""
    document = read_recording(recordings("raydium_launchlab")["migrate_to_cpswap_mainnet"])
    view = parse_transaction(document["result"])
    migrated = events_of_logs(LogsNotice(view.signature, 7, "failed", view.logs))[0]
    assert (migrated.kind, migrated.pool, migrated.slot, migrated.failed) == (EventKind.MIGRATED, "", 7, True)
