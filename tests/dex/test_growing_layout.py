"""Layouts that grew: read as far as the data goes."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from sniperforge.dex.growing_layout import GrowingLayout, by_discriminator, read_events
from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.tokens.addresses import pubkey

TAG = b"eventtag"
LAYOUT = GrowingLayout(
    TAG,
    (
        ("name", "text"),
        ("mint", "key"),
        ("amount", "u64"),
        ("change", "i64"),
        ("flag", "bool"),
        ("shares", "shares"),
        ("virtual", "i128"),
        ("unused", "passed key"),
        ("last", "u16"),
    ),
    least="amount",
)
WHOLE = (
    TAG
    + struct.pack("<I3s32sQqB", 3, b"abc", bytes(pubkey(WSOL_MINT)), 7, -8, 255)
    + struct.pack("<I", 2)
    + bytes(68)
    + (-9).to_bytes(16, "little", signed=True)
    + bytes(32)
    + struct.pack("<H", 300)
)


def test_all_kinds_are_read() -> None:
    """Flags are 0 or 1, lists of shares are passed over, keys are base58."""
    fields = LAYOUT.read(WHOLE + b"more")
    assert fields is not None
    assert fields.words == {"name": "abc", "mint": WSOL_MINT}
    assert fields.numbers == {"amount": 7, "change": -8, "flag": 1, "virtual": -9, "last": 300}


def test_a_missing_tail_is_left_out() -> None:
    """Cut anywhere after the least field, what is whole is there; cut before, nothing is."""
    least = 8 + 7 + 32 + 8
    for end in range(len(WHOLE)):
        fields = LAYOUT.read(WHOLE[:end])
        if end < least:
            assert fields is None
            continue
        assert fields is not None
        assert ("change" in fields.numbers) == (end >= least + 8)
        assert ("virtual" in fields.numbers) == (end >= len(WHOLE) - 34)
        assert "last" not in fields.numbers
    assert LAYOUT.read(b"othertag" + WHOLE[8:]) is None


def test_known_events_are_found_among_others() -> None:
    """Unknown ones and ones cut too short are passed over."""
    found = list(read_events([b"", b"unknown!", TAG, WHOLE], by_discriminator(LAYOUT)))
    assert [(layout is LAYOUT, fields.numbers["amount"]) for layout, fields in found] == [(True, 7)]


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    """Nothing is raised, whatever lengths the data claims."""
    LAYOUT.read(TAG + data)
