"""A whole network in this process."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest

from sniperforge.errors import UnavailableError
from sniperforge.localnet.genesis import PAYER_LAMPORTS, Genesis
from sniperforge.localnet.ledger.pace import FAST, INSTANT
from sniperforge.localnet.network import LocalNetwork
from sniperforge.testing.rpc_contract import check_transport
from tests.localnet.kit import SEED, SOL, address


async def test_it_serves_while_it_runs() -> None:
    """Over sockets and without; slots pass; afterwards nothing listens."""
    async with LocalNetwork(profile=FAST) as network:
        stream = await network.pubsub().subscribe("slotSubscribe", [])
        request = {"jsonrpc": "2.0", "id": 1, "method": "getGenesisHash"}
        async with aiohttp.ClientSession() as http, http.post(network.rpc_url, json=request) as reply:
            assert (await reply.json())["result"] == network.genesis_hash
        async with asyncio.timeout(5):
            async for slot in stream:
                assert slot["slot"] > slot["parent"]
                break
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"{network.jupiter_url}/price/v3?ids=x") as reply,
        ):
            assert await reply.json() == {}
        port = int(network.ws_url.rsplit(":", 1)[1])
        await check_transport(network.transport())
    try:
        await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return
    raise AssertionError("the port is still open")


async def test_networks_differ_unless_seeded() -> None:
    """A fresh network has a fresh genesis hash; a seeded one its own again."""
    fresh = {LocalNetwork().genesis_hash for _ in range(3)}
    seeded = {LocalNetwork(Genesis(SEED)).genesis_hash for _ in range(3)}
    assert (len(fresh), len(seeded)) == (3, 1)


async def test_it_works_before_it_is_started() -> None:
    """Ledger, faucet and transport need no event loop."""
    network = LocalNetwork(profile=INSTANT)
    network.faucet.drip(address(2), SOL)
    balance = {"jsonrpc": "2.0", "id": 1, "method": "getBalance", "params": [address(2)]}
    body = await network.transport().post(json.dumps(balance).encode())
    assert json.loads(body)["result"]["value"] == SOL
    assert network.ledger.vm.balance(network.payer.pubkey()) == PAYER_LAMPORTS
    await network.stop()


async def test_a_taken_jupiter_port_leaves_nothing_open() -> None:
    """Neither the other ports nor the slots go on."""
    async with LocalNetwork(profile=FAST) as network:
        taken = int(network.jupiter_url.rsplit(":", 1)[1])
        other = LocalNetwork(profile=FAST, jupiter_port=taken)
        with pytest.raises(UnavailableError, match=f"port {taken} is taken"):
            await other.start()
        with pytest.raises(OSError, match="Connect"):
            await asyncio.open_connection("127.0.0.1", int(other.rpc_url.rsplit(":", 1)[1]))
