"""No secret passes, signatures stay, and nothing raises."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sniperforge.telemetry.masking import (
    MASK,
    MAX_DEPTH,
    MAX_ITEMS,
    MAX_TEXT,
    is_secret_name,
    mask_fields,
    mask_text,
    mask_url,
)
from sniperforge.wallets.secret import SecretKey, SecretText

SIGNATURE = "5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW"
PHRASE = "abandon " * 11 + "about"


@pytest.mark.parametrize(
    "name",
    [
        *("password", "wallet_password", "walletPassword", "PASSWORD", "db-password", "passphrase", "pwd"),
        *("secret", "client_secret", "secret_key", "secretKey", "private_key", "privateKey", "apiKey"),
        *("api_key", "api-key", "APIKey", "apikey", "x_api_key", "helius_api_keys", "signing_key", "keypair"),
        *("mnemonic", "seed", "seed_phrase", "token", "auth_token", "bot_token", "authorization", "jwt"),
        *("Authorization", "cookie", "bearer", "credentials", "secrets", "sk", "auth"),
    ],
)
def test_secret_names(name: str) -> None:
    """Whatever the spelling."""
    assert is_secret_name(name)
    assert mask_fields({name: "hunter2"}) == {name: MASK}
    assert mask_fields({"outer": [{name: {"deep": "hunter2"}}]}) == {"outer": [{name: MASK}]}


@pytest.mark.parametrize(
    "name",
    [
        *("password_file", "keypair_file", "token_account", "token_program", "tokens", "mint", "signature"),
        *("pubkey", "public_key", "key", "wallet", "seeds_used", "secret_path", "monkey", "author", "", "7"),
    ],
)
def test_other_names(name: str) -> None:
    """Places, accounts and addresses stay readable."""
    assert not is_secret_name(name)
    assert mask_fields({name: "shown"}) == {name: "shown"}


def test_an_absent_secret_is_visible_and_a_seed_number_is_no_secret() -> None:
    """Whether a password is set may be seen; the number of `--seed 7` too; any other number may not."""
    fields = {"password": None, "api_key": "", "has_secret": True, "seed": 7, "market_seed": 7}
    assert mask_fields(fields) == fields
    assert mask_fields({"password": 1234, "seed": "text"}) == {"password": MASK, "seed": MASK}


def test_signatures_and_addresses_stay() -> None:
    """88 base58 letters are a signature unless a secret's name says otherwise."""
    fields = {"signature": SIGNATURE, "text": f"landed {SIGNATURE}", "pubkey": SIGNATURE[:44]}
    assert mask_fields(fields) == fields
    assert mask_fields({"private_key": SIGNATURE}) == {"private_key": MASK}


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        ("http://127.0.0.1:8899/", "http://127.0.0.1:8899/"),
        ("wss://api.mainnet-beta.solana.com", "wss://api.mainnet-beta.solana.com"),
        ("https://h/?api-key=abc", "https://h/?api-key=***"),
        ("https://h/?api-key=abc&x=1;y=2&flag", "https://h/?api-key=***&x=***&y=***&***"),
        ("https://h/v2/0123456789abcdef", "https://h/v2/***"),
        ("https://h/v2/short/0123456789abcdef/x", "https://h/v2/short/***/x"),
        ("https://me:pw@h:1/x", "https://***@h:1/x"),
        ("https://me@p@h/x", "https://***@h/x"),
        ("https://h/x?#secret", "https://h/x?#***"),
        ("tgram://123:token/chat", "tgram://***"),
        ("mailto://me:pw@mail", "mailto://***"),
        ("h.io/abc?key=1", "h.io/abc?key=***"),
        ("", ""),
        ("https://[::1]:80/x?a=b", "https://[::1]:80/x?a=***"),
    ],
)
def test_urls(url: str, masked: str) -> None:
    """The service stays recognisable, its keys do not."""
    assert mask_url(url) == masked


TOKEN = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", min_size=20, max_size=90)


@given(token=TOKEN, place=st.sampled_from(["user", "path", "query", "fragment", "host"]))
def test_no_token_survives_in_a_url(token: str, place: str) -> None:
    """Wherever the token is, also inside a text, it does not come out."""
    url = {
        "user": f"https://x:{token}@host/path",
        "path": f"wss://host/v2/{token}/",
        "query": f"https://host/?api-key={token}&a=1",
        "fragment": f"https://host/#{token}",
        "host": f"discord://{token}/x",
    }[place]
    assert token not in mask_url(url)
    text = mask_fields({"reason": f'cannot reach "{url}": refused', "url": url})
    assert token not in json.dumps(text)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("password=hunter2 next", "password=*** next"),
        ("wallet_password: 'hunter 2', next", "wallet_password: ***, next"),
        ('{"api_key": "hunter2"}', '{"api_key": ***}'),
        ("Authorization: Bearer hunter2.x", "Authorization: ***"),
        (f"keypair {list(range(64))} bad", "keypair [***] bad"),
        (f"keypair [{','.join(['7'] * 40)}", "keypair [***]"),
        (f"phrase {PHRASE}!", "***!"),
        (f"Phrase: {PHRASE}", "Phrase: ***"),
        ("nothing to hide: [1, 2, 3], token=So111", "nothing to hide: [1, 2, 3], token=So111"),
    ],
)
def test_texts(text: str, masked: str) -> None:
    """Messages of other libraries are searched for what looks like a secret."""
    assert mask_text(text) == masked


@pytest.mark.parametrize("size", [32, 64])
@pytest.mark.parametrize("kind", [list, tuple, bytes])
def test_key_bytes_are_masked_in_any_form(size: int, kind: Any) -> None:
    """Arrays of 32 or 64 byte values are keys; bytes show their number only."""
    shown = mask_fields({"data": kind(range(size))})["data"]
    assert shown in (MASK, f"<{size} bytes>")
    assert mask_fields({"data": list(range(31))}) == {"data": list(range(31))}
    assert mask_fields({"data": [300] * 64}) == {"data": [300] * 64}


def test_secret_objects_show_themselves_masked() -> None:
    """Also under harmless names."""
    key = SecretKey.generate()
    text = json.dumps(mask_fields({"a": SecretText("hunter2"), "b": [key]}))
    assert "hunter2" not in text
    assert key.pubkey not in text


def test_values_become_json() -> None:
    """Exact numbers stay exact; the rest becomes text."""
    fields = mask_fields(
        {
            "u128": 2**127,
            "price": Decimal("1.10"),
            "nan": math.nan,
            "ratio": 0.5,
            "path": Path("/x"),
            "error": OSError("at https://h/?k=hunter2"),
            "view": MappingProxyType({1: {2}}),
            "memory": memoryview(b"abc"),
        }
    )
    assert json.loads(json.dumps(fields)) == {
        "u128": 2**127,
        "price": "1.10",
        "nan": "nan",
        "ratio": 0.5,
        "path": "/x",
        "error": "OSError: at https://h/?k=***",
        "view": {"1": [2]},
        "memory": "<3 bytes>",
    }


def test_size_and_depth_are_bounded() -> None:
    """A line cannot become arbitrarily long, whatever is logged."""
    deep: Any = []
    for _ in range(50):
        deep = [deep]
    shown = mask_fields({"deep": deep, "long": "x" * 10**6, "many": ["a"] * 10**4})
    assert "<list of 1>" in json.dumps(shown["deep"])
    assert json.dumps(shown["deep"]).count("[") <= MAX_DEPTH
    assert len(shown["long"]) < MAX_TEXT + 50
    assert len(shown["many"]) == MAX_ITEMS + 1
    assert shown["many"][-1] == f"... {10**4 - MAX_ITEMS} more"


class Broken:
    """Cannot show itself."""

    def __str__(self) -> str:
        raise RuntimeError


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.builds(Broken)
    | st.builds(Exception, st.text()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.tuples(inner),
    max_leaves=20,
)


@settings(max_examples=40)
@given(st.dictionaries(st.text(), VALUES))
def test_anything_can_be_logged(fields: dict[str, Any]) -> None:
    """Whatever the values, the result is JSON and nothing is raised."""
    json.dumps(mask_fields(fields), allow_nan=False)


NAMES = st.sampled_from(["password", "api_key", "privateKey", "mnemonic", "auth_token", "client_secret"])


@given(secret=TOKEN, name=NAMES, wrap=st.lists(st.sampled_from(["list", "dict", "secret"]), max_size=4))
def test_no_value_of_a_secret_name_survives(secret: str, name: str, wrap: list[str]) -> None:
    """However deep it lies and whatever it is wrapped in."""
    value: Any = {name: secret}
    for kind in wrap:
        value = {"list": [value, 1], "dict": {"x": value}, "secret": {name: [value]}}[kind]
    shown = json.dumps(mask_fields({"outer": value, "signature": SIGNATURE}))
    assert secret not in shown
    assert SIGNATURE in shown
