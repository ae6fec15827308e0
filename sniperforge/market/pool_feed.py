"""New pools as they come: a notification names a creation, the one transaction tells all of it.

What notifications there are to choose from is in ``feed_sources``.
"""

from __future__ import annotations

import asyncio
import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sniperforge.dex.invoke_stack import TRUNCATED_LINE, is_truncated
from sniperforge.dex.registry import NEEDLES, creations_in, needles_for, read_transaction
from sniperforge.dex.transaction import parse_transaction
from sniperforge.domain.events import Gap, NewPool
from sniperforge.domain.pool import EventKind
from sniperforge.errors import DecodeError, UnavailableError
from sniperforge.market.feed_health import FeedCounts, FeedHealth, SourceHealth
from sniperforge.market.feed_sources import LOGS, FeedLine, Sighting
from sniperforge.market.gap_history import missed
from sniperforge.market.recent import Recent
from sniperforge.market.source_race import SourceRace
from sniperforge.market.transaction_fetch import FetchPace, TransactionFetch

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence

    from sniperforge.market.feed_sources import Touched
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
        young: an account whose history is at least as long was not created just now.
        recent_slots: nor was one whose history began longer ago.
    """

    concurrency: int = 8
    fetch: FetchPace = field(default_factory=FetchPace)
    retry_seconds: float = 1.0
    remembered: int = 20_000
    waiting: int = 1_000
    gap_pages: int = 5
    gap_transactions: int = 500
    young: int = 100
    recent_slots: int = 150


@dataclass(frozen=True, slots=True)
class _Lead:
    """A transaction worth a look: ``announced`` by a creation's log line, or found while a gap was filled.

    ``body`` is all of it, where the source told so.
    """

    signature: str
    received_at: float
    announced: bool = False
    filled: bool = False
    body: Mapping[str, Any] | None = None


@dataclass(slots=True)
class _Follower:
    """One source of a feed, and how it does; ``newest`` is slot and signature last told, by address."""

    line: FeedLine
    standing: set[str] = field(default_factory=set)
    newest: dict[str, tuple[int, str | None]] = field(default_factory=dict)
    gaps: int = 0
    last_error: str = ""


class PoolFeed:
    """Follows addresses whose transactions may create pools, and yields each :class:`NewPool` once.

    ``run`` is a coroutine that its owner runs; another task iterates the feed. The iteration ends with it.
    With several lines each event is told when the first of them has it, once.

    Args:
        addresses: the venues' programs; for sources of logs also an account that every creation of a venue
            names, which spares the node and the line all other transactions.
        history: fetches transactions.
        pubsub: notifies.
        clock: for pauses and times.
        commitment: of notifications. A node shows a transaction from ``confirmed`` on: ``processed`` makes
            the feed wait for that, and gains no time.
        limits: see :class:`FeedLimits`.
        migrations: tell of coins that leave their curve for a pool too. The pool's creation is in the same
            transaction, and announces both.
        lines: sources, each on its connection; ``logsSubscribe`` on ``pubsub`` when not given.
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
        lines: Sequence[FeedLine] = (),
    ) -> None:
        self._kinds = CREATIONS | {EventKind.MIGRATED} if migrations else CREATIONS
        self._addresses = tuple(addresses)
        self._history = history
        self._followers = [_Follower(line) for line in lines or (FeedLine(LOGS, pubsub),)]
        self._clock = clock
        self._commitment = commitment
        self._shown = "finalized" if commitment == "finalized" else "confirmed"
        self._limits = limits or FeedLimits()
        self._fetch = TransactionFetch(history, pubsub, clock, self._shown, self._limits.fetch)
        self._room = asyncio.Semaphore(self._limits.concurrency)
        self._out: asyncio.Queue[Any] = asyncio.Queue(self._limits.waiting)
        self._signatures = Recent(self._limits.remembered)
        self._read_whole = Recent(self._limits.remembered)
        self._accounts = Recent(self._limits.remembered)
        self._pools = Recent(self._limits.remembered)
        self._race = SourceRace()
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
        sources = tuple(self._health_of(follower) for follower in self._followers)
        return FeedHealth(
            subscribed=sum(source.subscribed for source in sources),
            wanted=sum(source.wanted for source in sources),
            age=min(source.age for source in sources),
            waiting=self._out.qsize(),
            counts=dataclasses.replace(self._counts),
            last_error=self._last_error or self._fetch.last_error,
            sources=sources,
        )

    def _health_of(self, follower: _Follower) -> SourceHealth:
        name = follower.line.source.name
        return SourceHealth(
            name=name,
            subscribed=len(follower.standing),
            wanted=len(self._addresses),
            age=follower.line.pubsub.frame_age,
            gaps=follower.gaps,
            standing=self._race.standing(name),
            last_error=follower.last_error,
        )

    async def run(self) -> None:
        """Follow every address by every source until cancelled. Outages are waited out."""
        try:
            async with asyncio.TaskGroup() as group:
                for follower in self._followers:
                    for address in self._addresses:
                        group.create_task(self._follow(follower, address, group))
        finally:
            self._end()

    def _end(self) -> None:
        while self._out.full():
            self._out.get_nowait()
        self._out.put_nowait(_END)

    async def _follow(self, follower: _Follower, address: str, group: asyncio.TaskGroup) -> None:
        source = follower.line.source
        params = source.params(address, self._commitment if source.early else self._shown)
        wanted = self._prefilter(address) if source.has_logs else None
        broken = False
        while True:
            try:
                stream = await follower.line.pubsub.subscribe(source.name, params, prefilter=wanted)
                follower.standing.add(address)
                if broken:
                    since_slot, _ = follower.newest.get(address, (0, None))
                    self._fill_beside(follower, address, Gap(since_slot, "resubscribed"), group)
                broken = True
                await self._read(follower, address, stream, group)
            except UnavailableError as error:
                self._last_error = follower.last_error = error.message
            follower.standing.discard(address)
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

    async def _read(
        self, follower: _Follower, address: str, stream: TimedStream, group: asyncio.TaskGroup
    ) -> None:
        try:
            async for item in stream:
                if isinstance(item, Gap):
                    self._fill_beside(follower, address, item, group)
                else:
                    await self._notified(follower, address, item, stream.received_at, group)
        finally:
            await stream.aclose()

    async def _notified(
        self, follower: _Follower, address: str, item: Any, received_at: float, group: asyncio.TaskGroup
    ) -> None:
        self._counts.relevant += 1
        told = follower.line.source.read(item)
        if told is None:
            self._counts.unrecognised += 1
            return
        for each in told:
            if isinstance(each, Sighting):
                follower.newest[address] = (each.notice.slot, each.notice.signature)
                await self._sighted(follower.line.source.name, each, received_at, group)
            else:
                follower.newest[address] = (each.slot, None)
                await self._touched(follower.line.source.name, each, received_at, group)

    async def _sighted(
        self, source: str, sighting: Sighting, received_at: float, group: asyncio.TaskGroup
    ) -> None:
        notice = sighting.notice
        if notice.err is not None:
            self._counts.failed += 1
        elif creations_in(notice):
            self._race.seen(notice.signature, source, received_at)
            lead = _Lead(notice.signature, received_at, announced=True, body=sighting.body)
            await self._look_beside(lead, group)
        elif is_truncated(notice.logs):
            self._counts.truncated += 1
            await self._look_beside(_Lead(notice.signature, received_at, body=sighting.body), group)
        else:
            self._counts.unrelated += 1

    async def _touched(
        self, source: str, touched: Touched, received_at: float, group: asyncio.TaskGroup
    ) -> None:
        """An account's first appearance may be its creation; its history tells."""
        if self._accounts.add(touched.address):
            await self._beside(self._look_back(source, touched, received_at), group)
        else:
            self._counts.unrelated += 1

    async def _look_back(self, source: str, touched: Touched, received_at: float) -> None:
        limits = self._limits
        try:
            page = await self._history.signatures_for_address(
                touched.address, limit=limits.young, commitment=self._shown
            )
        except UnavailableError as error:
            self._last_error = error.message
            page = ()
        if not page:
            self._accounts.forget(touched.address)  # the next notification of it tries again
            return
        first = next((entry for entry in reversed(page) if entry.err is None), None)
        if first is None or len(page) >= limits.young or first.slot + limits.recent_slots < touched.slot:
            self._counts.unrelated += 1
            return
        self._race.seen(first.signature, source, received_at)
        if self._signatures.add(first.signature):
            await self._look(_Lead(first.signature, received_at))

    async def _look_beside(self, lead: _Lead, group: asyncio.TaskGroup) -> None:
        """Look at a transaction: at once where all of it is told, else in a task of its own."""
        new = self._signatures.add(lead.signature)
        if lead.body is not None and lead.signature not in self._read_whole:
            if await self._understood(lead, lead.body):
                return
            new = True  # what this node told is damaged: it is fetched
        if not new:
            self._counts.duplicates += lead.announced
            return
        await self._beside(self._look(lead), group)

    async def _beside(self, work: Coroutine[Any, Any, None], group: asyncio.TaskGroup) -> None:
        """Do ``work`` in a task once there is room for one."""
        try:
            await self._room.acquire()
        except BaseException:
            work.close()
            raise
        task = group.create_task(work)
        task.add_done_callback(lambda _: self._room.release())

    async def _look(self, lead: _Lead) -> None:
        found = await self._fetch.fetch(lead.signature)
        if lead.signature in self._read_whole:
            return  # another source told all of it meanwhile
        if found is None:
            self._counts.lost += 1
            self._signatures.forget(lead.signature)
            return
        await self._understood(lead, found)

    async def _understood(self, lead: _Lead, body: Mapping[str, Any]) -> bool:
        """Tell what a whole transaction did; whether it could be read."""
        signature = lead.signature
        try:
            transaction = parse_transaction(body)
            reading = read_transaction(transaction)
        except DecodeError as error:
            self._counts.unrecognised += 1
            self._last_error = error.message
            return False
        self._read_whole.add(signature)
        self._counts.unrecognised += len(reading.unrecognised)
        created = [event for event in reading.events if event.kind in self._kinds and not event.failed]
        self._counts.unrecognised += lead.announced and not created
        if created:
            self._race.created(signature)
        for event in created:
            if not self._pools.add((signature, event.path, event.kind)):
                self._counts.duplicates += 1
                continue
            self._counts.created += 1
            now = self._clock.monotonic()
            await self._out.put(NewPool(event, transaction, lead.received_at, now, lead.filled))
        return True

    def _fill_beside(self, follower: _Follower, address: str, gap: Gap, group: asyncio.TaskGroup) -> None:
        self._counts.gaps += 1
        follower.gaps += 1
        _, newest = follower.newest.get(address, (0, None))  # when the task runs it may lie beyond the gap
        group.create_task(self._fill(address, gap, newest, group))

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
