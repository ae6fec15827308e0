"""Requests of the last ten seconds, counted as public endpoints count them."""

from __future__ import annotations

from collections import deque
from typing import Final

from sniperforge.localnet.faults.plan import RATE_SECONDS

TIER: Final = "free"


class RateWindow:
    """What one endpoint was asked lately. Refused requests count too: who hammers on stays out."""

    def __init__(self) -> None:
        self._asked: deque[tuple[float, int]] = deque()
        self._total = 0

    def remaining(self, limit: int, requests: int, now: float) -> int:
        """What is left of ``limit`` after ``requests`` more; below 0 they are too many.

        Args:
            limit: requests in ten seconds.
            requests: that came just now.
            now: seconds of a clock that never goes back.
        """
        while self._asked and self._asked[0][0] <= now - RATE_SECONDS:
            self._total -= self._asked.popleft()[1]
        self._asked.append((now, requests))
        self._total += requests
        return limit - self._total


def rate_headers(limit: int, remaining: int) -> dict[str, str]:
    """What api.mainnet-beta.solana.com says about its limit with every reply."""
    return {
        "x-ratelimit-tier": TIER,
        "x-ratelimit-rps-limit": str(limit),
        "x-ratelimit-rps-remaining": str(remaining),
    }
