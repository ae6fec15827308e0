"""The one transaction behind a notification, as soon as a node shows it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sniperforge.errors import UnavailableError
from sniperforge.market.waits import event_or_time

if TYPE_CHECKING:
    from sniperforge.market.sources import FilteringPubSub, History
    from sniperforge.ports import Clock

_GROWTH: Final = 1.5


@dataclass(frozen=True, slots=True)
class FetchPace:
    """How patiently a transaction is asked for, in seconds.

    Attributes:
        patience: how long a node may take to show a transaction that it has notified.
        first_pause, last_pause: between asking again; grows in between.
    """

    patience: float = 20.0
    first_pause: float = 0.01
    last_pause: float = 0.5


class TransactionFetch:
    """Fetches transactions that may not be shown yet.

    A node shows a transaction from ``confirmed`` on. One that it has notified earlier is asked for once, then
    again when the node says that it has come so far; at growing intervals in case it does not say.

    Args:
        history: fetches transactions.
        pubsub: tells of their commitment.
        clock: for pauses.
        commitment: ``confirmed`` or ``finalized``.
        pace: see :class:`FetchPace`.

    Attributes:
        last_error: the last outage, empty when there was none.
    """

    def __init__(
        self, history: History, pubsub: FilteringPubSub, clock: Clock, commitment: str, pace: FetchPace
    ) -> None:
        self._history = history
        self._pubsub = pubsub
        self._clock = clock
        self._commitment = commitment
        self._pace = pace
        self.last_error = ""

    async def fetch(self, signature: str) -> dict[str, Any] | None:
        """The ``getTransaction`` result; ``None`` when no node has shown it within the patience."""
        found = await self._ask(signature)
        if found is not None:
            return found
        told = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            listener = group.create_task(self._listen(signature, told))
            found = await self._ask_until(signature, told)
            listener.cancel()
        return found

    async def _ask(self, signature: str) -> dict[str, Any] | None:
        try:
            return await self._history.transaction(signature, self._commitment)
        except UnavailableError as error:
            self.last_error = error.message
            return None

    async def _ask_until(self, signature: str, told: asyncio.Event) -> dict[str, Any] | None:
        pace = self._pace
        give_up = self._clock.monotonic() + pace.patience
        pause = pace.first_pause
        while self._clock.monotonic() + pause <= give_up:
            if await event_or_time(told, self._clock, pause):
                told.clear()
                pause = pace.first_pause
            else:
                pause = min(pause * _GROWTH, pace.last_pause)
            found = await self._ask(signature)
            if found is not None:
                return found
        return None

    async def _listen(self, signature: str, told: asyncio.Event) -> None:
        params = [signature, {"commitment": self._commitment}]
        with suppress(UnavailableError):  # the intervals do without
            stream = await self._pubsub.subscribe("signatureSubscribe", params)
            try:
                async for _ in stream:
                    told.set()
            finally:
                await stream.aclose()
