"""Turns passing time into slots; a stalled process skips some, as a network without a leader does."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sniperforge.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.localnet.ledger.ledger import Ledger


class SlotTimer:
    """Advances a ledger by the event loop's clock.

    Args:
        ledger: to advance; with a slot per transaction it needs no timer and gets none.
        failed: told why when a block cannot close because it cannot be stored; no more slots pass then.
    """

    def __init__(self, ledger: Ledger, failed: Callable[[StorageError], None]) -> None:
        self._ledger = ledger
        self._failed = failed
        self._seconds = ledger.profile.slot_ms / 1000
        self._handle: asyncio.TimerHandle | None = None
        self._due = 0.0

    def start(self) -> None:
        """Open a slot every ``slot_ms`` from now on."""
        if self._seconds:
            loop = asyncio.get_running_loop()
            self._due = loop.time() + self._seconds
            self._handle = loop.call_at(self._due, self._tick, loop)

    def stop(self) -> None:
        """Open no more slots. Safe to call twice."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        slots = 1 + max(0, int((loop.time() - self._due) / self._seconds))
        self._due += slots * self._seconds
        self._handle = loop.call_at(self._due, self._tick, loop)
        try:
            self._ledger.advance(slots)
        except StorageError as error:
            self.stop()
            self._failed(error)
