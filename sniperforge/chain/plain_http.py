"""JSON-RPC bodies over plain HTTP to a node on this machine: no TLS, no proxy, nothing to load first.

Loading an HTTP library takes a short command longer than everything that it asks. Other endpoints, and
processes that stay, use ``http_transport``.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from sniperforge.chain.endpoint import masked
from sniperforge.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_REPLY_BYTES: Final = 10 * 1024 * 1024
_HOSTS: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_JSON_STARTS: Final = (b"{", b"[")


def is_local(url: str) -> bool:
    """Whether ``url`` is plain HTTP to this machine."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in _HOSTS


class PlainHttpTransport:
    """Posts request bodies over one kept-alive connection, one at a time.

    Args:
        url: of a node on this machine, see :func:`is_local`.
        timeout: seconds for one whole request.
    """

    def __init__(self, url: str, *, timeout: float = 10.0) -> None:
        parts = urlsplit(url)
        self._name = masked(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._head = (
            f"POST {parts.path or '/'}{'?' + parts.query if parts.query else ''} HTTP/1.1\r\n"
            f"Host: {parts.netloc.rpartition('@')[2]}\r\nContent-Type: application/json\r\n"
            "User-Agent: sniperforge\r\nContent-Length: "
        ).encode()
        self._timeout = timeout
        self._turn = asyncio.Lock()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._closed = False

    def __repr__(self) -> str:
        return f"PlainHttpTransport({self._name})"

    async def post(self, payload: bytes) -> bytes:
        """Send ``payload`` and return the reply's body.

        Raises:
            UnavailableError: unreachable, timed out, too long, not an HTTP 200 or not JSON. ``details`` holds
                ``endpoint`` and, when known, ``http_status``.
        """
        async with self._turn:
            whole = False
            try:
                async with asyncio.timeout(self._timeout):
                    body = await self._exchange(payload)
                whole = True
                return body
            except TimeoutError:
                raise self._unavailable(f"no answer within {self._timeout:g} s") from None
            except OSError as error:
                raise self._unavailable(f"no connection: {error.strerror or error}") from None
            except (EOFError, ValueError, LookupError, asyncio.LimitOverrunError):
                raise self._unavailable("the exchange broke off, or is no HTTP") from None
            finally:
                if not whole:
                    self._drop()  # what is left of this reply must not be taken for the next one's

    async def aclose(self) -> None:
        """Close the connection. Safe to call twice."""
        self._closed = True
        streams = self._streams
        self._drop()
        if streams is not None:
            with suppress(OSError):
                await streams[1].wait_closed()

    async def _exchange(self, payload: bytes) -> bytes:
        reader, writer = await self._connected()
        writer.write(self._head + b"%d\r\n\r\n" % len(payload) + payload)
        await writer.drain()
        status, headers = _head_of(await reader.readuntil(b"\r\n\r\n"))
        body = await self._body(reader, headers)
        if headers.get("connection", "").lower() == "close":
            self._drop()
        if status != 200:
            raise self._unavailable(f"it answered HTTP {status}", {"http_status": status})
        if not body.lstrip()[:1].startswith(_JSON_STARTS):
            raise self._unavailable("it answered with something that is not JSON")
        return body

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._closed:
            raise self._unavailable("its transport is closed")
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        return self._streams

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
        if size > MAX_REPLY_BYTES:
            raise self._unavailable(f"its reply is longer than {MAX_REPLY_BYTES} bytes")
        return size

    def _drop(self) -> None:
        streams, self._streams = self._streams, None
        if streams is not None:
            streams[1].close()

    def _unavailable(self, what: str, facts: Mapping[str, int] | None = None) -> UnavailableError:
        return UnavailableError(f"{self._name}: {what}", details={"endpoint": self._name, **(facts or {})})


def _head_of(raw: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = raw.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return int(first.split(" ", 2)[1]), {name.strip().lower(): value.strip() for name, _, value in pairs}
