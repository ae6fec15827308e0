"""Base58 against itself and against solders' own encoder."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from solders.pubkey import Pubkey
from solders.signature import Signature

from sniperforge.domain import base58
from sniperforge.errors import DecodeError


@settings(deadline=None)
@given(st.binary(max_size=2_000))
@example(b"")
@example(b"\0")
@example(b"\0" * 40)
@example(b"\0\0" + b"\xff" * 1_100)
def test_decoding_undoes_encoding(data: bytes) -> None:
    """Every length round-trips, leading zeros included."""
    assert base58.decode(base58.encode(data)) == data


@settings(deadline=None)
@given(st.binary(min_size=64, max_size=64))
def test_keys_and_signatures_are_as_in_solders(data: bytes) -> None:
    """32 and 64 byte values agree with solders' own encoder."""
    signature, address = str(Signature.from_bytes(data)), str(Pubkey.from_bytes(data[:32]))
    assert (base58.encode(data), base58.decode(signature)) == (signature, data)
    assert (base58.encode(data[:32]), base58.decode(address)) == (address, data[:32])
    assert base58.is_address(address)


@pytest.mark.parametrize("text", ["0", "O", "I", "l", "abc!", "ab cd", "a\n", "é", "\ud800"])
def test_other_characters_are_refused(text: str) -> None:
    """Characters outside the alphabet raise DecodeError, which never repeats what may be a secret."""
    with pytest.raises(DecodeError) as caught:
        base58.decode(text)
    assert len(text) == 1 or text not in caught.value.message


def test_overlong_text_is_refused() -> None:
    """More digits than any instruction can need are not even looked at."""
    assert len(base58.decode("z" * base58.MAX_TEXT)) > 10_240
    with pytest.raises(DecodeError, match="longer than"):
        base58.decode("z" * (base58.MAX_TEXT + 1))


def test_is_address() -> None:
    """Only base58 of exactly 32 bytes is an address."""
    assert base58.is_address("11111111111111111111111111111111")
    assert not base58.is_address("1" * 31)
    assert not base58.is_address("z" * 44)
    assert not base58.is_address("0" * 40)
    assert not base58.is_address("main")
