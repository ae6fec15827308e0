"""Plain HTTP to this machine: the contract of transports, and every way in which an exchange goes wrong."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
import pytest

from sniperforge.chain import plain_http
from sniperforge.chain.plain_http import PlainHttpTransport, is_local
from sniperforge.errors import UnavailableError
from sniperforge.testing.rpc_contract import check_transport
from sniperforge.testing.rpc_server import ScriptedHttp, http_reply, scripted_http

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

OK = http_reply(b'{"jsonrpc":"2.0","id":1,"result":1}')
CHUNKED = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\n4;x=y\r\n":1}\r\n0\r\n\r\n'


@pytest.fixture
async def server() -> AsyncIterator[ScriptedHttp]:
    """A loopback server without a script."""
    async with scripted_http() as running:
        yield running


@pytest.fixture
async def transport(server: ScriptedHttp) -> AsyncIterator[PlainHttpTransport]:
    """A transport to that server."""
    one = PlainHttpTransport(server.url, timeout=1.0)
    yield one
    await one.aclose()


async def refused(transport: PlainHttpTransport) -> UnavailableError:
    """The error of one post; it does not show the endpoint's path."""
    with pytest.raises(UnavailableError) as caught:
        await transport.post(b"{}")
    assert "SECRET" not in caught.value.message + repr(caught.value.details)
    assert caught.value.details["endpoint"].startswith("http://127.0.0.1:")
    return caught.value


async def test_it_keeps_the_contract_of_transports(server: ScriptedHttp) -> None:
    """Twenty requests at once each get their own answer, over one connection; closing is final."""

    def answer(body: bytes) -> bytes:
        number = msgspec.json.decode(body)["id"]
        return http_reply(msgspec.json.encode({"jsonrpc": "2.0", "id": number, "result": "ok"}))

    server.reply(answer)
    await check_transport(PlainHttpTransport(server.url))
    assert server.connections == 1
    assert server.heads[0].startswith(b"POST /SECRET/path?api-key=SECRET HTTP/1.1\r\nHost: 127.0.0.1:")


async def test_headers_of_every_reply_are_told(server: ScriptedHttp) -> None:
    """Refusals too: they carry what a rate limiter has to say."""
    heard: list[str] = []
    transport = PlainHttpTransport(server.url, heard=lambda headers: heard.append(headers["x-left"]))
    server.reply(
        http_reply(b"{}", headers=("x-left: 2",)), http_reply(b"", status="429 Slow", headers=("x-left: 0",))
    )
    await transport.post(b"{}")
    await refused(transport)
    await transport.aclose()
    assert heard == ["2", "0"]


async def test_several_connections_are_used_side_by_side(server: ScriptedHttp) -> None:
    """Requests that come together do not wait for each other, up to the bound; later ones share them."""
    server.reply(OK)
    transport = PlainHttpTransport(server.url, connections=3)
    for _ in range(2):
        async with asyncio.TaskGroup() as group:
            for _ in range(5):
                group.create_task(transport.post(b"{}"))
    assert (server.connections, len(server.bodies)) == (3, 10)
    await transport.aclose()


async def test_what_a_rate_limiter_asks_for_is_in_the_details(
    server: ScriptedHttp, transport: PlainHttpTransport
) -> None:
    """The retry policy waits for as long as the node says."""
    server.reply(http_reply(b"", status="429 Slow", headers=("retry-after: 2",)))
    error = await refused(transport)
    assert (error.details["http_status"], error.details["retry_after"]) == (429, 2.0)


async def test_a_connection_in_use_is_closed_after_the_transport(server: ScriptedHttp) -> None:
    """A request that is under way when the transport is closed ends, and leaves nothing open."""
    answered = asyncio.Event()

    def slow(_body: bytes) -> bytes:
        answered.set()
        return OK

    server.reply(slow)
    transport = PlainHttpTransport(server.url)
    posting = asyncio.create_task(transport.post(b"{}"))
    await answered.wait()
    await transport.aclose()
    assert (await posting).endswith(b"1}")
    assert transport._idle == []


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:8899", True),
        ("http://localhost", True),
        ("http://[::1]:8899/path", True),
        ("https://127.0.0.1:8899", False),
        ("http://10.0.0.1:8899", False),
        ("http://127.0.0.1.example.com", False),
    ],
)
def test_it_is_for_this_machine_only(url: str, local: bool) -> None:
    """What leaves the machine goes through the HTTP library, with TLS where the URL says so."""
    assert is_local(url) is local


async def test_chunks_are_put_together(server: ScriptedHttp, transport: PlainHttpTransport) -> None:
    """Other nodes than ours answer so; the next reply begins where it should."""
    server.reply(CHUNKED, OK)
    assert await transport.post(b"{}") == b'{"a":1}'
    assert (await transport.post(b"{}")).endswith(b"1}")
    assert server.connections == 1


@pytest.mark.parametrize("said", [True, False])
async def test_a_connection_that_ends_is_opened_again(
    server: ScriptedHttp, transport: PlainHttpTransport, said: bool
) -> None:
    """At once, whether the server has said so or just closed it while it was idle."""
    server.hang_up = True
    server.reply(http_reply(b"{}", headers=("connection: close",)) if said else OK)
    await transport.post(b"{}")
    await asyncio.sleep(0.01)
    await transport.post(b"{}")
    assert server.connections == 2


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (http_reply(b"{}", status="429 Too Many Requests"), "HTTP 429"),
        (http_reply(b"<html>", kind="text/html"), "not JSON"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 20_000 + b"\r\n", "no HTTP"),
        (None, "no answer within"),
    ],
)
async def test_what_is_no_answer(server: ScriptedHttp, reply: bytes | None, reason: str) -> None:
    """Each is unavailable with its reason, and the next request starts afresh."""
    transport = PlainHttpTransport(server.url, timeout=0.2)
    server.reply(reply, OK)
    error = await refused(transport)
    assert reason in error.message
    assert error.details.get("http_status") == (429 if "429" in reason else None)
    assert (await transport.post(b"{}")).startswith(b"{")
    await transport.aclose()


async def test_a_broken_exchange(server: ScriptedHttp, transport: PlainHttpTransport) -> None:
    """The server goes away in the middle of its reply."""
    server.hang_up = True
    server.reply(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")
    assert "broke off" in (await refused(transport)).message


@pytest.mark.parametrize("reply", [http_reply(b"{    }"), CHUNKED])
async def test_a_reply_that_is_too_long(
    server: ScriptedHttp, reply: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not read to its end."""
    monkeypatch.setattr(plain_http, "MAX_REPLY_BYTES", 5)
    transport = PlainHttpTransport(server.url)
    server.reply(reply)
    assert "longer than 5 bytes" in (await refused(transport)).message
    await transport.aclose()


async def test_nobody_there() -> None:
    """The address is named, and what the system says."""
    async with scripted_http() as gone:
        url = gone.url
    error = await refused(PlainHttpTransport(url))
    assert "no connection" in error.message


async def test_a_cancelled_request_does_not_leave_its_reply(
    server: ScriptedHttp, transport: PlainHttpTransport
) -> None:
    """The next request is not answered with what the cancelled one asked for."""
    server.reply(None, OK)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await transport.post(b"{}")
    assert (await transport.post(b"{}")).endswith(b"1}")
    assert server.connections == 2


def test_its_repr_shows_the_host_only() -> None:
    """A transport in a log line tells no key."""

    async def shown() -> str:
        return repr(PlainHttpTransport("http://127.0.0.1:1/SECRET"))

    assert asyncio.run(shown()) == "PlainHttpTransport(http://127.0.0.1:1/…)"
