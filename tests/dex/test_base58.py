"""Base58 decoding against solders and against plain arithmetic."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from solders.pubkey import Pubkey
from solders.signature import Signature

from sniperforge.dex import base58
from sniperforge.errors import DecodeError

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def encode(data: bytes) -> str:
    """The textbook encoder."""
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = ALPHABET[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


@settings(deadline=None)
@given(st.binary(max_size=2_000))
@example(b"")
@example(b"\0")
@example(b"\0" * 40)
@example(b"\0\0" + b"\xff" * 1_100)
def test_decoding_undoes_encoding(data: bytes) -> None:
    """Every length round-trips, leading zeros included."""
    assert base58.decode(encode(data)) == data


@settings(deadline=None)
@given(st.binary(min_size=64, max_size=64))
def test_keys_and_signatures_decode_as_in_solders(data: bytes) -> None:
    """32 and 64 byte values agree with solders' own encoder."""
    assert base58.decode(str(Signature.from_bytes(data))) == data
    assert base58.decode(str(Pubkey.from_bytes(data[:32]))) == data[:32]


@pytest.mark.parametrize("text", ["0", "O", "I", "l", "abc!", "ab cd", "a\n", "é", "\ud800"])
def test_other_characters_are_refused(text: str) -> None:
    """Characters outside the alphabet raise DecodeError."""
    with pytest.raises(DecodeError):
        base58.decode(text)


def test_overlong_text_is_refused() -> None:
    """More digits than any instruction can need are not even looked at."""
    assert len(base58.decode("z" * base58.MAX_TEXT)) > 10_240
    with pytest.raises(DecodeError, match="longer than"):
        base58.decode("z" * (base58.MAX_TEXT + 1))
