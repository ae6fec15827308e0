"""The API over a socket."""

from __future__ import annotations

import aiohttp
import pytest

from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.errors import UnavailableError
from sniperforge.localnet.block_engine.api import PREFIX, BlockEngine
from sniperforge.localnet.faults.switch import Faults
from sniperforge.localnet.jupiter_api.listener import Listener
from tests.localnet.jupiter_api.bench import Bench


async def test_it_serves_on_its_own_port() -> None:
    """GET, POST, CORS; a taken port is named; afterwards nothing listens."""
    bench = Bench()
    listener = Listener(bench.api)
    await listener.start()
    url = f"http://127.0.0.1:{listener.port}"
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{url}/price/v3", params={"ids": WSOL_MINT}) as reply:
            assert (reply.status, reply.headers["x-ratelimit-remaining"]) == (200, "4")
            assert reply.content_type == "application/json"
            assert WSOL_MINT in await reply.json()
        async with http.post(f"{url}/swap/v2/execute", json={}) as reply:
            assert (reply.status, (await reply.json())["code"]) == (400, -4)
        async with http.options(url) as reply:
            assert (reply.status, reply.headers["Access-Control-Allow-Origin"]) == (204, "*")
    with pytest.raises(UnavailableError, match=f"port {listener.port} is taken"):
        await Listener(bench.api).start(listener.port)
    await listener.stop()
    await listener.stop()


async def test_others_answer_below_their_prefix() -> None:
    """The longest way to nowhere is still this API's."""
    bench = Bench()
    engine = BlockEngine(bench.ledger, Faults(), timer=lambda: 0.0)
    listener = Listener(bench.api, {PREFIX: engine})
    await listener.start()
    async with aiohttp.ClientSession(f"http://127.0.0.1:{listener.port}") as http:
        async with http.post(f"{PREFIX}bundles", json={"id": 1, "method": "getTipAccounts"}) as reply:
            assert len((await reply.json())["result"]) == 8
        async with http.get("/api/v2/bundles") as reply:
            assert (reply.status, await reply.json()) == (404, {"code": 404, "message": "Route not found"})
    await listener.stop()
