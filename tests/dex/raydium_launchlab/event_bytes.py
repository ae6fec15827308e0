"""Events and arguments of LaunchLab as bytes."""

from __future__ import annotations

import struct

from tests.dex.made import raw, tag, text

CURVES = {
    "constant": b"\x00" + struct.pack("<QQQB", 10**15, 7 * 10**14, 85 * 10**9, 1),
    "fixed": b"\x01" + struct.pack("<QQB", 10**15, 85 * 10**9, 0),
    "linear": b"\x02" + struct.pack("<QQB", 10**15, 85 * 10**9, 1),
}
VESTING = struct.pack("<QQQ", 1, 2, 3)


def trade_event(pool: str, *, buying: bool = True, old: bool = False, status: int = 0) -> bytes:
    """A TradeEvent: 1,000 in with fees of 3, 10 and, in the newer form, 2; 500 out."""
    amounts = (7 * 10**14, 10**15, 30, 0, 0, 500, 985, 1_000, 500, 3, 10)
    fees = (0,) if old else (2, 0)
    tail = struct.pack("<BB", 0 if buying else 1, status) + (b"" if old else b"\x01")
    return tag("event", "TradeEvent") + raw(pool) + struct.pack(f"<{11 + len(fees)}Q", *amounts, *fees) + tail


def launch(curve: str = "constant", *, tail: bytes = VESTING) -> bytes:
    """The arguments of a launch."""
    return b"\x06" + text("Name") + text("SYM") + text("uri") + CURVES[curve] + tail


def launch_event(pool: str, creator: str, config: str) -> bytes:
    """A PoolCreateEvent."""
    return tag("event", "PoolCreateEvent") + raw(pool) + raw(creator) + raw(config) + launch() + b"\x00"


def self_call(program: str, authority: str, event: bytes) -> tuple[str, list[str], bytes]:
    """The call by which the program leaves an event."""
    return program, [authority], bytes.fromhex("e445a52e51cb9a1d") + event
