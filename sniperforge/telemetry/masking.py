"""Taking secrets out of what is logged or shown: by name, in URLs, in texts. Pure; knows no logger.

Base58 texts of 64 bytes are masked under secret names only, for signatures have the same form.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import Any, Final

MASK: Final = "***"
LONG_SEGMENT: Final = 16
"""Characters; a part of a URL's path that long may be an access token."""

MAX_TEXT: Final = 8_000
MAX_ITEMS: Final = 200
MAX_DEPTH: Final = 6
_READ_TEXT: Final = 8 * MAX_TEXT

_SECRET_WORDS: Final = frozenset(
    {
        *("password", "passwd", "passphrase", "pwd", "secret", "secrets", "mnemonic", "credential"),
        *("credentials", "authorization", "cookie", "cookies", "bearer", "apikey", "privatekey"),
        *("secretkey", "keypair", "jwt"),
    }
)
_SECRET_LAST_WORDS: Final = frozenset({"token", "seed", "auth", "phrase", "pin", "privkey", "sk"})
_SECRET_KEY_KINDS: Final = frozenset(
    {"api", "private", "secret", "access", "signing", "signer", "encryption", "auth", "session", "master"}
)
_PLACES: Final = frozenset({"file", "path", "folder", "source"})
_HOST_SCHEMES: Final = frozenset(
    {"http", "https", "ws", "wss", "nats", "tls", "tcp", "grpc", "grpcs", "redis", "rediss", "socks5"}
)
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_URL: Final = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)?(?P<authority>[^/?#]*)(?P<path>[^?#]*)"
    r"(?P<query>\?[^#]*)?(?P<fragment>#.*)?",
    re.DOTALL,
)
_URL_IN_TEXT: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,30}://[^\s\"'<>`]+")
_ASSIGNMENT: Final = re.compile(
    r"""(?ix) \b ( (?: \w+ [_-] )? (?: api [_-]? key | (?: access | auth | bot ) [_-]? token
        | secret (?: [_-]? key )? | private [_-]? key | password | passwd | passphrase | mnemonic
        | authorization ) ) \b ( ["']? \s* [=:] \s* ) (?: (?: bearer | basic ) \s+ )?
        (?: "[^"]*" | '[^']*' | [^\s,;&"']+ )"""
)
_BYTE_ARRAY: Final = re.compile(r"[\[(]\s*(?:\d{1,3}\s*,\s*){31,}\d{0,3}\s*,?\s*[\])]?")
_PHRASE: Final = re.compile(r"\b(?:[a-z]{3,8}\s+){11,}[a-z]{3,8}\b")


def mask_url(url: str) -> str:
    """``url`` with user info, query values, fragment and long path parts replaced by ``***``.

    Host and port stay, so that one still sees which service is meant; for schemes that carry tokens in the
    host's place (notification services do) nothing but the scheme stays.
    """
    match = _URL.fullmatch(url)
    assert match is not None  # every text has this form
    scheme = match["scheme"] or ""
    if scheme and scheme[:-3].lower() not in _HOST_SCHEMES:
        return scheme + MASK
    user, at, host = match["authority"].rpartition("@")
    authority = f"{MASK}@{host}" if at and user else host
    path = "/".join(_mask_segment(part) for part in match["path"].split("/"))
    return (
        scheme
        + authority
        + path
        + _mask_query(match["query"] or "")
        + ("#" + MASK if match["fragment"] else "")
    )


def mask_text(text: str) -> str:
    """``text`` with URLs masked, and secrets that look like one: ``password=...``, key bytes, phrases."""
    text = _URL_IN_TEXT.sub(lambda match: mask_url(match[0]), text)
    text = _ASSIGNMENT.sub(lambda match: f"{match[1]}{match[2]}{MASK}", text)
    text = _BYTE_ARRAY.sub(f"[{MASK}]", text)
    return _PHRASE.sub(MASK, text)


def is_secret_name(name: str) -> bool:
    """Whether a value of this name is a secret: ``api_key``, ``walletPassword``; not ``password_file``."""
    words = [word.lower() for word in _WORD.findall(name)]
    if not words or words[-1] in _PLACES:
        return False
    if words[-1] in _SECRET_LAST_WORDS or not _SECRET_WORDS.isdisjoint(words):
        return True
    return any(second in {"key", "keys"} and first in _SECRET_KEY_KINDS for first, second in pairwise(words))


def mask_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """``fields`` as JSON values without secrets: bounded in size and depth, and never raising."""
    return _mask_mapping(fields, MAX_DEPTH)


def _mask_mapping(fields: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    masked: dict[str, Any] = {}
    for name, value in fields.items():
        text = name if isinstance(name, str) else _shown(name)
        masked[text] = _mask_secret(text, value) if is_secret_name(text) else _mask_value(value, depth)
    return masked


def _mask_secret(name: str, value: Any) -> Any:
    """A secret's place; whether there is one stays visible, and so does a random generator's number."""
    if value is None or value == "" or isinstance(value, bool):
        return value
    if isinstance(value, int) and name.lower().endswith("seed"):
        return value
    return MASK


def _mask_value(value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return _bounded(mask_text(value[:_READ_TEXT]))
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{len(value)} bytes>"
    if isinstance(value, Mapping | Sequence | AbstractSet):
        return _mask_container(value, depth)
    return _bounded(mask_text(_shown(value)[:_READ_TEXT]))


def _mask_container(value: Mapping[Any, Any] | Sequence[Any] | AbstractSet[Any], depth: int) -> Any:
    if depth <= 0:
        return f"<{type(value).__name__} of {len(value)}>"
    if isinstance(value, Mapping):
        return _mask_mapping(value, depth - 1)
    items = list(value)
    if _is_key_bytes(items):
        return MASK
    shown = [_mask_value(item, depth - 1) for item in items[:MAX_ITEMS]]
    return [*shown, f"... {len(items) - MAX_ITEMS} more"] if len(items) > MAX_ITEMS else shown


def _is_key_bytes(items: list[Any]) -> bool:
    return len(items) in {32, 64} and all(type(item) is int and 0 <= item <= 255 for item in items)


def _mask_segment(part: str) -> str:
    return MASK if len(part) >= LONG_SEGMENT else part


def _mask_query(query: str) -> str:
    if len(query) <= 1:
        return query
    pairs = re.split(r"[&;]", query[1:])
    return "?" + "&".join(f"{pair.partition('=')[0]}={MASK}" if "=" in pair else MASK for pair in pairs)


def _shown(value: Any) -> str:
    try:
        return f"{type(value).__name__}: {value}" if isinstance(value, BaseException) else str(value)
    except Exception:  # noqa: BLE001  a value that cannot show itself must not stop whoever logs it
        return f"<{type(value).__name__}>"


def _bounded(text: str) -> str:
    if len(text) <= MAX_TEXT:
        return text
    return f"{text[:MAX_TEXT]}... {len(text) - MAX_TEXT} more characters"
