"""The seams to network, disk and time. Every method says what it raises; fakes are in ``testing``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from sniperforge.domain.priority import Priority


class Clock(Protocol):
    """Time as an argument, so that tests own it."""

    def now(self) -> float:
        """Unix seconds."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back; only differences mean anything."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait ``seconds`` of this clock."""
        ...


class RpcTransport(Protocol):
    """Carries one JSON-RPC request body to a node and brings the reply's body back."""

    async def post(self, payload: bytes) -> bytes:
        """Send ``payload`` and return the reply's body.

        Raises:
            UnavailableError: unreachable, timed out, rate limited, or no answer in HTTP.
        """
        ...

    async def aclose(self) -> None:
        """Release connections. Safe to call twice."""
        ...


class RateLimiter(Protocol):
    """Keeps the requests to one endpoint within what it allows."""

    async def acquire(self, methods: Sequence[str], priority: Priority) -> None:
        """Wait until a request with these JSON-RPC methods may leave.

        Raises:
            UnavailableError: it would have to wait too long.
        """
        ...

    async def refused(self, retry_after: float | None) -> None:
        """The server said "too many requests", and perhaps after how many seconds to come back."""
        ...

    async def running_low(self, reset_after: float) -> None:
        """The server has little left of its limit, which begins anew after ``reset_after`` seconds."""
        ...


class Signer(Protocol):
    """Signs with one wallet's key and never gives the key away."""

    @property
    def pubkey(self) -> str:
        """The wallet's address, base58."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The 64-byte Ed25519 signature of ``message``."""
        ...


class Subscription(Protocol):
    """Notifications of one PubSub subscription, kept alive over reconnects."""

    def __aiter__(self) -> AsyncIterator[Any]:
        """Decoded ``params.result`` values in order of arrival, and ``Gap`` where some may be missing."""
        ...

    async def aclose(self) -> None:
        """Unsubscribe. Safe to call twice."""
        ...


class PubSub(Protocol):
    """A node's WebSocket side."""

    async def subscribe(self, method: str, params: Sequence[Any]) -> Subscription:
        """Open a subscription, for example ``("accountSubscribe", [address, {...}])``.

        Raises:
            UnavailableError: the node cannot be reached or refuses the subscription.
        """
        ...
