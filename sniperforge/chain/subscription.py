"""One subscription's stream: a bounded queue between the connection and its one consumer. No I/O here."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

from sniperforge.domain.events import Gap

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Prefilter = Callable[[bytes], bool]


def contains_any(*needles: bytes) -> Prefilter:
    """A prefilter that keeps frames which contain one of ``needles``."""
    if len(needles) == 1:
        needle = needles[0]
        return lambda raw: needle in raw

    def found(raw: bytes) -> bool:
        for needle in needles:  # noqa: SIM110 (any() with a generator costs more than the search itself)
            if needle in raw:
                return True
        return False

    return found


class Stream:
    """Notifications of one subscription in order of arrival, and :class:`Gap` where some may be missing.

    One consumer iterates. When it is slower than the node, what does not fit is dropped and counted, and a
    gap stands in its place. The iteration ends after :meth:`aclose`; it raises when the node refuses to
    renew the subscription.

    Attributes:
        received_at: monotonic seconds at which the item last yielded had arrived.
        overflowed: how many notifications did not fit.
    """

    def __init__(
        self,
        method: str,
        params: Sequence[Any],
        *,
        limit: int,
        prefilter: Prefilter | None = None,
        on_close: Callable[[Stream], None] = lambda _: None,
    ) -> None:
        self.method = method
        self.params = params
        self.prefilter = prefilter
        self.received_at = 0.0
        self.overflowed = 0
        self.last_slot = 0
        self._limit = limit
        self._on_close = on_close
        self._items: deque[tuple[Any, float]] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._ended = False
        self._error: Exception | None = None

    def __aiter__(self) -> Stream:
        return self

    async def __anext__(self) -> Any:
        while not self._items:
            if self._error is not None:
                raise self._error
            if self._ended:
                raise StopAsyncIteration
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        item, self.received_at = self._items.popleft()
        return item

    def __len__(self) -> int:
        """How many items wait."""
        return len(self._items)

    @property
    def ended(self) -> bool:
        """Whether nothing will be added any more."""
        return self._ended

    def put(self, result: Any, received_at: float) -> None:
        """Add a notification's result. For the connection."""
        if self._ended:
            return
        if len(self._items) >= self._limit:
            self._overflow(received_at)
            return
        slot = _slot(result)
        self.last_slot = max(self.last_slot, slot)
        self._items.append((result, received_at))
        self._wake()

    def put_gap(self, since_slot: int, reason: str, received_at: float) -> None:
        """Mark that notifications may be missing here. For the connection."""
        self._items.append((Gap(since_slot, reason), received_at))
        self._wake()

    def end(self, error: Exception | None = None) -> None:
        """Let the consumer finish what is queued, then stop, or raise ``error``. For the connection."""
        self._ended = True
        self._error = error
        self._wake()

    async def aclose(self) -> None:
        """Unsubscribe without waiting for the node, and drop what is queued. Safe to call twice."""
        self._on_close(self)
        self._items.clear()
        self.end()

    def _overflow(self, received_at: float) -> None:
        self.overflowed += 1
        last = self._items[-1][0]
        if not isinstance(last, Gap):
            self.put_gap(self.last_slot, "overflow", received_at)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def _slot(result: Any) -> int:
    context = result.get("context") if isinstance(result, dict) else None
    slot = context.get("slot") if isinstance(context, dict) else None
    return slot if isinstance(slot, int) else 0
