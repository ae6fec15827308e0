"""DAMM v2's events and arguments, packed by hand."""

from __future__ import annotations

import struct

from tests.dex.made import address, raw, tag, u128

POOL = address(5)


def fees(*, dynamic: bool = False) -> bytes:
    """``PoolFeeParameters``."""
    return struct.pack("<Q", 2_500_000) + bytes(19 + 3) + (b"\x01" + bytes(32) if dynamic else b"\x00")


def created(pool: str = POOL, *, dynamic: bool = False) -> bytes:
    """``EvtInitializePool``."""
    body = raw(pool) + b"".join(raw(address(number)) for number in range(20, 25)) + fees(dynamic=dynamic)
    body += u128(1) + u128(2) + bytes((1, 1)) + u128(3) + u128(4) + struct.pack("<Q", 1_790_000_000)
    return tag("event", "EvtInitializePool") + body + struct.pack("<BBQQQQB", 0, 0, 70, 80, 71, 81, 1)


def swapped(pool: str = POOL, *, direction: int = 0) -> bytes:
    """``EvtSwap2``: 100 paid, 95 got; 60 given, 57 received."""
    body = raw(pool) + bytes((direction, 1, 1)) + struct.pack("<QQB", 100, 50, 0)
    body += struct.pack("<QQQQ", 95, 94, 0, 60) + u128(7) + struct.pack("<QQQQ", 1, 2, 3, 4)
    return tag("event", "EvtSwap2") + body + struct.pack("<QQQQQQ", 100, 60, 57, 9, 10, 11)


def swapped_before(pool: str = POOL) -> bytes:
    """``EvtSwap``: 95 got, 60 given."""
    body = raw(pool) + bytes((1, 0)) + struct.pack("<QQQ", 100, 50, 60) + u128(7)
    return tag("event", "EvtSwap") + body + struct.pack("<QQQQQQ", 1, 2, 3, 4, 95, 9)


def changed(*, removed: bool = False) -> bytes:
    """``EvtLiquidityChange``."""
    body = raw(POOL) * 3 + struct.pack("<QQQQQQ", 70, 80, 71, 81, 1, 2) + u128(5)
    return tag("event", "EvtLiquidityChange") + body + struct.pack("<QQB", 3, 4, removed)


def changed_before(name: str) -> bytes:
    """``EvtAddLiquidity`` and ``EvtRemoveLiquidity``."""
    return tag("event", name) + raw(POOL) * 3 + u128(5) + struct.pack("<QQQQ", 3, 4, 72, 82)
