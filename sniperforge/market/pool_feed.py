"""New pools as they come: a log notification names a creation, the one transaction tells all of it."""

from __future__ import annotations

import asyncio
import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sniperforge.dex.invoke_stack import TRUNCATED_LINE, is_truncated
from sniperforge.dex.registry import NEEDLES, creations_in, needles_for, read_transaction
from sniperforge.dex.transaction import parse_transaction
from sniperforge.domain.chain import LogsNotice
from sniperforge.domain.events import Gap, NewPool
from sniperforge.domain.pool import EventKind
from sniperforge.errors import DecodeError, UnavailableError
from sniperforge.market.feed_health import FeedCounts, FeedHealth
from sniperforge.market.gap_history import missed
from sniperforge.market.recent import Recent
from sniperforge.market.transaction_fetch import FetchPace, TransactionFetch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sniperforge.market.sources import FilteringPubSub, History, TimedStream
    from sniperforge.ports import Clock

TRUNCATED_NEEDLE: Final = f'"{TRUNCATED_LINE}"'.encode()
CREATIONS: Final = frozenset({EventKind.POOL_CREATED})
_END: Final = object()


@dataclass(frozen=True, slots=True)
class FeedLimits:
    """Bounds of a feed's work.

    Attributes:
        concurrency: transactions fetched at a time.
        fetch: how patiently.
        retry_seconds: between tries to subscribe.
        remembered: signatures and pools kept against duplicates.
        waiting: pools that wait to be taken; beyond that the feed waits, and its stream marks a gap.
        gap_pages: pages of 1,000 signatures read to fill a gap.
        gap_transactions: transactions looked at to fill a gap, the newest.
    """

    concurrency: int = 8
    fetch: FetchPace = field(default_factory=FetchPace)
    retry_seconds: float = 1.0
    remembered: int = 20_000
    waiting: int = 1_000
    gap_pages: int = 5
    gap_transactions: int = 500


@dataclass(frozen=True, slots=True)
class _Lead:
    """A transaction worth a look: ``announced`` by a creation's log line, or found while a gap was filled."""

    signature: str
    received_at: float
    announced: bool = False
    filled: bool = False


class PoolFeed:
    """Follows addresses whose transactions may create pools, and yields each :class:`NewPool` once.

    ``run`` is a coroutine that its owner runs; another task iterates the feed. The iteration ends with it.

    Args:
        addresses: what ``logsSubscribe`` mentions: the venues' programs, or an account that every creation
            of a venue names, which spares the node and the line all other transactions.
        history: fetches transactions.
        pubsub: notifies.
        clock: for pauses and times.
        commitment: of notifications. A node shows a transaction from ``confirmed`` on: ``processed`` makes
            the feed wait for that, and gains no time.
        limits: see :class:`FeedLimits`.
        migrations: tell of coins that leave their curve for a pool too. The pool's creation is in the same
            transaction, and announces both.
    """

    def __init__(
        self,
        addresses: Sequence[str],
        *,
        history: History,
        pubsub: FilteringPubSub,
        clock: Clock,
        commitment: str = "confirmed",
        limits: FeedLimits | None = None,
        migrations: bool = False,
    ) -> None:
        self._kinds = CREATIONS | {EventKind.MIGRATED} if migrations else CREATIONS
        self._addresses = tuple(addresses)
        self._history = history
        self._pubsub = pubsub
        self._clock = clock
        self._commitment = commitment
        self._shown = "finalized" if commitment == "finalized" else "confirmed"
        self._limits = limits or FeedLimits()
        self._fetch = TransactionFetch(history, pubsub, clock, self._shown, self._limits.fetch)
        self._room = asyncio.Semaphore(self._limits.concurrency)
        self._out: asyncio.Queue[Any] = asyncio.Queue(self._limits.waiting)
        self._signatures = Recent(self._limits.remembered)
        self._pools = Recent(self._limits.remembered)
        self._newest: dict[str, LogsNotice] = {}
        self._standing: set[str] = set()
        self._counts = FeedCounts()
        self._last_error = ""

    def __aiter__(self) -> PoolFeed:
        return self

    async def __anext__(self) -> NewPool:
        item = await self._out.get()
        if item is _END:
            self._out.put_nowait(_END)
            raise StopAsyncIteration
        assert isinstance(item, NewPool)
        return item

    def health(self) -> FeedHealth:
        """How the feed is doing."""
        return FeedHealth(
            subscribed=len(self._standing),
            wanted=len(self._addresses),
            age=self._pubsub.frame_age,
            waiting=self._out.qsize(),
            counts=dataclasses.replace(self._counts),
            last_error=self._last_error or self._fetch.last_error,
        )

    async def run(self) -> None:
        """Follow every address until cancelled. Outages are waited out."""
        try:
            async with asyncio.TaskGroup() as group:
                for address in self._addresses:
                    group.create_task(self._follow(address, group))
        finally:
            self._end()

    def _end(self) -> None:
        while self._out.full():
            self._out.get_nowait()
        self._out.put_nowait(_END)

    async def _follow(self, address: str, group: asyncio.TaskGroup) -> None:
        params = [{"mentions": [address]}, {"commitment": self._commitment}]
        wanted = self._prefilter(address)
        broken = False
        while True:
            try:
                stream = await self._pubsub.subscribe("logsSubscribe", params, prefilter=wanted)
                self._standing.add(address)
                if broken:
                    self._fill_beside(address, self._break(address), group)
                broken = True
                await self._read(address, stream, group)
            except UnavailableError as error:
                self._last_error = error.message
            self._standing.discard(address)
            await self._clock.sleep(self._limits.retry_seconds)

    def _prefilter(self, address: str) -> Callable[[bytes], bool]:
        """Keeps frames that may hold a creation: a creation's log line, or logs cut short.

        A migration is in the old venue's stream too, where another venue's line announces it.
        """
        lines = needles_for(address) if self._kinds == CREATIONS else NEEDLES
        needles, counts = (*lines, TRUNCATED_NEEDLE), self._counts

        def wanted(raw: bytes) -> bool:
            for needle in needles:
                if needle in raw:
                    return True
            counts.noise += 1
            return False

        return wanted

    def _break(self, address: str) -> Gap:
        newest = self._newest.get(address)
        return Gap(newest.slot if newest else 0, "resubscribed")

    async def _read(self, address: str, stream: TimedStream, group: asyncio.TaskGroup) -> None:
        try:
            async for item in stream:
                if isinstance(item, Gap):
                    self._fill_beside(address, item, group)
                else:
                    await self._notified(address, item, stream.received_at, group)
        finally:
            await stream.aclose()

    async def _notified(self, address: str, item: Any, received_at: float, group: asyncio.TaskGroup) -> None:
        self._counts.relevant += 1
        notice = notice_of(item)
        if notice is None:
            self._counts.unrecognised += 1
            return
        self._newest[address] = notice
        if notice.err is not None:
            self._counts.failed += 1
        elif creations_in(notice):
            await self._look_beside(_Lead(notice.signature, received_at, announced=True), group)
        elif is_truncated(notice.logs):
            self._counts.truncated += 1
            await self._look_beside(_Lead(notice.signature, received_at), group)
        else:
            self._counts.unrelated += 1

    async def _look_beside(self, lead: _Lead, group: asyncio.TaskGroup) -> None:
        """Look at a transaction in a task of its own, once there is room for one."""
        if not self._signatures.add(lead.signature):
            self._counts.duplicates += lead.announced
            return
        await self._room.acquire()
        task = group.create_task(self._look(lead))
        task.add_done_callback(lambda _: self._room.release())

    async def _look(self, lead: _Lead) -> None:
        signature = lead.signature
        found = await self._fetch.fetch(signature)
        if found is None:
            self._counts.lost += 1
            self._signatures.forget(signature)
            return
        try:
            transaction = parse_transaction(found)
            reading = read_transaction(transaction)
        except DecodeError as error:
            self._counts.unrecognised += 1
            self._last_error = error.message
            return
        self._counts.unrecognised += len(reading.unrecognised)
        created = [event for event in reading.events if event.kind in self._kinds and not event.failed]
        self._counts.unrecognised += lead.announced and not created
        for event in created:
            if not self._pools.add((signature, event.path)):
                self._counts.duplicates += 1
                continue
            self._counts.created += 1
            now = self._clock.monotonic()
            await self._out.put(NewPool(event, transaction, lead.received_at, now, lead.filled))

    def _fill_beside(self, address: str, gap: Gap, group: asyncio.TaskGroup) -> None:
        self._counts.gaps += 1
        newest = self._newest.get(address)  # by the time the task runs this may lie beyond the gap
        group.create_task(self._fill(address, gap, newest.signature if newest else None, group))

    async def _fill(self, address: str, gap: Gap, until: str | None, group: asyncio.TaskGroup) -> None:
        limits = self._limits
        began = self._clock.monotonic()
        try:
            entries, whole = await missed(
                self._history,
                address,
                since_slot=gap.since_slot,
                until=until,
                max_pages=limits.gap_pages,
                commitment=self._shown,
            )
        except UnavailableError as error:
            self._last_error = error.message
            self._counts.unfilled += 1
            return
        self._counts.unfilled += not whole or len(entries) > limits.gap_transactions
        for entry in entries[: limits.gap_transactions]:
            self._counts.filled += 1
            await self._look_beside(_Lead(entry.signature, began, filled=True), group)


def notice_of(item: Any) -> LogsNotice | None:
    """A ``logsNotification``'s result as a value; ``None`` when it is not one."""
    try:
        value, slot = item["value"], item["context"]["slot"]
        signature, logs = value["signature"], value["logs"]
        "".join(logs)  # refuses lines that are no text, in a tenth of the time of looking at each
    except (KeyError, TypeError):
        return None
    if not (isinstance(signature, str) and isinstance(slot, int) and isinstance(logs, list)):
        return None
    return LogsNotice(signature, slot, value.get("err"), tuple(logs))
