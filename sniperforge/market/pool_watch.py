"""One pool's state, kept fresh: a notification says that it moved, one read of all its accounts says how.

The state is always of one slot. Notifications arrive account by account, and half of a swap would look like
a price that never was.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from sniperforge.errors import DecodeError, NotFoundError, UnavailableError
from sniperforge.market.waits import event_or_time

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Mapping
    from types import TracebackType

    from sniperforge.dex.venue import PoolState, Venue
    from sniperforge.domain.chain import Account
    from sniperforge.market.sources import AccountSource, Snapshot
    from sniperforge.ports import Clock, PubSub

_ROUNDS: Final = 3
"""``required_accounts`` ends after two; a third answer that still wants more is the venue's mistake."""


@dataclass(frozen=True, slots=True)
class WatchPace:
    """How often a pool is read, in seconds.

    Attributes:
        refresh: without any notification.
        rest: at least between two reads, however often it moves.
        max_age: an older state is not traded on.
        epoch: the epoch is taken for unchanged this long.
        retry: between tries to subscribe.
    """

    refresh: float = 2.0
    rest: float = 0.05
    max_age: float = 10.0
    epoch: float = 60.0
    retry: float = 1.0


class PoolWatch:
    """Watches a pool while its ``async with`` block runs; one consumer.

    Args:
        venue: knows which accounts make up the pool, and reads them.
        pool: base58.
        source: reads accounts.
        pubsub: tells of changes; ``None`` reads at intervals only.
        clock: for pace and age.
        commitment: of the state.
        pace: see :class:`WatchPace`.
    """

    def __init__(
        self,
        venue: Venue,
        pool: str,
        *,
        source: AccountSource,
        pubsub: PubSub | None,
        clock: Clock,
        commitment: str = "processed",
        pace: WatchPace | None = None,
    ) -> None:
        self._venue = venue
        self._pool = pool
        self._source = source
        self._pubsub = pubsub
        self._clock = clock
        self._commitment = commitment
        self._pace = pace or WatchPace()
        self._group: asyncio.TaskGroup | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._moved = asyncio.Event()
        self._changed = asyncio.Event()
        self._addresses: tuple[str, ...] = (pool,)
        self._known: tuple[Mapping[str, Account | None], int] | None = None
        self._listening = False
        self._state: PoolState | None = None
        self._slot = 0
        self._read_at: float | None = None
        self._epoch: tuple[float, int] | None = None
        self._problem = "not read yet"

    async def __aenter__(self) -> Self:
        self._group = await asyncio.TaskGroup().__aenter__()
        self._begin(self._keep())
        self._begin(self._tick())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._group is not None
        for task in self._tasks:
            task.cancel()
        cancelled = kind is not None and issubclass(kind, asyncio.CancelledError)
        # The group would wrap the block's own errors; it needs to see a cancellation, which may be its own.
        await self._group.__aexit__(*((kind, error, trace) if cancelled else (None, None, None)))

    @property
    def state(self) -> PoolState | None:
        """The newest state, ``None`` when it is not known or too old to trade on."""
        age = self.age
        return self._state if age is not None and age <= self._pace.max_age else None

    @property
    def age(self) -> float | None:
        """Seconds since the state was read; ``None`` before the first time."""
        return None if self._read_at is None else self._clock.monotonic() - self._read_at

    @property
    def slot(self) -> int:
        """The slot of the state."""
        return self._slot

    @property
    def problem(self) -> str:
        """Why the last read gave no state; empty when it did."""
        return self._problem

    def account(self, address: str) -> Account | None:
        """One of the accounts that the state was made from; ``None`` when it is none of them."""
        return None if self._known is None else self._known[0].get(address)

    async def changed(self, seconds: float) -> None:
        """Return when the state has changed since the last return, or after ``seconds``."""
        await event_or_time(self._changed, self._clock, seconds)
        self._changed.clear()

    async def __aiter__(self) -> AsyncIterator[PoolState]:
        """Every new state; a slow consumer gets the newest and misses those in between."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            if (state := self.state) is not None:
                yield state

    async def refresh(self) -> None:
        """Read the pool now. What fails shows in :attr:`problem`; an outage leaves the state to age."""
        try:
            await self._read()
        except UnavailableError as error:
            self._problem = error.message
        except (DecodeError, NotFoundError) as error:
            self._problem = error.message
            self._known = None
            self._state = None
            self._changed.set()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        assert self._group is not None
        self._tasks.append(self._group.create_task(work))

    async def _keep(self) -> None:
        while True:
            await self.refresh()
            self._listen_to_all()
            await self._clock.sleep(self._pace.rest)
            await self._moved.wait()
            self._moved.clear()

    async def _tick(self) -> None:
        while True:
            await self._clock.sleep(self._pace.refresh)
            self._moved.set()

    def _listen_to_all(self) -> None:
        if self._pubsub is None or self._state is None or self._listening:
            return
        self._listening = True
        for address in self._addresses:
            self._begin(self._listen(self._pubsub, address))

    async def _listen(self, pubsub: PubSub, address: str) -> None:
        params = [address, {"encoding": "base64", "commitment": self._commitment}]
        while True:
            with suppress(UnavailableError):  # reads at intervals go on meanwhile
                stream = await pubsub.subscribe("accountSubscribe", params)
                try:
                    self._moved.set()  # what happened before this moment was not notified
                    async for _ in stream:
                        self._moved.set()
                finally:
                    await stream.aclose()
            await self._clock.sleep(self._pace.retry)

    async def _read(self) -> None:
        found = await self._snapshot()
        if found.slot < self._slot:
            return  # an answer from a node that is behind
        epoch = await self._current_epoch()
        self._slot = found.slot
        self._read_at = self._clock.monotonic()
        self._problem = ""
        if (found.accounts, epoch) != self._known:
            self._state = self._venue.load(self._pool, found.accounts, epoch=epoch)
            self._known = (found.accounts, epoch)
            self._changed.set()

    async def _snapshot(self) -> Snapshot:
        for _ in range(_ROUNDS):
            found = await self._source.accounts(self._addresses, self._commitment)
            further = self._venue.required_accounts(self._pool, found.accounts)
            if not further:
                return found
            self._addresses = tuple(dict.fromkeys((*self._addresses, *further)))
        raise DecodeError(f"pool {self._pool} wants ever more accounts")

    async def _current_epoch(self) -> int:
        """Of at most a minute ago; an outage leaves the last one known, for an exit must not wait for it."""
        now = self._clock.monotonic()
        if self._epoch is None or now - self._epoch[0] > self._pace.epoch:
            try:
                self._epoch = (now, (await self._source.epoch_info()).epoch)
            except UnavailableError:
                if self._epoch is None:
                    raise
        return self._epoch[1]
