"""CLMM from logs alone."""

from __future__ import annotations

from sniperforge.dex.raydium_clmm.program import MAINNET
from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.domain.pool import EventKind
from tests.dex.made import addresses, data_line, logged, transaction
from tests.dex.raydium_clmm.event_bytes import (
    changed_event,
    created_event,
    decreased_event,
    increased_event,
    opened_event,
    swap_event,
)

POOL, USER, TOKEN_0, TOKEN_1, VAULT_0, VAULT_1 = addresses(6)


def told(*payloads: bytes, lines: tuple[str, ...] = ()) -> list:
    """What the logs of a call with these events tell."""
    return list(logged(transaction(MAINNET, [POOL], b"", lines=[*lines, *map(data_line, payloads)])))


def test_a_creation_is_told_whole() -> None:
    """Its event names pool, mints and vaults; without it only the line remains."""
    (event,) = told(created_event(POOL, (WSOL_MINT, USDC_MINT), (VAULT_0, VAULT_1)))
    assert (event.kind, event.pool) == (EventKind.POOL_CREATED, POOL)
    assert (event.base_mint, event.base_vault, event.quote_vault) == (USDC_MINT, VAULT_1, VAULT_0)
    (bare,) = told(lines=("Program log: Instruction: CreatePool",))
    assert (bare.kind, bare.pool) == (EventKind.POOL_CREATED, "")


def test_a_swap_is_told_without_mints() -> None:
    """Pool and amounts."""
    (event,) = told(swap_event(POOL, USER, (TOKEN_0, TOKEN_1), zero_for_one=False))
    assert (event.kind, event.pool, event.base_mint) == (EventKind.SWAP, POOL, "")
    assert (event.amounts["amount_in"], event.amounts["amount_out"]) == (30, 100)
    assert event.facts["sender"] == USER


def test_positions_are_told_with_their_pool() -> None:
    """An increase or decrease is of the pool whose liquidity changed; fees alone are nothing."""
    (opened,) = told(opened_event(POOL, USER))
    assert (opened.kind, opened.pool, opened.amounts["amount_0"]) == (EventKind.LIQUIDITY_ADDED, POOL, 40)
    (added,) = told(changed_event(POOL), increased_event(USER))
    assert (added.kind, added.pool) == (EventKind.LIQUIDITY_ADDED, POOL)
    (removed,) = told(changed_event(POOL), decreased_event(USER))
    assert (removed.kind, removed.pool) == (EventKind.LIQUIDITY_REMOVED, POOL)
    assert told(decreased_event(USER, 0)) == []
