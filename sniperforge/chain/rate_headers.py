"""What replies say about the rate limit behind them, beside ``Retry-After``. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_PREFIXES: Final = ("x-ratelimit", "ratelimit")
_LONGEST_DELTA: Final = 1_000_000_000.0
"""A larger reset is a moment in Unix seconds, not a number of seconds from now."""

_RESERVED: Final = 5
"""A fifth of a limit is kept for sends and exits, as in the budget itself."""


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left of a server's limit.

    Attributes:
        remaining, limit: requests; ``limit`` is 0 when it is not told.
        reset_after: seconds until its count begins anew.
    """

    remaining: float
    limit: float
    reset_after: float

    @property
    def used_up(self) -> bool:
        """The next request would be refused."""
        return self.remaining <= 0

    @property
    def low(self) -> bool:
        """Only the part is left that is kept for sends and exits."""
        return self.remaining * _RESERVED < self.limit


def quota_of(headers: Mapping[str, str], now: float) -> Quota | None:
    """What ``x-ratelimit-remaining``, ``-limit`` and ``-reset`` say; ``None`` without a use for it.

    A reset is a number of seconds or a moment in Unix seconds: both are in use. What is counted per method
    (``x-ratelimit-method-remaining`` of the public nodes) has no reset and is not read.

    Args:
        headers: of a reply; names in any case.
        now: Unix seconds.
    """
    for prefix in _PREFIXES:
        remaining = _number(headers.get(f"{prefix}-remaining"))
        reset = _number(headers.get(f"{prefix}-reset"))
        if remaining is not None and reset is not None:
            after = reset if reset < _LONGEST_DELTA else max(0.0, reset - now)
            return Quota(remaining, _number(headers.get(f"{prefix}-limit")) or 0.0, after)
    return None


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if abs(number) < _LONGEST_DELTA * 1_000 else None
