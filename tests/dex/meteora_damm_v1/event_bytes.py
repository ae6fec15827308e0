"""DAMM v1's events, packed by hand."""

from __future__ import annotations

import struct

from sniperforge.domain.addresses import WSOL_MINT
from tests.dex.made import address, data_line, raw, tag

POOL, MINT = address(5), address(40)


def created() -> str:
    """``PoolCreated``."""
    keys = raw(address(6)) + raw(MINT) + raw(WSOL_MINT) + b"\x01" + raw(POOL)
    return data_line(tag("event", "PoolCreated") + keys)


def swapped() -> str:
    """``Swap``: 99 in, 60 out."""
    return data_line(tag("event", "Swap") + struct.pack("<QQQQQ", 99, 60, 4, 1, 0))


def changed(name: str) -> str:
    """``AddLiquidity``, ``RemoveLiquidity``; ``BootstrapLiquidity`` names the pool too."""
    tail = raw(POOL) if name == "BootstrapLiquidity" else b""
    return data_line(tag("event", name) + struct.pack("<QQQ", 5, 70, 80) + tail)
