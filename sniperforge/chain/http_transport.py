"""JSON-RPC bodies over HTTP: the one module that knows httpx. No JSON-RPC here, no retries.

The connection pool is used below ``httpx.AsyncClient``: the client logs whole URLs, keys included, and
costs more per request than the request itself. Processes that stay use ``aiohttp_transport``, which loads
more slowly and asks faster.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

from sniperforge.chain.http_endpoint import (
    ANSWERED,
    IDLE_SECONDS,
    MAX_REPLY_BYTES,
    endpoint_of,
    request_headers,
)
from sniperforge.errors import ConfigError

# httpx loads its own command line, and rich with it, where that is installed: 100 ms of every short command.
# A module that is None counts as not installed, which httpx provides for.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
import httpx  # noqa: E402 (after the line above)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sniperforge.chain.http_endpoint import HttpEndpoint


class HttpTransport:
    """Posts request bodies to one endpoint over kept-alive connections.

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
        self._url = _parsed(url, self._endpoint)
        self._headers = httpx.Headers(
            {"host": self._url.netloc.decode(), **request_headers(url, headers)},
        )
        step = {"connect": connect_timeout, "pool": connect_timeout, "read": timeout, "write": timeout}
        self._extensions: dict[str, Any] = {"timeout": step}
        self._connections = connections
        self._proxy = proxy
        self._pool: httpx.AsyncHTTPTransport | None = None
        self._closed = False

    def __repr__(self) -> str:
        return f"HttpTransport({self._endpoint.name})"

    async def post(self, payload: bytes) -> bytes:
        """Send ``payload`` and return the reply's body.

        Raises:
            UnavailableError: unreachable, timed out, rate limited, too long, no answer in HTTP, or not JSON.
                ``details`` holds ``endpoint`` and, when known, ``http_status`` and ``retry_after`` (seconds).
        """
        endpoint = self._endpoint
        if self._closed:
            raise endpoint.closed()
        pool = self._opened()
        request = httpx.Request(
            "POST", self._url, headers=self._headers, content=payload, extensions=self._extensions
        )
        try:
            async with asyncio.timeout(endpoint.timeout):
                return await self._exchange(pool, request)
        except (httpx.ConnectTimeout, httpx.PoolTimeout):
            raise endpoint.unconnected() from None
        except (TimeoutError, httpx.TimeoutException):
            raise endpoint.unanswered() from None
        except httpx.ConnectError as error:
            raise endpoint.unreachable(error) from None
        except (httpx.HTTPError, RuntimeError) as error:
            raise endpoint.broken(error) from None

    async def aclose(self) -> None:
        """Release connections. Safe to call twice."""
        self._closed = True
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.aclose()

    def _opened(self) -> httpx.AsyncHTTPTransport:
        """The pool, made by the first request: certificates take 50 ms to load, and not all are asked."""
        if self._pool is None:
            self._pool = httpx.AsyncHTTPTransport(
                limits=httpx.Limits(
                    max_connections=self._connections,
                    max_keepalive_connections=self._connections,
                    keepalive_expiry=IDLE_SECONDS,
                ),
                proxy=self._proxy,
                verify=self._url.scheme == "https",
            )
        return self._pool

    async def _exchange(self, pool: httpx.AsyncHTTPTransport, request: httpx.Request) -> bytes:
        response = await pool.handle_async_request(request)
        try:
            if self._heard is not None:
                self._heard(response.headers)
            if response.status_code not in ANSWERED:
                raise self._endpoint.refusal(response.status_code, response.headers)
            body = await self._body(response)
        finally:
            await response.aclose()
        return self._endpoint.checked(body, response.headers, response.status_code)

    async def _body(self, response: httpx.Response) -> bytes:
        parts: list[bytes] = []
        size = 0
        async for part in response.aiter_bytes():
            size += len(part)
            self._endpoint.check_size(size)
            parts.append(part)
        return b"".join(parts)


def _parsed(url: str, endpoint: HttpEndpoint) -> httpx.URL:
    try:
        return httpx.URL(url)
    except httpx.InvalidURL:
        raise ConfigError(f"{endpoint.name} is not a URL") from None
