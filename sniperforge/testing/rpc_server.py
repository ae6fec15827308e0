"""A loopback HTTP server that answers byte for byte as a test says: the failures that a fake cannot show."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from ssl import SSLContext

    Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class ScriptedHttp:
    """Each request takes the next reply; the last one stays.

    A reply is the bytes to write, or a callable from the request's body to them; ``None`` means silence.

    Attributes:
        port: where it listens on 127.0.0.1.
        bodies, heads: of every request, in order.
        connections: how many were opened.
        hang_up: close the connection after each reply.
    """

    def __init__(self) -> None:
        self.port = 0
        self.bodies: list[bytes] = []
        self.heads: list[bytes] = []
        self.connections = 0
        self.hang_up = False
        self._replies: list[bytes | Callable[[bytes], bytes] | None] = [None]

    @property
    def url(self) -> str:
        """The endpoint, with a key in its path and query that must never be shown."""
        return f"http://127.0.0.1:{self.port}/SECRET/path?api-key=SECRET"

    def reply(self, *replies: bytes | Callable[[bytes], bytes] | None) -> None:
        """Script the replies from now on."""
        self._replies = list(replies)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until it ends."""
        self.connections += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await self._one(reader, writer):
                pass
        writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        body = await reader.readexactly(_length(head))
        self.bodies.append(body)
        reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        if reply is None:
            await reader.read()
            return False
        writer.write(reply(body) if callable(reply) else reply)
        await writer.drain()
        return not self.hang_up


def http_reply(
    body: bytes, *, status: str = "200 OK", kind: str = "application/json", headers: tuple[str, ...] = ()
) -> bytes:
    """A whole HTTP/1.1 reply; ``headers`` are further lines."""
    lines = (f"HTTP/1.1 {status}", f"content-type: {kind}", f"content-length: {len(body)}", *headers)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@asynccontextmanager
async def scripted_http(ssl: SSLContext | None = None) -> AsyncIterator[ScriptedHttp]:
    """A running :class:`ScriptedHttp`, over TLS if given its context; it ends with the block."""
    server = ScriptedHttp()
    async with listening(server.handle, ssl) as port:
        server.port = port
        yield server


@asynccontextmanager
async def listening(handler: Handler, ssl: SSLContext | None = None) -> AsyncIterator[int]:
    """Serve TCP on a free loopback port and yield the port; connections end with the block."""
    tasks: set[asyncio.Task[None]] = set()

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await handler(reader, writer)
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            tasks.discard(task)

    server = await asyncio.start_server(connection, "127.0.0.1", 0, ssl=ssl)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        running = list(tasks)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await server.wait_closed()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0
