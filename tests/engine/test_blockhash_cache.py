"""A blockhash at hand: fresh, refused once it is old, over outages."""

from __future__ import annotations

import asyncio

import pytest

from sniperforge.chain.retries import NO_RETRY
from sniperforge.chain.rpc import RpcClient
from sniperforge.engine.blockhash_cache import (
    LIFE_BLOCKS,
    MAX_AGE_SECONDS,
    PACE_SECONDS,
    REFRESH_SECONDS,
    BlockhashCache,
)
from sniperforge.errors import UnavailableError
from sniperforge.testing.clock import FakeClock, settle
from sniperforge.testing.rpc import FakeRpc


def answer(name: str, height: int) -> dict[str, object]:
    """``getLatestBlockhash``."""
    return {"context": {"slot": 1}, "value": {"blockhash": name, "lastValidBlockHeight": height}}


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
