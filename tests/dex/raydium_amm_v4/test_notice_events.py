"""What logs alone tell."""

from __future__ import annotations

import struct
from base64 import b64encode

import pytest

from sniperforge.dex.raydium_amm_v4 import program
from sniperforge.dex.registry import events_of, events_of_logs
from sniperforge.dex.transaction import parse_transaction
from sniperforge.domain.chain import LogsNotice
from sniperforge.domain.pool import EventKind
from sniperforge.testing.fixtures import read_recording, recordings

FILES = recordings("raydium_amm_v4")
START = f"Program {program.MAINNET} invoke [1]"
CREATION = "Program log: initialize2: InitializeInstruction2 { nonce: 254 }"


def notice(*lines: str) -> LogsNotice:
    """A notice of one call."""
    return LogsNotice("sig", 5, None, (START, *lines))


def ray(data: bytes) -> str:
    """A ray_log line."""
    return "Program log: ray_log: " + b64encode(data).decode()


@pytest.mark.skipif(not FILES, reason="no recordings of AMM v4 here")
def test_recordings_tell_the_same_by_logs() -> None:
    """Kinds, amounts and a creation's pool are those that the instructions tell."""
    matched = 0
    for path in FILES.values():
        view = parse_transaction(read_recording(path)["result"])
        notice_of = LogsNotice(view.signature, view.slot, view.err, view.logs)
        told = [event for event in events_of_logs(notice_of) if event.dex == program.NAME]
        events = [event for event in events_of(view) if event.dex == program.NAME]
        for event, full in zip(told, events, strict=True):
            assert event.kind is full.kind
            assert event.amounts.items() <= full.amounts.items()
            assert event.pool in ("", full.pool)
            assert (event.pool != "") == (event.kind is EventKind.POOL_CREATED)
            matched += 1
    print(f"logs alone: matched {matched} of {matched}")
    assert matched >= 15


def test_every_kind() -> None:
    """Swaps both ways round and liquidity; nothing for other lines."""
    for data, kind in (
        (struct.pack("<B7Q", 3, 1, 1, 1, 1, 1, 1, 1), EventKind.SWAP),
        (struct.pack("<B7Q", 4, 1, 1, 1, 1, 1, 1, 1), EventKind.SWAP),
        (struct.pack("<B13Q", 1, *[1] * 13), EventKind.LIQUIDITY_ADDED),
        (struct.pack("<B11Q", 2, *[1] * 11), EventKind.LIQUIDITY_REMOVED),
    ):
        (event,) = events_of_logs(notice(ray(data)))
        assert event.kind is kind
    assert events_of_logs(notice("Program log: x")) == ()


def test_a_creation_without_its_log() -> None:
    """It happened; its pool stays unknown. A creation's log without its line is none."""
    (event,) = events_of_logs(notice(CREATION))
    assert (event.kind, event.pool, event.amounts) == (EventKind.POOL_CREATED, "", {})
    init = struct.pack("<BQBBQQQQ", 0, 5, 6, 9, 1, 1, 70, 80) + bytes(32)
    assert events_of_logs(notice(ray(init))) == ()
