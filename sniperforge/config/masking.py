"""Text as it may be shown: URLs without the keys that providers put into them, no key material."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s\"'<>]+")
_PLAIN_SEGMENT: Final = re.compile(r"^[a-z]{1,12}[0-9]{0,2}$|^v[0-9]+$|^$")
_KEY: Final = re.compile(
    r"\b[1-9A-HJ-NP-Za-km-z]{80,90}\b"  # 64 bytes in base58: a secret key, or a signature
    r"|\b(?:0x)?[0-9a-fA-F]{128}\b"  # the same in hexadecimal
    r"|\[\s*\d{1,3}(?:\s*,\s*\d{1,3}){31,}\s*\]"  # a keypair file's array
)
MASK: Final = "***"


def mask_url(text: str) -> str:
    """``text`` with user names, passwords, queries and key-like path segments of each URL in it masked."""
    return _URL.sub(lambda match: _masked(match[0]), text)


def mask_secrets(text: str) -> str:
    """Like :func:`mask_url`, and without anything that looks like a secret key.

    Signatures look like secret keys and are masked too: use it for text whose contents nobody chose,
    such as the message of an unexpected exception.
    """
    return _KEY.sub(MASK, mask_url(text))


def _masked(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return f"{url.partition('://')[0]}://{MASK}"
    host = parts.hostname or ""
    netloc = f"[{host}]" if ":" in host else host
    user = f"{MASK}@" if "@" in parts.netloc else ""
    path = "/".join(seg if _PLAIN_SEGMENT.match(seg) else MASK for seg in parts.path.split("/"))
    query = f"?{MASK}" if parts.query else ""
    fragment = f"#{MASK}" if parts.fragment else ""
    return f"{parts.scheme}://{user}{netloc}{port}{path}{query}{fragment}"
