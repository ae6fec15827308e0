"""A recording played again: the same events each time, whatever the speed."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from sniperforge.errors import DecodeError
from sniperforge.market.feed_recording import FeedHead
from sniperforge.market.feed_replay import Replay
from sniperforge.market.pool_feed import PoolFeed
from tests.market.test_pool_feed import PROGRAM, landed, notice, signature

if TYPE_CHECKING:
    from collections.abc import Sequence

LOGS, BLOCKS = "logsSubscribe", "blockSubscribe"
HEAD = FeedHead("local-x", (PROGRAM,), (LOGS,), "confirmed", 1_700_000_000.0)
PARAMS = [{"mentions": [PROGRAM]}, {"commitment": "confirmed"}]
SUBSCRIBED = {"stream": 1, "line": 0, "method": LOGS, "params": PARAMS}


def item(number: int, at: float, on: int = 1) -> dict[str, Any]:
    """A notification of a creation."""
    return {"on": on, "at": at, "item": notice(number)}


def answer(number: int) -> dict[str, Any]:
    """The transaction that a node showed."""
    return {"transaction": signature(number), "answer": landed(number)}


async def played(
    documents: Sequence[dict[str, Any]], *, speed: float = 0, pauses: list[float] | None = None
) -> tuple[list[tuple[str, float, bool]], PoolFeed]:
    """Signature, time of receipt and whether it came late, of each event; and the feed at the end."""

    async def pause(seconds: float) -> None:
        if pauses is not None:
            pauses.append(seconds)

    replay = Replay(HEAD, json.loads(json.dumps(documents)))
    pubsub = replay.lines[0].pubsub
    feed = PoolFeed(
        HEAD.programs, history=replay.history, pubsub=pubsub, clock=replay.clock, lines=replay.lines
    )
    async with asyncio.TaskGroup() as group:
        running = group.create_task(feed.run())
        await replay.play(speed, pause)
        running.cancel()
    return [(pool.event.signature, pool.received_at, pool.filled) async for pool in feed], feed


async def test_the_events_are_those_of_then() -> None:
    """In order, with the times of then; a transaction that no node showed is lost again."""
    told, feed = await played([SUBSCRIBED, item(1, 0.5), answer(1), item(2, 1.0), item(3, 2.0), answer(3)])
    assert told == [(signature(1), 0.5, False), (signature(3), 2.0, False)]
    assert feed.health().counts.lost == 1


async def test_speed_changes_pauses_and_nothing_else() -> None:
    """Twice as fast waits half as long; 0 does not wait."""
    documents = [SUBSCRIBED, item(1, 1.0), answer(1), item(2, 4.0), answer(2)]
    pauses: list[float] = []
    slow, _ = await played(documents, speed=2, pauses=pauses)
    assert pauses == [0.5, 1.5]
    fast, _ = await played(documents, pauses=pauses)
    assert (fast, len(pauses)) == (slow, 2)


async def test_gaps_are_filled_as_they_were() -> None:
    """A gap of the stream, and a subscription that was renewed; pages come in the order of then."""
    page = [[signature(2), 501, None]]
    documents = [
        SUBSCRIBED,
        item(1, 0.1),
        answer(1),
        {"on": 1, "at": 0.2, "gap": [400, "reconnected"]},
        {"signatures": PROGRAM, "answer": page},
        answer(2),
        SUBSCRIBED | {"stream": 2},
        {"signatures": PROGRAM, "answer": [[signature(3), 502, None]]},
        answer(3),
        item(4, 0.9, on=2),
        answer(4),
    ]
    told, feed = await played(documents)
    assert [(name, filled) for name, _, filled in told] == [
        (signature(1), False),
        (signature(2), True),
        (signature(3), True),
        (signature(4), False),
    ]
    assert feed.health().counts.gaps == 2


async def test_a_subscription_that_never_stood() -> None:
    """It does not stand now either; the feed goes on without."""
    told, feed = await played([])
    assert told == []
    assert feed.health().subscribed == 0
    assert feed.health().last_error == f"the recording has no such {LOGS}"


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"on": 9, "at": 0, "item": {}},
        {"on": 1, "at": "then", "item": {}},
        {"on": 1, "at": 0, "gap": []},
        {"stream": 2, "line": 7, "method": LOGS, "params": []},
        {"transaction": "s", "answer": 5},
        {"signatures": "a", "answer": [[1]]},
    ],
    ids=str,
)
def test_a_damaged_line(document: dict[str, Any]) -> None:
    """It is refused before anything is played."""
    with pytest.raises(DecodeError, match="the recording is damaged"):
        Replay(HEAD, [SUBSCRIBED, document])


def test_a_source_that_is_not_known() -> None:
    """A recording of a later version may have one."""
    with pytest.raises(DecodeError):
        Replay(FeedHead("c", (), ("moonSubscribe",), "confirmed", 0.0), [])
