"""Endpoint URLs as they may be shown."""

from __future__ import annotations

import pytest

from sniperforge.chain.endpoint import masked


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://127.0.0.1:8899", "http://127.0.0.1:8899"),
        ("http://127.0.0.1:8899/", "http://127.0.0.1:8899"),
        ("https://node.example/v2/SECRET", "https://node.example/…"),
        ("https://node.example/?api-key=SECRET", "https://node.example/…"),
        ("https://node.example#SECRET", "https://node.example/…"),
        ("wss://user:SECRET@node.example:443", "wss://node.example:443"),
        ("http://[::1]:8899/SECRET", "http://[::1]:8899/…"),
        ("SECRET", "<malformed URL>"),
        ("http://host:SECRET", "<malformed URL>"),
        ("http://[SECRET", "<malformed URL>"),
    ],
)
def test_only_scheme_host_and_port_are_shown(url: str, shown: str) -> None:
    """User part, path, query and fragment never appear, and neither does a text that is no URL."""
    assert masked(url) == shown
    assert "SECRET" not in masked(url)
