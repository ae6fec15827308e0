"""Runs a coroutine under SIGINT and SIGTERM: the first signal stops it cleanly and in bounded time."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine

T = TypeVar("T")

STOP_SECONDS: Final = 10.0
"""How long a clean stop may take before the process ends anyway."""

NAMES: Final = {signal.SIGINT: "SIGINT", signal.SIGTERM: "SIGTERM"}


class Interrupted(BaseException):
    """A signal asked the process to stop, and it did.

    Args:
        signum: SIGINT or SIGTERM.
        outcome: what the coroutine returned after it was cancelled, ``None`` when it had nothing to say.
    """

    def __init__(self, signum: int, outcome: Any = None) -> None:
        super().__init__(signum)
        self.signum = signum
        self.outcome = outcome

    @property
    def exit_code(self) -> int:
        """130 for SIGINT, 143 for SIGTERM."""
        return 128 + self.signum


def raise_on_sigterm() -> None:
    """Make SIGTERM raise :class:`Interrupted` in code that runs without an event loop."""

    def stop(signum: int, _frame: object) -> None:
        raise Interrupted(signum)

    signal.signal(signal.SIGTERM, stop)


def run_async(
    main: Coroutine[Any, Any, T],
    *,
    loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None,
    stop_seconds: float = STOP_SECONDS,
) -> T:
    """Run ``main`` to its end and return what it returns.

    The first SIGINT or SIGTERM cancels it; what it returns from its clean-up is kept. A second signal, or
    ``stop_seconds`` without an end, ends the process at once with 130 or 143.

    Raises:
        Interrupted: a signal came; carries what ``main`` returned.
        SniperForgeError: what ``main`` raised; of several tasks that failed together, what it comes down to.
    """
    import asyncio

    from sniperforge.cli.causes import cause_of

    watch = _Watch(stop_seconds)
    try:
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            try:
                outcome = runner.run(watch.over(main))
            except asyncio.CancelledError:
                if watch.signum is None:
                    raise
                raise Interrupted(watch.signum) from None
            except BaseExceptionGroup as group:
                raise cause_of(group) from group
        if watch.signum is not None:
            raise Interrupted(watch.signum, outcome)
        return outcome
    finally:
        watch.disarm()


class _Watch:
    """Handles the signals of one run; signal handlers run in the main thread between bytecodes."""

    def __init__(self, stop_seconds: float) -> None:
        self.signum: int | None = None
        self._stop_seconds = stop_seconds
        self._timer: Any = None
        self._cancel: Callable[[], object] = lambda: None
        self._previous: dict[int, Any] = {}

    async def over(self, main: Coroutine[Any, Any, T]) -> T:
        import asyncio

        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        self._cancel = lambda: None if loop.is_closed() else loop.call_soon_threadsafe(task.cancel)
        for signum in NAMES:
            self._previous[signum] = signal.signal(signum, self._on_signal)
        return await main

    def disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        for signum, handler in self._previous.items():
            signal.signal(signum, handler)

    def _on_signal(self, signum: int, _frame: object) -> None:
        if self.signum is not None:
            _end(signum)
        else:
            self.signum = signum
            self._arm(signum)
            self._cancel()

    def _arm(self, signum: int) -> None:
        import threading

        self._timer = threading.Timer(self._stop_seconds, _end, (signum, "the clean stop took too long"))
        self._timer.daemon = True
        self._timer.start()


def _end(signum: int, reason: str = "second signal") -> None:
    """End the process now, without clean-up; the journal holds what was in flight."""
    try:
        os.write(2, f"sniperforge: {reason}, ending at once\n".encode())
        sys.stdout.flush()
    finally:
        os._exit(128 + signum)
