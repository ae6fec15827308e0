"""The system's clock behind the :class:`~sniperforge.ports.Clock` port."""

from __future__ import annotations

import asyncio
import time


class SystemClock:
    """Real time: the wall clock, the monotonic clock, and the event loop's sleep."""

    def now(self) -> float:
        """Unix seconds."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait ``seconds`` of real time."""
        await asyncio.sleep(seconds)
