"""JSON-RPC bodies over HTTP: the one module that knows httpx. No JSON-RPC here, no retries.

The connection pool is used below ``httpx.AsyncClient``: the client logs whole URLs, keys included, and
costs more per request than the request itself.
"""

from __future__ import annotations

import asyncio
import sys
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

from sniperforge.chain.endpoint import masked
from sniperforge.errors import ConfigError, UnavailableError

# httpx loads its own command line, and rich with it, where that is installed: 100 ms of every short command.
# A module that is None counts as not installed, which httpx provides for.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
import httpx  # noqa: E402 (after the line above)

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_REPLY_BYTES: Final = 10 * 1024 * 1024
_IDLE_SECONDS: Final = 120.0
"""An idle connection is kept this long: a new one costs three round trips when a pool appears."""
_JSON_STARTS: Final = (b"{", b"[")


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
    ) -> None:
        self._name = masked(url)
        self._url = _parsed(url, self._name)
        self._timeout = timeout
        self._connect_timeout = connect_timeout
        self._max_bytes = max_bytes
        self._headers = httpx.Headers(
            {
                "host": self._url.netloc.decode(),
                "content-type": "application/json",
                "accept-encoding": "gzip",
                "user-agent": "sniperforge",
                **(headers or {}),
            }
        )
        step = {"connect": connect_timeout, "pool": connect_timeout, "read": timeout, "write": timeout}
        self._extensions: dict[str, Any] = {"timeout": step}
        secure = self._url.scheme == "https"  # loading certificates takes 50 ms: only where there are some
        self._pool: httpx.AsyncHTTPTransport | None = httpx.AsyncHTTPTransport(
            limits=httpx.Limits(
                max_connections=connections,
                max_keepalive_connections=connections,
                keepalive_expiry=_IDLE_SECONDS,
            ),
            proxy=proxy,
            verify=secure,
        )

    def __repr__(self) -> str:
        return f"HttpTransport({self._name})"

    async def post(self, payload: bytes) -> bytes:
        """Send ``payload`` and return the reply's body.

        Raises:
            UnavailableError: unreachable, timed out, rate limited, too long, not an HTTP 200 or not JSON.
                ``details`` holds ``endpoint`` and, when known, ``http_status`` and ``retry_after`` (seconds).
        """
        pool = self._pool
        if pool is None:
            raise self._unavailable("its transport is closed")
        request = httpx.Request(
            "POST", self._url, headers=self._headers, content=payload, extensions=self._extensions
        )
        try:
            async with asyncio.timeout(self._timeout):
                return await self._exchange(pool, request)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise self._unavailable(self._overdue(error)) from None
        except httpx.ConnectError as error:
            raise self._unavailable(f"no connection: {error}") from None
        except (httpx.HTTPError, RuntimeError) as error:
            raise self._unavailable(f"the exchange broke off: {type(error).__name__}") from None

    async def aclose(self) -> None:
        """Release connections. Safe to call twice."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.aclose()

    async def _exchange(self, pool: httpx.AsyncHTTPTransport, request: httpx.Request) -> bytes:
        response = await pool.handle_async_request(request)
        try:
            if response.status_code != 200:
                raise self._refusal(response)
            body = await self._body(response)
        finally:
            await response.aclose()
        if not body.lstrip()[:1].startswith(_JSON_STARTS):
            kind = response.headers.get("content-type", "no content type")[:60]
            raise self._unavailable(f"it answered with something that is not JSON ({kind})")
        return body

    async def _body(self, response: httpx.Response) -> bytes:
        parts: list[bytes] = []
        size = 0
        async for part in response.aiter_bytes():
            size += len(part)
            if size > self._max_bytes:
                raise self._unavailable(f"its reply is longer than {self._max_bytes} bytes")
            parts.append(part)
        return b"".join(parts)

    def _refusal(self, response: httpx.Response) -> UnavailableError:
        status = response.status_code
        details: dict[str, Any] = {"http_status": status}
        hint = ""
        wait = retry_after(response.headers)
        if wait is not None:
            details["retry_after"] = wait
        if status == 429:
            hint = "it limits our rate: slow down or use another endpoint"
        if status in (401, 403):
            hint = "check the endpoint's API key"
        return self._unavailable(f"it answered HTTP {status}", hint, details)

    def _overdue(self, error: Exception) -> str:
        if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
            return f"no connection within {self._connect_timeout:g} s"
        return f"no answer within {self._timeout:g} s"

    def _unavailable(
        self, what: str, hint: str = "", details: Mapping[str, Any] | None = None
    ) -> UnavailableError:
        facts = {"endpoint": self._name, **(details or {})}
        return UnavailableError(f"{self._name}: {what}", hint=hint, details=facts)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The ``Retry-After`` header in seconds from the reply's own ``Date``; ``None`` when absent or unusable.

    Both forms of RFC 9110 section 10.2.3 are read: a number of seconds, and an HTTP date.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError):
        return None
    return max(0.0, wait.total_seconds())


def _parsed(url: str, name: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        raise ConfigError(f"{name} is not a URL") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ConfigError(f"{name} is not an http or https URL")
    return parsed
