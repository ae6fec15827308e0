"""What DAMM v1 writes into the logs, and what they alone tell."""

from __future__ import annotations

import pytest

from sniperforge.dex.meteora_damm_v1 import events
from sniperforge.dex.meteora_damm_v1.program import MAINNET
from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.domain.pool import EventKind
from tests.dex.made import address, logged, transaction
from tests.dex.meteora_damm_v1 import event_bytes
from tests.dex.meteora_damm_v1.event_bytes import MINT, POOL

LINE = "Program log: Instruction: InitializePermissionlessConstantProductPoolWithConfig2"


def test_discriminators_are_those_of_the_program() -> None:
    """As recorded."""
    assert events.CREATED.discriminator.hex() == "ca2c295868dc9d52"
    assert events.SWAP.discriminator.hex() == "516ce3becdd00ac4"


def test_creations() -> None:
    """By the event; by the name of the instruction alone where the event was cut off."""
    (event,) = logged(transaction(MAINNET, [], b"", lines=[LINE, event_bytes.created()]))
    assert (event.kind, event.pool, event.base_mint, event.quote_mint) == (
        EventKind.POOL_CREATED,
        POOL,
        MINT,
        WSOL_MINT,
    )
    assert (event.facts["lp_mint"], event.amounts["pool_type"]) == (address(6), 1)
    (event,) = logged(transaction(MAINNET, [], b"", lines=[LINE]))
    assert (event.kind, event.pool) == (EventKind.POOL_CREATED, "")
    assert logged(transaction(MAINNET, [], b"", lines=["Program log: Instruction: Swap"])) == ()


def test_swaps() -> None:
    """Amounts without a pool."""
    (event,) = logged(transaction(MAINNET, [], b"", lines=[event_bytes.swapped()]))
    assert (event.kind, event.pool) == (EventKind.SWAP, "")
    assert (event.amounts["amount_in"], event.amounts["amount_out"], event.amounts["trade_fee"]) == (
        99,
        60,
        4,
    )


@pytest.mark.parametrize(
    ("name", "kind", "pool"),
    [
        ("AddLiquidity", EventKind.LIQUIDITY_ADDED, ""),
        ("RemoveLiquidity", EventKind.LIQUIDITY_REMOVED, ""),
        ("BootstrapLiquidity", EventKind.LIQUIDITY_ADDED, POOL),
    ],
)
def test_liquidity(name: str, kind: EventKind, pool: str) -> None:
    """Amounts; one of them names the pool."""
    (event,) = logged(transaction(MAINNET, [], b"", lines=[event_bytes.changed(name)]))
    assert (event.kind, event.pool, event.amounts["lp_amount"]) == (kind, pool, 5)
