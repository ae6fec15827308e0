"""Events of Whirlpools as bytes."""

from __future__ import annotations

import struct

from sniperforge.domain.addresses import TOKEN_PROGRAM
from tests.dex.made import raw, tag, u128


def traded_event(pool: str, *, a_to_b: bool, fees: tuple[int, int] = (0, 0)) -> bytes:
    """A Traded event of 100 in and 30 out."""
    head = tag("event", "Traded") + raw(pool) + bytes([a_to_b]) + u128(5) + u128(6)
    return head + struct.pack("<6Q", 100, 30, *fees, 2, 1)


def created_event(pool: str, config: str, mints: tuple[str, str]) -> bytes:
    """A PoolInitialized event."""
    head = tag("event", "PoolInitialized") + raw(pool) + raw(config) + raw(mints[0]) + raw(mints[1])
    programs = raw(TOKEN_PROGRAM) * 2
    return head + struct.pack("<H", 64) + programs + b"\x09\x06" + u128(5)


def change_event(pool: str, position: str, *, added: bool) -> bytes:
    """A LiquidityIncreased or LiquidityDecreased event of 40 and 50, with transfer fees of 1 and 2."""
    name = "LiquidityIncreased" if added else "LiquidityDecreased"
    head = tag("event", name) + raw(pool) + raw(position) + struct.pack("<ii", -1, 1)
    return head + u128(9) + struct.pack("<4Q", 40, 50, 1, 2)
