"""Waiting for an event or for time."""

from __future__ import annotations

import asyncio

import pytest

from sniperforge.market.waits import event_or_time
from sniperforge.testing.clock import FakeClock, settle


async def test_an_event_that_is_set_is_not_waited_for() -> None:
    """Nothing sleeps."""
    event, clock = asyncio.Event(), FakeClock()
    event.set()
    assert await event_or_time(event, clock, 100)


async def test_the_first_of_the_two_ends_the_wait() -> None:
    """And leaves nothing behind."""
    event, clock = asyncio.Event(), FakeClock()
    before = asyncio.all_tasks()
    waiting = asyncio.create_task(event_or_time(event, clock, 5))
    await settle()
    event.set()
    assert await waiting
    event.clear()
    waiting = asyncio.create_task(event_or_time(event, clock, 5))
    await settle()
    await clock.advance(5)
    assert not await waiting
    assert (clock.sleepers, asyncio.all_tasks()) == (0, before)


async def test_cancelling_leaves_nothing_behind() -> None:
    """No sleeper stays."""
    clock = FakeClock()
    waiting = asyncio.create_task(event_or_time(asyncio.Event(), clock, 5))
    await settle()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert clock.sleepers == 0
