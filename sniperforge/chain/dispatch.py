"""Which frame belongs to which subscription: requests out, frames in, results into streams. No I/O here.

Subscription ids are the node's and change with every connection; a stream keeps its place over them. A node
may give one id to equal subscriptions, and may notify before it has answered the request.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from sniperforge.chain.jsonrpc import rpc_error
from sniperforge.errors import UnavailableError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from sniperforge.chain.heartbeat import Heartbeat
    from sniperforge.chain.subscription import Prefilter, Stream

_METHOD_WITHIN: Final = 96
"""A notification's method stands in its first bytes; a frame that has it later is decoded whole instead."""

_EARLY_FRAMES: Final = 256
_MALFORMED: Final = (ValueError, RecursionError)


class _Params(msgspec.Struct):
    subscription: int | str
    result: Any


class _Frame(msgspec.Struct):
    params: _Params | None = None
    id: int | str | None = None
    result: msgspec.Raw = msgspec.Raw()
    error: Any = None


_FRAME: Final = msgspec.json.Decoder(_Frame)


@dataclass(slots=True, eq=False)
class Entry:
    """A subscription as the connection sees it.

    Attributes:
        stream: where its results go.
        ready: done once the node has accepted it for the first time.
        server_id: the node's id on this connection.
        asked_at: monotonic seconds of the unanswered request.
        gap_since: where the next gap begins; ``None`` when the stream has no hole.
    """

    stream: Stream
    ready: asyncio.Future[None] | None = None
    server_id: int | str | None = None
    asked_at: float | None = None
    gap_since: int | None = None
    closed: bool = False


class Dispatcher:
    """Keeps subscriptions over connections.

    Args:
        heartbeat: a slot subscription that shows that the node is alive; ``None`` goes without.

    Attributes:
        filtered: frames dropped undecoded by prefilters.
        delivered: results put into streams.
        stray: notifications of no known subscription.
        malformed: frames that are no JSON-RPC.
    """

    def __init__(self, heartbeat: Heartbeat | None = None) -> None:
        self.filtered = self.delivered = self.stray = self.malformed = 0
        self._heartbeat = heartbeat
        self._send: Callable[[bytes], None] | None = None
        self._entries: list[Entry] = []
        self._routes: dict[int | str, list[Entry]] = {}
        self._asked: dict[int | str, Entry] = {}
        self._early: list[tuple[int | str, bytes, float]] = []
        self._dropping: tuple[tuple[bytes, tuple[Prefilter, ...]], ...] = ()
        self._numbers = itertools.count(1)

    @property
    def subscriptions(self) -> int:
        """How many streams are open."""
        return len(self._entries)

    @property
    def overflowed(self) -> int:
        """Notifications that did not fit into their streams, of the open ones."""
        return sum(entry.stream.overflowed for entry in self._entries)

    def connected(self, send: Callable[[bytes], None], now: float) -> None:
        """A connection is open: ask for everything again."""
        self._send = send
        if self._heartbeat is not None:
            self._ask(Entry(self._heartbeat), now)
        for entry in self._entries:
            self._ask(entry, now)

    def disconnected(self) -> None:
        """The connection is gone: note where each stream breaks off."""
        self._send = None
        root = 0
        if self._heartbeat is not None:
            root = self._heartbeat.root
            self._heartbeat.end()
        for entry in self._entries:
            if entry.server_id is not None and entry.gap_since is None:
                entry.gap_since = max(root, entry.stream.last_slot)
            entry.server_id = entry.asked_at = None
        self._routes.clear()
        self._asked.clear()
        self._early.clear()

    def open(self, stream: Stream, ready: asyncio.Future[None], now: float) -> None:
        """Begin a subscription; ``ready`` is done when the node has answered."""
        entry = Entry(stream, ready)
        self._entries.append(entry)
        self._refilter()
        if self._send is not None:
            self._ask(entry, now)

    def close(self, stream: Stream) -> None:
        """End a subscription; the node is told when it knows of it and nobody else uses it."""
        for entry in [each for each in self._entries if each.stream is stream]:
            entry.closed = True
            self._entries.remove(entry)
            self._leave(entry)
        self._refilter()

    def overdue(self, now: float, patience: float) -> bool:
        """Whether a request has waited for its answer longer than ``patience`` seconds."""
        return any(e.asked_at is not None and now - e.asked_at > patience for e in self._asked.values())

    def end(self) -> None:
        """End every stream."""
        self.disconnected()
        for entry in self._entries:
            entry.stream.end()
        self._entries.clear()
        self._refilter()

    def receive(self, raw: bytes, received_at: float) -> None:
        """Take one frame."""
        hit = self._hit(raw)
        if hit is False:
            self.filtered += 1
            return
        try:
            frame = _FRAME.decode(raw)
        except _MALFORMED:
            self.malformed += 1
            return
        if frame.params is not None:
            self._notify(frame.params, raw, received_at, hit)
        elif frame.id in self._asked:
            self._answered(self._asked.pop(frame.id), frame, received_at)

    def _hit(self, raw: bytes) -> Prefilter | bool:
        """The prefilter that wants the frame; ``False`` when none of its method's does.

        ``True`` when its method has subscriptions without a prefilter, or is not known yet.
        """
        for token, prefilters in self._dropping:
            if raw.find(token, 0, _METHOD_WITHIN) >= 0:
                for wanted in prefilters:
                    if wanted(raw):
                        return wanted
                return False
        return True

    def _notify(self, params: _Params, raw: bytes, received_at: float, hit: Prefilter | bool) -> None:
        entries = self._routes.get(params.subscription)
        if entries is None:
            self._unknown(params.subscription, raw, received_at)
            return
        wanted = False
        for entry in tuple(entries):
            prefilter = entry.stream.prefilter
            if prefilter is None or prefilter is hit or prefilter(raw):
                wanted = True
                self._deliver(entry, params.result, received_at)
        self.filtered += not wanted

    def _deliver(self, entry: Entry, result: Any, received_at: float) -> None:
        self.delivered += 1
        entry.stream.put(result, received_at)
        if entry.stream.method == "signatureSubscribe" and _is_final(result):
            self._leave(entry, tell=False)  # the node has unsubscribed by itself
            self.close(entry.stream)
            entry.stream.end()

    def _unknown(self, server_id: int | str, raw: bytes, received_at: float) -> None:
        if self._asked and len(self._early) < _EARLY_FRAMES:
            self._early.append((server_id, raw, received_at))
        else:
            self.stray += 1

    def _ask(self, entry: Entry, now: float) -> None:
        number = next(self._numbers)
        entry.asked_at = now
        self._asked[number] = entry
        self._request(number, entry.stream.method, entry.stream.params)

    def _request(self, number: int, method: str, params: Any) -> None:
        if self._send is not None:
            body = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
            self._send(msgspec.json.encode(body))

    def _answered(self, entry: Entry, frame: _Frame, received_at: float) -> None:
        entry.asked_at = None
        server_id = _server_id(frame)
        if server_id is None:
            self._refused(entry, frame)
        else:
            self._accepted(entry, server_id, received_at)
        if not self._asked:
            self.stray += len(self._early)
            self._early.clear()

    def _accepted(self, entry: Entry, server_id: int | str, received_at: float) -> None:
        entry.server_id = server_id
        self._routes.setdefault(server_id, []).append(entry)
        if entry.closed:
            self._leave(entry)
            return
        if entry.ready is not None and not entry.ready.done():
            entry.ready.set_result(None)
        if entry.gap_since is not None:
            entry.stream.put_gap(entry.gap_since, "reconnected", received_at)
            entry.gap_since = None
        early, self._early = self._early, []
        for known, raw, at in early:
            if known == server_id:
                self.receive(raw, at)
            else:
                self._early.append((known, raw, at))

    def _refused(self, entry: Entry, frame: _Frame) -> None:
        method = entry.stream.method
        error: UnavailableError = UnavailableError(f"{method}: the node's answer is unusable")
        if frame.error is not None:
            error = rpc_error(frame.error, method)
        if entry.ready is not None and not entry.ready.done():
            entry.ready.set_exception(error)
        self.close(entry.stream)
        entry.stream.end(error)

    def _leave(self, entry: Entry, *, tell: bool = True) -> None:
        """Take ``entry`` off its route, and ``tell`` the node when it was the last one there."""
        server_id, entry.server_id = entry.server_id, None
        if server_id is None:
            return
        self._routes[server_id].remove(entry)
        if not self._routes[server_id]:
            del self._routes[server_id]
            if tell:
                method = entry.stream.method.removesuffix("Subscribe") + "Unsubscribe"
                self._request(next(self._numbers), method, [server_id])

    def _heard(self) -> str:
        """The method whose frames are never dropped: the heartbeat's."""
        return self._heartbeat.method if self._heartbeat is not None else ""

    def _refilter(self) -> None:
        streams = [entry.stream for entry in self._entries]
        prefilters: dict[str, dict[Prefilter, None]] = {}
        for stream in streams:
            if stream.prefilter is not None:
                prefilters.setdefault(stream.method, {})[stream.prefilter] = None
        whole = {stream.method for stream in streams if stream.prefilter is None} | {self._heard()}
        self._dropping = tuple(
            (_token(method), tuple(found)) for method, found in prefilters.items() if method not in whole
        )


def _token(method: str) -> bytes:
    """The notification's method as it stands in a frame; unescaped quotes cannot occur within a JSON text."""
    return f'"{method.removesuffix("Subscribe")}Notification"'.encode()


def _server_id(frame: _Frame) -> int | str | None:
    if frame.error is not None:
        return None
    try:
        return msgspec.json.decode(frame.result, type=int | str)
    except _MALFORMED:
        return None


def _is_final(result: Any) -> bool:
    """A signature notification that only says "received" is followed by the one with ``err``."""
    return isinstance(result, dict) and isinstance(result.get("value"), dict)
