"""A loopback WebSocket node: it answers subscriptions, and fails in every way that a test asks for."""

from __future__ import annotations

import itertools
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import msgspec
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from websockets.asyncio.server import ServerConnection


class ScriptedPubSub:
    """Accepts every subscription of a known method; ids are new on each connection.

    Attributes:
        port: where it listens on 127.0.0.1.
        requests: every message received, decoded, in order.
        active: method by subscription id on the newest connection.
        connections: how many were opened.
        refusals: by method, the ``error`` member of its answer.
        mute: leave requests unanswered.
        before_answer: a notification's result to send before the answer to its subscription.
    """

    def __init__(self) -> None:
        self.port = 0
        self.requests: list[dict[str, Any]] = []
        self.active: dict[int, str] = {}
        self.connections = 0
        self.refusals: dict[str, Any] = {"bogusSubscribe": {"code": -32601, "message": "Method not found"}}
        self.mute = False
        self.before_answer: Any = None
        self._ids = itertools.count(1000)
        self._socket: ServerConnection | None = None

    @property
    def url(self) -> str:
        """The endpoint, with a key in its path and query that must never be shown."""
        return f"ws://127.0.0.1:{self.port}/SECRET/path?api-key=SECRET"

    def ids(self, method: str) -> list[int]:
        """Subscription ids of ``method`` on the newest connection."""
        return [number for number, known in self.active.items() if known == method]

    def asked(self, method: str) -> list[dict[str, Any]]:
        """Requests of ``method``, in order."""
        return [request for request in self.requests if request["method"] == method]

    async def notify(self, method: str, result: Any) -> None:
        """Send a notification to every subscription of ``method``."""
        for number in self.ids(method):
            await self.send(notification(method, number, result))

    async def send(self, message: bytes | list[bytes]) -> None:
        """Send a text message; a list goes out as fragments."""
        assert self._socket is not None
        await self._socket.send(message, text=True)

    async def pong(self) -> None:
        """Send a pong that nobody asked for."""
        assert self._socket is not None
        await self._socket.pong()

    def cut(self) -> None:
        """Break the connection without a good-bye."""
        assert self._socket is not None
        self._socket.transport.abort()

    async def close(self, code: int = 1001) -> None:
        """Close the connection with a good-bye."""
        assert self._socket is not None
        await self._socket.close(code)

    async def handle(self, socket: ServerConnection) -> None:
        """Serve one connection until it ends."""
        self.connections += 1
        self._socket = socket
        self.active = {}
        try:
            async for message in socket:
                await self._one(socket, msgspec.json.decode(message))
        except ConnectionClosed:
            return

    async def _one(self, socket: ServerConnection, request: dict[str, Any]) -> None:
        self.requests.append(request)
        if self.mute:
            return
        method = request["method"]
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": request["id"]}
        if method in self.refusals:
            answer["error"] = self.refusals[method]
        elif method.endswith("Unsubscribe"):
            answer["result"] = self.active.pop(request["params"][0], None) is not None
        else:
            answer["result"] = number = next(self._ids)
            self.active[number] = method
            if self.before_answer is not None and method != "slotSubscribe":
                await socket.send(notification(method, number, self.before_answer), text=True)
        await socket.send(msgspec.json.encode(answer), text=True)


def notification(method: str, number: int, result: Any) -> bytes:
    """A notification as a node writes it; ``method`` is the subscription's."""
    name = f"{method.removesuffix('Subscribe')}Notification"
    params = {"result": result, "subscription": number}
    return msgspec.json.encode({"jsonrpc": "2.0", "method": name, "params": params})


@asynccontextmanager
async def scripted_pubsub() -> AsyncIterator[ScriptedPubSub]:
    """A running :class:`ScriptedPubSub`; it ends with the block."""
    node = ScriptedPubSub()
    async with serve(node.handle, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
        node.port = next(iter(server.sockets)).getsockname()[1]
        yield node
        node.mute = True
