"""One request to a network on this machine, with the standard library alone."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

from sniperforge.errors import RpcError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

CONTROL_HEADER: Final = "X-SniperForge-Control"
"""What the network's own commands send: they get through whatever faults it has."""


def call(url: str, method: str, params: list[Any] | None = None, *, timeout_seconds: float = 5.0) -> Any:
    """The result of one request.

    Raises:
        UnavailableError: nothing answers there.
        RpcError: the network answered with an error.
    """
    parts = urlsplit(url)
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params or []})
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=timeout_seconds)
    try:
        connection.request("POST", "/", body, {"Content-Type": "application/json", CONTROL_HEADER: "1"})
        reply = json.loads(connection.getresponse().read())
        failure = reply.get("error")
    except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:
        raise UnavailableError(f"the network at {url} does not answer: {error}") from None
    finally:
        connection.close()
    if failure is not None:
        raise RpcError(failure["message"], rpc_code=failure["code"], data=failure.get("data"))
    return reply["result"]


def get_json(
    url: str,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    *,
    timeout_seconds: float = 5.0,
) -> tuple[int, Any]:
    """Status and document of one GET.

    Raises:
        UnavailableError: nothing answers there, or no JSON.
    """
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=timeout_seconds)
    try:
        connection.request("GET", f"{path}?{urlencode(query)}", headers=dict(headers))
        reply = connection.getresponse()
        return reply.status, json.loads(reply.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise UnavailableError(f"{url} does not answer: {error}") from None
    finally:
        connection.close()
