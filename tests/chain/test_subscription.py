"""One subscription's queue."""

from __future__ import annotations

import asyncio

import pytest

from sniperforge.chain.subscription import Stream, contains_any
from sniperforge.domain.events import Gap
from sniperforge.errors import RpcError, UnavailableError
from sniperforge.testing.clock import settle


def at(slot: int, value: object = None) -> dict[str, object]:
    """A notification's result."""
    return {"context": {"slot": slot}, "value": value}


async def drain(stream: Stream) -> list[object]:
    """Everything that is queued, without waiting for more."""
    return [await anext(stream) for _ in range(len(stream))]


async def test_items_come_in_order_with_their_time_of_arrival() -> None:
    """``received_at`` is that of the item last yielded."""
    stream = Stream("m", [], limit=10)
    stream.put("a", 1.0)
    stream.put("b", 2.0)
    assert (await anext(stream), stream.received_at) == ("a", 1.0)
    assert (await anext(stream), stream.received_at) == ("b", 2.0)


async def test_a_waiting_consumer_is_woken() -> None:
    """An item that comes later ends the wait; several before it runs are all there."""
    stream = Stream("m", [], limit=10)
    task = asyncio.create_task(anext(stream))
    await settle()
    stream.put("a", 1.0)
    stream.put("b", 1.0)
    assert await task == "a"
    assert await anext(stream) == "b"


async def test_a_cancelled_wait_loses_nothing() -> None:
    """The next consumer gets what arrives."""
    stream = Stream("m", [], limit=10)
    task = asyncio.create_task(anext(stream))
    await settle()
    task.cancel()
    await settle()
    stream.put("a", 1.0)
    assert await anext(stream) == "a"


async def test_what_does_not_fit_is_counted_and_marked_once() -> None:
    """Three of five fit; a gap that starts at the last slot kept stands for the other two."""
    stream = Stream("m", [], limit=3)
    for slot in range(1, 6):
        stream.put(at(slot), 1.0)
    assert stream.overflowed == 2
    assert await drain(stream) == [at(1), at(2), at(3), Gap(3, "overflow")]


async def test_after_an_overflow_the_stream_goes_on() -> None:
    """Once there is room, items follow the gap, and a second overflow has its own."""
    stream = Stream("m", [], limit=2)
    for slot in (1, 2, 3):
        stream.put(at(slot), 1.0)
    await anext(stream)
    await anext(stream)
    for slot in (4, 5, 6):
        stream.put(at(slot), 1.0)
    assert await drain(stream) == [Gap(2, "overflow"), at(4), Gap(4, "overflow")]
    assert stream.overflowed == 3


async def test_an_overflow_joins_the_gap_before_it() -> None:
    """A gap at the end of a full queue covers what follows it."""
    stream = Stream("m", [], limit=1)
    stream.put_gap(7, "reconnected", 1.0)
    stream.put(at(9), 1.0)
    assert await drain(stream) == [Gap(7, "reconnected")]
    assert stream.overflowed == 1


@pytest.mark.parametrize(
    ("result", "slot"),
    [
        (at(9), 9),
        (at(3), 5),
        ({"slot": 9}, 5),
        ("receivedSignature", 5),
        ({"context": {"slot": "9"}}, 5),
        (None, 5),
    ],
)
def test_the_newest_slot_is_remembered(result: object, slot: int) -> None:
    """A result without a slot, or with an older one, leaves it."""
    stream = Stream("m", [], limit=10)
    stream.put(at(5), 1.0)
    stream.put(result, 1.0)
    assert stream.last_slot == slot


async def test_the_end_comes_after_what_is_queued() -> None:
    """Nothing is added after the end."""
    stream = Stream("m", [], limit=10)
    stream.put("a", 1.0)
    stream.end()
    stream.put("b", 1.0)
    assert stream.ended
    assert [item async for item in stream] == ["a"]


async def test_a_refused_renewal_is_raised_after_what_is_queued() -> None:
    """Whoever owns the stream decides what to do."""
    stream = Stream("m", [], limit=10)
    stream.put("a", 1.0)
    stream.end(RpcError("no", rpc_code=-1))
    assert await anext(stream) == "a"
    with pytest.raises(UnavailableError, match="no"):
        await anext(stream)


async def test_closing_ends_a_waiting_consumer_and_tells_the_owner() -> None:
    """The queue is dropped; closing twice is harmless."""
    closed: list[Stream] = []
    stream = Stream("m", [], limit=10, on_close=closed.append)
    task = asyncio.create_task(anext(stream, "ended"))
    await settle()
    await stream.aclose()
    assert await task == "ended"
    stream.put("late", 1.0)
    await stream.aclose()
    assert len(stream) == 0
    assert closed == [stream, stream]


def test_a_stream_that_nobody_watches_may_close() -> None:
    """Without an owner nothing is told."""
    asyncio.run(Stream("m", [], limit=1).aclose())


@pytest.mark.parametrize(
    ("needles", "found"),
    [((b"bc",), True), ((b"x",), False), ((b"x", b"cd"), True), ((b"x", b"y"), False), ((), False)],
)
def test_a_prefilter_keeps_frames_with_a_needle(needles: tuple[bytes, ...], found: bool) -> None:
    """One of several is enough; none keeps nothing."""
    assert contains_any(*needles)(b"abcd") is found
