"""Who lags, who lies, who came back."""

from __future__ import annotations

import asyncio

import pytest

from sniperforge.chain.rpc_endpoint import RpcEndpoint
from sniperforge.chain.slot_watch import LOOK_SECONDS, MAX_AHEAD_SLOTS, SlotWatch, look
from sniperforge.errors import UnavailableError
from sniperforge.testing.clock import FakeClock, settle
from sniperforge.testing.rpc import FakeRpc


class Chain:
    """Endpoints that each say their own slot, finality 32 behind."""

    def __init__(self, *slots: int) -> None:
        self.slots = list(slots)
        self.final_extra = [0 for _ in slots]
        self.clock = FakeClock()
        self.fakes = [FakeRpc({"getGenesisHash": "g", "getSlot": self._slot(n)}) for n in range(len(slots))]
        self.endpoints = [RpcEndpoint(fake, self.clock, name=f"http://{fake}") for fake in self.fakes]
        for endpoint in self.endpoints:
            endpoint.expect("g")

    def _slot(self, number: int) -> object:
        def answer(params: list[dict[str, str]]) -> int:
            slot = self.slots[number]
            return slot if params[0]["commitment"] == "processed" else slot - 32 + self.final_extra[number]

        return answer

    async def look(self, moved: int = 10) -> list[bool]:
        """One round, ``moved`` slots later; who is trusted after it."""
        self.slots = [slot + moved for slot in self.slots]
        await look(self.endpoints)
        return [not endpoint.distrust for endpoint in self.endpoints]


@pytest.mark.parametrize(
    ("slots", "trusted"),
    [
        ((1_000, 1_000 + MAX_AHEAD_SLOTS), [True, True]),
        ((1_000, 1_001 + MAX_AHEAD_SLOTS), [True, False]),
        ((9_000, 1_000), [False, True]),
        ((9_000, 1_000, 1_003), [False, True, True]),
        ((9_000, 9_001, 1_000), [True, True, True]),
        ((1_000, 970), [True, True]),
        ((5_000,), [True]),
    ],
)
async def test_who_is_too_far_ahead_is_not_believed(slots: tuple[int, ...], trusted: list[bool]) -> None:
    """Of two the one ahead; of three the one that two others contradict. Lagging is no lie."""
    assert await Chain(*slots).look() == trusted


async def test_a_lie_about_finality_alone() -> None:
    """It is what death is proved with."""
    chain = Chain(1_000, 1_000)
    chain.final_extra[0] = 500
    assert await chain.look() == [False, True]
    assert chain.endpoints[0].distrust == "it says slot 1478, 500 ahead of what the others agree on"


async def test_who_comes_back_is_believed_again() -> None:
    """Once it is within the bounds."""
    chain = Chain(9_000, 1_000)
    assert await chain.look() == [False, True]
    chain.slots[0] = chain.slots[1]
    assert await chain.look() == [True, True]


async def test_a_node_that_stands_still_is_no_measure() -> None:
    """A stuck endpoint makes no liar of one that moves on."""
    chain = Chain(1_000, 1_000)
    await chain.look()
    stuck = chain.slots[1]
    for _ in range(3):
        chain.slots[1] = stuck - 400
        assert await chain.look(400) == [True, True]


async def test_outages_and_other_chains_are_no_measure_either() -> None:
    """Whoever does not answer keeps the verdict it had."""
    chain = Chain(9_000, 1_000)
    chain.fakes[1].answer("getSlot", UnavailableError("down"))
    assert await chain.look() == [True, True]
    chain.fakes[1].answer("getGenesisHash", "stranger")
    other = RpcEndpoint(chain.fakes[1], chain.clock, name="http://stranger")
    other.expect("g")
    await look([chain.endpoints[0], other])
    assert (chain.endpoints[0].distrust, other.wrong_chain) == ("", True)


async def test_the_watch_looks_on_until_its_block_ends() -> None:
    """Every few seconds; errors of the block come out as they are."""
    chain = Chain(9_000, 1_000)

    async def watching() -> None:
        async with SlotWatch(chain.endpoints, chain.clock):
            await settle()
            for _ in range(3):
                await chain.clock.advance(LOOK_SECONDS)
            assert chain.endpoints[0].distrust
            raise KeyError

    with pytest.raises(KeyError):
        await watching()
    assert chain.fakes[0].count("getSlot") == 6
    assert len(asyncio.all_tasks()) == 1


async def test_a_cancelled_block_is_cancelled() -> None:
    """The watch does not swallow it."""
    chain = Chain(1_000, 1_000)

    async def watching() -> None:
        async with SlotWatch(chain.endpoints, chain.clock):
            await chain.clock.sleep(60)

    task = asyncio.create_task(watching())
    await chain.clock.advance(1.0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
