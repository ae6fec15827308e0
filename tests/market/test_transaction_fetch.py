"""Fetching a transaction that a node may not show yet."""

from __future__ import annotations

import asyncio

import pytest

from sniperforge.chain.retries import NO_RETRY
from sniperforge.chain.rpc import RpcClient
from sniperforge.errors import UnavailableError
from sniperforge.market.transaction_fetch import FetchPace, TransactionFetch
from sniperforge.testing.clock import FakeClock, settle
from sniperforge.testing.pubsub import FakePubSub
from sniperforge.testing.rpc import FakeRpc

FOUND = {"slot": 1}
OUTAGE = UnavailableError("down")
PACE = FetchPace(patience=10.0, first_pause=1.0, last_pause=3.0)


class Scene:
    """A node, its PubSub, and a fetch."""

    def __init__(self, *, autojump: bool = True) -> None:
        self.clock = FakeClock(autojump=autojump)
        self.node = FakeRpc({"getTransaction": None})
        self.pubsub = FakePubSub(self.clock)
        client = RpcClient(self.node, self.clock, retry=NO_RETRY)
        self.fetch = TransactionFetch(client, self.pubsub, self.clock, "confirmed", PACE)

    @property
    def asked(self) -> int:
        return self.node.count("getTransaction")


async def test_what_is_shown_at_once_is_one_request() -> None:
    """No subscription, no pause."""
    scene = Scene()
    scene.node.answer("getTransaction", FOUND)
    assert await scene.fetch.fetch("Sig") == FOUND
    assert (scene.asked, scene.pubsub.subscribed, scene.clock.monotonic()) == (1, [], 0.0)


async def test_the_node_says_when_to_ask_again() -> None:
    """Long before the next interval; the subscription is closed afterwards."""
    scene = Scene(autojump=False)
    task = asyncio.create_task(scene.fetch.fetch("Sig"))
    await settle()
    assert scene.asked == 1
    scene.node.answer("getTransaction", FOUND)
    scene.pubsub.push("signatureSubscribe", {"context": {"slot": 1}, "value": {"err": None}})
    assert await task == FOUND
    assert (scene.asked, scene.clock.monotonic(), scene.pubsub.streams) == (2, 0.0, [])
    assert scene.pubsub.subscribed == [("signatureSubscribe", ["Sig", {"commitment": "confirmed"}])]


async def test_once_told_it_asks_quickly_again() -> None:
    """The node's store may be a moment behind its own word: intervals begin small again."""
    scene = Scene(autojump=False)
    task = asyncio.create_task(scene.fetch.fetch("Sig"))
    await settle()
    await scene.clock.advance(2.0)
    assert scene.asked == 2
    scene.pubsub.push("signatureSubscribe", {"v": 1})
    await settle()
    assert scene.asked == 3
    scene.node.answer("getTransaction", FOUND)
    await scene.clock.advance(1.0)
    assert await task == FOUND


async def test_intervals_do_without_the_nodes_word() -> None:
    """1, 1.5, 2.25, 3 seconds; outages are passed over and remembered."""
    scene = Scene()
    scene.pubsub.refusals["signatureSubscribe"] = [OUTAGE]
    scene.node.answer("getTransaction", None, OUTAGE, None, None, FOUND)
    assert await scene.fetch.fetch("Sig") == FOUND
    assert scene.clock.monotonic() == pytest.approx(1 + 1.5 + 2.25 + 3)
    assert scene.fetch.last_error == "down"


async def test_patience_ends() -> None:
    """Nothing is waited for beyond it."""
    scene = Scene()
    assert await scene.fetch.fetch("Sig") is None
    assert scene.clock.monotonic() <= 10.0
    assert scene.pubsub.streams == []
