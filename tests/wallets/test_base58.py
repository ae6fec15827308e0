"""Base58 against known values and an independent implementation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from sniperforge.wallets import base58


@given(st.binary(max_size=70))
def test_round_trip(data: bytes) -> None:
    """Decoding undoes encoding, leading zeros included."""
    assert base58.decode(base58.encode(data)) == data


@given(st.binary(min_size=32, max_size=32))
def test_agrees_with_solders(data: bytes) -> None:
    """Addresses are written as the Solana SDK writes them."""
    text = str(Pubkey(data))
    assert base58.encode(data) == text
    assert base58.is_address(text)


@pytest.mark.parametrize("text", ["0OIl", "a b", "é"])
def test_other_letters_are_refused_and_not_repeated(text: str) -> None:
    """The error does not show what may have been a secret."""
    with pytest.raises(ValueError, match=r"^not base58$"):
        base58.decode(text)


def test_is_address() -> None:
    """Only base58 of exactly 32 bytes is an address."""
    assert base58.is_address("11111111111111111111111111111111")
    assert not base58.is_address("1" * 31)
    assert not base58.is_address("z" * 44)
    assert not base58.is_address("0" * 40)
    assert not base58.is_address("main")
