"""Faults over HTTP and WebSocket, against real sockets."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from solana.rpc.async_api import AsyncClient
from solana.rpc.commitment import Processed
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

from sniperforge.chain.aiohttp_transport import AiohttpTransport
from sniperforge.chain.clock import SystemClock
from sniperforge.chain.http_transport import HttpTransport
from sniperforge.chain.rpc import RpcClient
from sniperforge.errors import UnavailableError
from sniperforge.localnet.faults.plan import FaultPlan
from sniperforge.localnet.faults.wire import RATE_LIMITED, TOO_MANY
from sniperforge.localnet.ledger.pace import FAST, INSTANT
from sniperforge.localnet.network import LocalNetwork
from sniperforge.localnet.service.client import call
from tests.localnet.kit import SOL, address

HEALTH = {"jsonrpc": "2.0", "id": "my id", "method": "getHealth"}
AIRDROP = {"jsonrpc": "2.0", "id": 1, "method": "requestAirdrop", "params": [address(2), SOL]}
JSON = {"Content-Type": "application/json"}
SLOTS = {"jsonrpc": "2.0", "id": 1, "method": "slotSubscribe"}


@pytest.fixture
async def network() -> AsyncIterator[LocalNetwork]:
    async with LocalNetwork(profile=INSTANT) as made:
        yield made


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def payload(request: dict[str, Any]) -> bytes:
    return json.dumps(request).encode()


async def test_a_rate_limit_answers_as_a_public_endpoint(
    network: LocalNetwork, http: aiohttp.ClientSession
) -> None:
    """429, Retry-After, JSON with the request's id; nothing was done."""
    network.faults.set(FaultPlan(rate_limit=1, retry_after=7))
    async with http.post(network.rpc_url, json=HEALTH) as reply:
        assert (reply.status, reply.headers["Retry-After"]) == (429, "7")
        assert reply.headers["Access-Control-Allow-Origin"] == "*"
        error = {"code": 429, "message": RATE_LIMITED}
        assert await reply.json() == {"jsonrpc": "2.0", "error": error, "id": "my id"}
    for body in (b"no json", b"[]"):
        async with http.post(network.rpc_url, data=body, headers=JSON) as reply:
            assert (await reply.json())["id"] is None
    await http.post(network.rpc_url, json=AIRDROP)
    assert network.ledger.account(address(2)) is None


async def test_a_real_rate_is_limited(http: aiohttp.ClientSession) -> None:
    """Each endpoint counts for itself, tells its limit, and refuses undone what comes on top."""
    async with LocalNetwork(profile=INSTANT, endpoints=2, faults=FaultPlan(rate_per_10s=5)) as network:
        told = []
        for body in (HEALTH, HEALTH, [HEALTH, HEALTH], HEALTH, AIRDROP):
            async with http.post(network.rpc_url, json=body) as reply:
                told.append((reply.status, reply.headers["x-ratelimit-rps-remaining"]))
        assert told == [(200, "4"), (200, "3"), (200, "1"), (200, "0"), (429, "-1")]
        assert network.ledger.account(address(2)) is None
        async with http.post(network.rpc_url, json=HEALTH) as reply:
            names = (
                "Retry-After",
                "x-ratelimit-tier",
                "x-ratelimit-rps-limit",
                "Access-Control-Allow-Origin",
            )
            assert [reply.headers[name] for name in names] == ["10", "free", "5", "*"]
            error = {"code": 429, "message": TOO_MANY}
            assert await reply.json() == {"jsonrpc": "2.0", "error": error, "id": "my id"}
        async with http.post(network.endpoints[1].rpc_url, json=HEALTH) as reply:
            assert (reply.status, reply.headers["x-ratelimit-rps-remaining"]) == (200, "4")
        assert await asyncio.to_thread(call, network.rpc_url, "getHealth") == "ok"
        network.faults.set(FaultPlan(drop=1))
        async with http.post(network.rpc_url, json=HEALTH) as reply:
            assert (reply.status, "x-ratelimit-tier" in reply.headers) == (200, False)


async def test_slots_pass_within_a_batch(http: aiohttp.ClientSession) -> None:
    """Under faults as without them: others are served before a long array is done."""
    async with LocalNetwork(profile=FAST, faults=FaultPlan(drop=1)) as network:
        many = [{"jsonrpc": "2.0", "id": n, "method": "getSlot"} for n in range(700)]
        slow = [{"jsonrpc": "2.0", "id": n, "method": "getSupply"} for n in range(900)]
        for batch in (slow, many):
            first = network.ledger.chain.tip.slot
            async with http.post(network.rpc_url, json=batch) as reply:
                assert len(await reply.json()) == len(batch)
            if network.ledger.chain.tip.slot > first:
                return
        raise AssertionError("no slot passed")


async def test_gateway_errors_may_hide_work_done(network: LocalNetwork, http: aiohttp.ClientSession) -> None:
    """Pages of HTML; with 502 and 504 the request was carried out, with 503 it was not."""
    network.faults.set(FaultPlan(server_error=1))
    done: dict[int, set[bool]] = {}
    for number in range(20):
        request = {**AIRDROP, "params": [address(100 + number), SOL]}
        async with http.post(network.rpc_url, json=request) as reply:
            assert reply.content_type == "text/html"
            assert f"<title>{reply.status} " in await reply.text()
            done.setdefault(reply.status, set()).add(network.ledger.account(address(100 + number)) is None)
    assert done == {502: {False}, 503: {True}, 504: {False}}


async def test_a_slow_reply_is_late_and_whole(network: LocalNetwork, http: aiohttp.ClientSession) -> None:
    """It takes as long as the dice say, and others are served meanwhile."""
    network.faults.set(FaultPlan(slow=1, slow_ms=60_000))
    late = asyncio.create_task(http.post(network.rpc_url, json=AIRDROP))
    async with asyncio.timeout(5):
        while network.ledger.account(address(2)) is None:  # noqa: ASYNC110 - the server's own view
            await asyncio.sleep(0.002)
    assert not late.done()
    late.cancel()
    network.faults.set(FaultPlan(slow=1, slow_ms=1))
    async with http.post(network.rpc_url, json=HEALTH) as reply:
        assert (await reply.json())["result"] == "ok"


async def test_a_truncated_reply_breaks_off(network: LocalNetwork, http: aiohttp.ClientSession) -> None:
    """The length is that of the whole, half of it comes, the line ends; the work is done."""
    network.faults.set(FaultPlan(truncate=1))
    async with http.post(network.rpc_url, json=AIRDROP) as reply:
        assert reply.status == 200
        with pytest.raises(aiohttp.ClientPayloadError):
            await reply.read()
    assert network.ledger.account(address(2)) is not None


@pytest.mark.parametrize("transport_class", [HttpTransport, AiohttpTransport])
@pytest.mark.parametrize(
    ("plan", "details"),
    [
        (FaultPlan(rate_limit=1, retry_after=3), {"http_status": 429, "retry_after": 3.0}),
        (FaultPlan(server_error=1), {"http_status": 503}),
        (FaultPlan(truncate=1), {}),
    ],
)
async def test_our_transports_call_all_of_it_unavailable(
    network: LocalNetwork, transport_class: Any, plan: FaultPlan, details: dict[str, Any]
) -> None:
    """With the status and the wait that the endpoint asked for."""
    network.faults.set(plan)
    transport = transport_class(network.rpc_url)
    seen = []
    for _ in range(6):
        with pytest.raises(UnavailableError) as caught:
            await transport.post(payload(HEALTH))
        seen.append({name: value for name, value in caught.value.details.items() if name != "endpoint"})
    await transport.aclose()
    assert details in seen


async def test_the_networks_own_commands_get_through(network: LocalNetwork) -> None:
    """Faults can be cleared however bad they are."""
    network.faults.set(FaultPlan(rate_limit=1, truncate=1, server_error=1))
    told = await asyncio.to_thread(call, network.rpc_url, "sniperforge_clearFaults")
    assert told["active"] is False


async def test_a_client_that_retries_gets_there(network: LocalNetwork) -> None:
    """Our client reads a balance through limits, errors and broken replies."""
    network.faults.set(FaultPlan(rate_limit=0.2, retry_after=0, server_error=0.1, truncate=0.1, seed=8))
    transport = HttpTransport(network.rpc_url)
    client = RpcClient(transport, SystemClock())
    payer = str(network.payer.pubkey())
    assert [await client.balance(payer, "processed") for _ in range(5)] == [10**15] * 5
    await transport.aclose()


async def test_solana_py_sees_a_dropped_transfer_as_unknown() -> None:
    """Accepted, signature answered, never found; the next network of the seed does the same."""
    fates = []
    for _ in range(2):
        async with LocalNetwork(profile=FAST, faults=FaultPlan(drop=0.5, seed=3)) as network:
            fates.append(await fates_of(network, 12))
    assert fates[0] == fates[1]
    assert set(fates[0]) == {True, False}


async def fates_of(network: LocalNetwork, count: int) -> list[bool]:
    async with AsyncClient(network.rpc_url, commitment=Processed) as client:
        return [await sent_and_found(client, network, number) for number in range(count)]


async def sent_and_found(client: AsyncClient, network: LocalNetwork, number: int) -> bool:
    recent = (await client.get_latest_blockhash()).value.blockhash
    payer: Keypair = network.payer
    paid = TransferParams(from_pubkey=payer.pubkey(), to_pubkey=payer.pubkey(), lamports=1 + number)
    message = MessageV0.try_compile(payer.pubkey(), [transfer(paid)], [], recent)
    signed = VersionedTransaction(message, [payer])
    sent = await client.send_transaction(signed)
    assert sent.value == signed.signatures[0]
    return (await client.get_signature_statuses([sent.value])).value[0] is not None


# --- WebSocket ---


async def subscribed(http: aiohttp.ClientSession, network: LocalNetwork) -> aiohttp.ClientWebSocketResponse:
    ws = await http.ws_connect(network.ws_url)
    await ws.send_json(SLOTS)
    assert "result" in await ws.receive_json(timeout=5)
    return ws


async def slots_of(ws: aiohttp.ClientWebSocketResponse, count: int) -> list[int]:
    return [(await ws.receive_json(timeout=5))["params"]["result"]["slot"] for _ in range(count)]


async def test_a_websocket_is_cut_without_a_word(network: LocalNetwork, http: aiohttp.ClientSession) -> None:
    """No close frame; the next connection is served, and cut in its turn; without the fault it lives."""
    network.faults.set(FaultPlan(ws_cut_ms=50))
    for _ in range(2):
        ws = await subscribed(http, network)
        ended = await ws.receive(timeout=5)
        assert ended.type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}
        assert ws.close_code == 1006
    network.faults.set(FaultPlan(ws_cut_ms=200))
    ws = await subscribed(http, network)
    network.faults.clear()
    with pytest.raises(TimeoutError):
        await ws.receive(timeout=0.3)
    await ws.close()


async def test_a_running_websocket_is_cut_too(network: LocalNetwork, http: aiohttp.ClientSession) -> None:
    """Faults that are set reach connections that were there before."""
    ws = await subscribed(http, network)
    network.faults.set(FaultPlan(ws_cut_ms=1))
    await ws.receive(timeout=5)
    assert ws.closed


async def test_a_websocket_falls_silent_and_stays_open(
    network: LocalNetwork, http: aiohttp.ClientSession
) -> None:
    """No notification, no reply; pings are still answered; the end of faults ends the silence."""
    ws = await subscribed(http, network)
    network.faults.set(FaultPlan(ws_silence=1, ws_silence_ms=0))
    await asyncio.sleep(0.01)
    network.ledger.advance()
    await ws.send_json(SLOTS)
    with pytest.raises(TimeoutError):
        await ws.receive(timeout=0.2)
    assert not ws.closed
    network.faults.clear()
    block = network.ledger.advance()
    assert await slots_of(ws, 1) == [block.slot]
    await ws.close()


async def test_notifications_are_missed_and_doubled(
    network: LocalNetwork, http: aiohttp.ClientSession
) -> None:
    """Replies are not; the same seed loses the same ones."""
    ws = await subscribed(http, network)
    seen = []
    for _ in range(2):
        network.faults.set(FaultPlan(ws_miss=0.3, ws_double=0.3, seed=6))
        first = network.ledger.chain.tip.slot
        for _ in range(30):
            network.ledger.advance()
        network.faults.clear()
        last = network.ledger.advance().slot
        slots: list[int] = []
        while not slots or slots[-1] != last:
            slots += await slots_of(ws, 1)
        seen.append([slot - first for slot in slots])
    assert seen[0] == seen[1]
    assert 0 < len(set(range(1, 31)) - set(seen[0])) < 20
    assert len(seen[0]) > len(set(seen[0]))
    await ws.close()


async def test_without_faults_nothing_waits(network: LocalNetwork, http: aiohttp.ClientSession) -> None:
    """A plan of no faults behaves as no plan."""
    network.faults.set(FaultPlan())
    started = time.monotonic()
    for _ in range(20):
        async with http.post(network.rpc_url, json=HEALTH) as reply:
            assert (await reply.json())["result"] == "ok"
    assert time.monotonic() - started < 5
