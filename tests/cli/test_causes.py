"""Several failures at once, told as one."""

from __future__ import annotations

import asyncio

import pytest

from sniperforge.cli.causes import cause_of
from sniperforge.cli.signals import run_async
from sniperforge.errors import StorageError, UnavailableError, WalletBusyError

BUSY, FULL, DOWN = WalletBusyError("taken"), StorageError("disk full"), UnavailableError("no answer")
BUG = ValueError("a bug")


@pytest.mark.parametrize(
    ("errors", "told"),
    [
        ([BUSY], BUSY),
        ([DOWN, BUSY], BUSY),
        ([DOWN, BUSY, FULL], FULL),
        ([FULL, BUG], BUG),
        ([DOWN, DOWN], DOWN),
    ],
)
def test_the_gravest_is_told(errors: list[Exception], told: Exception) -> None:
    """A bug before storage, storage before the rest, an outage last; however deep it lies."""
    assert cause_of(ExceptionGroup("tasks", errors)) is told
    assert cause_of(ExceptionGroup("outer", [ExceptionGroup("inner", errors)])) is told


def test_run_async_raises_the_cause() -> None:
    """What fails in a task group leaves the event loop as one error; the group stays in its history."""

    async def fail() -> None:
        raise FULL

    async def work() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail())

    with pytest.raises(StorageError, match="disk full") as caught:
        run_async(work())
    assert isinstance(caught.value.__cause__, BaseExceptionGroup)
