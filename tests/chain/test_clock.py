"""The system's clocks: what setting one, stopping the process and the machine's sleep do to them."""

from __future__ import annotations

import time

import pytest

from sniperforge.chain.clock import SystemClock, WallClock, ticking


class Machine:
    """Its clocks, for a test to set."""

    def __init__(self) -> None:
        self.wall = 1_700_000_000.0
        self.ticks = 100.0

    def pass_time(self, seconds: float) -> None:
        """Awake, asleep or stopped: both go on."""
        self.wall += seconds
        self.ticks += seconds


async def test_it_tells_wall_time_and_a_time_that_only_grows() -> None:
    """The wall clock agrees with the system's, and sleeping moves the monotonic one."""
    clock = SystemClock()
    before = clock.monotonic()
    await clock.sleep(0.001)
    assert clock.monotonic() > before
    assert abs(clock.now() - time.time()) < 5


@pytest.mark.parametrize("step", [-86_400.0, -1.0, 1.0, 7_200.0, 400 * 86_400.0])
def test_setting_the_systems_clock_moves_nothing(step: float) -> None:
    """Forwards or back, by a second or a year: what passed is what passed."""
    machine = Machine()
    clock = SystemClock(lambda: machine.wall, lambda: machine.ticks)
    machine.pass_time(10)
    machine.wall += step
    machine.pass_time(5)
    assert clock.now() == 1_700_000_015.0
    assert clock.monotonic() == 115.0
    assert SystemClock(lambda: machine.wall, lambda: machine.ticks).now() == machine.wall, "the next start"


def test_the_machines_sleep_counts() -> None:
    """The clock of ages is the one that goes on meanwhile, where the system has two."""
    awake = time.clock_gettime(time.CLOCK_MONOTONIC)
    assert ticking() >= awake
    if hasattr(time, "CLOCK_BOOTTIME"):
        assert abs(ticking() - time.clock_gettime(time.CLOCK_BOOTTIME)) < 1


def test_what_is_compared_with_other_processes_is_the_systems() -> None:
    """Deadlines of requests between processes go by one clock, whoever started when."""
    clock = WallClock(lambda: 5.0, lambda: 5.0)
    assert abs(clock.now() - time.time()) < 1
    assert clock.monotonic() == 5.0
