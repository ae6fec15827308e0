"""A whole network in this process."""

from __future__ import annotations

import asyncio
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from solders.hash import Hash
from solders.message import MessageV0
from solders.transaction import VersionedTransaction

from sniperforge.errors import StorageError, UnavailableError
from sniperforge.localnet import network as module
from sniperforge.localnet.endpoint import Endpoint
from sniperforge.localnet.faults.plan import FaultPlan, plan_of_profile
from sniperforge.localnet.genesis import PAYER_LAMPORTS, Genesis
from sniperforge.localnet.ledger.pace import FAST, INSTANT
from sniperforge.localnet.network import LocalNetwork, _ports_above
from sniperforge.localnet.store.chain_file import ChainFile
from sniperforge.testing.rpc_contract import check_transport
from tests.localnet.kit import NOW, SEED, SOL, address, base64_of, pay, until


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


async def test_endpoints_share_the_ledger_and_disagree() -> None:
    """What one takes the others show, each as its own faults allow; subscriptions are its own too."""
    async with LocalNetwork(profile=FAST, endpoints=3) as network:
        first, second, third = network.endpoints
        assert (first.rpc_url, first.ws_url) == (network.rpc_url, network.ws_url)
        assert (
            len({each.rpc_url for each in network.endpoints} | {each.ws_url for each in network.endpoints})
            == 6
        )
        second.faults.set(FaultPlan(lag=1, lag_slots=100))
        third.faults.set(FaultPlan(not_found=1))
        async with aiohttp.ClientSession() as http:
            asked: list[object] = [address(2), SOL]
            signature = await ask(http, first.rpc_url, "requestAirdrop", asked)
            seen = [
                await ask(http, each.rpc_url, "getSignatureStatuses", [[signature]])
                for each in network.endpoints
            ]
            assert [reply["value"][0] is None for reply in seen] == [False, True, True]
            assert await ask(http, second.rpc_url, "getGenesisHash", []) == network.genesis_hash
        assert network.faults.endpoints == [first.faults, second.faults, third.faults]


async def ask(http: aiohttp.ClientSession, url: str, method: str, params: list[object]) -> Any:
    """The result of one request."""
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    async with http.post(url, json=request) as reply:
        return (await reply.json())["result"]


async def test_a_plan_is_for_every_endpoint() -> None:
    """The same plan; each decides for itself."""
    network = LocalNetwork(profile=INSTANT, endpoints=2, faults=FaultPlan(drop=0.5))
    assert {endpoint.faults.plan for endpoint in network.endpoints} == {FaultPlan(drop=0.5)}
    assert await drops(network) == await drops(LocalNetwork(endpoints=2, faults=FaultPlan(drop=0.5)))


async def drops(network: LocalNetwork) -> list[bool]:
    """What both endpoints decide about twenty submissions; they disagree somewhere."""
    dice = [endpoint.faults.dice for endpoint in network.endpoints]
    fates = [[one.submission(str(n), 0).dropped for n in range(20)] for one in dice if one is not None]
    assert fates[0] != fates[1]
    await network.stop()
    return fates[0] + fates[1]


def test_a_faulted_run_repeats() -> None:
    """Three endpoints under ``hostile`` with dropped blocks: a seed gives every answer and block again."""
    first = faulted_run(4)
    assert first == faulted_run(4)
    assert first != faulted_run(5)


def faulted_run(seed: int) -> list[str]:
    """What three endpoints answer to a client of them all, and what landed in the end."""
    plan = plan_of_profile("hostile").changed({"fee_floor": 0, "rollback": 0.2, "seed": seed})
    network = LocalNetwork(Genesis(SEED), now=lambda: NOW, faults=plan, endpoints=3)
    told = []
    for number in range(90):
        endpoint = network.endpoints[number % 3]

        def ask(method: str, *params: object, endpoint: Endpoint = endpoint) -> str:
            request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
            told.append(endpoint.dispatcher.dispatch(json.dumps(request).encode()).decode())
            return str(json.loads(told[-1]).get("result"))

        blockhash = network.ledger.chain.at("confirmed").blockhash
        transfer = pay(network.payer, address(2), SOL + number)
        message = MessageV0.try_compile(network.payer.pubkey(), [transfer], [], Hash.from_string(blockhash))
        raw = base64_of(bytes(VersionedTransaction(message, [network.payer])))
        signature = ask("sendTransaction", raw, {"encoding": "base64", "skipPreflight": True})
        network.ledger.advance()
        ask("getSignatureStatuses", [signature])
        ask("getBalance", address(2), {"commitment": "processed"})
    payer = str(network.payer.pubkey())
    told += [f"{one.slot} {one.signature}" for one in network.ledger.history.of_address(payer)]
    return told


@pytest.mark.parametrize(
    ("ports", "number", "listens"),
    [
        ((8899, 8900), 0, (8899, 8900)),
        ((8899, 8900), 1, (8901, 8902)),
        ((9000, 5000), 2, (9003, 9004)),
        ((0, 8900), 1, (0, 0)),
        ((65_531, 65_533), 1, (65_534, 65_535)),
        ((65_531, 65_534), 1, (0, 0)),
    ],
)
def test_further_endpoints_are_above(ports: tuple[int, int], number: int, listens: tuple[int, int]) -> None:
    """Where they can be guessed while there is room, else anywhere."""
    assert _ports_above(ports, number) == listens


async def test_a_taken_further_port_leaves_nothing_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first endpoint's ports are free again."""
    async with LocalNetwork(profile=FAST) as network:
        taken = int(network.rpc_url.rsplit(":", 1)[1])
        monkeypatch.setattr(module, "_ports_above", lambda _ports, number: (number and taken, 0))
        other = LocalNetwork(profile=FAST, endpoints=2)
        with pytest.raises(UnavailableError, match=f"port {taken} is taken"):
            await other.start()
        with pytest.raises(OSError, match="Connect"):
            await asyncio.open_connection("127.0.0.1", int(other.rpc_url.rsplit(":", 1)[1]))


async def test_a_chain_in_a_file_goes_on(tmp_path: Path) -> None:
    """Stopped and started in one process, with what was in the open block."""
    path = tmp_path / "chain.db"
    with closing(ChainFile(path)) as chain:
        async with LocalNetwork(profile=FAST, chain=chain) as network:
            genesis, signature = network.genesis_hash, network.faucet.drip(address(5), SOL).signature
        await network.stop()
    with closing(ChainFile(path)) as chain:
        async with LocalNetwork(profile=FAST, chain=chain) as network:
            assert network.genesis_hash == genesis
            assert network.ledger.history.record(signature) is not None


async def test_a_chain_that_cannot_be_begun(tmp_path: Path) -> None:
    """No port stays open, and the next network begins anew."""
    with closing(ChainFile(tmp_path / "chain.db")) as chain:
        network = LocalNetwork(profile=FAST, chain=chain)
        chain._db._connection.execute("PRAGMA query_only=ON")
        with pytest.raises(StorageError, match="cannot be kept"):
            await network.start()
        port = int(network.rpc_url.rsplit(":", 1)[1])
        with pytest.raises(OSError, match="Connect call failed"):
            await asyncio.open_connection("127.0.0.1", port)
    with closing(ChainFile(tmp_path / "chain.db")) as chain:
        assert not chain.begun


async def test_a_chain_that_fails_is_told(tmp_path: Path) -> None:
    """To whoever asked, else to the loop; slots stop."""
    for told in (True, False):
        failures: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(
            lambda _loop, context, found=failures: found.append(context["exception"])
        )
        with closing(ChainFile(tmp_path / f"{told}.db")) as chain:
            network = LocalNetwork(profile=FAST, chain=chain, on_failure=failures.append if told else None)
            await network.start()
            chain._db._connection.execute("PRAGMA query_only=ON")
            await until(lambda found=failures: bool(found))
            assert isinstance(failures[0], StorageError)
            tip = network.ledger.chain.tip
            await asyncio.sleep(0.12)
            assert (network.ledger.chain.tip, len(failures)) == (tip, 1)
            with pytest.raises(StorageError):
                await network.stop()
