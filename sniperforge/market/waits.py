"""Waiting for whichever comes first: an event, or time on a clock that tests own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sniperforge.ports import Clock


async def event_or_time(event: asyncio.Event, clock: Clock, seconds: float) -> bool:
    """Return once ``event`` is set or ``seconds`` have passed; whether it is set."""
    if event.is_set():
        return True
    async with asyncio.TaskGroup() as group:
        waits = [group.create_task(_set(event)), group.create_task(clock.sleep(seconds))]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
    return event.is_set()


async def _set(event: asyncio.Event) -> None:
    await event.wait()
