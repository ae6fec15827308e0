"""Several sources of one feed: each event is told once, whichever of them saw it first."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sniperforge.chain.retries import NO_RETRY
from sniperforge.chain.rpc import RpcClient
from sniperforge.errors import UnavailableError
from sniperforge.market.feed_sources import SOURCES, FeedLine
from sniperforge.market.pool_feed import FeedLimits, PoolFeed
from sniperforge.testing.clock import FakeClock, settle
from sniperforge.testing.pubsub import FakePubSub
from sniperforge.testing.rpc import FakeRpc
from tests.market.test_pool_feed import PROGRAM, landed, notice, running, signature

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sniperforge.domain.events import NewPool

NAMES = ("logsSubscribe", "blockSubscribe", "programSubscribe")
CREATIONS = 3


class Race:
    """A feed of several sources, each on a node's side of its own."""

    def __init__(self, names: Sequence[str] = NAMES, limits: FeedLimits | None = None) -> None:
        self.clock = FakeClock(autojump=True)
        self.known: dict[str, Any] = {}
        self.histories: dict[str, list[dict[str, Any]]] = {}
        self.node = FakeRpc(
            {
                "getTransaction": lambda params: self.known.get(params[0]),
                "getSignaturesForAddress": lambda params: self.histories.get(params[0], []),
            }
        )
        self.sides = {name: FakePubSub(self.clock) for name in names}
        client = RpcClient(self.node, self.clock, retry=NO_RETRY)
        self.feed = PoolFeed(
            [PROGRAM],
            history=client,
            pubsub=self.sides[names[0]],
            clock=self.clock,
            limits=limits,
            lines=[FeedLine(SOURCES[name], side) for name, side in self.sides.items()],
        )

    def land(self, number: int) -> None:
        self.known[signature(number)] = landed(number)
        self.histories[f"account {number}"] = [entry(number)]

    def tell(self, name: str, number: int) -> None:
        """The source's notification of a creation."""
        self.sides[name].push(name, self.told(name, number))

    @staticmethod
    def told(name: str, number: int) -> dict[str, Any]:
        if name == "logsSubscribe":
            return notice(number)
        if name == "programSubscribe":
            return {"context": {"slot": 500}, "value": {"pubkey": f"account {number}"}}
        block = {"blockTime": 9, "transactions": [landed(number)]}
        return {"context": {"slot": 500}, "value": {"slot": 500, "block": block, "err": None}}

    async def all_told(self) -> list[NewPool]:
        await settle()
        waiting = self.feed.health().waiting
        return [await anext(self.feed) for _ in range(waiting)]

    def asked(self, method: str) -> int:
        return sum(call.method == method for call in self.node.calls)


def entry(number: int, *, slot: int = 500, err: Any = None) -> dict[str, Any]:
    """A line of ``getSignaturesForAddress``."""
    return {"signature": signature(number), "slot": slot, "err": err, "blockTime": 9, "memo": None}


TOLD = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, CREATIONS - 1), st.booleans()), max_size=20)


@settings(max_examples=60, deadline=None)
@given(TOLD)
def test_any_interleaving_tells_each_event_once(told: list[tuple[str, int, bool]]) -> None:
    """Doubled, reordered, one source ahead of another by any distance: one event for each creation told."""

    async def scenario() -> None:
        race = Race()
        for number in range(CREATIONS):
            race.land(number)
        async with running(race):  # type: ignore[arg-type]
            for name, number, wait in told:
                race.tell(name, number)
                if wait:
                    await settle()
            pools = [pool.event.signature for pool in await race.all_told()]
        assert sorted(pools) == sorted({signature(number) for _, number, _ in told})
        assert race.feed.health().counts.lost == 0

    asyncio.run(scenario())


async def test_a_block_needs_no_further_request() -> None:
    """All of the transaction is in it; logs that come later ask for nothing either."""
    race = Race()
    async with running(race):  # type: ignore[arg-type]
        race.tell("blockSubscribe", 1)
        (pool,) = await race.all_told()
        race.tell("logsSubscribe", 1)
        assert await race.all_told() == []
    assert (pool.transaction.slot, pool.transaction.block_time) == (500, 9)
    assert race.node.calls == []
    counts = race.feed.health().counts
    assert (counts.created, counts.duplicates) == (1, 1)


async def test_a_block_overtakes_a_fetch() -> None:
    """Logs announced what no node shows yet; the block tells it, and the fetch that finds nothing is no loss."""
    race = Race()
    async with running(race):  # type: ignore[arg-type]
        race.tell("logsSubscribe", 1)
        await settle()
        race.tell("blockSubscribe", 1)
        assert len(await race.all_told()) == 1
        await race.clock.sleep(60)
        assert await race.all_told() == []
    assert race.feed.health().counts.lost == 0


async def test_a_damaged_block_is_fetched() -> None:
    """One node's damage is not the end of a creation that another can show."""
    race = Race()
    race.land(1)
    async with running(race):  # type: ignore[arg-type]
        item = race.told("blockSubscribe", 1)
        item["value"]["block"]["transactions"][0]["meta"]["preBalances"] = "none"
        race.sides["blockSubscribe"].push("blockSubscribe", item)
        assert len(await race.all_told()) == 1
    counts = race.feed.health().counts
    assert (counts.unrecognised, counts.created) == (1, 1)


async def test_an_account_that_was_there_before_is_no_news() -> None:
    """A long history, one that began long ago, and one of failures only; none is asked for twice."""
    race = Race(limits=FeedLimits(young=2))
    race.land(1)
    race.histories = {
        "account 1": [entry(1), entry(1)],
        "account 2": [entry(2, slot=300)],
        "account 3": [entry(3, err={"X": 1})],
    }
    async with running(race):  # type: ignore[arg-type]
        for number in (1, 2, 3, 1, 2, 3):
            race.tell("programSubscribe", number)
        assert await race.all_told() == []
    assert (race.asked("getSignaturesForAddress"), race.asked("getTransaction")) == (3, 0)
    assert race.feed.health().counts.unrelated == 6


async def test_an_account_that_history_does_not_know_yet_is_asked_for_again() -> None:
    """With its next notification; an outage is no different."""
    race = Race()
    async with running(race):  # type: ignore[arg-type]
        race.tell("programSubscribe", 1)
        assert await race.all_told() == []
        race.node.answer("getSignaturesForAddress", UnavailableError("down"))
        race.tell("programSubscribe", 1)
        assert await race.all_told() == []
        race.node.answer("getSignaturesForAddress", [entry(1)])
        race.land(1)
        race.tell("programSubscribe", 1)
        assert len(await race.all_told()) == 1


async def test_the_sources_are_measured() -> None:
    """Who was first, by how much, who is down and why, who missed what."""
    race = Race()
    for number in (1, 2):
        race.land(number)
    race.sides["programSubscribe"].refusals["programSubscribe"] = [UnavailableError("not here")] * 99
    async with running(race):  # type: ignore[arg-type]
        race.tell("blockSubscribe", 1)
        await race.clock.sleep(0.5)
        race.tell("logsSubscribe", 1)
        race.tell("logsSubscribe", 2)
        race.sides["logsSubscribe"].gap()
        assert len(await race.all_told()) == 2
        logs, blocks, accounts = race.feed.health().sources
    assert (logs.standing.seen, logs.standing.first, logs.standing.lag) == (2, 1, pytest.approx(0.5))
    assert (blocks.standing.first, blocks.standing.missed, blocks.standing.lag) == (1, 1, None)
    assert (accounts.subscribed, accounts.wanted, accounts.last_error) == (0, 1, "not here")
    assert (logs.gaps, blocks.gaps, accounts.standing.missed) == (1, 0, 2)
    health = race.feed.health()
    assert (health.wanted, health.counts.created) == (3, 2)


async def test_a_closed_feed_leaves_no_work_behind() -> None:
    """Work that waits for room when the feed ends is dropped."""
    race = Race(("programSubscribe",), limits=FeedLimits(concurrency=1))
    held = asyncio.Event()

    async def never(_params: Any) -> Any:
        await held.wait()

    race.node.answer("getSignaturesForAddress", never)
    async with running(race):  # type: ignore[arg-type]
        for number in (1, 2, 3):
            race.tell("programSubscribe", number)
        await settle()
    assert race.asked("getSignaturesForAddress") == 1
