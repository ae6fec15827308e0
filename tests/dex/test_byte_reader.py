"""Fields one after another, and nothing past the end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniperforge.dex.byte_reader import ByteReader
from sniperforge.errors import DecodeError


def test_every_kind_of_field() -> None:
    """Little-endian, signed and unsigned, keys, texts, options."""
    data = (
        bytes([1, 2, 0, 3, 0, 0, 0])
        + (4).to_bytes(8, "little")
        + (5).to_bytes(16, "little")
        + (-6).to_bytes(4, "little", signed=True)
        + (-7).to_bytes(8, "little", signed=True)
        + bytes([9])
        + bytes(32)
        + bytes([2, 0, 0, 0])
        + b"h\xff"
        + bytes([0, 1, 8])
    )
    reader = ByteReader(data, what="the event")
    assert [reader.u8(), reader.u16(), reader.u32(), reader.u64(), reader.u128()] == [1, 2, 3, 4, 5]
    assert [reader.i32(), reader.i64(), reader.flag()] == [-6, -7, True]
    assert reader.key() == "1" * 32
    assert reader.text() == "h�"
    assert (reader.option(reader.u8), reader.option(reader.u8), reader.left) == (None, 8, 0)
    with pytest.raises(DecodeError, match="the event ends"):
        reader.u8()


@given(st.binary(max_size=60), st.lists(st.sampled_from(["u8", "u64", "u128", "i32", "key", "text", "flag"])))
def test_any_bytes(data: bytes, fields: list[str]) -> None:
    """Reading never passes the end, and raises nothing but DecodeError."""
    reader = ByteReader(data)
    for name in fields:
        before = reader.at
        try:
            getattr(reader, name)()
        except DecodeError:
            assert reader.at in (before, before + 4)
        assert reader.at <= len(data)
