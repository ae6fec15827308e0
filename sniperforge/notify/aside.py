"""Calling what may block, without waiting for it longer than a limit."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Generic, TypeVar

from sniperforge.errors import UnavailableError, UnknownOutcomeError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Aside(Generic[T]):
    """Runs one call at a time on a thread of its own.

    A call that hangs keeps only its thread, which is a daemon and ends with the process: a pool's threads
    would be waited for.

    Args:
        name: what is called, for messages.
        timeout: seconds.
    """

    def __init__(self, name: str, *, timeout: float) -> None:
        self._name = name
        self._timeout = timeout
        self._busy = False

    async def call(self, work: Callable[[], T]) -> T:
        """What ``work`` returns or raises.

        Raises:
            UnavailableError: the last call has not ended yet; this one was not begun.
            UnknownOutcomeError: it did not end in time and may still have its effect.
        """
        if self._busy:
            raise UnavailableError(f"{self._name} has not answered the last alert yet")
        self._busy = True
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[T] = loop.create_future()

        def tell(settle: Callable[[], None]) -> None:
            self._busy = False
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(lambda: None if ended.done() else settle())

        def run() -> None:
            try:
                result = work()
            except Exception as error:  # noqa: BLE001 - it is raised where the call is awaited
                failure = error
                tell(lambda: ended.set_exception(failure))
            else:
                tell(lambda: ended.set_result(result))

        threading.Thread(target=run, name="alert", daemon=True).start()
        try:
            async with asyncio.timeout(self._timeout):
                return await ended
        except TimeoutError:
            raise UnknownOutcomeError(f"{self._name} did not answer within {self._timeout:g} s") from None
