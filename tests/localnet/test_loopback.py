"""The network without sockets, as the ports see it."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from sniperforge.errors import UnavailableError
from sniperforge.localnet.loopback import LoopbackPubSub, LoopbackSubscription, LoopbackTransport
from sniperforge.testing.pubsub_contract import check_pubsub
from sniperforge.testing.rpc_contract import check_transport
from tests.localnet.kit import SOL, Bench, address


async def test_the_transport_keeps_its_contract() -> None:
    """Like every RpcTransport."""
    await check_transport(LoopbackTransport(Bench().dispatcher))


async def test_the_subscriptions_keep_their_contract() -> None:
    """Like every PubSub."""
    bench = Bench()

    async def notify() -> None:
        bench.ledger.advance()

    await check_pubsub(LoopbackPubSub(bench.hub), notify)


async def test_a_reader_waits_for_news() -> None:
    """It is woken when something happens."""
    bench = Bench()
    stream = await LoopbackPubSub(bench.hub).subscribe("logsSubscribe", ["all", {"commitment": "processed"}])

    async def first() -> object:
        async for result in stream:
            return result
        return None

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        reading = group.create_task(first())
        await asyncio.sleep(0)
        record = bench.pay(address(2), SOL)
    result = reading.result()
    assert isinstance(result, dict)
    assert result["value"]["signature"] == record.signature


async def test_a_reader_too_slow_is_told() -> None:
    """It ends with an error instead of a gap."""
    bench = Bench()
    stream = LoopbackSubscription(bench.hub, limit=500)
    stream.open("slotSubscribe", [])
    for _ in range(20):
        bench.ledger.advance()
    with pytest.raises(UnavailableError, match="too slow"):
        async for _ in stream:
            pass


async def test_a_refused_subscription_says_why() -> None:
    """In the network's words."""
    with pytest.raises(UnavailableError, match="accountSubscribe refused: Invalid param"):
        await LoopbackPubSub(Bench().hub).subscribe("accountSubscribe", ["x"])


async def test_the_transport_answers_bytes() -> None:
    """What the dispatcher answers."""
    body = await LoopbackTransport(Bench().dispatcher).post(b"{")
    assert msgspec.json.decode(body)["error"]["code"] == -32700
