"""HTTP and WebSocket on loopback over a dispatcher and a hub. Both ports speak both protocols."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from aiohttp import WSCloseCode, WSMsgType, web

from sniperforge.errors import UnavailableError
from sniperforge.localnet.faults.rate import RateWindow
from sniperforge.localnet.faults.switch import Faults
from sniperforge.localnet.faults.wire import faulty_answer
from sniperforge.localnet.port_holder import port_taken
from sniperforge.localnet.pubsub.outbox import MAX_QUEUED_BYTES, Outbox
from sniperforge.localnet.pubsub.session import Session
from sniperforge.localnet.service.client import CONTROL_HEADER

if TYPE_CHECKING:
    from aiohttp import StreamReader
    from aiohttp.abc import AbstractStreamWriter
    from aiohttp.http import RawRequestMessage
    from aiohttp.web_protocol import RequestHandler

    from sniperforge.localnet.faults.dice import FaultDice
    from sniperforge.localnet.pubsub.hub import Hub
    from sniperforge.localnet.rpc.dispatcher import Dispatcher

HOST: Final = "127.0.0.1"
MAX_BODY_BYTES: Final = 50 * 1024
"""Of a request; a validator's ``MAX_REQUEST_BODY_SIZE``."""

MAX_FRAME_BYTES: Final = 1024 * 1024
CLOSE_SECONDS: Final = 1.0

WRITE_AHEAD_BYTES: Final = 64 * 1024
"""Handed to a socket that has not taken them yet; what is beyond waits in the outbox, which is bounded."""

FULL_PAUSE_SECONDS: Final = 0.005

_CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, GET, OPTIONS",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}
_NOT_JSON: Final = "Supplied content type is not allowed. Content-Type: application/json is required\n"
_REFUSED: Final = {"Allow": "POST, GET, OPTIONS", **_CORS}


class Server:
    """Listens on two loopback ports; web3.js expects PubSub one port above JSON-RPC.

    Args:
        dispatcher: answers JSON-RPC.
        hub: keeps subscriptions.
        queue_bytes: what may wait for one WebSocket client before it is cut.
        faults: make replies and connections fail.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        hub: Hub,
        *,
        queue_bytes: int = MAX_QUEUED_BYTES,
        faults: Faults | None = None,
    ) -> None:
        self._dispatcher = dispatcher
        self._hub = hub
        self._queue_bytes = queue_bytes
        self._faults = faults or Faults()
        self._faults.on_change.append(self._arm)
        self._window = RateWindow()
        self._sockets: dict[web.WebSocketResponse, _Client] = {}
        self._runner: web.ServerRunner | None = None
        self.rpc_port = 0
        self.ws_port = 0

    async def start(self, rpc_port: int = 0, ws_port: int = 0) -> None:
        """Open both ports; 0 takes a free one, the second right above the first where possible.

        Raises:
            UnavailableError: a port is taken; says by whom when that can be seen.
        """
        listener = web.Server(self._handle, request_factory=_request, access_log=None)
        runner = web.ServerRunner(listener, shutdown_timeout=CLOSE_SECONDS)
        await runner.setup()
        self._runner = runner
        try:
            self.rpc_port = await _listen(runner, rpc_port)
            self.ws_port = await _listen_above(runner, ws_port, self.rpc_port)
        except UnavailableError:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Close every connection with a close frame and free the ports; bounded. Safe to call twice."""
        runner, self._runner = self._runner, None
        if runner is None:
            return
        for site in runner.sites:
            await site.stop()
        async with asyncio.TaskGroup() as closing:
            for socket, client in self._sockets.items():
                closing.create_task(_close(socket, client.transport))
        await runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.method == "POST" and request.content_type != "application/json":
            return web.Response(status=415, text=_NOT_JSON, headers=_CORS)
        if request.method == "POST":
            if (dice := self._faults.dice) is not None and CONTROL_HEADER not in request.headers:
                return await faulty_answer(request, dice, self._window, self._work, _CORS)
            reply = await self._work(await request.read())
            return web.Response(body=reply, content_type="application/json", headers=_CORS)
        if request.method == "OPTIONS":
            return web.Response(status=204, headers=_CORS)
        if request.method == "GET" and request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._socket(request)
        if request.method == "GET" and request.path == "/health":
            return web.Response(text="ok", headers=_CORS)
        return web.Response(status=405, text="POST a JSON-RPC request\n", headers=_REFUSED)

    async def _work(self, body: bytes) -> bytes:
        pieces: list[bytes] = []
        for piece in self._dispatcher.pieces(body):
            if pieces:
                await asyncio.sleep(0)  # slots and other clients come between the requests of a batch
            pieces.append(piece)
        return b"".join(pieces)

    async def _socket(self, request: web.BaseRequest) -> web.StreamResponse:
        socket = web.WebSocketResponse(
            compress=False, max_msg_size=MAX_FRAME_BYTES, timeout=CLOSE_SECONDS / 2
        )
        if not socket.can_prepare(request) or request.transport is None:
            return web.Response(status=400, text="not a WebSocket handshake\n", headers=_CORS)
        await socket.prepare(request)
        client = _Client(request.transport, self._queue_bytes)
        session = Session(self._hub, client.outbox)
        self._sockets[socket] = client
        client.arm(self._faults.dice)
        try:
            await _read(socket, session)
        finally:
            del self._sockets[socket]
            client.close()
            session.close()
        return socket

    def _arm(self) -> None:
        for client in self._sockets.values():
            client.arm(self._faults.dice)


def _request(
    message: RawRequestMessage,
    payload: StreamReader,
    protocol: RequestHandler,
    writer: AbstractStreamWriter,
    task: asyncio.Task[None],
) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=MAX_BODY_BYTES)


class _Client:
    """The sending side of one WebSocket; a client that was cut is dropped at once, for it reads nothing.

    Frames are made here and joined, one write for all that waits: a task for each client and a write for each
    message would cost more than everything else about a notification.
    """

    def __init__(self, transport: asyncio.Transport, queue_bytes: int) -> None:
        self.transport = transport
        self._loop = asyncio.get_running_loop()
        self._due: asyncio.Handle | None = None
        self._silent = False
        self._timers: list[asyncio.TimerHandle] = []
        self.outbox = Outbox(self._wake, queue_bytes)

    def arm(self, dice: FaultDice | None) -> None:
        """Set when this connection is cut or falls silent, counted from now; ``None`` lets it live."""
        for timer in self._timers:
            timer.cancel()
        self._timers, self._silent = [], False
        if dice is None:
            return
        plan = dice.plan
        if plan.ws_cut_ms:
            self._timers.append(self._loop.call_later(plan.ws_cut_ms / 1_000, self.transport.abort))
        if dice.falls_silent():
            self._timers.append(self._loop.call_later(plan.ws_silence_ms / 1_000, self._fall_silent))

    def close(self) -> None:
        """Send nothing more."""
        self.arm(None)
        if self._due is not None:
            self._due.cancel()

    def _fall_silent(self) -> None:
        self._silent = True

    def _wake(self) -> None:
        if self.outbox.cut:
            self.transport.abort()
        elif self._due is None:
            self._due = self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._due = None
        if self.transport.is_closing():
            return
        if self.transport.get_write_buffer_size() > WRITE_AHEAD_BYTES:
            self._due = self._loop.call_later(FULL_PAUSE_SECONDS, self._flush)
            return
        frames: list[bytes] = []
        size = 0
        while size < WRITE_AHEAD_BYTES and (message := self.outbox.take()) is not None:
            frames.append(_frame(message))
            size += len(message)
        if frames and not self._silent:
            self.transport.write(b"".join(frames))
        if size >= WRITE_AHEAD_BYTES:
            self._due = self._loop.call_soon(self._flush)


def _frame(message: bytes) -> bytes:
    """A server's whole text frame (RFC 6455, section 5.2)."""
    size = len(message)
    if size < 126:
        return b"\x81%c%b" % (size, message)
    if size < 65_536:
        return b"\x81\x7e%b%b" % (size.to_bytes(2, "big"), message)
    return b"\x81\x7f%b%b" % (size.to_bytes(8, "big"), message)


async def _read(socket: web.WebSocketResponse, session: Session) -> None:
    async for message in socket:
        if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
            session.handle(message.data)


async def _listen(runner: web.ServerRunner, port: int) -> int:
    try:
        await web.TCPSite(runner, HOST, port).start()
    except OSError as error:
        raise port_taken(HOST, port, error) from None
    return int(runner.addresses[-1][1])


async def _listen_above(runner: web.ServerRunner, port: int, below: int) -> int:
    if port or below >= 65_535:
        return await _listen(runner, port)
    try:
        return await _listen(runner, below + 1)
    except UnavailableError:
        return await _listen(runner, 0)


async def _close(socket: web.WebSocketResponse, transport: asyncio.Transport) -> None:
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await socket.close(code=WSCloseCode.GOING_AWAY, message=b"the network stops")
    except TimeoutError:
        transport.abort()
