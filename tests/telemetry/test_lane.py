"""The lane: order, bounds, and never waiting."""

from __future__ import annotations

import threading
import time

from sniperforge.telemetry.lane import Lane


class Sink:
    """Collects batches; can be made to hang."""

    def __init__(self) -> None:
        self.items: list[int] = []
        self.open = threading.Event()
        self.open.set()
        self.entered = threading.Event()

    def write(self, batch: list[int]) -> None:
        """Called by the lane."""
        self.entered.set()
        self.open.wait(10)
        self.items.extend(batch)


def test_all_items_arrive_in_order() -> None:
    """Those before the start, those after, from one thread in its order."""
    sink = Sink()
    lane: Lane[int] = Lane("t", sink.write, capacity=100_000)
    for number in range(100):
        assert lane.offer(number)
    lane.start()
    for number in range(100, 5_000):
        assert lane.offer(number)
    assert lane.stop(5) == []
    assert lane.stopped
    assert sink.items == list(range(5_000))


def test_several_producers_lose_nothing() -> None:
    """Four threads, 2,000 items each."""
    sink = Sink()
    lane: Lane[int] = Lane("t", sink.write, capacity=100_000)
    lane.start()
    threads = [
        threading.Thread(target=lambda: [lane.offer(number) for number in range(2_000)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lane.stop(5)
    assert sorted(sink.items) == sorted(list(range(2_000)) * 4)


def test_a_full_lane_refuses_at_once_and_a_hanging_sink_does_not_hold_up_the_stop() -> None:
    """While the sink hangs, offers return in microseconds; stop gives back what still waits."""
    sink = Sink()
    sink.open.clear()
    lane: Lane[int] = Lane("t", sink.write, capacity=3)
    lane.start()
    assert lane.offer(0)
    assert sink.entered.wait(5)
    started = time.monotonic()
    assert [lane.offer(number) for number in range(1, 6)] == [True, True, True, False, False]
    assert time.monotonic() - started < 0.1
    assert lane.stop(0.05) == [1, 2, 3]
    assert not lane.stopped
    assert time.monotonic() - started < 1
    sink.open.set()
    assert lane.stop(5) == []
    assert sink.items == [0]


def test_a_lane_that_never_started_gives_everything_back() -> None:
    """Stop does not wait for a thread that is not there."""
    lane: Lane[int] = Lane("t", lambda _batch: None, capacity=3)
    lane.offer(1)
    assert lane.stop(5) == [1]
    assert lane.stopped
