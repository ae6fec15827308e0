"""The system's clock."""

from __future__ import annotations

import time

from sniperforge.chain.clock import SystemClock


async def test_it_tells_wall_time_and_a_time_that_only_grows() -> None:
    """The wall clock agrees with the system's, and sleeping moves the monotonic one."""
    clock = SystemClock()
    before = clock.monotonic()
    await clock.sleep(0.001)
    assert clock.monotonic() > before
    assert abs(clock.now() - time.time()) < 5
