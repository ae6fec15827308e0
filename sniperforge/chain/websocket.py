"""A node's WebSocket side, kept alive: reconnecting, resubscribing, watching for silence. No trading here."""

from __future__ import annotations

import asyncio
import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

from sniperforge.chain.dispatch import Dispatcher
from sniperforge.chain.endpoint import masked
from sniperforge.chain.heartbeat import Heartbeat
from sniperforge.chain.subscription import Stream
from sniperforge.errors import ConfigError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from types import TracebackType

    from sniperforge.chain.subscription import Prefilter
    from sniperforge.chain.ws_link import WebSocketLink
    from sniperforge.ports import Clock

MAX_MESSAGE_BYTES: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a connection is waited for, in seconds.

    Attributes:
        connect: for the opening handshake.
        answer: for the answer to a subscription.
        silence: without any notification before the connection is taken for dead.
        first_retry, last_retry: between tries to connect; doubled from the first to the last, with jitter.
    """

    connect: float = 5.0
    answer: float = 5.0
    silence: float = 10.0
    first_retry: float = 0.1
    last_retry: float = 10.0


@dataclass(frozen=True, slots=True)
class PubSubHealth:
    """A snapshot of the connection.

    Attributes:
        endpoint: host only.
        connected: whether a connection is open.
        frame_age: seconds since a notification or answer arrived; infinite before the first.
        reconnects: connections after the first one.
        messages, bytes: received in all.
        filtered: messages dropped undecoded by prefilters.
        overflowed: notifications that did not fit into open streams.
        stray, malformed: notifications of no known subscription, and messages that are no JSON-RPC.
        subscriptions: open streams.
        slot: newest slot heard of, 0 when none.
        last_error: why there is no connection, or why the last one ended.
    """

    endpoint: str
    connected: bool
    frame_age: float
    reconnects: int
    messages: int
    bytes: int
    filtered: int
    overflowed: int
    stray: int
    malformed: int
    subscriptions: int
    slot: int
    last_error: str


class PubSubClient:
    """Implements :class:`~sniperforge.ports.PubSub`; an ``async with`` block owns the connection.

    It connects in the background and again whenever the connection breaks or falls silent, each time to the
    next endpoint; every stream then gets a :class:`~sniperforge.domain.events.Gap` before its new
    notifications.

    Args:
        url: ``ws`` or ``wss``, or several in the order of preference; only their hosts are ever shown.
        clock: for silence and retries.
        patience: see :class:`Patience`.
        heartbeat: subscribe to slots, so that silence means death; pings stand in when the node refuses.
        queue_limit: notifications that a stream holds before it drops some and marks the gap.
        headers: further headers of the opening handshake.
        max_bytes: a longer message ends the connection.
        jitter: uniform in [0, 1).
        admit: awaited with a URL before it is connected to; raises ``UnavailableError`` to pass over it.

    Raises:
        ConfigError: ``url`` is no WebSocket URL.
    """

    def __init__(
        self,
        url: str | Sequence[str],
        clock: Clock,
        *,
        patience: Patience | None = None,
        heartbeat: bool = True,
        queue_limit: int = 10_000,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = MAX_MESSAGE_BYTES,
        jitter: Callable[[], float] = random.random,
        admit: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        self._urls = (url,) if isinstance(url, str) else tuple(url)
        self._names = [_checked(each) for each in self._urls]
        self._turn = 0
        self._admit = admit
        self._clock = clock
        self._patience = patience or Patience()
        self._queue_limit = queue_limit
        self._headers = {"user-agent": "sniperforge", **(headers or {})}
        self._max_bytes = max_bytes
        self._jitter = jitter
        self._heartbeat = Heartbeat()
        self._dispatcher = Dispatcher(self._heartbeat if heartbeat else None)
        self._link: WebSocketLink | None = None
        self._group: asyncio.TaskGroup | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._last_frame = -math.inf
        self._last_error = "not connected yet"
        self._connections = self._messages = self._bytes = 0

    def __repr__(self) -> str:
        return f"PubSubClient({self._name})"

    @property
    def _name(self) -> str:
        return self._names[self._turn]

    async def __aenter__(self) -> Self:
        self._group = await asyncio.TaskGroup().__aenter__()
        self._keeper = self._group.create_task(self._keep(), name=f"pubsub {self._name}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._group is not None
        assert self._keeper is not None
        self._keeper.cancel()
        cancelled = kind is not None and issubclass(kind, asyncio.CancelledError)
        # The group would wrap the block's own errors; it needs to see a cancellation, which may be its own.
        await self._group.__aexit__(*((kind, error, trace) if cancelled else (None, None, None)))

    async def subscribe(
        self,
        method: str,
        params: Sequence[Any],
        *,
        prefilter: Prefilter | None = None,
        queue_limit: int | None = None,
    ) -> Stream:
        """Open a subscription, for example ``("accountSubscribe", [address, {...}])``.

        Args:
            method: the node's method.
            params: its parameters.
            prefilter: sees each of this method's raw frames; those that it refuses are dropped undecoded.
            queue_limit: instead of the client's.

        Raises:
            RpcError: the node refuses the subscription.
            UnavailableError: no answer within the patience, connecting included.
        """
        limit = queue_limit or self._queue_limit
        stream = Stream(method, params, limit=limit, prefilter=prefilter, on_close=self._dispatcher.close)
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._dispatcher.open(stream, ready, self._clock.monotonic())
        patience = self._patience.connect + self._patience.answer
        try:
            async with asyncio.timeout(patience):
                await ready
        except TimeoutError:
            why = "no answer" if self._link is not None else self._last_error
            raise UnavailableError(f"{self._name}: no {method} within {patience:g} s: {why}") from None
        finally:
            if not ready.done() or ready.cancelled() or ready.exception() is not None:
                await stream.aclose()
        return stream

    @property
    def frame_age(self) -> float:
        """Seconds since the node was last heard; infinite before that."""
        return self._clock.monotonic() - self._last_frame

    def health(self) -> PubSubHealth:
        """How the connection is doing."""
        dispatcher = self._dispatcher
        return PubSubHealth(
            endpoint=self._name,
            connected=self._link is not None,
            frame_age=self.frame_age,
            reconnects=max(0, self._connections - 1),
            messages=self._messages,
            bytes=self._bytes,
            filtered=dispatcher.filtered,
            overflowed=dispatcher.overflowed,
            stray=dispatcher.stray,
            malformed=dispatcher.malformed,
            subscriptions=dispatcher.subscriptions,
            slot=self._heartbeat.slot,
            last_error=self._last_error,
        )

    async def _keep(self) -> None:
        failures = 0
        try:
            while True:
                heard = self._messages
                try:
                    await self._serve()
                except UnavailableError as error:
                    self._last_error = error.message
                failures = 0 if self._messages > heard else failures + 1
                self._turn = (self._turn + 1) % len(self._urls)
                await self._clock.sleep(self._pause(failures))
        finally:
            self._dispatcher.end()

    async def _serve(self) -> None:
        from sniperforge.chain.ws_link import open_link

        url = self._urls[self._turn]
        if self._admit is not None:
            await self._admit(url)
        link = await open_link(
            url,
            self._received,
            headers=self._headers,
            patience=self._patience.connect,
            max_bytes=self._max_bytes,
        )
        link.on_pong = self._pong
        try:
            self._link = link
            self._connections += 1
            self._last_frame = self._clock.monotonic()
            self._dispatcher.connected(link.send, self._last_frame)
            async with asyncio.TaskGroup() as group:
                watch = group.create_task(self._watch(link))
                self._last_error = await link.closed
                watch.cancel()
        finally:
            self._link = None
            link.close()
            self._dispatcher.disconnected()

    async def _watch(self, link: WebSocketLink) -> None:
        patience = self._patience
        while True:
            await self._clock.sleep(patience.silence / 4)
            if self.frame_age >= patience.silence:
                link.abort(f"the node was silent for {patience.silence:g} s")
            elif self._dispatcher.overdue(self._clock.monotonic(), patience.answer):
                link.abort("the node did not answer a subscription")
            elif not self._heartbeat.beating:
                link.ping()

    def _received(self, raw: bytes) -> None:
        now = self._clock.monotonic()
        self._last_frame = now
        self._messages += 1
        self._bytes += len(raw)
        self._dispatcher.receive(raw, now)

    def _pong(self) -> None:
        """A pong is a sign of life only where slots are not to be had: a proxy may answer for a dead node."""
        if not self._heartbeat.beating:
            self._last_frame = self._clock.monotonic()

    def _pause(self, failures: int) -> float:
        patience = self._patience
        growing = patience.first_retry * 2.0 ** min(max(failures - 1, 0), 30)
        return min(patience.last_retry, growing) * (0.5 + self._jitter() / 2)


def _checked(url: str) -> str:
    name = masked(url)
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ConfigError(f"{name} is not a URL") from None
    if parts.scheme not in ("ws", "wss") or not parts.hostname or name.startswith("<"):
        raise ConfigError(f"{name} is not a ws or wss URL")
    return name
