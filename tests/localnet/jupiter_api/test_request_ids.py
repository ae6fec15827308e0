"""Ids."""

from __future__ import annotations

from uuid import UUID

from sniperforge.localnet.jupiter_api.request_ids import request_ids


def test_ids_are_version_7() -> None:
    """Time first, then random bits."""
    made = UUID(request_ids(lambda: 1_790_628_350.5, lambda count: b"\xff" * count)())
    assert (made.version, made.int >> 80) == (7, 1_790_628_350_500)
    assert made.variant == "specified in RFC 4122"
    new_id = request_ids(lambda: 1.0)
    assert new_id() != new_id()
