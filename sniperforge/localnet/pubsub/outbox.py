"""What waits to be sent to one client, bounded: who never reads is cut instead of stalling the network."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_QUEUED_BYTES: Final = 16 * 1024 * 1024


class Outbox:
    """Messages for one client.

    Args:
        wake: called when there is something to send, or when the outbox was cut.
        limit: bytes that may wait.

    Attributes:
        cut: the client was too slow; nothing waits any more and nothing is taken.
    """

    def __init__(self, wake: Callable[[], None], limit: int = MAX_QUEUED_BYTES) -> None:
        self.cut = False
        self._wake = wake
        self._limit = limit
        self._messages: deque[bytes] = deque()
        self._size = 0

    def put(self, message: bytes) -> None:
        """Queue ``message``, or cut the client when it has too much waiting."""
        if self.cut:
            return
        self._size += len(message)
        if self._size > self._limit:
            self.cut = True
            self._messages.clear()
        else:
            self._messages.append(message)
        self._wake()

    def take(self) -> bytes | None:
        """The oldest message, ``None`` when none waits."""
        if not self._messages:
            return None
        message = self._messages.popleft()
        self._size -= len(message)
        return message
