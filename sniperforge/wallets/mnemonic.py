"""BIP-39 phrases and the key that Solana wallets derive from them (BIP-44 path, SLIP-10 Ed25519)."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Final

from sniperforge.errors import ConfigError, UsageError
from sniperforge.wallets.secret import SecretKey, SecretText

STRENGTH_BITS: Final = {12: 128, 15: 160, 18: 192, 21: 224, 24: 256}
"""Entropy by number of words (BIP-39)."""


def new_phrase(words: int = 24) -> SecretText:
    """A fresh English phrase of 12 or 24 words.

    Raises:
        UsageError: another number of words.
    """
    from mnemonic import Mnemonic

    if words not in {12, 24}:
        raise UsageError(f"a new phrase has 12 or 24 words, not {words}")
    return SecretText(Mnemonic("english").generate(STRENGTH_BITS[words]))


def parse_phrase(text: str) -> SecretText:
    """Check a typed English phrase: number of words, each word, checksum. Case and spacing do not matter.

    Raises:
        ConfigError: not a valid phrase; the message tells positions, never words.
    """
    from mnemonic import Mnemonic

    words = unicodedata.normalize("NFKD", text).lower().split()
    if len(words) not in STRENGTH_BITS:
        raise ConfigError(f"a mnemonic phrase has 12, 15, 18, 21 or 24 words, this one {len(words)}")
    book = Mnemonic("english")
    known = set(book.wordlist)
    unknown = [str(place) for place, word in enumerate(words, 1) if word not in known]
    if unknown:
        raise ConfigError(f"not in the BIP-39 English word list: word {', '.join(unknown)}")
    phrase = " ".join(words)
    if not book.check(phrase):
        raise ConfigError(
            "the phrase's checksum is wrong",
            hint="a word is mistaken for another one, or the order is not right",
        )
    return SecretText(phrase)


def derivation_path(account: int = 0) -> str:
    """The path that Phantom, Solflare and Ledger use for their account number ``account``."""
    return f"m/44'/501'/{account}'/0'"


def derive_key(phrase: SecretText, *, passphrase: str = "", account: int = 0) -> SecretKey:
    """The key of a checked phrase at ``m/44'/501'/ACCOUNT'/0'``.

    Args:
        phrase: from :func:`new_phrase` or :func:`parse_phrase`.
        passphrase: BIP-39's optional "25th word".
        account: 0 to 2**31 - 1.

    Raises:
        UsageError: ``account`` out of range.
    """
    from solders.keypair import Keypair

    if not 0 <= account < 2**31:
        raise UsageError(f"account number out of range: {account}")
    salt = b"mnemonic" + unicodedata.normalize("NFKD", passphrase).encode()
    seed = hashlib.pbkdf2_hmac("sha512", phrase.reveal().encode(), salt, 2048)
    pair = Keypair.from_seed_and_derivation_path(seed, derivation_path(account))
    return SecretKey.from_bytes(bytes(pair), where="derived key")
