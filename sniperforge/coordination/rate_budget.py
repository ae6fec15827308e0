"""One budget of requests per endpoint and API key, shared by all processes of the user.

Within a process one request of each priority waits for its slot at a time, so that processes take turns
however many requests each has. When the shared file does not work, the process keeps to the same budget by
itself.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from sniperforge.coordination.rate_gcra import (
    MAX_PAUSE,
    SECOND,
    UNLIMITED,
    Lanes,
    Rate,
    refuse,
    reserve,
    run_low,
)
from sniperforge.coordination.rate_store import RateStore
from sniperforge.domain.priority import Priority
from sniperforge.errors import StorageError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from pathlib import Path

LOCK_SECONDS: Final = 0.25
"""A file that another process keeps locked for longer is as good as broken."""

ALONE_SECONDS: Final = 30.0
"""How long a process keeps to itself before it tries the shared file again."""

_RETRY_SECONDS: Final = 0.0005
_ONE: Final = Decimal(1)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an endpoint allows.

    Attributes:
        endpoint: its name as it may be shown.
        rate: of weight; ``UNLIMITED`` follows only what the server says.
        weights: of methods; the others weigh 1.
    """

    endpoint: str
    rate: Rate = UNLIMITED
    weights: Mapping[str, Decimal] = field(default_factory=dict)

    def weight(self, methods: Sequence[str]) -> Decimal:
        """What a request with these methods weighs: a batch has several."""
        return sum((self.weights.get(method, _ONE) for method in methods), Decimal())


class RateBudget:
    """This process's part in an endpoint's budget; a ``ports.RateLimiter``.

    Args:
        path: the endpoint's file, see :func:`~sniperforge.coordination.rate_store.store_name`.
        now: nanoseconds of :func:`~sniperforge.coordination.rate_clock.boottime`.
        boot: of :func:`~sniperforge.coordination.rate_clock.boot_id`.
        sleep: waits seconds.
        patience: seconds; what would have to wait longer fails at once and takes no slot. At most 60.
        on_change: told why the process keeps to itself from now on, and ``None`` once the budget is shared
            again.
    """

    def __init__(
        self,
        path: Path,
        allowance: Allowance,
        *,
        now: Callable[[], int],
        boot: str,
        sleep: Callable[[float], Awaitable[None]],
        patience: float,
        on_change: Callable[[StorageError | None], None],
    ) -> None:
        self._path = path
        self._allowance = allowance
        self._now = now
        self._boot = boot
        self._sleep = sleep
        self._patience = min(int(patience * SECOND), MAX_PAUSE)
        self._on_change = on_change
        self._store: RateStore | None = None
        self._alone_until: int | None = None
        self._lanes = Lanes()
        self._turns = {priority: asyncio.Lock() for priority in Priority}

    async def acquire(self, methods: Sequence[str], priority: Priority) -> None:
        """Wait until a request with these methods may leave.

        Args:
            methods: of a batch all, of a single request one.
            priority: the reserved part is for sends and exits.

        Raises:
            UnavailableError: it would have to wait longer than the patience; ``details`` has ``retry_after``.
        """
        deadline = self._now() + self._patience
        weight = self._allowance.weight(methods)
        async with self._turns[priority]:
            while True:
                start = await self._reserved(weight, deadline, priority)
                if start <= self._now():
                    return
                await self._wait(start)
                if self._read().paused_until <= start:
                    return  # nobody was refused meanwhile; else the slot is lost, and another is needed

    async def refused(self, retry_after: float | None) -> None:
        """The server said "too many requests": everybody waits, ``retry_after`` seconds if it said so."""
        wait = None if retry_after is None else _nanoseconds(retry_after)
        await self._change(lambda lanes: refuse(lanes, self._now(), wait))

    async def running_low(self, reset_after: float) -> None:
        """The server has only the reserved part left for ``reset_after`` seconds."""
        wait = _nanoseconds(reset_after)
        await self._change(lambda lanes: run_low(lanes, self._allowance.rate, self._now(), wait))

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        store, self._store = self._store, None
        if store is not None:
            store.close()

    async def _reserved(self, weight: Decimal, deadline: int, priority: Priority) -> int:
        start = 0

        def take(lanes: Lanes) -> Lanes:
            nonlocal start
            after, start = reserve(lanes, self._allowance.rate, weight, self._now(), priority)
            return after if start <= deadline else lanes

        if self._allowance.rate is UNLIMITED:
            take(self._read())
        else:
            await self._change(take)
        if start > deadline:
            raise self._exhausted((start - self._now()) / SECOND)
        return start

    async def _wait(self, start: int) -> None:
        while (left := start - self._now()) > 0:
            await self._sleep(left / SECOND)

    def _read(self) -> Lanes:
        try:
            store = self._shared()
            if store is not None:
                self._succeeded(store.read())
        except StorageError as error:
            self._keep_alone(error)
        return self._lanes

    async def _change(self, step: Callable[[Lanes], Lanes]) -> None:
        try:
            store = self._shared()
            if store is not None:
                self._succeeded(await self._patiently(store, step))
                return
        except StorageError as error:
            self._keep_alone(error)
        self._lanes = step(self._lanes)

    async def _patiently(self, store: RateStore, step: Callable[[Lanes], Lanes]) -> Lanes:
        deadline = self._now() + _nanoseconds(LOCK_SECONDS)
        while (lanes := store.change(step)) is None:
            if self._now() >= deadline:
                raise StorageError(f"rate limits {store.path}: another process keeps the file locked")
            await self._sleep(_RETRY_SECONDS)
        return lanes

    def _shared(self) -> RateStore | None:
        """The shared file, or ``None`` while the process keeps to itself."""
        if self._alone_until is not None and self._now() < self._alone_until:
            return None
        if self._store is None:
            self._store = RateStore(self._path, boot=self._boot)
        return self._store

    def _succeeded(self, lanes: Lanes) -> None:
        self._lanes = lanes
        if self._alone_until is not None:
            self._alone_until = None
            self._on_change(None)

    def _keep_alone(self, error: StorageError) -> None:
        said, self._alone_until = self._alone_until, self._now() + _nanoseconds(ALONE_SECONDS)
        self.close()
        if said is None:
            self._on_change(error)

    def _exhausted(self, wait: float) -> UnavailableError:
        name = self._allowance.endpoint
        return UnavailableError(
            f"{name}: its request budget is used up for {wait:.1f} s by the processes of this user",
            hint="ask less often, or configure a faster endpoint and its requests_per_second",
            details={"endpoint": name, "retry_after": wait},
        )


def _nanoseconds(seconds: float) -> int:
    return int(min(max(seconds, 0.0), MAX_PAUSE / SECOND) * SECOND)
