"""A blockhash at hand: fresh, refused once it is old, over outages."""

from __future__ import annotations

import asyncio

import pytest

from sniperforge.chain.retries import NO_RETRY
from sniperforge.chain.rpc import RpcClient
from sniperforge.chain.slot_watch import MAX_AHEAD_SLOTS
from sniperforge.engine.blockhash_cache import (
    LIFE_BLOCKS,
    MAX_AGE_SECONDS,
    MAX_AGE_SLOTS,
    PACE_SECONDS,
    REFRESH_SECONDS,
    REFRESH_SLOTS,
    RETRY_SECONDS,
    BlockhashCache,
)
from sniperforge.errors import UnavailableError
from sniperforge.testing.clock import FakeClock, settle
from sniperforge.testing.pubsub import FakePubSub
from sniperforge.testing.rpc import FakeRpc


def answer(name: str, height: int, slot: int = 1) -> dict[str, object]:
    """``getLatestBlockhash``."""
    return {"context": {"slot": slot}, "value": {"blockhash": name, "lastValidBlockHeight": height}}


def cache(node: FakeRpc, clock: FakeClock) -> BlockhashCache:
    """On a fake node."""
    return BlockhashCache(RpcClient(node, clock, retry=NO_RETRY), clock)


async def test_there_is_none_before_the_first() -> None:
    """Nothing can be signed then."""
    with pytest.raises(UnavailableError, match="no recent blockhash"):
        cache(FakeRpc(), FakeClock()).latest()


async def test_it_is_refused_once_it_is_old() -> None:
    """A third of its life is kept for landing."""
    clock, node = FakeClock(), FakeRpc({"getLatestBlockhash": answer("A", 150)})
    hashes = cache(node, clock)
    await clock.advance(100)
    await hashes.refresh()
    assert hashes.latest() == ("A", 150)
    assert node.params("getLatestBlockhash") == [[{"commitment": "confirmed"}]]
    await clock.advance(MAX_AGE_SECONDS)
    assert hashes.latest() == ("A", 150)
    await clock.advance(0.1)
    with pytest.raises(UnavailableError):
        hashes.latest()


async def test_it_is_kept_fresh_over_an_outage() -> None:
    """The cached one serves meanwhile; the next answer replaces it."""
    clock, node = FakeClock(), FakeRpc()
    node.answer("getLatestBlockhash", answer("A", 1), UnavailableError("down"), answer("B", 2))
    # one block in 0.4 s, as on mainnet
    hashes = cache(node, clock)
    running = asyncio.create_task(hashes.run())
    await settle()
    assert hashes.latest() == ("A", 1)
    await clock.advance(PACE_SECONDS)
    assert hashes.latest() == ("A", 1)
    await clock.advance(PACE_SECONDS)
    assert hashes.latest() == ("B", 2)
    count = node.count("getLatestBlockhash")
    await clock.advance(REFRESH_SECONDS - 0.1)
    assert node.count("getLatestBlockhash") == count, "the pace is known now, and slow"
    await clock.advance(0.1)
    assert node.count("getLatestBlockhash") == count + 1
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


@pytest.mark.parametrize(
    ("blocks", "age"), [(100, 1.0), (5, 20.0), (1, 20.0), (0, 20.0), (LIFE_BLOCKS, 2 / 3)]
)
async def test_a_third_of_its_life_at_the_chains_pace(blocks: int, age: float) -> None:
    """Where blocks come every 20 ms a hash lives for 3 s: after one it is too old to sign with."""
    clock, node = FakeClock(), FakeRpc()
    node.answer("getLatestBlockhash", answer("A", 1_000), answer("B", 1_000 + blocks))
    hashes = cache(node, clock)
    await hashes.refresh()
    await clock.advance(2)
    await hashes.refresh()
    await clock.advance(age)
    assert hashes.latest()[0] == "B"
    await clock.advance(0.01)
    with pytest.raises(UnavailableError):
        hashes.latest()


async def test_a_fast_chain_is_asked_oftener() -> None:
    """So that there is always one that is fresh enough."""
    clock, node = FakeClock(), FakeRpc()

    async def newest(_params: object) -> object:
        return answer("A", int(clock.monotonic() / 0.02))

    node.answer("getLatestBlockhash", newest)
    hashes = cache(node, clock)
    running = asyncio.create_task(hashes.run())
    await clock.advance(2 * REFRESH_SECONDS)
    for _ in range(100):
        await clock.advance(0.1)
        assert hashes.latest()[0] == "A"
    running.cancel()
    await asyncio.wait([running])


async def test_time_that_passes_while_an_answer_is_waited_for_is_age() -> None:
    """A process that is stopped meanwhile does not take an old hash for a new one."""
    clock, node = FakeClock(), FakeRpc()

    async def late(_params: object) -> object:
        await clock.advance(MAX_AGE_SECONDS + 1)
        return answer("A", 1)

    node.answer("getLatestBlockhash", late)
    hashes = cache(node, clock)
    await hashes.refresh()
    with pytest.raises(UnavailableError):
        hashes.latest()


class Notified:
    """A cache that hears of slots, on a chain at mainnet's pace."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.pubsub = FakePubSub(self.clock)
        self.node = FakeRpc({"getLatestBlockhash": self.newest})
        self.hashes = BlockhashCache(
            RpcClient(self.node, self.clock, retry=NO_RETRY), self.clock, self.pubsub
        )

    async def newest(self, _params: object) -> object:
        """Of this moment."""
        slot = int(self.clock.monotonic() / 0.4)
        return answer(f"of {slot}", slot, slot)

    def slot(self, number: int) -> None:
        """Tell of a slot."""
        self.pubsub.push("slotSubscribe", {"slot": number, "parent": number - 1, "root": number - 32})

    @property
    def asked(self) -> int:
        """How often."""
        return self.node.count("getLatestBlockhash")


async def test_slots_ask_for_the_next_one() -> None:
    """Every few of them; time alone asks half as often meanwhile, and as often as ever without them."""
    scene = Notified()
    running = asyncio.create_task(scene.hashes.run())
    await scene.clock.advance(4 * REFRESH_SECONDS)
    scene.slot(100)
    await scene.clock.advance(PACE_SECONDS)
    before = scene.asked
    for number in range(101, 100 + REFRESH_SLOTS):
        scene.slot(number)
    await scene.clock.advance(PACE_SECONDS)
    assert scene.asked == before
    scene.pubsub.gap()
    scene.slot(100 + REFRESH_SLOTS)
    await scene.clock.advance(PACE_SECONDS)
    assert scene.asked == before + 1, "at once"
    await scene.clock.advance(REFRESH_SECONDS)
    assert scene.asked == before + 1, "slots were heard"
    await scene.clock.advance(4 * REFRESH_SECONDS)
    assert scene.asked >= before + 4, "none come any more"
    running.cancel()
    await asyncio.wait([running])
    assert scene.pubsub.streams == []


async def test_a_subscription_that_fails_is_tried_again() -> None:
    """Looks by time go on meanwhile."""
    scene = Notified()
    scene.pubsub.refusals["slotSubscribe"] = [UnavailableError("down")]
    running = asyncio.create_task(scene.hashes.run())
    await settle()
    assert scene.hashes.latest()
    assert scene.pubsub.streams == []
    await scene.clock.advance(RETRY_SECONDS)
    assert len(scene.pubsub.of("slotSubscribe")) == 1
    scene.pubsub.end("slotSubscribe", UnavailableError("cut"))
    await settle()
    await scene.clock.advance(RETRY_SECONDS)
    assert len(scene.pubsub.of("slotSubscribe")) == 1
    running.cancel()
    await asyncio.wait([running])


async def test_a_hash_of_a_node_that_lags_is_not_signed_with() -> None:
    """It is new to us and old to the chain; a slot that nobody can believe in changes nothing."""
    scene = Notified()
    scene.node.answer("getLatestBlockhash", answer("A", 1_000, 1_000))
    running = asyncio.create_task(scene.hashes.run())
    await settle()
    for slot, good in (
        (1_000 + MAX_AGE_SLOTS, True),
        (1_000 + MAX_AGE_SLOTS + 1, False),
        (1_000 + MAX_AHEAD_SLOTS, False),
        (1_000 + MAX_AHEAD_SLOTS + 1, True),
    ):
        scene.slot(slot)
        await settle()
        if good:
            assert scene.hashes.latest() == ("A", 1_000)
        else:
            with pytest.raises(UnavailableError, match="slots old"):
                scene.hashes.latest()
    running.cancel()
    await asyncio.wait([running])
