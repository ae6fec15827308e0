"""A bounded queue and the one thread that empties it: whoever fills it never waits."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

LINGER_SECONDS = 0.01
"""Pause after each batch, so that a busy producer is not made to share the interpreter for every line."""


class Lane(Generic[T]):
    """Hands items to ``write`` in batches, in order, on a daemon thread.

    Args:
        name: of the thread.
        write: gets each batch; must not raise.
        capacity: items that may wait.
    """

    def __init__(self, name: str, write: Callable[[list[T]], None], *, capacity: int) -> None:
        self._write = write
        self._capacity = capacity
        self._items: deque[T] = deque()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; what was offered before is handed over now."""
        self._thread.start()

    def offer(self, item: T) -> bool:
        """Queue ``item`` and return at once; false when the lane is full and the item was not taken."""
        if len(self._items) >= self._capacity:
            return False
        self._items.append(item)
        if not self._wake.is_set():
            self._wake.set()
        return True

    def stop(self, timeout: float) -> list[T]:
        """Hand over what waits and end, within ``timeout`` seconds; what still waits then is returned."""
        self._stopping.set()
        self._wake.set()
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return self._take()

    @property
    def stopped(self) -> bool:
        """Whether the thread has ended, so that what it wrote to may be used by others."""
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not (self._stopping.is_set() and not self._items):
            self._wake.wait()
            self._wake.clear()
            if batch := self._take():
                self._write(batch)
            self._stopping.wait(LINGER_SECONDS)

    def _take(self) -> list[T]:
        batch: list[T] = []
        while self._items:
            try:
                batch.append(self._items.popleft())
            except IndexError:
                break
        return batch
