"""A blockhash at hand: fresh, refused once it is old, over outages."""

from __future__ import annotations

import asyncio

import pytest

from sniperforge.chain.retries import NO_RETRY
from sniperforge.chain.rpc import RpcClient
from sniperforge.engine.blockhash_cache import MAX_AGE_SECONDS, REFRESH_SECONDS, BlockhashCache
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
    hashes = cache(node, clock)
    running = asyncio.create_task(hashes.run())
    await settle()
    assert hashes.latest() == ("A", 1)
    await clock.advance(REFRESH_SECONDS)
    assert hashes.latest() == ("A", 1)
    await clock.advance(REFRESH_SECONDS)
    assert hashes.latest() == ("B", 2)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
