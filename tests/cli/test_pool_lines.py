"""A new pool as one line."""

from __future__ import annotations

from sniperforge.cli.pool_lines import pool_line, source_line

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


def test_a_source() -> None:
    """Who was first, by how much; what was never heard of or never behind is said."""
    first = {
        "source": "logsSubscribe",
        "subscribed": 3,
        "wanted": 3,
        "heard_ms_ago": 4.25,
        "gaps": 0,
        "seen": 9,
        "first": 7,
        "missed": 0,
        "lag_ms": 12.5,
        "worst_lag_ms": 40.0,
        "last_error": "",
    }
    assert source_line(first) == (
        "logsSubscribe     3 of 3 subscribed  heard 4 ms ago  saw 9, first 7, missed 0  "
        "behind 12.5 ms, at worst 40 ms  0 gaps"
    )
    down = first | {"source": "blockSubscribe", "subscribed": 0, "heard_ms_ago": None, "lag_ms": None}
    assert source_line(down | {"last_error": "not offered"}) == (
        "blockSubscribe    0 of 3 subscribed  never heard  saw 9, first 7, missed 0  never behind  0 gaps  "
        "not offered"
    )
