"""JSON-RPC bodies over plain HTTP to a node on this machine: no TLS, no proxy, no compression.

Loading an HTTP library takes a short command longer than everything that it asks, and on loopback its work
is most of what a request costs. Other endpoints need one: ``http_transport``, ``aiohttp_transport``.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from sniperforge.chain.http_endpoint import ANSWERED, MAX_REPLY_BYTES, endpoint_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_HOSTS: Final = frozenset({"127.0.0.1", "::1", "localhost"})

_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def is_local(url: str) -> bool:
    """Whether ``url`` is plain HTTP to this machine."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in _HOSTS


class PlainHttpTransport:
    """Posts request bodies over kept-alive connections, one at a time on each.

    Args:
        url: of a node on this machine, see :func:`is_local`.
        timeout: seconds for one whole request, waiting for a free connection included.
        connections: how many are open at most.
        heard: told the headers of every reply.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 10.0,
        connections: int = 1,
        heard: Callable[[Mapping[str, str]], None] | None = None,
    ) -> None:
        parts = urlsplit(url)
        self._endpoint = endpoint_of(url, timeout=timeout, connect_timeout=timeout, max_bytes=MAX_REPLY_BYTES)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._head = (
            f"POST {parts.path or '/'}{'?' + parts.query if parts.query else ''} HTTP/1.1\r\n"
            f"Host: {parts.netloc.rpartition('@')[2]}\r\nContent-Type: application/json\r\n"
            "User-Agent: sniperforge\r\nContent-Length: "
        ).encode()
        self._room = asyncio.Semaphore(connections)
        self._idle: list[_Streams] = []
        self._heard = heard
        self._closed = False

    def __repr__(self) -> str:
        return f"PlainHttpTransport({self._endpoint.name})"

    async def post(self, payload: bytes) -> bytes:
        """Send ``payload`` and return the reply's body.

        Raises:
            UnavailableError: unreachable, timed out, rate limited, too long, no answer in HTTP, or not JSON.
                ``details`` holds ``endpoint`` and, when known, ``http_status`` and ``retry_after`` (seconds).
        """
        endpoint = self._endpoint
        try:
            async with asyncio.timeout(endpoint.timeout), self._room:
                return await self._exchange(payload)
        except TimeoutError:
            raise endpoint.unanswered() from None
        except OSError as error:
            raise endpoint.unreachable(error.strerror or error) from None
        except (EOFError, ValueError, LookupError, asyncio.LimitOverrunError):
            raise endpoint.unavailable("the exchange broke off, or is no HTTP") from None

    async def aclose(self) -> None:
        """Close the connections. Safe to call twice."""
        self._closed = True
        idle, self._idle = self._idle, []
        for _, writer in idle:
            writer.close()
        for _, writer in idle:
            with suppress(OSError):
                await writer.wait_closed()

    async def _exchange(self, payload: bytes) -> bytes:
        reader, writer = await self._connected()
        keep = False  # what is left of this reply must not be taken for the next one's
        try:
            writer.write(self._head + b"%d\r\n\r\n" % len(payload) + payload)
            await writer.drain()
            status, headers = _head_of(await reader.readuntil(b"\r\n\r\n"))
            if self._heard is not None:
                self._heard(headers)
            body = await self._body(reader, headers)
            keep = headers.get("connection", "").lower() != "close" and not self._closed
        finally:
            if keep:
                self._idle.append((reader, writer))
            else:
                writer.close()
        if status not in ANSWERED:
            raise self._endpoint.refusal(status, headers)
        return self._endpoint.checked(body, headers, status)

    async def _connected(self) -> _Streams:
        """A connection: the one used last that the node has not closed since, else a new one."""
        if self._closed:
            raise self._endpoint.closed()
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        return await asyncio.open_connection(self._host, self._port)

    async def _body(self, reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return await reader.readexactly(self._bounded(int(headers.get("content-length", "0"))))
        parts: list[bytes] = []
        size = 0
        while length := int((await reader.readuntil(b"\r\n")).partition(b";")[0], 16):
            size = self._bounded(size + length)
            parts.append(await reader.readexactly(length))
            await reader.readexactly(2)
        await reader.readuntil(b"\r\n")
        return b"".join(parts)

    def _bounded(self, size: int) -> int:
        self._endpoint.check_size(size)
        return size


def _head_of(raw: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = raw.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return int(first.split(" ", 2)[1]), {name.strip().lower(): value.strip() for name, _, value in pairs}
