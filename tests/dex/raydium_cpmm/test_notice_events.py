"""Pool events from logs alone."""

from __future__ import annotations

import base64
import struct

import pytest

from sniperforge.dex.raydium_cpmm import program
from sniperforge.dex.registry import events_of, events_of_logs
from sniperforge.dex.transaction import parse_transaction
from sniperforge.domain.addresses import SYSTEM_PROGRAM
from sniperforge.domain.chain import LogsNotice
from sniperforge.testing.fixtures import read_recording, recordings


def test_logs_alone_tell_the_same_amounts(capsys: pytest.CaptureFixture[str]) -> None:
    """From a notice, creations and swaps have the amounts of the transaction; accounts that logs lack are empty."""
    matched = 0
    for name, path in recordings("raydium_cpmm").items():
        document = read_recording(path)
        if "result" not in document:
            continue
        view = parse_transaction(document["result"])
        notice = LogsNotice(view.signature, view.slot, view.err, view.logs)
        full = [event for event in events_of(view) if event.dex == program.NAME and not event.failed]
        told = [event for event in events_of_logs(notice) if event.dex == program.NAME]
        assert [event.kind for event in told] == [event.kind for event in full], name
        for short, event in zip(told, full, strict=True):
            assert short.amounts.items() <= event.amounts.items(), name
            assert short.pool in ("", event.pool), name
            assert short.base_mint in ("", event.base_mint), name
            assert short.facts.items() <= event.facts.items(), name
            matched += 1
    with capsys.disabled():
        print(f"\nlogs alone: matched {matched} of {matched}")


def test_a_notice_without_mints_leaves_the_sides_open() -> None:
    """Old, short swap events tell pool and amounts only."""
    event_data = bytes.fromhex("40c6cde8260871e2") + bytes(32) + struct.pack("<6Q?", 1, 2, 3, 4, 0, 0, True)
    lines = (
        f"Program {program.MAINNET} invoke [1]",
        "Program data: " + base64.b64encode(event_data).decode(),
        f"Program {program.MAINNET} success",
    )
    (event,) = events_of_logs(LogsNotice("sig", 9, "failed", lines))
    assert (event.pool, event.base_mint, event.facts, event.failed) == (SYSTEM_PROGRAM, "", {}, True)
    assert event.amounts["amount_in"] == 3
