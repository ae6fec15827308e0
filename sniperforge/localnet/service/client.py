"""One JSON-RPC call to a network on this machine, with the standard library alone."""

from __future__ import annotations

import http.client
import json
from typing import Any, Final
from urllib.parse import urlsplit

from sniperforge.errors import RpcError, UnavailableError

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
