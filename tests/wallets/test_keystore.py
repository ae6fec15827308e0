"""The encrypted keystore: round trip, wrong passwords, and every kind of tampering."""

from __future__ import annotations

import base64
import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sniperforge.errors import ConfigError, UsageError
from sniperforge.wallets.keystore import MAX_MEMORY, MIN_MEMORY, KdfCost, Keystore, seal, unseal
from sniperforge.wallets.secret import SecretKey, SecretText

CHEAP = KdfCost(passes=1, memory_bytes=MIN_MEMORY)
KEY = SecretKey.generate()
PASSWORD = SecretText("correct horse")
STORED = json.loads(seal(KEY, PASSWORD, cost=CHEAP, created_at=1_700_000_000).to_text())


def opened(document: Any, password: SecretText = PASSWORD) -> SecretKey:
    """Parse and unseal."""
    return unseal(Keystore.from_json(document, where="w.json"), password, where="w.json")


def test_round_trip() -> None:
    """The right password gives the same key; address, date and cost are in clear."""
    assert opened(STORED).reveal() == KEY.reveal()
    stored = Keystore.from_json(STORED, where="w")
    assert (stored.pubkey, stored.created_at, stored.cost) == (KEY.pubkey, 1_700_000_000, CHEAP)


def test_the_default_cost_is_a_moderate_one() -> None:
    """Three passes over 128 MiB, and it opens."""
    assert KdfCost() == KdfCost(3, 128 * 1024 * 1024)
    sealed = seal(KEY, PASSWORD, cost=KdfCost(), created_at=1)
    assert unseal(sealed, PASSWORD, where="w").reveal() == KEY.reveal()


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.text(min_size=1), st.text(min_size=1))
def test_only_the_password_opens(password: str, other: str) -> None:
    """Any text is a password; another one is refused without saying either."""
    import unicodedata

    sealed = seal(KEY, SecretText(password), cost=CHEAP, created_at=1)
    assert unseal(sealed, SecretText(password), where="w").pubkey == KEY.pubkey
    if unicodedata.normalize("NFKC", password) != unicodedata.normalize("NFKC", other):
        with pytest.raises(ConfigError, match=r"^w: wrong password, or the file was changed$"):
            unseal(sealed, SecretText(other), where="w")


def test_equal_looking_passwords_are_equal() -> None:
    """A composed and a decomposed accent are the same password on every keyboard."""
    sealed = seal(KEY, SecretText("caf\u00e9"), cost=CHEAP, created_at=1)
    assert unseal(sealed, SecretText("cafe\u0301"), where="w").pubkey == KEY.pubkey


def test_salt_and_nonce_are_fresh_each_time() -> None:
    """Two seals of one key share nothing but the address."""
    first, second = (seal(KEY, PASSWORD, cost=CHEAP, created_at=1) for _ in range(2))
    assert first.salt != second.salt
    assert first.nonce != second.nonce
    assert first.ciphertext != second.ciphertext


def test_an_empty_password_is_refused() -> None:
    """Encryption under nothing would be a false promise."""
    with pytest.raises(UsageError, match="empty"):
        seal(KEY, SecretText(""), cost=CHEAP, created_at=1)


def flipped(text: str, index: int) -> str:
    """Base64 text with one bit of one byte changed."""
    data = bytearray(base64.b64decode(text))
    data[index] ^= 1
    return base64.b64encode(bytes(data)).decode()


@pytest.mark.parametrize("index", range(80))
def test_a_flipped_bit_of_the_ciphertext_is_detected(index: int) -> None:
    """Every byte is authenticated."""
    document = copy.deepcopy(STORED)
    document["cipher"]["ciphertext"] = flipped(document["cipher"]["ciphertext"], index)
    with pytest.raises(ConfigError, match="wrong password, or the file was changed"):
        opened(document)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("pubkey",), SecretKey.generate().pubkey),
        (("created_at",), 1_700_000_001),
        (("kdf", "passes"), 2),
        (("kdf", "memory_bytes"), MIN_MEMORY * 2),
        (("kdf", "salt"), flipped(STORED["kdf"]["salt"], 3)),
        (("cipher", "nonce"), flipped(STORED["cipher"]["nonce"], 3)),
    ],
    ids=["pubkey", "created_at", "passes", "memory", "salt", "nonce"],
)
def test_what_is_in_clear_is_bound(path: tuple[str, ...], value: Any) -> None:
    """A changed address, date, cost, salt or nonce makes the file unreadable."""
    document = copy.deepcopy(STORED)
    place = document if len(path) == 1 else document[path[0]]
    place[path[-1]] = value
    with pytest.raises(ConfigError, match="wrong password, or the file was changed"):
        opened(document)


def test_the_key_inside_must_be_the_one_outside() -> None:
    """An envelope sealed for another address does not open even with valid authentication."""
    from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as encrypt

    from sniperforge.wallets.keystore import _derive

    other = SecretKey.generate()
    header = Keystore(other.pubkey, 1, CHEAP, b"s" * 16, b"n" * 24, b"")
    sealed = encrypt(
        KEY.reveal(), header.associated_data(), header.nonce, _derive(PASSWORD, header, where="w")
    )
    forged = Keystore(other.pubkey, 1, CHEAP, b"s" * 16, b"n" * 24, sealed)
    with pytest.raises(ConfigError, match="belongs to another address"):
        unseal(forged, PASSWORD, where="w")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("format",), "other", "format is another one"),
        (("version",), 2, "version 2 is not known"),
        (("pubkey",), "nope", "pubkey is not an address"),
        (("pubkey",), 7, "pubkey is not an address"),
        (("created_at",), -1, "created_at is not a whole number"),
        (("created_at",), True, "created_at is not a whole number"),
        (("kdf",), None, "kdf must have exactly"),
        (("kdf", "name"), "scrypt", "kdf or cipher is another one"),
        (("kdf", "passes"), 0, "cost out of range"),
        (("kdf", "memory_bytes"), MAX_MEMORY + 1, "cost out of range"),
        (("kdf", "memory_bytes"), "8192", "memory_bytes is not a whole number"),
        (("kdf", "salt"), "AAAA", "salt does not have 16 bytes"),
        (("kdf", "salt"), 4, "salt does not have 16 bytes"),
        (("cipher", "nonce"), "not base64!", "not a valid keystore"),
        (("cipher", "ciphertext"), "", "ciphertext does not have 80 bytes"),
        (("cipher", "extra"), 1, "cipher must have exactly"),
        (("extra",), 1, "the envelope must have exactly"),
    ],
)
def test_malformed_envelopes_are_config_errors(path: tuple[str, ...], value: Any, message: str) -> None:
    """Unknown, missing and wrong members are named with the file."""
    document = copy.deepcopy(STORED)
    place = document if len(path) == 1 else document[path[0]]
    place[path[-1]] = value
    with pytest.raises(ConfigError, match=message) as caught:
        Keystore.from_json(document, where="w.json")
    assert caught.value.message.startswith("w.json: ")


def test_a_keystore_that_is_no_object_is_refused() -> None:
    """An array is not an envelope."""
    with pytest.raises(ConfigError, match="the envelope must have exactly"):
        Keystore.from_json([1, 2], where="w")


def test_no_memory_is_told_with_the_amount(monkeypatch: pytest.MonkeyPatch) -> None:
    """When Argon2id cannot get its memory, the error says how much it wanted."""
    from nacl import exceptions, pwhash

    def fail(*_args: object, **_kwargs: object) -> bytes:
        raise exceptions.RuntimeError("Key derivation failed")

    monkeypatch.setattr(pwhash.argon2id, "kdf", fail)
    stored = Keystore(KEY.pubkey, 1, KdfCost(1, 64 * 1024 * 1024), b"s" * 16, b"n" * 24, b"c" * 80)
    with pytest.raises(ConfigError, match="needs 64 MiB"):
        unseal(stored, PASSWORD, where="w")
