from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniperforge.config.masking import mask_url


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("http://127.0.0.1:8899", "http://127.0.0.1:8899"),
        ("https://api.mainnet-beta.solana.com/", "https://api.mainnet-beta.solana.com/"),
        ("https://x.example/?api-key=S3CRET", "https://x.example/?***"),
        ("wss://x.example/v2/S3CRETS3CRETS3CRET#f", "wss://x.example/v2/***#***"),
        ("https://me:S3CRET@x.example:443/rpc", "https://***@x.example:443/rpc"),
        ("tcp://u:S3CRET@[::1]:9", "tcp://***@[::1]:9"),
        ("https://x.example:S3CRET/", "https://***"),
        ("POST https://x.example/S3CRET failed, https://y.example?k=S3CRET", None),
        ("no address here", "no address here"),
    ],
)
def test_keys_in_addresses_are_masked(text: str, masked: str | None) -> None:
    """Scheme, host and port stay readable; everything that may be a key does not, in any text."""
    assert "S3CRET" not in mask_url(text)
    assert masked is None or mask_url(text) == masked


@given(st.text(alphabet="ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", min_size=8, max_size=40))
def test_no_key_in_path_or_query_survives(key: str) -> None:
    """Whatever a provider's key looks like in capitals and digits, it is not shown."""
    assert key not in mask_url(f"https://h.example/{key}?k={key}")
