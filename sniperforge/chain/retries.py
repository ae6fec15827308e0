"""When a read is tried again, and after how long. Sends are never retried here: landing owns them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sniperforge.errors import RpcError, UnavailableError

PASSING_RPC_CODES: Final = frozenset({-32004, -32005, -32014, -32016, -32603, 429, -32429})
"""JSON-RPC codes of a passing state: block not available yet, node behind, status not available yet,
minimum context slot not reached, internal error, and the ways of saying "too many requests"."""

_FINAL_HTTP_STATUS: Final = frozenset({400, 401, 403, 404, 405, 413, 422})


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Bounded tries with exponential delays and full jitter on their upper half.

    Attributes:
        attempts: tries in all; 1 means no retry.
        first_delay: seconds after the first failure; doubled after each further one.
        max_delay: seconds; also the longest ``Retry-After`` that is waited for.
    """

    attempts: int = 4
    first_delay: float = 0.15
    max_delay: float = 3.0

    def delay(self, error: UnavailableError, attempt: int, jitter: float) -> float | None:
        """Seconds to wait before the next try, ``None`` when there is none.

        Args:
            error: what the last try raised.
            attempt: how many tries there were, from 1.
            jitter: uniform in [0, 1).
        """
        if attempt >= self.attempts or not passing(error):
            return None
        delay = min(self.max_delay, self.first_delay * 2 ** (attempt - 1)) * (0.5 + jitter / 2)
        asked = error.details.get("retry_after")
        if asked is None:
            return float(delay)
        return None if asked > self.max_delay else max(float(asked), delay)


NO_RETRY: Final = RetryPolicy(attempts=1)


def passing(error: UnavailableError) -> bool:
    """Whether the same question, asked again or elsewhere, may be answered."""
    if isinstance(error, RpcError):
        return error.rpc_code in PASSING_RPC_CODES
    return error.details.get("http_status") not in _FINAL_HTTP_STATUS
