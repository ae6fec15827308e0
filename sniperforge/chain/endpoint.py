"""Endpoint URLs as they may be shown: API keys live in user part, path and query, so only the host is."""

from __future__ import annotations

from urllib.parse import urlsplit


def masked(url: str) -> str:
    """Scheme, host and port of ``url``; everything after them, and any user part, is left out.

    A text that is no URL becomes ``"<malformed URL>"``: it may hold a key anywhere.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "<malformed URL>"
    if not parts.scheme or not host:
        return "<malformed URL>"
    name = f"[{host}]" if ":" in host else host
    shown = f"{parts.scheme}://{name}" + (f":{port}" if port else "")
    hidden = parts.path not in ("", "/") or parts.query or parts.fragment
    return f"{shown}/…" if hidden else shown
