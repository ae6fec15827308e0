"""Calls that block, hang or fail beside the loop."""

from __future__ import annotations

import asyncio
import threading

import pytest

from sniperforge.errors import UnavailableError, UnknownOutcomeError
from sniperforge.notify.aside import Aside


async def test_results_and_errors_come_back() -> None:
    """One after the other."""
    aside: Aside[int] = Aside("it", timeout=10)
    assert await aside.call(lambda: 3) == 3
    with pytest.raises(ZeroDivisionError):
        await aside.call(lambda: 1 // 0)
    assert await aside.call(lambda: 4) == 4


async def test_a_call_that_hangs_is_left_and_the_next_is_not_begun() -> None:
    """The loop runs on; once the call has ended, others are taken again."""
    release, ran = threading.Event(), list[str]()
    aside: Aside[bool] = Aside("it", timeout=0.05)
    with pytest.raises(UnknownOutcomeError, match=r"it did not answer within 0\.05 s"):
        await aside.call(lambda: release.wait(20))
    with pytest.raises(UnavailableError, match="has not answered"):
        await aside.call(lambda: bool(ran.append("second")))
    assert ran == []
    release.set()
    async with asyncio.timeout(10):
        while aside._busy:  # noqa: ASYNC110 - a thread ends it
            await asyncio.sleep(0.001)
    assert await aside.call(lambda: True)


def test_a_call_that_outlives_its_loop() -> None:
    """Nobody is told, nothing is raised, and the end of the loop does not wait."""
    release, ended = threading.Event(), threading.Event()

    def work() -> None:
        release.wait(20)
        ended.set()

    async def main() -> None:
        with pytest.raises(UnknownOutcomeError):
            await Aside("it", timeout=0.01).call(work)

    asyncio.run(main())
    release.set()
    assert ended.wait(10)
    for thread in threading.enumerate():
        if thread.name == "alert":
            thread.join(10)
