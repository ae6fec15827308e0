"""The loopback HTTP server that answers byte for byte."""

from __future__ import annotations

import asyncio
import contextlib

from sniperforge.testing.rpc_server import ScriptedHttp, http_reply, listening, scripted_http

REQUEST = b"POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}"


async def exchange(server: ScriptedHttp, request: bytes = REQUEST, count: int = 1) -> bytes:
    """What comes back for ``count`` requests on one connection, until it closes or falls silent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    received = b""
    for _ in range(count):
        writer.write(request)
        try:
            async with asyncio.timeout(0.05):
                received += await reader.read(1000)
        except TimeoutError:
            break
    writer.close()
    await writer.wait_closed()
    return received


async def test_replies_come_in_their_order_and_the_last_one_stays() -> None:
    """Bytes as they are, or made from the request's body; requests are recorded."""
    async with scripted_http() as server:
        server.reply(b"first", lambda body: b"got " + body)
        assert await exchange(server, count=3) == b"firstgot {}got {}"
        assert (server.bodies, server.connections) == ([b"{}"] * 3, 1)
        assert server.heads[0].startswith(b"POST / HTTP/1.1")
        assert server.url.startswith(f"http://127.0.0.1:{server.port}/")


async def test_silence_and_hanging_up() -> None:
    """No reply at all until the client leaves; or a reply and the end."""
    async with scripted_http() as server:
        assert await exchange(server) == b""
        server.reply(b"x")
        server.hang_up = True
        assert await exchange(server, count=2) == b"x"


async def test_a_request_without_a_body_is_recorded() -> None:
    """A GET has no length."""
    async with scripted_http() as server:
        server.reply(b"x")
        await exchange(server, b"GET / HTTP/1.1\r\n\r\n")
        assert server.bodies == [b""]


async def test_connections_end_with_the_block() -> None:
    """A handler that waits for ever does not hold the test up."""
    entered = asyncio.Event()

    async def wait(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        entered.set()
        await asyncio.Event().wait()

    async with asyncio.timeout(2), listening(wait) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await entered.wait()
    with contextlib.suppress(ConnectionError):
        assert await reader.read() == b""
    writer.close()


def test_a_reply_is_whole_http() -> None:
    """Status line, type, length, further headers, body."""
    assert http_reply(b"{}", status="429 Slow", headers=("retry-after: 1",)) == (
        b"HTTP/1.1 429 Slow\r\ncontent-type: application/json\r\ncontent-length: 2\r\nretry-after: 1\r\n\r\n{}"
    )
