"""Derived addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAM, USDC_MINT
from sniperforge.errors import DecodeError
from sniperforge.tokens.addresses import associated_token_address, pubkey, seeded_address

CREATOR = "DUtA918GSDEeybYfTdBxNBcFMKUPKsyJ6Cf5CmfGPwUn"


def test_associated_address_matches_a_recorded_one() -> None:
    """The creator's LP account of the recorded burn is his associated account."""
    address = associated_token_address(CREATOR, "5179DhrFyr8EBK66DH9zGDhkbgsbACaombXxzMibG36D")
    assert address == "8TXgtAjyfFWb59LydDHCAdvvfN8N3VwFnW2XBc2D76nQ"


def test_associated_address_depends_on_the_program() -> None:
    """The same mint under Token-2022 has another account."""
    plain = associated_token_address(CREATOR, USDC_MINT, TOKEN_PROGRAM)
    assert plain != associated_token_address(CREATOR, USDC_MINT, TOKEN_2022_PROGRAM)


def test_seeded_addresses_differ_by_seed_and_base() -> None:
    """Each seed and each base gives another address, always the same one."""
    found = {seeded_address(base, seed) for base in (CREATOR, USDC_MINT) for seed in ("a", "b")}
    assert len(found) == 4
    assert seeded_address(CREATOR, "a") in found


def test_a_long_seed_is_refused() -> None:
    """33 bytes are one too many, 32 are not."""
    assert seeded_address(CREATOR, "x" * 32)
    with pytest.raises(DecodeError, match="longer than 32 bytes"):
        seeded_address(CREATOR, "ü" * 17)


@pytest.mark.parametrize("text", ["", "x", "0" * 44, CREATOR[:-4], CREATOR + "1"])
def test_what_is_no_address_is_refused(text: str) -> None:
    """The error names the text."""
    with pytest.raises(DecodeError, match="is not a Solana address"):
        pubkey(text)


@given(st.text(max_size=50))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    """No text raises anything but DecodeError, and an address reads back as itself."""
    try:
        found = pubkey(text)
    except DecodeError:
        return
    assert str(found) == text
