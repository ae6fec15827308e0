"""Secret values do not show themselves."""

from __future__ import annotations

import copy
import pickle

import pytest

from sniperforge.domain import base58
from sniperforge.errors import ConfigError
from sniperforge.wallets.secret import SecretKey, SecretText


def test_nothing_shows_a_secret() -> None:
    """repr, str and format are masked; pickling and copying are refused."""
    key, text = SecretKey.generate(), SecretText("hunter2")
    for value in (key, text):
        shown = f"{value!r} {value} {[value]}"
        assert "***" in shown
        assert "hunter2" not in shown
        for refuse in (pickle.dumps, copy.copy):
            with pytest.raises(TypeError, match="never pickled"):
                refuse(value)


def test_an_empty_text_is_false() -> None:
    """Whether there is a password can be asked without revealing it."""
    assert not SecretText("")
    assert SecretText("x")


def test_a_key_has_its_pubkey_and_bytes() -> None:
    """The address is the base58 of the second half."""
    key = SecretKey.generate()
    data = key.reveal()
    assert len(data) == 64
    assert key.pubkey == base58.encode(data[32:])
    assert SecretKey.from_seed(data[:32]).reveal() == data
    assert SecretKey.from_bytes(data, where="x").pubkey == key.pubkey


def test_base58_import() -> None:
    """The form that browser wallets export is read; anything else names its source only."""
    key = SecretKey.generate()
    text = base58.encode(key.reveal())
    assert SecretKey.from_base58(f" {text}\n", where="stdin").reveal() == key.reveal()
    with pytest.raises(ConfigError, match=r"^stdin: not a base58 secret key$"):
        SecretKey.from_base58(text + "0", where="stdin")
    with pytest.raises(ConfigError, match="stdin: a secret key has 64 bytes, this one 32"):
        SecretKey.from_base58(key.pubkey, where="stdin")


def test_halves_must_belong_together() -> None:
    """A public half of another key would let a signature leak the secret."""
    first, second = SecretKey.generate().reveal(), SecretKey.generate().reveal()
    with pytest.raises(ConfigError, match="does not belong"):
        SecretKey.from_bytes(first[:32] + second[32:], where="x")
