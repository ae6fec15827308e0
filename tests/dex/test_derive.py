"""Derived addresses."""

from __future__ import annotations

import pytest

from sniperforge.dex.derive import derived, key_bytes
from sniperforge.domain.addresses import SYSTEM_PROGRAM
from sniperforge.errors import DecodeError


def test_a_known_address() -> None:
    """The authority of Raydium AMM v4, as every pool names it."""
    program = "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8"
    assert derived(program, b"amm authority") == "5Q544fKrFoe6tsEbD7S8EmxGTJYAKtTVhAW5Q5pge4j1"
    assert key_bytes(SYSTEM_PROGRAM) == bytes(32)


def test_what_is_no_address() -> None:
    """Refused as such."""
    with pytest.raises(DecodeError):
        derived("no", b"")
    with pytest.raises(DecodeError):
        key_bytes("no")
