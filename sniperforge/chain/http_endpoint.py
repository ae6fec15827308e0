"""What every HTTP transport checks and says: bounds, headers, an error for each way to fail. No I/O here."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote_to_bytes, urlsplit

from sniperforge.chain.endpoint import masked
from sniperforge.errors import ConfigError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_REPLY_BYTES: Final = 10 * 1024 * 1024
IDLE_SECONDS: Final = 120.0
"""An idle connection is kept this long: a new one costs three round trips when a pool appears."""

ANSWERED: Final = frozenset({200, 400})
"""Statuses whose body is read: some servers send a JSON-RPC error with HTTP 400."""

_JSON_STARTS: Final = (b"{", b"[")


@dataclass(frozen=True, slots=True)
class HttpEndpoint:
    """One endpoint, and how long and how much is waited for.

    Attributes:
        name: how it may be shown: its host only.
        timeout: seconds for one whole request.
        connect_timeout: seconds to reach it, and to wait for a free connection.
        max_bytes: a reply longer than this is refused, counted after decompression.
    """

    name: str
    timeout: float
    connect_timeout: float
    max_bytes: int

    def checked(self, body: bytes, headers: Mapping[str, str], status: int = 200) -> bytes:
        """``body``, if it may be JSON. Raises ``UnavailableError``; what came instead is not quoted."""
        if body.lstrip()[:1].startswith(_JSON_STARTS):
            return body
        if status != 200:
            raise self.refusal(status, headers)
        content_type = headers.get("content-type")
        kind = (content_type or "no content type")[:60]
        raise self.unavailable(f"it answered with something that is not JSON ({kind})")

    def check_size(self, size: int) -> None:
        """Raise ``UnavailableError`` when a reply has become too long."""
        if size > self.max_bytes:
            raise self.unavailable(f"its reply is longer than {self.max_bytes} bytes")

    def refusal(self, status: int, headers: Mapping[str, str]) -> UnavailableError:
        """A status other than 200: ``details`` holds ``http_status`` and, when told, ``retry_after`` (s)."""
        details: dict[str, Any] = {"http_status": status}
        hint = ""
        wait = retry_after(headers)
        if wait is not None:
            details["retry_after"] = wait
        if status == 429:
            hint = "it limits our rate: slow down or use another endpoint"
        if status in (401, 403):
            hint = "check the endpoint's API key"
        return self.unavailable(f"it answered HTTP {status}", hint, details)

    def closed(self) -> UnavailableError:
        """A request after the transport's end."""
        return self.unavailable("its transport is closed")

    def unreachable(self, why: object) -> UnavailableError:
        """No connection came about."""
        forged = "certificate" in str(why).lower()
        hint = "nobody vouches for its certificate: check the URL, and this machine's clock" if forged else ""
        return self.unavailable(f"no connection: {why}", hint)

    def unconnected(self) -> UnavailableError:
        """No connection in time."""
        return self.unavailable(f"no connection within {self.connect_timeout:g} s")

    def unanswered(self) -> UnavailableError:
        """No whole reply in time."""
        return self.unavailable(f"no answer within {self.timeout:g} s")

    def broken(self, error: Exception) -> UnavailableError:
        """Anything else; only the kind of ``error`` is shown, for its text may hold the URL."""
        return self.unavailable(f"the exchange broke off: {type(error).__name__}")

    def unavailable(
        self, what: str, hint: str = "", details: Mapping[str, Any] | None = None
    ) -> UnavailableError:
        """An error that names the endpoint in its text and in its ``details``."""
        facts = {"endpoint": self.name, **(details or {})}
        return UnavailableError(f"{self.name}: {what}", hint=hint, details=facts)


def endpoint_of(url: str, *, timeout: float, connect_timeout: float, max_bytes: int) -> HttpEndpoint:
    """The endpoint behind ``url``.

    Raises:
        ConfigError: it is no ``http`` or ``https`` URL.
    """
    name = masked(url)
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna")
        usable = parts.scheme in ("http", "https") and host and parts.port != 0
    except ValueError:
        raise ConfigError(f"{name} is not a URL") from None
    if not usable:
        raise ConfigError(f"{name} is not an http or https URL")
    return HttpEndpoint(name, timeout, connect_timeout, max_bytes)


def without_user(url: str) -> str:
    """``url`` without its user part, which :func:`request_headers` sends."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def request_headers(url: str, further: Mapping[str, str] | None) -> dict[str, str]:
    """Headers of every request: JSON, gzip, our name, and the user part of ``url`` as basic authorization."""
    headers = {
        "content-type": "application/json",
        "accept-encoding": "gzip",
        "user-agent": "sniperforge",
    }
    user, at, _ = urlsplit(url).netloc.rpartition("@")
    if at:
        headers["authorization"] = f"Basic {b64encode(unquote_to_bytes(user)).decode()}"
    return {**headers, **(further or {})}


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
