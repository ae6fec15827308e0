"""Fixed fields and extension records from bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_PROGRAM
from sniperforge.errors import DecodeError
from sniperforge.tokens.addresses import pubkey
from sniperforge.tokens.layout import has_option, key, nonzero_key, option_key, records, uint

HEAD = bytes(166)


def test_integers_are_little_endian() -> None:
    """The first byte is the lowest."""
    assert uint(b"\xff\x01\x02\xff", 1, 2) == 0x0201


def test_key_reads_an_address() -> None:
    """32 bytes become base58."""
    assert key(b"x" + bytes(pubkey(TOKEN_PROGRAM)), 1) == TOKEN_PROGRAM
    assert key(bytes(32), 0) == SYSTEM_PROGRAM


def test_zero_key_is_nobody() -> None:
    """All zeros stand for no address."""
    assert nonzero_key(bytes(32), 0) is None
    assert nonzero_key(bytes(pubkey(TOKEN_PROGRAM)), 0) == TOKEN_PROGRAM


def test_option_holds_a_key_or_nothing() -> None:
    """Tag 0 is nothing, tag 1 a key."""
    body = bytes(pubkey(TOKEN_PROGRAM))
    assert option_key(b"\x00\0\0\0" + body, 0, "x") is None
    assert option_key(b"\x01\0\0\0" + body, 0, "x") == TOKEN_PROGRAM


def test_option_with_another_tag_is_no_option() -> None:
    """Tag 2 is an error that says where."""
    with pytest.raises(DecodeError, match="mint M: option tag at byte 0 is 2"):
        has_option(b"\x02\0\0\0", 0, "mint M")


def test_records_end_at_type_zero() -> None:
    """Padding after the last record is not read as one."""
    data = HEAD + b"\x09\0\0\0" + b"\x03\0\x02\0ab" + b"\0\0\xff\xff"
    assert list(records(data, "x")) == [(9, b""), (3, b"ab")]


def test_one_spare_byte_ends_the_records() -> None:
    """A single byte is too short for a type, as in the program."""
    assert list(records(HEAD + b"\x09\0\0\0" + b"\x01", "x")) == [(9, b"")]


@pytest.mark.parametrize("tail", [b"\x01\0", b"\x01\0\x00", b"\x01\0\x05\0abcd"])
def test_a_cut_record_is_an_error(tail: bytes) -> None:
    """A record without its length or its whole value does not pass."""
    with pytest.raises(DecodeError, match="extension 1 at byte 166 runs past"):
        list(records(HEAD + tail, "x"))


@given(st.lists(st.tuples(st.integers(1, 65_535), st.binary(max_size=40))))
def test_records_round_trip(found: list[tuple[int, bytes]]) -> None:
    """What was written as records is read back in order."""
    body = b"".join(
        kind.to_bytes(2, "little") + len(value).to_bytes(2, "little") + value for kind, value in found
    )
    assert list(records(HEAD + body, "x")) == found
