"""What replies say about rate limits."""

from __future__ import annotations

import pytest

from sniperforge.chain.rate_headers import Quota, quota_of

NOW = 1_790_000_000.0


@pytest.mark.parametrize(
    ("headers", "quota"),
    [
        ({"x-ratelimit-remaining": "3", "x-ratelimit-reset": "7"}, Quota(3, 0, 7)),
        ({"x-ratelimit-remaining": "-1", "x-ratelimit-reset": "1790000004"}, Quota(-1, 0, 4)),
        ({"ratelimit-remaining": "9", "ratelimit-limit": "50", "ratelimit-reset": "1.5"}, Quota(9, 50, 1.5)),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1700000000"}, Quota(0, 0, 0)),
        ({"x-ratelimit-remaining": "0"}, None),
        ({"x-ratelimit-remaining": "nan", "x-ratelimit-reset": "1"}, None),
        ({"x-ratelimit-remaining": "1", "x-ratelimit-reset": "inf"}, None),
        ({"x-ratelimit-remaining": "soon", "x-ratelimit-reset": "1"}, None),
        ({"x-ratelimit-method-remaining": "0", "x-ratelimit-method-limit": "40"}, None),
        ({}, None),
    ],
    ids=["delta", "moment", "draft", "past", "no reset", "nan", "inf", "text", "per method", "none"],
)
def test_what_is_left_is_read_when_its_reset_is_told(headers: dict[str, str], quota: Quota | None) -> None:
    """Numbers of seconds and moments; anything else is as good as absent."""
    assert quota_of(headers, NOW) == quota


def test_a_fifth_is_low_and_nothing_is_used_up() -> None:
    """Without a limit nobody can tell what a fifth of it is."""
    assert [Quota(left, 50, 1).low for left in (50, 10, 9)] == [False, False, True]
    assert [Quota(left, 50, 1).used_up for left in (1, 0, -3)] == [False, True, True]
    assert not Quota(1, 0, 1).low
