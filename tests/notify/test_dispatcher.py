"""Alerts from a task of their own: nothing that a channel does reaches whoever offers them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from sniperforge.errors import UnavailableError, UnknownOutcomeError
from sniperforge.notify.alert import Alert, AlertKind
from sniperforge.notify.dispatcher import AlertDispatcher
from sniperforge.notify.sieve import Sieve
from sniperforge.testing.clock import FakeClock


class Place:
    """A channel that does what the test says."""

    def __init__(self, name: str, *errors: Exception) -> None:
        self.name = name
        self.errors = list(errors)
        self.gate = asyncio.Event()
        self.gate.set()
        self.tried = 0
        self.got: list[str] = []

    async def send(self, alert: Alert) -> None:
        self.tried += 1
        await self.gate.wait()
        if self.errors:
            raise self.errors.pop(0)
        self.got.append(alert.subject)


class Desk:
    """A dispatcher on a fake clock, and what it told of trouble."""

    def __init__(self, *places: Place, capacity: int = 3) -> None:
        self.clock = FakeClock(autojump=True)
        self.trouble: list[tuple[str, str]] = []
        self.dispatcher = AlertDispatcher(
            places,
            Sieve(window=900, per_minute=100),
            clock=self.clock,
            trouble=lambda channel, why: self.trouble.append((channel, why)),
            capacity=capacity,
        )

    def offer(self, *subjects: str) -> None:
        for subject in subjects:
            self.dispatcher.offer(Alert(AlertKind.HALT, subject, "title", "text"))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.dispatcher.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])


async def test_every_channel_gets_each_once() -> None:
    """In order, and not what was told just now."""
    one, two = Place("one"), Place("two")
    desk = Desk(one, two)
    async with desk.running():
        desk.offer("a", "b", "a")
        await desk.dispatcher.drain(10)
    assert one.got == two.got == ["a", "b"]
    assert desk.trouble == []


async def test_a_channel_that_hangs_keeps_nobody_waiting() -> None:
    """The others go on; what does not fit its queue is dropped and told; a drain ends in time."""
    hanging, fine = Place("hanging"), Place("fine")
    hanging.gate.clear()
    desk = Desk(hanging, fine)
    async with desk.running():
        for subject in "abcdef":
            desk.offer(subject)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        await desk.dispatcher.drain(0.05)
        assert fine.got == list("abcdef")
        assert [channel for channel, _ in desk.trouble] == ["hanging", "hanging"]
        assert desk.trouble[0][1] == "dropped, 3 alerts wait: title"


async def test_a_refused_alert_is_tried_three_times() -> None:
    """Each failure is told; then it is given up and the next one's turn comes."""
    place = Place("it", *[UnavailableError("no") for _ in range(3)], UnavailableError("not now"))
    desk = Desk(place)
    async with desk.running():
        desk.offer("a", "b")
        await desk.dispatcher.drain(10)
    assert place.got == ["b"]
    assert place.tried == 5
    assert desk.trouble == [("it", "no")] * 3 + [("it", "not now")]
    assert desk.clock.monotonic() == 14.0


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (UnknownOutcomeError("no answer"), "no answer"),
        (ValueError("https://secret/"), "failed: ValueError"),
    ],
)
async def test_what_is_not_tried_again(error: Exception, told: str) -> None:
    """What may have arrived would come twice; a bug stays one. Its text may be a secret."""
    place = Place("it", error)
    desk = Desk(place)
    async with desk.running():
        desk.offer("a", "b")
        await desk.dispatcher.drain(10)
    assert (place.tried, place.got, desk.trouble) == (2, ["b"], [("it", told)])


async def test_without_channels_nothing_happens() -> None:
    """Offering and draining cost nothing."""
    desk = Desk()
    async with desk.running():
        desk.offer("a")
        await desk.dispatcher.drain(10)
    assert desk.trouble == []
