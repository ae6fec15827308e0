"""The clock that tests own."""

from __future__ import annotations

import asyncio

import pytest

from sniperforge.testing.clock import FakeClock, eventually, settle


async def test_time_stands_still_until_it_is_advanced() -> None:
    """A sleeper wakes when its time has come and not before."""
    clock = FakeClock(start=1000.0)
    task = asyncio.create_task(clock.sleep(5))
    await settle()
    await clock.advance(4.9)
    assert (task.done(), clock.sleepers, clock.monotonic(), clock.now()) == (False, 1, 4.9, 1004.9)
    await clock.advance(0.2)
    assert (task.done(), clock.sleepers) == (True, 0)


async def test_sleepers_wake_in_order_and_may_sleep_again() -> None:
    """One advance over many deadlines lets each sleeper run at its own time."""
    clock = FakeClock()
    woken: list[tuple[str, float]] = []

    async def tick(name: str, step: float) -> None:
        for _ in range(3):
            await clock.sleep(step)
            woken.append((name, clock.monotonic()))

    async with asyncio.TaskGroup() as group:
        group.create_task(tick("a", 1.0))
        group.create_task(tick("b", 1.5))
        await settle()
        await clock.advance(10)
    assert woken == [("a", 1.0), ("b", 1.5), ("a", 2.0), ("b", 3.0), ("a", 3.0), ("b", 4.5)]
    assert clock.monotonic() == 10


async def test_autojump_needs_no_real_time() -> None:
    """An hour passes when everything waits, in the right order."""
    clock = FakeClock(autojump=True)
    async with asyncio.timeout(1), asyncio.TaskGroup() as group:
        group.create_task(clock.sleep(3600))
        group.create_task(clock.sleep(60))
    assert clock.monotonic() == 3600
    await clock.sleep(1)
    assert clock.monotonic() == 3601


async def test_a_cancelled_sleeper_does_not_hold_time_up() -> None:
    """A sleeper that is gone is neither counted nor jumped to."""
    clock = FakeClock(autojump=True)
    task = asyncio.create_task(clock.sleep(10))
    await asyncio.sleep(0)
    task.cancel()
    await clock.sleep(20)
    assert (clock.monotonic(), clock.sleepers) == (20, 0)


async def test_sleeping_for_nothing_gives_way_once() -> None:
    """Zero and negative times do not wait for the clock."""
    clock = FakeClock()
    await clock.sleep(0)
    await clock.sleep(-1)
    assert clock.monotonic() == 0


async def test_eventually_waits_for_a_fact() -> None:
    """It returns once the condition holds, and says so when it never does."""
    seen: list[int] = []
    asyncio.get_running_loop().call_later(0.005, seen.append, 1)
    await eventually(lambda: seen)
    with pytest.raises(AssertionError, match="not true within"):
        await eventually(lambda: False, seconds=0.01)
