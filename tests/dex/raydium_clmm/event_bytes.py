"""Events of Raydium CLMM as bytes."""

from __future__ import annotations

import struct

from tests.dex.made import raw, tag, u128


def swap_event(
    pool: str, user: str, tokens: tuple[str, str], *, zero_for_one: bool, fees: tuple[int, int] = (0, 0)
) -> bytes:
    """A SwapEvent of 100 of token 0 and 30 of token 1."""
    return (
        tag("event", "SwapEvent")
        + raw(pool)
        + raw(user)
        + raw(tokens[0])
        + raw(tokens[1])
        + struct.pack("<QQQQ?", 100, fees[0], 30, fees[1], zero_for_one)
        + u128(5)
        + u128(6)
        + struct.pack("<i", -7)
    )


def created_event(pool: str, mints: tuple[str, str], vaults: tuple[str, str]) -> bytes:
    """A PoolCreatedEvent."""
    return (
        tag("event", "PoolCreatedEvent")
        + raw(mints[0])
        + raw(mints[1])
        + struct.pack("<H", 60)
        + raw(pool)
        + u128(5)
        + struct.pack("<i", -7)
        + raw(vaults[0])
        + raw(vaults[1])
    )


def opened_event(pool: str, user: str) -> bytes:
    """A CreatePersonalPositionEvent of 40 and 50."""
    head = tag("event", "CreatePersonalPositionEvent") + raw(pool) + raw(user) + raw(user)
    return head + struct.pack("<ii", -1, 1) + u128(9) + struct.pack("<QQQQ", 40, 50, 1, 2)


def increased_event(mint: str) -> bytes:
    """An IncreaseLiquidityEvent of 40 and 50."""
    head = tag("event", "IncreaseLiquidityEvent") + raw(mint)
    return head + u128(9) + struct.pack("<QQQQ", 40, 50, 1, 2)


def decreased_event(mint: str, liquidity: int = 9) -> bytes:
    """A DecreaseLiquidityEvent of 40 and 50, with fees of 3 and 4."""
    head = tag("event", "DecreaseLiquidityEvent") + raw(mint)
    return head + u128(liquidity) + struct.pack("<9Q", 40, 50, 3, 4, 0, 0, 0, 1, 2)


def changed_event(pool: str) -> bytes:
    """A LiquidityChangeEvent."""
    head = tag("event", "LiquidityChangeEvent") + raw(pool)
    return head + struct.pack("<iii", 0, -1, 1) + u128(0) + u128(9)
