"""The contract of a PubSub: the fake keeps it, and broken ones are found out."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import pytest

from sniperforge.chain.subscription import Stream
from sniperforge.errors import RpcError
from sniperforge.testing.clock import FakeClock
from sniperforge.testing.pubsub import FakePubSub
from sniperforge.testing.pubsub_contract import check_pubsub

REFUSED = RpcError("Method not found", rpc_code=-32601)


async def test_it_keeps_the_contract_of_a_pubsub() -> None:
    """The fake is held to what the real one is held to."""
    pubsub = FakePubSub(FakeClock())
    pubsub.refusals["bogusSubscribe"] = [REFUSED]
    slots = itertools.count(1)

    async def notify() -> None:
        pubsub.push("slotSubscribe", {"slot": next(slots)})

    await check_pubsub(pubsub, notify)
    assert pubsub.streams == []


async def test_the_contract_can_fail() -> None:
    """A node that repeats slots, yields after closing, or takes any method is found out."""

    class Deaf(Stream):
        async def aclose(self) -> None:
            self.end()

    class Yielding(FakePubSub):
        async def subscribe(self, method: str, params: Sequence[Any], **options: Any) -> Stream:
            stream = Deaf(method, params, limit=10)
            self.streams.append(stream)
            return stream

    pubsub = FakePubSub(FakeClock())
    slots = itertools.count(1)

    async def repeat() -> None:
        pubsub.push("slotSubscribe", {"slot": 1})

    async def count() -> None:
        pubsub.push("slotSubscribe", {"slot": next(slots)})

    with pytest.raises(AssertionError, match="slots came as"):
        await check_pubsub(pubsub, repeat)
    pubsub = FakePubSub(FakeClock())
    with pytest.raises(AssertionError, match="was accepted"):
        await check_pubsub(pubsub, count)
    pubsub = Yielding(FakeClock())
    with pytest.raises(AssertionError, match="still yields"):
        await check_pubsub(pubsub, count)
