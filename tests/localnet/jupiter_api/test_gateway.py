"""Rate limits."""

from __future__ import annotations

import pytest

from sniperforge.localnet.jupiter_api.faults import ApiError
from sniperforge.localnet.jupiter_api.gateway import MAX_CALLERS, Gateway


def test_without_a_key_five_in_ten_seconds() -> None:
    """Then refused until the first is ten seconds old; a refused one does not count."""
    now = [1_000.25]
    gateway = Gateway(lambda: now[0])
    passes = [gateway.admit(None, execute=False) for _ in range(7)]
    assert [each.allowed for each in passes] == [True] * 5 + [False] * 2
    assert passes[0].headers == {
        "x-ratelimit-remaining": "4",
        "x-ratelimit-current": "1",
        "x-ratelimit-reset": "1011",
    }
    assert passes[6].headers["x-ratelimit-remaining"] == "0"
    assert gateway.admit(None, execute=True).allowed
    assert gateway.admit("jup_a", execute=False).headers["x-ratelimit-remaining"] == "99"
    now[0] += 10
    assert gateway.admit(None, execute=False).allowed


def test_a_key_that_cannot_be_one_is_refused() -> None:
    """401, as for an unknown key."""
    with pytest.raises(ApiError) as caught:
        Gateway(lambda: 0.0).admit("secret", execute=False)
    assert (caught.value.status, caught.value.body["code"]) == (401, 401)


def test_callers_are_bounded() -> None:
    """The oldest is forgotten."""
    gateway = Gateway(lambda: 0.0)
    gateway.admit("jup_first", execute=False)
    for number in range(MAX_CALLERS):
        gateway.admit(f"jup_{number}", execute=False)
    assert gateway.admit("jup_first", execute=False).headers["x-ratelimit-current"] == "1"
