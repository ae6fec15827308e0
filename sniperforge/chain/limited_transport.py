"""A transport that asks a rate limiter first, and tells it what the replies say about the limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from sniperforge.chain.rate_headers import quota_of
from sniperforge.chain.urgency import is_for_exit
from sniperforge.domain.priority import Priority
from sniperforge.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sniperforge.chain.rate_headers import Quota
    from sniperforge.ports import Clock, RateLimiter, RpcTransport

SENDS: Final = frozenset({"sendTransaction", "sendBundle"})
"""Methods that go first whoever asks."""

_TOO_MANY: Final = frozenset({429, -32429})
_REFUSAL_BYTES: Final = 2_000
_MALFORMED: Final = (ValueError, RecursionError)


class _Request(msgspec.Struct):
    method: str = ""


class _Error(msgspec.Struct):
    code: int = 0


class _Refusal(msgspec.Struct):
    error: _Error


_REQUESTS: Final = msgspec.json.Decoder(_Request | list[_Request])
_REFUSAL: Final = msgspec.json.Decoder(_Refusal)


class LimitedTransport:
    """Posts through another transport, when its endpoint's limiter lets it.

    Args:
        limiter: of the endpoint; its owner closes it.
        make: makes the inner transport; its argument is to be called with the headers of each reply.
        clock: wall time.
    """

    def __init__(
        self,
        limiter: RateLimiter,
        make: Callable[[Callable[[Mapping[str, str]], None]], RpcTransport],
        clock: Clock,
    ) -> None:
        self._limiter = limiter
        self._clock = clock
        self._quota: Quota | None = None
        self._inner = make(self._heard)

    def __repr__(self) -> str:
        return f"Limited{self._inner!r}"

    async def post(self, payload: bytes) -> bytes:
        """Send ``payload`` once the limiter allows it, and return the reply's body.

        Raises:
            UnavailableError: as the inner transport, and when it would have to wait too long.
        """
        methods = methods_of(payload)
        await self._limiter.acquire(methods, _priority(methods))
        try:
            body = await self._inner.post(payload)
        except UnavailableError as error:
            if error.details.get("http_status") == 429:
                await self._refused(error.details.get("retry_after"))
            raise
        if _is_refusal(body):
            await self._refused(None)
        elif self._quota is not None:
            await self._tell(self._quota)
        return body

    async def aclose(self) -> None:
        """Close the inner transport. Safe to call twice."""
        await self._inner.aclose()

    def _heard(self, headers: Mapping[str, str]) -> None:
        self._quota = quota_of(headers, self._clock.now())

    async def _refused(self, retry_after: float | None) -> None:
        quota, self._quota = self._quota, None
        if retry_after is None and quota is not None:
            retry_after = quota.reset_after
        await self._limiter.refused(retry_after)

    async def _tell(self, quota: Quota) -> None:
        self._quota = None
        if quota.used_up:
            await self._limiter.refused(quota.reset_after)
        elif quota.low:
            await self._limiter.running_low(quota.reset_after)


def methods_of(payload: bytes) -> tuple[str, ...]:
    """The JSON-RPC methods of a request body: of a batch all, of anything else one without a name."""
    try:
        requests = _REQUESTS.decode(payload)
    except _MALFORMED:
        return ("",)
    return tuple(each.method for each in requests) if isinstance(requests, list) else (requests.method,)


def _priority(methods: tuple[str, ...]) -> Priority:
    if not SENDS.isdisjoint(methods):
        return Priority.SEND
    return Priority.EXIT if is_for_exit() else Priority.READ


def _is_refusal(body: bytes) -> bool:
    """Whether a reply says "too many requests" in JSON-RPC instead of HTTP; such replies are short."""
    if len(body) > _REFUSAL_BYTES or b'"error"' not in body:
        return False
    try:
        return _REFUSAL.decode(body).error.code in _TOO_MANY
    except _MALFORMED:
        return False
