"""The gateway in front of the endpoints: request ids, keys, rate limits, and their headers and bodies."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sniperforge.localnet.jupiter_api.faults import gateway

if TYPE_CHECKING:
    from collections.abc import Callable

KEY_HEADER: Final = "x-api-key"
KEY_PREFIX: Final = "jup_"
MAX_CALLERS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests in a sliding window of so many seconds."""

    requests: int
    seconds: float


KEYLESS: Final = Limit(5, 10.0)
"""As observed on 2026-09-28; the documented 30 in 60 s is the same rate."""

KEYED: Final = Limit(100, 10.0)
"""The Developer tier: 10 a second."""

EXECUTE_KEYLESS: Final = Limit(20, 1.0)
EXECUTE_KEYED: Final = Limit(100, 1.0)
"""``/swap/v2/execute`` has a bucket of its own."""

_LIMITS: Final = {
    (False, False): KEYLESS,
    (False, True): EXECUTE_KEYLESS,
    (True, False): KEYED,
    (True, True): EXECUTE_KEYED,
}


@dataclass(frozen=True, slots=True)
class Pass:
    """Whether a request may go on, and the headers that say so.

    Attributes:
        allowed: ``False`` is answered with 429.
        headers: ``x-ratelimit-*``.
    """

    allowed: bool
    headers: dict[str, str]


class Gateway:
    """Counts requests by caller.

    Args:
        now: the wall clock, Unix seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._windows: dict[tuple[str, bool], deque[float]] = {}

    def admit(self, key: str | None, *, execute: bool) -> Pass:
        """Count one request of the caller with ``key``; a refused one does not count.

        Raises:
            ApiError: 401 for a key that cannot be one.
        """
        if key is not None and not key.startswith(KEY_PREFIX):
            raise gateway(401, "Unauthorized")
        limit = _LIMITS[key is not None, execute]
        window = self._window((key or "", execute))
        now = self._now()
        while window and window[0] <= now - limit.seconds:
            window.popleft()
        allowed = len(window) < limit.requests
        if allowed:
            window.append(now)
        return Pass(allowed, _headers(window, limit))

    def _window(self, caller: tuple[str, bool]) -> deque[float]:
        if caller not in self._windows and len(self._windows) >= MAX_CALLERS:
            del self._windows[next(iter(self._windows))]
        return self._windows.setdefault(caller, deque())


def _headers(window: deque[float], limit: Limit) -> dict[str, str]:
    """Reset is the second in which the oldest request leaves the window."""
    return {
        "x-ratelimit-remaining": str(limit.requests - len(window)),
        "x-ratelimit-current": str(len(window)),
        "x-ratelimit-reset": str(int(window[0] + limit.seconds) + 1),
    }
