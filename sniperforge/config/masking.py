"""URLs as they may be shown: host and shape of the path, never the keys that providers put into them."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s\"'<>]+")
_PLAIN_SEGMENT: Final = re.compile(r"^[a-z]{1,12}[0-9]{0,2}$|^v[0-9]+$|^$")
MASK: Final = "***"


def mask_url(text: str) -> str:
    """``text`` with user names, passwords, queries and key-like path segments of each URL in it masked."""
    return _URL.sub(lambda match: _masked(match[0]), text)


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
