"""An event loop that runs whatever is ready in a seeded order of its own: task interleavings on purpose."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import deque
from typing import Any, Self


class ShuffledLoop(asyncio.SelectorEventLoop):
    """Runs ready callbacks in an order that a seed decides.

    asyncio's is first come, first served, so whatever is correct only because of that goes unnoticed. What
    becomes ready is put at a random place of the queue; nothing waits for ever, for the queue is run empty.
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._ready = _Shuffled(seed)
        self._numbers = itertools.count()
        self.set_task_factory(
            lambda loop, coro, **values: _Task(coro, number=self._number(), loop=loop, **values)
        )

    def create_future(self) -> asyncio.Future[Any]:
        """A future whose place in sets repeats."""
        return _Future(number=self._number(), loop=self)

    def _number(self) -> int:
        return next(self._numbers)


class _Shuffled(deque[Any]):
    def __init__(self, seed: int) -> None:
        super().__init__()
        self._rng = random.Random(seed)

    def append(self, item: Any) -> None:
        self.insert(self._rng.randint(0, len(self)), item)


class _Numbered:
    """Hashed by number, not by address in memory: asyncio keeps tasks in sets, and walks them."""

    _number: int

    def __new__(cls, *_args: Any, number: int, **_values: Any) -> Self:
        made = super().__new__(cls)
        made._number = number
        return made

    def __init__(self, *args: Any, number: int, **values: Any) -> None:
        super().__init__(*args, **values)

    def __hash__(self) -> int:
        return self._number


class _Task(_Numbered, asyncio.Task[Any]):
    pass


class _Future(_Numbered, asyncio.Future[Any]):
    pass
