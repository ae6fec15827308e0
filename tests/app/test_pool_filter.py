"""Which new pools are shown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sniperforge.app.pool_filter import PoolFilter, liquidity_of
from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.domain.events import NewPool
from sniperforge.domain.pool import EventKind, PoolEvent
from sniperforge.testing.chain_views import transaction_view

FACTS = {"creator": "C", "name": "Good Dog", "symbol": "GDOG"}
EVENT = PoolEvent(
    "raydium_cpmm", EventKind.POOL_CREATED, "P", "pool", "b", WSOL_MINT, "", "", {"quote_amount": 5}, FACTS
)
NOW = 1_000.0


def pool(block_time: int | None = 990, **changes: Any) -> NewPool:
    """A new pool with ``changes`` to its event."""
    transaction = replace(transaction_view("w", {}), block_time=block_time)
    return NewPool(replace(EVENT, **changes), transaction, 1.0, 2.0)


@pytest.mark.parametrize(
    ("wanted", "admitted"),
    [
        ({}, True),
        ({"dexes": ("raydium_cpmm", "pumpswap")}, True),
        ({"dexes": ("pumpswap",)}, False),
        ({"launchpads": ("pumpfun",)}, False),
        ({"quote_mints": (WSOL_MINT,)}, True),
        ({"quote_mints": (USDC_MINT,)}, False),
        ({"creators": ("C",)}, True),
        ({"creators": ("D",)}, False),
        ({"names": ("dOG",)}, True),
        ({"names": ("gdo", "cat")}, True),
        ({"names": ("cat",)}, False),
        ({"min_liquidity": 5}, True),
        ({"min_liquidity": 6}, False),
        ({"max_liquidity": 5}, True),
        ({"max_liquidity": 4}, False),
        ({"max_age": 10}, True),
        ({"max_age": 9.5}, False),
    ],
    ids=str,
)
def test_each_filter(wanted: dict[str, Any], admitted: bool) -> None:
    """A pool is shown when it has what the filter asks for, bounds included."""
    assert PoolFilter(**wanted).admits(pool(), NOW) is admitted


def test_what_is_not_told_is_left_out() -> None:
    """A filter on a creator, name, age or amount does not let pass what does not say."""
    silent = pool(block_time=None, facts={}, quote_mint=USDC_MINT)
    assert PoolFilter().admits(silent, NOW)
    for wanted in (
        PoolFilter(creators=("C",)),
        PoolFilter(names=("dog",)),
        PoolFilter(max_age=1e9),
        PoolFilter(max_liquidity=10),
    ):
        assert not wanted.admits(silent, NOW)
    assert liquidity_of(silent.event) is None
