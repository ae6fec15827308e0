"""One call with the standard library."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator
from functools import partial

import pytest

from sniperforge.errors import RpcError, UnavailableError
from sniperforge.localnet.ledger.pace import INSTANT
from sniperforge.localnet.network import LocalNetwork
from sniperforge.localnet.server import HOST, Server
from sniperforge.localnet.service.client import call, get_json
from tests.localnet.kit import SOL, Bench, address


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """A served network."""
    bench = Bench()
    bench.pay(address(2))
    server = Server(bench.dispatcher, bench.hub)
    await server.start()
    yield f"http://{HOST}:{server.rpc_port}"
    await server.stop()


async def test_results_and_errors(url: str) -> None:
    """With parameters and without."""
    assert await asyncio.to_thread(call, url, "getHealth") == "ok"
    newest = [address(2), {"commitment": "processed"}]
    assert (await asyncio.to_thread(call, url, "getBalance", newest))["value"] == SOL
    with pytest.raises(RpcError) as error:
        await asyncio.to_thread(call, url, "getBalance", ["x"])
    assert error.value.rpc_code == -32602


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
        None,
    ],
)
def test_what_answers_is_no_network(reply: bytes | None) -> None:
    """It closes at once, sends no JSON, sends other JSON, or says nothing at all."""
    done = threading.Event()
    with socket.create_server((HOST, 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                if reply is None:
                    done.wait(5)
                else:
                    connection.recv(4096)
                    connection.sendall(reply)

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(UnavailableError, match="does not answer"):
            call(f"http://{HOST}:{listener.getsockname()[1]}", "getHealth", timeout_seconds=0.2)
        done.set()
        thread.join()


def test_nobody_listens() -> None:
    """A closed port."""
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(UnavailableError, match="does not answer"):
        call(f"http://{HOST}:{port}", "getHealth")


async def test_a_document_is_fetched() -> None:
    """Status and JSON; what is not JSON, or not there, is unavailable."""
    async with LocalNetwork(profile=INSTANT) as network:
        fetch = partial(asyncio.to_thread, get_json)
        assert await fetch(network.jupiter_url, "/price/v3", {"ids": "x"}, {}) == (200, {})
        status, document = await fetch(network.jupiter_url, "/price/v3", {}, {"x-api-key": "jup_a"})
        assert (status, document["error"]) == (400, "Query parameter ids is required")
        with pytest.raises(UnavailableError, match="does not answer"):
            await fetch(network.rpc_url, "/", {}, {})
    with pytest.raises(UnavailableError, match="does not answer"):
        await fetch(network.jupiter_url, "/price/v3", {}, {})
