"""HTTP and WebSocket on loopback."""

from __future__ import annotations

import asyncio
import io
import json
import socket
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from sniperforge.domain.chain import Account
from sniperforge.errors import UnavailableError
from sniperforge.localnet.server import HOST, MAX_BODY_BYTES, WRITE_AHEAD_BYTES, Server, _Client
from tests.localnet.kit import NOBODY, SOL, Bench, address, until

HEALTH = {"jsonrpc": "2.0", "id": 1, "method": "getHealth"}
LOGS = {"jsonrpc": "2.0", "id": 2, "method": "logsSubscribe", "params": ["all", {"commitment": "processed"}]}

LARGE = Account(address(2), NOBODY, SOL, bytes(100_000))
LARGE_WRITES = {
    "jsonrpc": "2.0",
    "id": 2,
    "method": "accountSubscribe",
    "params": [address(2), {"commitment": "processed", "encoding": "base64"}],
}


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
async def server(bench: Bench) -> AsyncIterator[Server]:
    """Both ports open; small queues."""
    made = Server(bench.dispatcher, bench.hub, queue_bytes=200_000)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def frame(document: object) -> bytes:
    """A masked text frame (RFC 6455) with a mask of zeros."""
    body = json.dumps(document).encode()
    return bytes([0x81, 0x80 | 126]) + len(body).to_bytes(2, "big") + bytes(4) + body


async def handshake(server: Server) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A WebSocket whose client side does nothing by itself, with small buffers."""
    reader, writer = await asyncio.open_connection(HOST, server.ws_port, limit=1024)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    writer.write(
        b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    await reader.readuntil(b"\r\n\r\n")
    return reader, writer


async def test_both_ports_speak_both_protocols(server: Server, http: aiohttp.ClientSession) -> None:
    """JSON-RPC over HTTP and PubSub over WebSocket on each; the second port is the first plus one."""
    assert server.ws_port != server.rpc_port
    for port in (server.rpc_port, server.ws_port):
        async with http.post(f"http://{HOST}:{port}", json=HEALTH) as reply:
            assert await reply.json() == {"jsonrpc": "2.0", "result": "ok", "id": 1}
        async with http.ws_connect(f"ws://{HOST}:{port}") as ws:
            await ws.send_json({"jsonrpc": "2.0", "id": 1, "method": "slotSubscribe"})
            assert "result" in await ws.receive_json(timeout=5)


async def test_frames_may_be_binary(server: Server, http: aiohttp.ClientSession) -> None:
    """Some libraries send bytes; the answer is text."""
    async with http.ws_connect(f"ws://{HOST}:{server.ws_port}") as ws:
        await ws.send_bytes(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "slotSubscribe"}).encode())
        assert json.loads(await ws.receive_str(timeout=5))["id"] == 1


async def test_browsers_may_ask(server: Server, http: aiohttp.ClientSession) -> None:
    """CORS headers on every answer, and a preflight answer."""
    url = f"http://{HOST}:{server.rpc_port}"
    async with http.options(url) as reply:
        assert reply.status == 204
        assert reply.headers["Access-Control-Allow-Origin"] == "*"
        assert "POST" in reply.headers["Access-Control-Allow-Methods"]
    async with http.post(url, json=HEALTH) as reply:
        assert reply.headers["Access-Control-Allow-Origin"] == "*"
        assert reply.content_type == "application/json"


async def test_other_requests(server: Server, http: aiohttp.ClientSession) -> None:
    """Health by GET; other GETs and methods are refused; too large bodies too; broken handshakes too."""
    url = f"http://{HOST}:{server.rpc_port}"
    async with http.get(f"{url}/health") as reply:
        assert (reply.status, await reply.text()) == (200, "ok")
    for method, path in (("GET", "/"), ("PUT", "/"), ("DELETE", "/health")):
        async with http.request(method, url + path) as reply:
            assert (reply.status, reply.headers["Allow"]) == (405, "POST, GET, OPTIONS")
    for data in (io.BytesIO(b" " * (MAX_BODY_BYTES + 1)), b" " * (MAX_BODY_BYTES + 1)):
        async with http.post(url, data=data, headers={"Content-Type": "application/json"}) as reply:
            assert reply.status == 413
    whole = json.dumps(HEALTH).encode().ljust(MAX_BODY_BYTES)
    async with http.post(url, data=whole, headers={"Content-Type": "application/json"}) as reply:
        assert (await reply.json())["result"] == "ok"
    async with http.get(url, headers={"Upgrade": "websocket"}) as reply:
        assert reply.status == 400
    for kind in ({"Content-Type": "application/json; charset=utf-8"}, {"Content-Type": "application/json"}):
        async with http.post(url, data=b"{", headers=kind) as reply:
            assert (reply.status, (await reply.json())["error"]["code"]) == (200, -32700)
    async with http.post(url, data=b"{}") as reply:
        assert (reply.status, "Content-Type" in await reply.text()) == (415, True)


async def test_a_long_batch_lets_others_in(server: Server, http: aiohttp.ClientSession) -> None:
    """Another request is answered while a thousand of one array are being worked on."""
    url = f"http://{HOST}:{server.rpc_port}"
    many = [{"jsonrpc": "2.0", "id": n, "method": "getSupply"} for n in range(900)]
    done: list[str] = []

    async def ask(name: str, document: Any) -> Any:
        async with http.post(url, json=document) as reply:
            answer = await reply.json()
        done.append(name)
        return answer

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        batch = group.create_task(ask("batch", many))
        await asyncio.sleep(0.01)
        for _ in range(3):
            await group.create_task(ask("one", HEALTH))
    assert done == ["one", "one", "one", "batch"]
    assert [entry["id"] for entry in batch.result()] == list(range(900))


async def test_half_a_request_holds_up_nobody(server: Server, http: aiohttp.ClientSession) -> None:
    """Neither half a head, half a body, nor a broken one; stopping does not wait for them either."""
    writers = []
    for start in (
        b"POST / HT",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{",
    ):
        _reader, writer = await asyncio.open_connection(HOST, server.rpc_port)
        writer.write(start)
        await writer.drain()
        writers.append(writer)
    reader, writer = await asyncio.open_connection(HOST, server.rpc_port)
    writer.write(b"\x16\x03\x01nonsense\r\n\r\n")
    assert b"400" in (await asyncio.wait_for(reader.read(), 5)).split(b"\r\n")[0]
    async with http.post(f"http://{HOST}:{server.rpc_port}", json=HEALTH) as reply:
        assert (await reply.json())["result"] == "ok"
    async with asyncio.timeout(5):
        await server.stop()
    for one in [*writers, writer]:
        one.close()


async def test_who_asks_and_never_reads_holds_up_nobody(server: Server, http: aiohttp.ClientSession) -> None:
    """Its requests wait in its own connection; others are answered, and stopping is bounded."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "getLeaderSchedule"}).encode()
    head = (
        f"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    _reader, writer = await asyncio.open_connection(HOST, server.rpc_port, limit=1024)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    writer.write((head.encode() + body) * 100)  # the replies would be 300 MB
    async with asyncio.timeout(10):
        for _ in range(3):
            async with http.post(f"http://{HOST}:{server.rpc_port}", json=HEALTH) as reply:
                assert (await reply.json())["result"] == "ok"
        await server.stop()
    writer.close()


@pytest.mark.parametrize(
    "sent",
    [
        bytes([0xC1, 0x80]) + bytes(4),
        bytes([0x83, 0x80]) + bytes(4),
        bytes([0x81, 0x82]) + bytes(4) + b"\xff\xff",
        bytes([0x89, 0xFE]) + (200).to_bytes(2, "big") + bytes(204),
        bytes([0x81, 0xFF]) + (1 << 40).to_bytes(8, "big") + bytes(4),
    ],
    ids=["reserved bit", "unknown kind", "no text", "long ping", "a terabyte"],
)
async def test_a_broken_frame_ends_its_connection_only(
    bench: Bench, server: Server, http: aiohttp.ClientSession, sent: bytes
) -> None:
    """The connection is closed, its subscriptions go, and others hear on."""
    async with http.ws_connect(f"ws://{HOST}:{server.ws_port}") as good:
        await good.send_json(LOGS)
        await good.receive_json(timeout=5)
        reader, writer = await handshake(server)
        writer.write(frame(LOGS))
        await until(lambda: len(bench.hub) == 2)
        writer.write(sent)
        await asyncio.wait_for(reader.read(), 5)
        await until(lambda: len(bench.hub) == 1)
        bench.pay(address(2))
        assert (await good.receive_json(timeout=5))["method"] == "logsNotification"
        writer.close()


async def test_a_client_that_goes_is_forgotten(
    bench: Bench, server: Server, http: aiohttp.ClientSession
) -> None:
    """Its subscriptions end with its connection."""
    ws = await http.ws_connect(f"ws://{HOST}:{server.ws_port}")
    await ws.send_json(LOGS)
    await ws.receive_json(timeout=5)
    assert len(bench.hub) == 1
    await ws.close()
    await until(lambda: len(bench.hub) == 0)


async def test_a_client_that_never_reads_is_cut(
    bench: Bench, server: Server, http: aiohttp.ClientSession
) -> None:
    """Others get everything, and no slot waits for it."""
    bench.ledger.set_account(LARGE)
    _reader, writer = await handshake(server)
    writer.write(frame(LARGE_WRITES))
    async with http.ws_connect(f"ws://{HOST}:{server.ws_port}") as good:
        await good.send_json(LARGE_WRITES)
        await good.receive_json(timeout=5)
        await until(lambda: len(bench.hub) == 2)
        async with asyncio.timeout(20):
            sent = 0
            while len(bench.hub) == 2:
                bench.pay(address(2), SOL + sent)
                sent += 1
                assert (await good.receive_json())["method"] == "accountNotification"
    writer.close()


async def test_stopping_says_goodbye(bench: Bench, http: aiohttp.ClientSession) -> None:
    """Open sockets get a close frame, ports are free again, stopping twice is fine."""
    server = Server(bench.dispatcher, bench.hub)
    await server.start()
    ports = (server.rpc_port, server.ws_port)
    ws = await http.ws_connect(f"ws://{HOST}:{ports[1]}")
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        closing = group.create_task(ws.receive())
        await server.stop()
    assert closing.result().type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING}
    assert ws.close_code == aiohttp.WSCloseCode.GOING_AWAY
    await server.stop()
    again = Server(bench.dispatcher, bench.hub)
    await again.start(*ports)
    assert (again.rpc_port, again.ws_port) == ports
    await again.stop()


async def test_stopping_is_bounded_whatever_clients_do(bench: Bench) -> None:
    """A client that answers no close frame does not hold it up."""
    server = Server(bench.dispatcher, bench.hub)
    await server.start()
    _reader, writer = await handshake(server)
    async with asyncio.timeout(5):
        await server.stop()
    writer.close()


async def test_stopping_does_not_wait_for_full_buffers(bench: Bench) -> None:
    """A client with megabytes unread is dropped when its close frame cannot be sent."""
    bench.ledger.set_account(LARGE)
    server = Server(bench.dispatcher, bench.hub)
    await server.start()
    _reader, writer = await handshake(server)
    writer.write(frame(LARGE_WRITES))
    await until(lambda: len(bench.hub) == 1)
    for number in range(80):
        bench.pay(address(2), SOL + number)
        await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await server.stop()
    assert len(bench.hub) == 0
    writer.close()


class _Pipe(asyncio.Transport):
    """Takes what is written; ``waiting`` is what its other end has not read."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.waiting = 0
        self.closing = False

    def is_closing(self) -> bool:
        return self.closing

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def write(self, data: Any) -> None:
        self.written.append(data)

    def abort(self) -> None:
        self.closing = True


@pytest.mark.parametrize(
    ("size", "head"),
    [(5, b"\x81\x05"), (300, b"\x81\x7e\x01\x2c"), (70_000, b"\x81\x7f" + (70_000).to_bytes(8, "big"))],
    ids=["short", "usual", "long"],
)
async def test_a_message_is_one_text_frame(size: int, head: bytes) -> None:
    """Unmasked, with its length in the shortest form."""
    pipe = _Pipe()
    client = _Client(pipe, 1 << 20)
    client.outbox.put(bytes(size))
    await asyncio.sleep(0)
    assert pipe.written == [head + bytes(size)]


async def test_what_waits_goes_out_in_one_write() -> None:
    """All that came since the last turn of the loop; nothing after the client was closed."""
    pipe = _Pipe()
    client = _Client(pipe, 1 << 20)
    for _ in range(3):
        client.outbox.put(b"news")
    await asyncio.sleep(0)
    assert pipe.written == [b"\x81\x04news" * 3]
    client.outbox.put(b"more")
    client.close()
    await asyncio.sleep(0)
    assert len(pipe.written) == 1


async def test_a_full_socket_is_left_to_drain() -> None:
    """What its client has not read stays in the outbox, and goes out once there is room."""
    pipe = _Pipe()
    client = _Client(pipe, 1 << 20)
    pipe.waiting = WRITE_AHEAD_BYTES + 1
    client.outbox.put(b"news")
    await asyncio.sleep(0)
    assert pipe.written == []
    pipe.waiting = 0
    await until(lambda: pipe.written == [b"\x81\x04news"])
    for _ in range(3):
        client.outbox.put(bytes(WRITE_AHEAD_BYTES))
    await until(lambda: len(pipe.written) == 4)


async def test_a_client_gone_in_the_middle_gets_nothing() -> None:
    """A broken connection is no error of the server's."""
    pipe = _Pipe()
    client = _Client(pipe, 1_000)
    pipe.closing = True
    client.outbox.put(b"news")
    await asyncio.sleep(0)
    assert pipe.written == []


async def test_a_taken_port_is_named(server: Server, bench: Bench) -> None:
    """Either port; what was opened is closed again."""
    for ports in ((server.rpc_port, 0), (0, server.rpc_port)):
        other = Server(bench.dispatcher, bench.hub)
        with pytest.raises(UnavailableError, match=f"port {server.rpc_port} is taken"):
            await other.start(*ports)
        if other.rpc_port:
            with pytest.raises(OSError, match=r"refused|Connect"):
                await asyncio.open_connection(HOST, other.rpc_port)


async def test_the_second_port_falls_back(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the port above the first is taken, any other serves."""
    first = Server(bench.dispatcher, bench.hub)
    await first.start()
    second = Server(bench.dispatcher, bench.hub)
    from sniperforge.localnet import server as module

    real = module._listen
    calls: list[int] = []

    async def listen(runner: Any, port: int) -> int:
        calls.append(port)
        return await real(runner, first.rpc_port if len(calls) == 2 else port)

    monkeypatch.setattr(module, "_listen", listen)
    await second.start()
    assert calls == [0, second.rpc_port + 1, 0]
    await second.stop()
    await first.stop()


async def test_only_loopback_is_served(server: Server) -> None:
    """Never another interface."""
    assert HOST == "127.0.0.1"
    assert server._runner is not None
    assert {host for host, _ in server._runner.addresses} == {"127.0.0.1"}
