"""JSON-RPC 2.0 over a transport: requests, replies checked by hand, bounded retries for reads.

Replies never reach solders before they are checked: it panics on errors that lack ``data``.
"""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar, cast

import msgspec

from sniperforge.chain.gathering import Gathering
from sniperforge.chain.retries import RetryPolicy
from sniperforge.chain.urgency import is_for_exit
from sniperforge.errors import RpcError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from sniperforge.ports import Clock, RpcTransport

T = TypeVar("T")
_MESSAGE_LIMIT: Final = 500


class _Reply(msgspec.Struct):
    id: int | str | None = None
    result: msgspec.Raw = msgspec.Raw()
    error: Any = None


_ENCODER: Final = msgspec.json.Encoder()
_REPLY: Final = msgspec.json.Decoder(_Reply)
_MALFORMED: Final = (ValueError, RecursionError)
"""What msgspec raises on foreign bytes: its own errors and ``UnicodeDecodeError`` are ``ValueError``."""


class Asker(Protocol):
    """Whatever answers a request: one endpoint's transport, an endpoint that is watched, a pool of them."""

    async def ask(self, method: str, params: Sequence[Any], kind: type[T] | Any) -> T:
        """The ``result`` of one request as ``kind``, tried once.

        Raises:
            RpcError: the node answered with an error.
            UnavailableError: no usable answer.
        """
        ...


class Wire:
    """One endpoint's transport as an :class:`Asker`: every request of this program leaves through here.

    Args:
        transport: carries bodies; its owner closes it.
    """

    def __init__(self, transport: RpcTransport) -> None:
        self._transport = transport
        self._ids = itertools.count(1)

    async def ask(self, method: str, params: Sequence[Any], kind: type[T] | Any) -> T:
        """Send one request and check its reply, for ``error`` before anything else."""
        number = next(self._ids)
        request = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        body = await self._transport.post(_ENCODER.encode(request))
        result = _checked(body, number, method)
        try:
            return msgspec.json.decode(result, type=kind)
        except _MALFORMED as error:
            raise _unusable(method, f"the result is malformed: {error}") from None


class JsonRpc:
    """Calls methods of one node, or of a pool.

    Args:
        source: what answers; a transport is asked through a :class:`Wire`.
        clock: for the delays between tries.
        retry: how often and how patiently reads are tried again.
        jitter: uniform in [0, 1); spreads the retries of many clients.
    """

    def __init__(
        self,
        source: RpcTransport | Asker,
        clock: Clock,
        *,
        retry: RetryPolicy | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._asker = cast("Asker", source) if hasattr(source, "ask") else Wire(source)
        self._clock = clock
        self._retry = retry or RetryPolicy()
        self._jitter = jitter
        self._gatherings: dict[tuple[str, object, bool], Gathering[Any]] = {}

    async def call(self, method: str, params: Sequence[Any] = ()) -> Any:
        """The ``result`` of one request, tried once. Integers are exact at any size.

        Raises:
            RpcError: the node answered with an error.
            UnavailableError: no usable answer.
        """
        return await self._asker.ask(method, params, Any)

    async def read(self, method: str, params: Sequence[Any], kind: type[T]) -> T:
        """The ``result`` of a request without effects, as ``kind``, retried within the policy.

        Raises:
            RpcError: the node answered with an error that a retry does not cure.
            UnavailableError: no usable answer within the policy's tries, or one that is no ``kind``.
        """
        for attempt in itertools.count(1):
            try:
                return await self._asker.ask(method, params, kind)
            except UnavailableError as error:
                delay = self._retry.delay(error, attempt, self._jitter())
                if delay is None:
                    raise
            await self._clock.sleep(delay)
        raise AssertionError("unreachable")

    def gathering(
        self,
        key: tuple[str, object],
        together: Callable[[Sequence[str]], Awaitable[tuple[int, dict[str, T]]]],
        limit: int,
    ) -> Gathering[T]:
        """Where reads of one kind and equal options meet, made with the first caller's arguments."""
        place = (*key, is_for_exit())  # what an exit waits for does not wait with the rest
        if place not in self._gatherings:
            self._gatherings[place] = Gathering(together, limit)
        return self._gatherings[place]


def _checked(body: bytes, number: int, method: str) -> msgspec.Raw:
    try:
        reply = _REPLY.decode(body)
    except _MALFORMED as error:
        raise _unusable(method, str(error)) from None
    if reply.error is not None:
        raise rpc_error(reply.error, method)
    if reply.id != number:
        raise _unusable(method, "the answer is to another request")
    if not bytes(reply.result):
        raise _unusable(method, "neither a result nor an error")
    return reply.result


def rpc_error(error: Any, method: str) -> RpcError:
    """The ``error`` member of a reply as an exception; it need not have the members that it should have."""
    members = error if isinstance(error, dict) else {}
    code = members.get("code")
    message = members.get("message", error if isinstance(error, str) else "no message")
    return RpcError(
        f"{method}: {str(message)[:_MESSAGE_LIMIT]}",
        rpc_code=code if isinstance(code, int) else 0,
        data=members.get("data"),
    )


def _unusable(method: str, why: str) -> UnavailableError:
    return UnavailableError(f"{method}: the node's answer is unusable: {why}", details={"method": method})
