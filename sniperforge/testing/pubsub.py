"""A node's WebSocket side without a socket: tests push notifications, gaps and refusals."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import msgspec

from sniperforge.chain.subscription import Stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sniperforge.chain.subscription import Prefilter
    from sniperforge.ports import Clock


class FakePubSub:
    """Implements :class:`~sniperforge.ports.PubSub`.

    Attributes:
        streams: open streams, in order of subscription.
        subscribed: method and parameters of every subscription ever asked for.
        refusals: by method, what ``subscribe`` raises; one after the other, then it accepts.
        frame_age: what it says about itself.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._numbers = itertools.count(1)
        self.streams: list[Stream] = []
        self.subscribed: list[tuple[str, Any]] = []
        self.refusals: dict[str, list[Exception]] = {}
        self.frame_age = 0.0

    async def subscribe(
        self,
        method: str,
        params: Sequence[Any],
        *,
        prefilter: Prefilter | None = None,
        queue_limit: int | None = None,
    ) -> Stream:
        """Open a stream, or raise the next of ``refusals``.

        Raises:
            UnavailableError: as scripted.
        """
        self.subscribed.append((method, params))
        waiting = self.refusals.get(method)
        if waiting:
            raise waiting.pop(0)
        limit = queue_limit or 10_000
        stream = Stream(method, params, limit=limit, prefilter=prefilter, on_close=self._closed)
        self.streams.append(stream)
        return stream

    def of(self, method: str) -> list[Stream]:
        """The open streams of ``method``."""
        return [stream for stream in self.streams if stream.method == method]

    def push(self, method: str, result: Any) -> None:
        """Notify every open stream of ``method``, through its prefilter."""
        params = {"result": result, "subscription": next(self._numbers)}
        name = f"{method.removesuffix('Subscribe')}Notification"
        raw = msgspec.json.encode({"jsonrpc": "2.0", "method": name, "params": params})
        for stream in self.of(method):
            if stream.prefilter is None or stream.prefilter(raw):
                stream.put(msgspec.json.decode(raw)["params"]["result"], self._clock.monotonic())

    def gap(self, since_slot: int = 0, reason: str = "reconnected") -> None:
        """Put a gap into every open stream, as a reconnect does."""
        for stream in self.streams:
            stream.put_gap(since_slot, reason, self._clock.monotonic())

    def end(self, method: str, error: Exception | None = None) -> None:
        """End every open stream of ``method``, as a refused renewal does."""
        for stream in self.of(method):
            self.streams.remove(stream)
            stream.end(error)

    def _closed(self, stream: Stream) -> None:
        if stream in self.streams:
            self.streams.remove(stream)
