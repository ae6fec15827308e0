"""JSON-RPC bodies over HTTP for processes that stay: aiohttp asks in a third of the time of httpx.

No JSON-RPC here, no retries. Short commands use ``http_transport``, which loads faster.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp

from sniperforge.chain.http_endpoint import (
    ANSWERED,
    IDLE_SECONDS,
    MAX_REPLY_BYTES,
    endpoint_of,
    request_headers,
    without_user,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class AiohttpTransport:
    """Posts request bodies to one endpoint over kept-alive connections, as ``HttpTransport`` does.

    Args:
        url: the endpoint, ``http`` or ``https``; only its host is ever shown.
        timeout: seconds for one whole request.
        connect_timeout: seconds to reach the endpoint, and to wait for a free connection.
        max_bytes: a reply longer than this is refused, counted after decompression.
        connections: how many connections are open at most.
        headers: further request headers.
        proxy: URL of an HTTP proxy.
        heard: called with the headers of each reply, whatever its status.

    Raises:
        ConfigError: ``url`` is no HTTP URL.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 10.0,
        connect_timeout: float = 3.0,
        max_bytes: int = MAX_REPLY_BYTES,
        connections: int = 32,
        headers: Mapping[str, str] | None = None,
        proxy: str | None = None,
        heard: Callable[[Mapping[str, str]], None] | None = None,
    ) -> None:
        self._heard = heard
        self._endpoint = endpoint_of(
            url, timeout=timeout, connect_timeout=connect_timeout, max_bytes=max_bytes
        )
        self._url = without_user(url)
        self._headers = request_headers(url, headers)
        self._connections = connections
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    def __repr__(self) -> str:
        return f"AiohttpTransport({self._endpoint.name})"

    async def post(self, payload: bytes) -> bytes:
        """Send ``payload`` and return the reply's body.

        Raises:
            UnavailableError: unreachable, timed out, rate limited, too long, no answer in HTTP, or not JSON.
                ``details`` holds ``endpoint`` and, when known, ``http_status`` and ``retry_after`` (seconds).
        """
        endpoint = self._endpoint
        try:
            async with asyncio.timeout(endpoint.timeout):
                return await self._exchange(payload)
        except aiohttp.ConnectionTimeoutError:
            raise endpoint.unconnected() from None
        except TimeoutError:
            raise endpoint.unanswered() from None
        except aiohttp.ClientConnectorError as error:
            raise endpoint.unreachable(error.os_error) from None
        except (aiohttp.ClientError, OSError, RuntimeError) as error:
            raise endpoint.broken(error) from None

    async def aclose(self) -> None:
        """Release connections. Safe to call twice."""
        self._closed = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _exchange(self, payload: bytes) -> bytes:
        endpoint = self._endpoint
        async with self._opened().post(self._url, data=payload, allow_redirects=False) as response:
            if self._heard is not None:
                self._heard(response.headers)
            if response.status not in ANSWERED:
                raise endpoint.refusal(response.status, response.headers)
            body = await self._body(response)
        return endpoint.checked(body, response.headers, response.status)

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        parts: list[bytes] = []
        size = 0
        async for part in response.content.iter_any():
            size += len(part)
            self._endpoint.check_size(size)
            parts.append(part)
        return b"".join(parts)

    def _opened(self) -> aiohttp.ClientSession:
        """The session, made by the first request: it belongs to that request's event loop."""
        if self._closed:
            raise self._endpoint.closed()
        if self._session is None:
            patience = self._endpoint.connect_timeout
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=IDLE_SECONDS),
                headers=self._headers,
                timeout=aiohttp.ClientTimeout(total=None, connect=patience, sock_connect=patience),
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("accept",),
                proxy=self._proxy,
            )
        return self._session
