"""How often a caller may ask. No sockets."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_CALLERS: Final = 1_000


class RequestLimit:
    """So many requests in any second, by caller.

    Args:
        per_second: 0 for any number.
        timer: seconds that never go back.
    """

    def __init__(self, per_second: int, timer: Callable[[], float]) -> None:
        self._per_second = per_second
        self._timer = timer
        self._asked: dict[str, deque[float]] = {}

    def wait_ms(self, caller: str) -> int:
        """Count a request: 0 when it may go on, else in how many milliseconds one may.

        Refused ones do not count.
        """
        if not self._per_second:
            return 0
        now = self._timer()
        asked = self._of(caller)
        while asked and asked[0] <= now - 1:
            asked.popleft()
        if len(asked) < self._per_second:
            asked.append(now)
            return 0
        return max(1, round((asked[0] + 1 - now) * 1_000))

    def _of(self, caller: str) -> deque[float]:
        if caller not in self._asked and len(self._asked) >= MAX_CALLERS:
            del self._asked[next(iter(self._asked))]
        return self._asked.setdefault(caller, deque())
