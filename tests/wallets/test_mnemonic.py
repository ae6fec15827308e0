"""BIP-39 phrases: checks and the derivation that other wallets use."""

from __future__ import annotations

import pytest

from sniperforge.errors import ConfigError, UsageError
from sniperforge.wallets.mnemonic import derivation_path, derive_key, new_phrase, parse_phrase

KNOWN = "abandon " * 11 + "about"
"""The first test vector of BIP-39."""


def test_the_known_phrase_gives_the_address_that_other_wallets_show() -> None:
    """Phantom, Solflare and bip-utils all derive this address (reference: libraries.md section 7)."""
    key = derive_key(parse_phrase(KNOWN))
    assert key.pubkey == "HAgk14JpMQLgt6rVgv7cBQFJWFto5Dqxi472uT3DKpqk"


def test_account_and_passphrase_change_the_key() -> None:
    """Each account number and passphrase is another wallet; the path is Phantom's."""
    phrase = parse_phrase(KNOWN)
    keys = {
        derive_key(phrase).pubkey,
        derive_key(phrase, account=1).pubkey,
        derive_key(phrase, passphrase="x").pubkey,
    }
    assert len(keys) == 3
    assert derivation_path(1) == "m/44'/501'/1'/0'"


@pytest.mark.parametrize("words", [12, 24])
def test_a_new_phrase_passes_its_own_check(words: int) -> None:
    """12 and 24 words, valid checksum, another one each time."""
    first, second = new_phrase(words), new_phrase(words)
    assert len(first.reveal().split()) == words
    assert parse_phrase(first.reveal()).reveal() == first.reveal()
    assert first.reveal() != second.reveal()


def test_case_and_spacing_do_not_matter() -> None:
    """A pasted phrase with capitals and line breaks is the same phrase."""
    assert parse_phrase("  " + KNOWN.upper().replace(" ", "\n ")).reveal() == KNOWN


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("abandon about", "this one 2"),
        ("", "this one 0"),
        (KNOWN + " about", "this one 13"),
        (KNOWN.replace("about", "hunterxx"), "word 12$"),
        ("hunterxx zz " + "abandon " * 9 + "about", "word 1, 2$"),
        ("abandon " * 12, "checksum is wrong"),
    ],
)
def test_a_wrong_phrase_is_refused_without_repeating_it(text: str, message: str) -> None:
    """Solders would take any text; the words never reach the message."""
    with pytest.raises(ConfigError, match=message) as caught:
        parse_phrase(text)
    assert "hunterxx" not in caught.value.message
    assert "abandon" not in caught.value.message


def test_bounds() -> None:
    """Only 12 or 24 words are made, and accounts are hardened indices."""
    with pytest.raises(UsageError, match="12 or 24"):
        new_phrase(15)
    for account in (-1, 2**31):
        with pytest.raises(UsageError, match="out of range"):
            derive_key(parse_phrase(KNOWN), account=account)
