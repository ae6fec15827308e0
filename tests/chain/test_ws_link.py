"""One WebSocket connection over loopback."""

from __future__ import annotations

import asyncio
import logging
import traceback
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from websockets.asyncio.server import ServerConnection, serve

from sniperforge.chain.ws_link import WebSocketLink, open_link
from sniperforge.errors import UnavailableError
from sniperforge.testing.clock import eventually
from sniperforge.testing.pubsub_server import ScriptedPubSub, scripted_pubsub
from sniperforge.testing.rpc_server import http_reply, listening

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def node() -> AsyncIterator[ScriptedPubSub]:
    """A loopback WebSocket node."""
    async with scripted_pubsub() as running:
        yield running


class Received(list[bytes]):
    """Messages, in order."""

    async def expect(self, count: int) -> list[bytes]:
        await eventually(lambda: len(self) >= count)
        return list(self)


@asynccontextmanager
async def link_to(url: str, received: list[bytes], **options: int) -> AsyncIterator[WebSocketLink]:
    """An open link that is gone after the block."""
    link = await connect(url, received, **options)
    try:
        yield link
    finally:
        link.close()
        await link.closed


async def connect(
    url: str, received: list[bytes], patience: float = 1.0, max_bytes: int = 10_000
) -> WebSocketLink:
    """An open link."""
    return await open_link(
        url, received.append, headers={"x-token": "T"}, patience=patience, max_bytes=max_bytes
    )


async def refused(url: str, patience: float = 1.0) -> UnavailableError:
    """The error of an attempt; it does not show the key, nor does its traceback."""
    with pytest.raises(UnavailableError) as caught:
        await connect(url, [], patience)
    assert "SECRET" not in "".join(traceback.format_exception(caught.value))
    return caught.value


async def test_messages_go_both_ways(node: ScriptedPubSub) -> None:
    """Text, binary and fragments arrive whole and in order."""
    received = Received()
    async with link_to(node.url, received) as link:
        link.send(b'{"id":1,"method":"aSubscribe"}')
        await received.expect(1)
        await node.send(b"one")
        await node.send([b"t", b"w", b"o"])
        assert node._socket is not None
        await node._socket.send(b"three")
        assert (await received.expect(4))[1:] == [b"one", b"two", b"three"]
        assert all(type(message) is bytes for message in received)
    assert node.requests == [{"id": 1, "method": "aSubscribe"}]


async def test_headers_and_the_whole_url_reach_the_node() -> None:
    """The key goes to the node, in path and query, and the extra header too."""
    seen: list[str] = []

    async def handle(socket: ServerConnection) -> None:
        assert socket.request is not None
        seen.extend([socket.request.path, socket.request.headers["x-token"]])

    async with serve(handle, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        async with link_to(f"ws://127.0.0.1:{port}/a/SECRET?k=1", []):
            await eventually(lambda: seen)
    assert seen == ["/a/SECRET?k=1", "T"]


async def test_a_ping_is_answered_by_a_pong(node: ScriptedPubSub) -> None:
    """Ours by the node, the node's by us."""
    pongs: list[int] = []
    async with link_to(node.url, []) as link:
        link.on_pong = lambda: pongs.append(1)
        link.ping()
        await eventually(lambda: pongs)
        assert node._socket is not None
        async with asyncio.timeout(1):
            await (await node._socket.ping())


async def test_a_cut_ends_the_link_with_a_reason(node: ScriptedPubSub) -> None:
    """Afterwards sending does nothing."""
    link = await connect(node.url, [])
    await eventually(lambda: node._socket)
    node.cut()
    assert "broke" in await link.closed or "hung up" in await link.closed
    link.send(b"x")
    link.ping()
    link.close()
    link.abort("late")


async def test_the_nodes_good_bye_ends_the_link_with_its_code(node: ScriptedPubSub) -> None:
    """A node that shuts down says so."""
    link = await connect(node.url, [])
    await eventually(lambda: node._socket)
    await node.close(1012)
    assert await link.closed == "the node closed the connection (code 1012)"


async def test_our_good_bye_reaches_the_node(node: ScriptedPubSub) -> None:
    """The node sees a normal end; closing twice is harmless."""
    link = await connect(node.url, [])
    await eventually(lambda: node._socket)
    link.close()
    link.close()
    assert await link.closed == "closed by us"
    assert node._socket is not None
    await node._socket.wait_closed()
    assert node._socket.close_code == 1000


async def test_the_first_reason_of_an_abort_stays(node: ScriptedPubSub) -> None:
    """The owner learns why, not what followed."""
    link = await connect(node.url, [])
    link.abort("silence")
    link.abort("other")
    assert await link.closed == "silence"


async def test_a_message_longer_than_the_limit_ends_the_link(node: ScriptedPubSub) -> None:
    """It is not delivered, in one piece or in fragments; what came before is."""
    for message in (b"x" * 10_001, [b"x" * 6_000, b"x" * 6_000]):
        received = Received()
        link = await connect(node.url, received)
        await eventually(lambda: node._socket)
        await node.send(b"x" * 10_000)
        await node.send(message)
        assert await link.closed == "the node broke the protocol: PayloadTooBig"
        assert [len(each) for each in received] == [10_000]
        node._socket = None


async def test_a_masked_frame_breaks_the_protocol() -> None:
    """Garbage after the handshake is an end with a reason, not a crash."""

    async def handle(socket: ServerConnection) -> None:
        socket.transport.write(b"\xff\xff\xff\xff")
        await socket.wait_closed()

    async with serve(handle, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        link = await connect(f"ws://127.0.0.1:{port}", [])
        assert await link.closed == "the node broke the protocol: ProtocolError"


async def test_eof_within_a_frame_ends_the_link() -> None:
    """Half a message is none."""

    async def handle(socket: ServerConnection) -> None:
        socket.transport.write(b"\x81\x05ab")
        socket.transport.write_eof()
        await socket.wait_closed()

    received: list[bytes] = []
    async with serve(handle, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        link = await connect(f"ws://127.0.0.1:{port}", received)
        assert await link.closed == "the node hung up"
    assert received == []


@pytest.mark.parametrize(("status", "hint"), [("429 Slow", ""), ("401 No", "API key"), ("403 No", "API key")])
async def test_a_refused_handshake_names_the_status(status: str, hint: str) -> None:
    """Rate limits and wrong keys show at the handshake."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(http_reply(b"SECRET", status=status))
        await reader.read()

    async with listening(handle) as port:
        error = await refused(f"ws://127.0.0.1:{port}/SECRET")
    assert error.message == f"ws://127.0.0.1:{port}/…: it answered HTTP {status[:3]}"
    assert error.details == {"http_status": int(status[:3])}
    assert hint in error.hint


@pytest.mark.parametrize(
    "reply", [b"220 smtp.example\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", b""]
)
async def test_another_service_on_the_port_is_unavailable(reply: bytes) -> None:
    """What is no WebSocket server is told apart."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(reply)
        writer.close()

    async with listening(handle) as port:
        assert f"ws://127.0.0.1:{port}" in (await refused(f"ws://127.0.0.1:{port}")).message


async def test_a_handshake_that_never_comes_is_given_up() -> None:
    """The connection is not left behind."""
    ended = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        try:
            await reader.read()
        except ConnectionError:
            pass
        finally:
            ended.set()
            writer.close()

    async with listening(handle) as port:
        error = await refused(f"ws://127.0.0.1:{port}/SECRET", patience=0.02)
        async with asyncio.timeout(1):
            await ended.wait()
    assert "no WebSocket within 0.02 s" in error.message


async def test_a_closed_port_is_unavailable() -> None:
    """Nobody listens."""
    async with listening(lambda _reader, _writer: asyncio.sleep(0)) as port:
        pass
    assert "no connection" in (await refused(f"ws://127.0.0.1:{port}/SECRET")).message


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/SECRET", "ws://user@127.0.0.1/SECRET", "ws://127.0.0.1/#SECRET"]
)
async def test_a_url_that_the_library_refuses_is_unavailable(url: str) -> None:
    """Its own error would show the URL."""
    assert "InvalidURI" in (await refused(url)).message


async def test_nothing_is_logged(node: ScriptedPubSub, caplog: pytest.LogCaptureFixture) -> None:
    """The library's debug log would show the request line."""
    caplog.set_level(logging.DEBUG)
    async with link_to(node.url, []):
        pass
    client_side = [r for r in caplog.records if "server" not in r.name]
    assert "SECRET" not in "".join(record.getMessage() for record in client_side)


async def test_tls_is_used_for_wss() -> None:
    """A server without TLS fails the handshake, and the message tells no key."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert (await reader.readexactly(1)) == b"\x16"
        writer.close()

    async with listening(handle) as port:
        error = await refused(f"wss://127.0.0.1:{port}/SECRET")
    assert error.message.startswith(f"wss://127.0.0.1:{port}/…: no connection")
