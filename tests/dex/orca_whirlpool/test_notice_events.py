"""Whirlpools from logs alone."""

from __future__ import annotations

from sniperforge.dex.orca_whirlpool.program import MAINNET
from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.domain.pool import EventKind
from tests.dex.made import addresses, data_line, logged, transaction
from tests.dex.orca_whirlpool.event_bytes import change_event, created_event, traded_event

POOL, CONFIG, POSITION = addresses(3)


def told(*payloads: bytes, lines: tuple[str, ...] = ()) -> list:
    """What the logs of a call with these events tell."""
    return list(logged(transaction(MAINNET, [POOL], b"", lines=[*lines, *map(data_line, payloads)])))


def test_a_creation_is_told_without_vaults() -> None:
    """Its event names pool and mints; without it only the line remains."""
    (event,) = told(created_event(POOL, CONFIG, (WSOL_MINT, USDC_MINT)))
    assert (event.kind, event.pool, event.base_mint) == (EventKind.POOL_CREATED, POOL, USDC_MINT)
    assert (event.base_vault, event.facts["config"]) == ("", CONFIG)
    (bare,) = told(lines=("Program log: Instruction: InitializePoolV2",))
    assert (bare.kind, bare.pool) == (EventKind.POOL_CREATED, "")


def test_swaps_and_positions_are_told_without_mints() -> None:
    """Pool and amounts."""
    events = told(
        traded_event(POOL, a_to_b=False),
        change_event(POOL, POSITION, added=True),
        change_event(POOL, POSITION, added=False),
    )
    kinds = [EventKind.SWAP, EventKind.LIQUIDITY_ADDED, EventKind.LIQUIDITY_REMOVED]
    assert [event.kind for event in events] == kinds
    assert {event.pool for event in events} == {POOL}
    assert events[0].amounts["amount_in"] == 100
    assert (events[1].amounts["vault_a_amount"], events[2].amounts["vault_a_amount"]) == (39, 40)
