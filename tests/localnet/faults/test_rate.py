"""Requests counted over ten seconds."""

from __future__ import annotations

from sniperforge.localnet.faults.rate import RateWindow, rate_headers


def test_what_is_asked_too_often_is_over_the_limit() -> None:
    """Every request counts, those of an array one by one, the refused ones too."""
    window = RateWindow()
    assert [window.remaining(3, 1, 100.0) for _ in range(4)] == [2, 1, 0, -1]
    assert window.remaining(3, 5, 109.9) == -6


def test_the_window_slides() -> None:
    """Ten seconds later a request counts no more; who went on asking waits for that."""
    window = RateWindow()
    window.remaining(3, 2, 100.0)
    assert window.remaining(3, 1, 105.0) == 0
    assert window.remaining(3, 1, 110.0) == 1
    assert window.remaining(3, 1, 200.0) == 2


def test_headers_tell_the_limit() -> None:
    """As the public endpoint names them."""
    assert rate_headers(100, -2) == {
        "x-ratelimit-tier": "free",
        "x-ratelimit-rps-limit": "100",
        "x-ratelimit-rps-remaining": "-2",
    }
