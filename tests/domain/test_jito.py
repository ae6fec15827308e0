"""Jito's names and bounds."""

from __future__ import annotations

import hashlib

from solders.pubkey import Pubkey

from sniperforge.domain.jito import DONT_FRONT, DONT_FRONT_PREFIX, TIP_ACCOUNTS, bundle_id


def test_addresses_are_addresses() -> None:
    """Eight tip accounts and the account that says "not in front of me", each in its canonical form."""
    assert len(set(TIP_ACCOUNTS)) == 8
    assert DONT_FRONT.startswith(DONT_FRONT_PREFIX)
    for address in (*TIP_ACCOUNTS, DONT_FRONT):
        assert str(Pubkey.from_string(address)) == address


def test_a_bundle_is_named_by_its_signatures_in_order() -> None:
    """SHA-256 of the base58 signatures joined by commas, in hex."""
    assert bundle_id(["a", "b"]) == hashlib.sha256(b"a,b").hexdigest() != bundle_id(["b", "a"])
