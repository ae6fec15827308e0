"""What a request is for."""

from __future__ import annotations

from sniperforge.domain.priority import Priority


def test_there_are_three() -> None:
    """Reads, what exits read, and sends."""
    assert [each.value for each in Priority] == ["read", "exit", "send"]
