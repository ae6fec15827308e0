"""How often a caller may ask."""

from __future__ import annotations

from sniperforge.localnet.block_engine import limit as module
from sniperforge.localnet.block_engine.limit import RequestLimit


def test_so_many_in_any_second() -> None:
    """Each caller has its own count; refused requests do not count; the wait is told."""
    now = 10.0
    limit = RequestLimit(2, lambda: now)
    assert [limit.wait_ms("") for _ in range(3)] == [0, 0, 1_000]
    assert limit.wait_ms("another") == 0
    now = 10.4
    assert limit.wait_ms("") == 600
    now = 11.0
    assert [limit.wait_ms("") for _ in range(3)] == [0, 0, 1_000]


def test_none() -> None:
    """Zero is any number."""
    limit = RequestLimit(0, lambda: 0.0)
    assert {limit.wait_ms("") for _ in range(100)} == {0}


def test_callers_are_bounded() -> None:
    """The oldest is forgotten."""
    limit = RequestLimit(1, lambda: 0.0)
    for number in range(module.MAX_CALLERS + 1):
        assert limit.wait_ms(str(number)) == 0
    assert (limit.wait_ms("0"), limit.wait_ms(str(module.MAX_CALLERS))) == (0, 1_000)
