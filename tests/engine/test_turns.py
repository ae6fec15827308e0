"""Turns: in order, each with some passes of the loop for what it began; nobody waits for one who gave up."""

from __future__ import annotations

import asyncio
import itertools

from sniperforge.engine.turns import PASSES, Turns


async def begins(trace: list[str], name: str) -> None:
    """What a taker starts needs several passes to get out of the house."""
    for number in range(PASSES):
        trace.append(f"{name}{number}")
        await asyncio.sleep(0)


async def test_what_one_began_is_on_its_way_before_the_next_begins() -> None:
    """Ten that come in the same pass: the bytes of each leave before the next one's turn."""
    turns, trace = Turns(), list[str]()

    async def taker(name: str) -> None:
        await turns.take()
        trace.append(name)
        await asyncio.create_task(begins(trace, name))

    async with asyncio.TaskGroup() as group:
        for name in "abcdefghij":
            group.create_task(taker(name))
    names = [each for each in trace if len(each) == 1]
    assert names == list("abcdefghij")
    for name, following in itertools.pairwise(names):
        assert trace.index(f"{name}0") < trace.index(following)


async def test_alone_nobody_waits() -> None:
    """The first turn, and one long after the last, are taken without a pass of the loop."""
    turns = Turns()
    for _ in range(2):
        taking = turns.take()
        try:
            taking.send(None)
        except StopIteration:
            pass
        else:
            raise AssertionError("it waited")
        for _ in range(PASSES + 1):
            await asyncio.sleep(0)


async def test_one_who_gives_up_holds_nobody_back() -> None:
    """A cancelled taker's turn passes on."""
    turns = Turns()
    await turns.take()
    given_up, next_one = asyncio.create_task(turns.take()), asyncio.create_task(turns.take())
    await asyncio.sleep(0)
    given_up.cancel()
    async with asyncio.timeout(5):
        await next_one
    assert given_up.cancelled()
