"""One endpoint of a network."""

from __future__ import annotations

import aiohttp
import msgspec

from sniperforge.localnet.endpoint import Endpoint
from sniperforge.testing.rpc_contract import check_transport
from tests.localnet.kit import Bench

SLOT = {"jsonrpc": "2.0", "id": 1, "method": "getSlot"}


async def test_it_serves_with_and_without_sockets() -> None:
    """JSON-RPC and PubSub both ways; stopping twice is fine."""
    bench = Bench()
    endpoint = Endpoint(bench.node)
    assert endpoint.faults is bench.node.faults
    await endpoint.start()
    async with aiohttp.ClientSession() as http:
        async with http.post(endpoint.rpc_url, json=SLOT) as reply:
            served = (await reply.json())["result"]
        async with http.ws_connect(endpoint.ws_url) as ws:
            await ws.send_json({"jsonrpc": "2.0", "id": 1, "method": "slotSubscribe"})
            assert "result" in await ws.receive_json(timeout=5)
            assert len(endpoint.hub) == 1
    transport = endpoint.transport()
    assert msgspec.json.decode(await transport.post(msgspec.json.encode(SLOT)))["result"] == served
    await check_transport(endpoint.transport())
    stream = await endpoint.pubsub().subscribe("slotSubscribe", [])
    await stream.aclose()
    await endpoint.stop()
    await endpoint.stop()
