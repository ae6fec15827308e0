"""A new pool as one line."""

from __future__ import annotations

from sniperforge.cli.pool_lines import pool_line

DOCUMENT = {
    "time": "2026-11-20T18:00:01.250Z",
    "dex": "pumpfun",
    "kind": "pool_created",
    "pool": "P",
    "base_mint": "B",
    "quote_mint": "Q",
    "liquidity_sol": "1.500000000",
    "creator": "C",
    "filled": False,
}


def test_a_creation() -> None:
    """Time, venue, pool, both mints, liquidity, creator."""
    assert pool_line(DOCUMENT) == ("18:00:01  pumpfun  pool P  mint B  quote Q  1.500000000 SOL  creator C")


def test_a_migration_of_which_little_is_told() -> None:
    """What it does not say is said; what came late is marked."""
    little = {"kind": "migrated", "quote_mint": "", "liquidity_sol": None, "creator": None, "filled": True}
    assert pool_line(DOCUMENT | little) == (
        "18:00:01  pumpfun migrated  pool P  mint B  quote not told  liquidity not in SOL  "
        "creator not told  (found in history)"
    )
