"""The system's clocks behind the :class:`~sniperforge.ports.Clock` port."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_COUNTS_SLEEP: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Linux stops its monotonic clock while the machine sleeps and has this one beside it; macOS goes on."""


def ticking() -> float:
    """Seconds that never go back, go on while the process is stopped and while the machine sleeps."""
    return time.clock_gettime(_COUNTS_SLEEP)


class SystemClock:
    """Real time, steady: ages count the machine's sleep, and setting the system's clock moves nothing.

    The wall clock is read once, when this is made, and carried on by :func:`ticking`. So the hour of a limit,
    the day of a loss and the hold of a position are as long as they are, whoever sets the clock meanwhile.

    Args:
        wall: Unix seconds.
        ticks: seconds of a clock that never goes back.
    """

    def __init__(self, wall: Callable[[], float] = time.time, ticks: Callable[[], float] = ticking) -> None:
        self._ticks = ticks
        self._start = wall() - ticks()

    def now(self) -> float:
        """Unix seconds, as the system's clock had them when this was made."""
        return self._start + self._ticks()

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return self._ticks()

    async def sleep(self, seconds: float) -> None:
        """Wait ``seconds`` of real time, in which the machine is awake."""
        await asyncio.sleep(seconds)


class WallClock(SystemClock):
    """The same with the wall clock as it is now: for times that are compared with other processes'."""

    def now(self) -> float:
        """Unix seconds, as the system's clock has them."""
        return time.time()
