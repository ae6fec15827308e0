"""A recorded feed again: the same messages into the same feed, on the recording's own clock.

Nothing here waits for network or disk, so that the same recording always gives the same events in the same
order, whatever the speed.
"""

from __future__ import annotations

import asyncio
import heapq
import json
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sniperforge.domain.events import Gap
from sniperforge.errors import DecodeError, UnavailableError
from sniperforge.market.feed_sources import SOURCES, FeedLine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from sniperforge.market.feed_recording import FeedHead

_PASSES: Final = 60  # of the loop: more than any chain of tasks that a message sets off
_AFTER: Final = 30.0  # seconds in which what no history told is given up


class ReplayClock:
    """Time as it was; it passes when :meth:`advance` says so."""

    def __init__(self, started: float) -> None:
        self._started = started
        self._at = 0.0
        self._turn = 0
        self._sleepers: list[tuple[float, int, asyncio.Event]] = []

    def now(self) -> float:
        """Unix seconds of then."""
        return self._started + self._at

    def monotonic(self) -> float:
        """Seconds of the recording."""
        return self._at

    async def sleep(self, seconds: float) -> None:
        """Return when the recording has come so far."""
        self._turn += 1
        woken = asyncio.Event()
        heapq.heappush(self._sleepers, (self._at + seconds, self._turn, woken))
        await woken.wait()

    async def advance(self, to: float) -> None:
        """Let time pass, sleeper by sleeper; it never goes back."""
        while self._sleepers and self._sleepers[0][0] <= to:
            at, _, woken = heapq.heappop(self._sleepers)
            self._at = max(self._at, at)
            woken.set()
            await _settle()
        self._at = max(self._at, to)


async def _settle() -> None:
    for _ in range(_PASSES):
        await asyncio.sleep(0)


class ReplayStream:
    """A subscription's items, put in by the replay."""

    def __init__(self) -> None:
        self.received_at = 0.0
        self._items: asyncio.Queue[tuple[Any, float]] = asyncio.Queue()

    def put(self, item: Any, at: float) -> None:
        """Add an item."""
        self._items.put_nowait((item, at))

    async def __aiter__(self) -> AsyncIterator[Any]:
        """Items as they are put in; there is no end."""
        while True:
            item, self.received_at = await self._items.get()
            yield item

    async def aclose(self) -> None:
        """Nothing to release."""


class ReplayPubSub:
    """One line's subscriptions."""

    def __init__(self) -> None:
        self.frame_age = 0.0
        self.streams: dict[str, ReplayStream] = {}

    async def subscribe(
        self, method: str, params: Sequence[Any], *, prefilter: Callable[[bytes], bool] | None = None
    ) -> ReplayStream:
        """The stream of the same subscription; what is in a recording has passed the prefilter.

        Raises:
            UnavailableError: it is not in the recording; commitments of single transactions never are.
        """
        del prefilter
        stream = self.streams.get(_key(method, params))
        if stream is None:
            raise UnavailableError(f"the recording has no such {method}")
        return stream


@dataclass(frozen=True, slots=True)
class ReplayEntry:
    """A transaction in an address' history."""

    signature: str
    slot: int
    err: Any


class ReplayHistory:
    """Answers that were recorded; pages of an address one after the other."""

    def __init__(self) -> None:
        self.transactions: dict[str, dict[str, Any]] = {}
        self.pages: defaultdict[str, deque[list[ReplayEntry]]] = defaultdict(deque)

    async def transaction(self, signature: str, commitment: str = "confirmed") -> dict[str, Any] | None:
        """As recorded, ``None`` when no node had shown it."""
        del commitment
        return self.transactions.get(signature)

    async def signatures_for_address(
        self,
        address: str,
        *,
        before: str | None = None,
        until: str | None = None,
        limit: int = 1000,
        commitment: str = "confirmed",
    ) -> Sequence[ReplayEntry]:
        """The next page that was recorded, empty when there was none."""
        del before, until, limit, commitment
        pages = self.pages[address]
        return pages.popleft() if pages else ()


class Replay:
    """A recording, ready to be played into a feed once.

    Args:
        head, documents: as :func:`~sniperforge.market.feed_recording.read_recording` gives them.

    Attributes:
        clock, history, lines: for the feed.

    Raises:
        DecodeError: a line is not what it should be.
    """

    def __init__(self, head: FeedHead, documents: Sequence[dict[str, Any]]) -> None:
        self.clock = ReplayClock(head.started)
        self.history = ReplayHistory()
        self._pubsubs = [ReplayPubSub() for _ in head.sources]
        self._keys: dict[int, tuple[int, str]] = {}
        self._messages: list[tuple[float, int, Any]] = []
        try:
            self.lines = [
                FeedLine(SOURCES[name], each) for name, each in zip(head.sources, self._pubsubs, strict=True)
            ]
            for document in documents:
                self._take(document)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise DecodeError(f"the recording is damaged: {type(error).__name__}") from None

    def _take(self, document: dict[str, Any]) -> None:
        if "stream" in document:
            self._subscribed(document)
        elif "transaction" in document:
            self.history.transactions[str(document["transaction"])] = dict(document["answer"])
        elif "signatures" in document:
            page = [ReplayEntry(*entry) for entry in document["answer"]]
            self.history.pages[str(document["signatures"])].append(page)
        else:
            gap = document.get("gap")
            item = document["item"] if gap is None else Gap(int(gap[0]), str(gap[1]))
            self._keys[document["on"]]  # a KeyError: it was never subscribed
            self._messages.append((float(document["at"]), document["on"], item))

    def _subscribed(self, document: dict[str, Any]) -> None:
        """A subscription that was renewed is one stream with a gap in it, as the feed sees it."""
        line, number = int(document["line"]), int(document["stream"])
        place = (line, _key(document["method"], document["params"]))
        self._pubsubs[line].streams.setdefault(place[1], ReplayStream())
        if place in self._keys.values():
            at = self._messages[-1][0] if self._messages else 0.0
            self._messages.append((at, number, Gap(0, "resubscribed")))
        self._keys[number] = place

    async def play(self, speed: float, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Put every message into the feed, which runs beside, and let it finish.

        Args:
            speed: 1 for the recording's own, 2 for twice as fast; 0 without pauses.
            sleep: real time.
        """
        await _settle()
        for at, number, item in self._messages:
            if speed and at > self.clock.monotonic():
                await sleep((at - self.clock.monotonic()) / speed)
            await self.clock.advance(at)
            line, key = self._keys[number]
            self._pubsubs[line].streams[key].put(item, at)
            await _settle()
        await self.clock.advance(self.clock.monotonic() + _AFTER)


def _key(method: str, params: Sequence[Any]) -> str:
    return json.dumps([method, list(params)])
