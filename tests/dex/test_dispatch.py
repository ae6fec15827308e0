"""First bytes to readers."""

from __future__ import annotations

from sniperforge.dex.anchor_events import EVENT_CALL
from sniperforge.dex.dispatch import dispatched
from sniperforge.dex.pool_events import event_of_call
from sniperforge.dex.venue import Call
from sniperforge.domain.chain import InstructionView, TransactionView
from sniperforge.domain.pool import EventKind, PoolEvent

SWAP, SHORT, SILENT = b"swapswap", b"shorthhh", b"quietttt"


def call(data: bytes) -> Call:
    """A call with this data."""
    views = (InstructionView("dex", (), data, (0,), 1),)
    return Call(TransactionView("s", 1, None, None, 0, (), views, (), (), (), (), ()), 0, None)


def read(found: Call) -> PoolEvent:
    """A swap of nothing."""
    return event_of_call(found, "dex", EventKind.SWAP, pool="p", mints=("a", "b"), amounts={}, facts={})


def test_known_silent_and_unknown() -> None:
    """An event, nothing, and what must be counted."""
    readers = {SWAP: read, SHORT: lambda _: None}
    found = dispatched(call(SWAP + b"more"), readers, {SILENT})
    assert found is not None
    assert found[0].pool == "p"
    assert dispatched(call(SWAP), {SWAP: lambda made: (read(made), read(made))}, {}) == found * 2
    for data, expected in (
        (SHORT, None),
        (SILENT, ()),
        (EVENT_CALL + b"x", ()),
        (b"unknown!", None),
        (b"", None),
    ):
        assert dispatched(call(data), readers, {SILENT}) == expected
    assert dispatched(call(b"\x09..."), {}, {b"\x09"}, size=1) == ()
