"""From whoever has an alert to the channels, without ever keeping the former waiting."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from sniperforge.errors import UnavailableError, UnknownOutcomeError
from sniperforge.notify.alert import Alert

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sniperforge.notify.alert import Channel
    from sniperforge.notify.sieve import Sieve
    from sniperforge.ports import Clock

CAPACITY: Final = 100
"""Alerts that wait for one channel; more are dropped and logged."""

PAUSES: Final = (2.0, 10.0)
"""Seconds before the second and the third try. What may have arrived is not sent again."""


class AlertDispatcher:
    """Takes alerts at once and delivers them from a task of its own, each channel by itself.

    Args:
        trouble: is told what was not delivered: the channel's name and why. Must not block.
    """

    def __init__(
        self,
        channels: Sequence[Channel],
        sieve: Sieve,
        *,
        clock: Clock,
        trouble: Callable[[str, str], None],
        capacity: int = CAPACITY,
    ) -> None:
        self._sieve = sieve
        self._clock = clock
        self._trouble = trouble
        self._lanes = [(channel, asyncio.Queue[Alert](capacity)) for channel in channels]

    def offer(self, alert: Alert) -> None:
        """Have an alert delivered, unless it was told just now. Returns at once and never raises."""
        told = self._sieve.admit(alert, self._clock.monotonic())
        if told is None:
            return
        for channel, waiting in self._lanes:
            try:
                waiting.put_nowait(told)
            except asyncio.QueueFull:
                self._trouble(channel.name, f"dropped, {waiting.qsize()} alerts wait: {told.title}")

    async def run(self) -> None:
        """Deliver until cancelled, whatever the channels do."""
        async with asyncio.TaskGroup() as group:
            for channel, waiting in self._lanes:
                group.create_task(self._serve(channel, waiting))

    async def drain(self, seconds: float) -> None:
        """Wait for what is queued, at most so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                for _, waiting in self._lanes:
                    await waiting.join()

    async def _serve(self, channel: Channel, waiting: asyncio.Queue[Alert]) -> None:
        while True:
            alert = await waiting.get()
            try:
                await self._deliver(channel, alert)
            finally:
                waiting.task_done()

    async def _deliver(self, channel: Channel, alert: Alert) -> None:
        for pause in PAUSES:
            if await self._tried(channel, alert):
                return
            await self._clock.sleep(pause)
        await self._tried(channel, alert)

    async def _tried(self, channel: Channel, alert: Alert) -> bool:
        """One try; false when another one may help."""
        try:
            await channel.send(alert)
        except UnavailableError as error:
            self._trouble(channel.name, error.message)
            return False
        except UnknownOutcomeError as error:
            self._trouble(channel.name, error.message)
        except Exception as error:  # noqa: BLE001 - a channel's bug must not end the others, nor be quoted
            self._trouble(channel.name, f"failed: {type(error).__name__}")
        return True
