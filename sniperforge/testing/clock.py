"""A clock that tests own: time stands still until it is advanced, or jumps when nothing else can happen."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_IDLE_PASSES: Final = 25
"""Passes of the event loop without a new sleeper after which all tasks are taken to be waiting."""


class FakeClock:
    """Implements :class:`~sniperforge.ports.Clock` without real time.

    Args:
        start: Unix seconds at the beginning; the monotonic clock begins at 0.
        autojump: jump to the next sleeper's time once everything waits. For tests on fakes only: it does
            not see bytes that are still on their way through a socket.
    """

    def __init__(self, start: float = 1_700_000_000.0, *, autojump: bool = False) -> None:
        self._start = start
        self._elapsed = 0.0
        self._autojump = autojump
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._idle = 0
        self._watching = False

    def now(self) -> float:
        """Unix seconds."""
        return self._start + self._elapsed

    def monotonic(self) -> float:
        """Seconds since the clock was made."""
        return self._elapsed

    @property
    def sleepers(self) -> int:
        """How many tasks wait on this clock."""
        return sum(not future.done() for _, _, future in self._sleepers)

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has been moved ``seconds`` on; 0 and less only give way once."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed + seconds, next(self._order), future))
        self._watch()
        await future

    async def advance(self, seconds: float) -> None:
        """Move on by ``seconds``, waking sleepers in their order and letting each run before the next."""
        target = self._elapsed + seconds
        while (due := self._next()) is not None and due <= target:
            self._jump(due)
            await settle()
        self._elapsed = max(self._elapsed, target)
        await settle()

    def _next(self) -> float | None:
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    def _jump(self, to: float) -> None:
        self._elapsed = max(self._elapsed, to)
        while (due := self._next()) is not None and due <= self._elapsed:
            heapq.heappop(self._sleepers)[2].set_result(None)

    def _watch(self) -> None:
        self._idle = 0
        if self._autojump and not self._watching:
            self._watching = True
            asyncio.get_running_loop().call_soon(self._pass)

    def _pass(self) -> None:
        self._idle += 1
        if self._idle > _IDLE_PASSES:
            self._idle = 0
            due = self._next()
            if due is None:
                self._watching = False
                return
            self._jump(due)
        asyncio.get_running_loop().call_soon(self._pass)


async def settle(passes: int = _IDLE_PASSES) -> None:
    """Give way until tasks that can run without waiting have run."""
    for _ in range(passes):
        await asyncio.sleep(0)


async def eventually(condition: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait in real time until ``condition()`` is true: for facts behind a socket, which raise no event here.

    Raises:
        AssertionError: it did not become true within ``seconds``.
    """
    give_up = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > give_up:
            raise AssertionError(f"not true within {seconds:g} s")
        await asyncio.sleep(0.0005)
