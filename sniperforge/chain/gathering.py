"""Reads that are made in the same pass of the event loop leave as one request."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sniperforge.chain.retries import passing
from sniperforge.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

V = TypeVar("V")


@dataclass(eq=False, slots=True)
class _Batch(Generic[V]):
    """What waits for one request; ``outcome``: the answer, an error of all, or ``None``: ask by yourself."""

    outcome: asyncio.Future[tuple[int, dict[str, V]] | UnavailableError | None]
    items: dict[str, None] = field(default_factory=dict)
    askers: int = 0


class Gathering(Generic[V]):
    """Joins questions about keys into one, answered as of one slot.

    The first asker of a pass asks for all. An asker's keys are never divided among two requests.

    Args:
        together: asks about many keys; answers the slot and a value for each key.
        limit: keys that one request may have.
    """

    def __init__(
        self, together: Callable[[Sequence[str]], Awaitable[tuple[int, dict[str, V]]]], limit: int
    ) -> None:
        self._together = together
        self._limit = limit
        self._batch: _Batch[V] | None = None

    async def ask(
        self, keys: Sequence[str], alone: Callable[[], Awaitable[tuple[int, dict[str, V]]]]
    ) -> tuple[int, dict[str, V]]:
        """The slot, and a value for at least each of ``keys``.

        Args:
            keys: at most as many as the limit.
            alone: asks about these keys only: used when nobody else asks, and when another asker's keys
                spoil the common request.

        Raises:
            UnavailableError: no usable answer.
        """
        batch = self._batch
        if batch is not None and len(batch.items | dict.fromkeys(keys)) <= self._limit:
            _join(batch, keys)
            outcome = await asyncio.shield(batch.outcome)
        else:
            batch = self._batch = _Batch(asyncio.get_running_loop().create_future())
            _join(batch, keys)
            outcome = await self._led(batch)
        if isinstance(outcome, UnavailableError):
            raise outcome
        return await alone() if outcome is None else outcome

    async def _led(self, batch: _Batch[V]) -> tuple[int, dict[str, V]] | UnavailableError | None:
        outcome: tuple[int, dict[str, V]] | UnavailableError | None = None
        try:
            await asyncio.sleep(0)
            if self._batch is batch:
                self._batch = None
            if batch.askers > 1:
                outcome = await self._together(list(batch.items))
        except UnavailableError as error:
            outcome = error if passing(error) else None
        finally:
            if self._batch is batch:  # cancelled before the others had come
                self._batch = None
            batch.outcome.set_result(outcome)  # on a cancel nothing: everybody asks alone
        return outcome


def _join(batch: _Batch[Any], keys: Sequence[str]) -> None:
    batch.items |= dict.fromkeys(keys)
    batch.askers += 1
