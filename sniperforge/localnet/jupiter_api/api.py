"""All endpoints: from a method, a path and a body to a status, headers and a body. No sockets."""

from __future__ import annotations

import inspect
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import msgspec

from sniperforge.localnet.jupiter_api.build_v2 import build_swap
from sniperforge.localnet.jupiter_api.context import Request, context_of
from sniperforge.localnet.jupiter_api.execution import Executor
from sniperforge.localnet.jupiter_api.faults import ApiError, bad_request, gateway
from sniperforge.localnet.jupiter_api.fields import Fields
from sniperforge.localnet.jupiter_api.gateway import KEY_HEADER, Gateway
from sniperforge.localnet.jupiter_api.orders import Orders
from sniperforge.localnet.jupiter_api.quotes import quote
from sniperforge.localnet.jupiter_api.swap_v1 import labels, swap, swap_instructions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sniperforge.localnet.jupiter_api.context import Context
    from sniperforge.localnet.ledger.envelope import Envelope
    from sniperforge.localnet.ledger.ledger import Ledger

_LOG: Final = logging.getLogger(__name__)
_EXECUTE: Final = "/swap/v2/execute"
_ID_HEADER: Final = "x-api-gateway-request-id"
_LIMIT_STATUS: Final = (200, 429)
"""Only these carry the rate limit's headers."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back.

    Attributes:
        status: of HTTP.
        body: JSON.
        headers: beside the content type.
    """

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


class JupiterApi:
    """Answers requests over one ledger.

    Args:
        now: the wall clock, Unix seconds.
        timer: seconds that never go back.
        new_id: makes a UUID for every request and order.
        submit: hands a signed transaction to the network; by default straight to the ledger.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        now: Callable[[], float],
        timer: Callable[[], float],
        new_id: Callable[[], str],
        submit: Callable[[Envelope], object] | None = None,
    ) -> None:
        context = context_of(ledger, new_id, timer)
        orders = Orders(context)
        self._context = context
        self._gateway = Gateway(now)
        self._endpoints: dict[tuple[str, str], Callable[[Request], Any]] = {
            ("GET", "/swap/v1/quote"): _bound(quote, context),
            ("POST", "/swap/v1/swap"): _bound(swap, context),
            ("POST", "/swap/v1/swap-instructions"): _bound(swap_instructions, context),
            ("GET", "/swap/v1/program-id-to-label"): _bound(labels, context),
            ("GET", "/swap/v2/order"): orders.order,
            ("POST", _EXECUTE): Executor(context, orders, submit or ledger.submit).execute,
            ("GET", "/swap/v2/build"): _bound(build_swap, context),
            ("GET", "/price/v3"): self._price,
            ("GET", "/tokens/v2/search"): self._search,
        }

    async def handle(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Reply:
        """Answer one request; never raises for what a client sends."""
        given = {name.lower(): value for name, value in (headers or {}).items()}
        limits: dict[str, str] = {}
        try:
            passed = self._gateway.admit(given.get(KEY_HEADER), execute=path == _EXECUTE)
            limits = passed.headers
            if not passed.allowed:
                raise gateway(429, "[API Gateway] Too many requests")
            answer = self._answer(method, path.rstrip("/"), query or {}, body)
            document = await answer if inspect.isawaitable(answer) else answer
            return self._reply(200, document, limits)
        except ApiError as error:
            return self._reply(error.status, error.body, limits)
        except Exception:  # noqa: BLE001
            # broad on purpose: a bug costs one request, not the network with everything that runs on it
            _LOG.exception("the Jupiter API failed: %s %s", method, path)
            return self._reply(500, {"error": "Something unexpected occurred"}, limits)

    def _answer(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> Any:
        endpoint = self._endpoints.get((method, path))
        if endpoint is None:
            raise gateway(404, "Route not found")
        request = Request(Fields(query), Fields(_json(body) if body else {}, "Field"), self._context.timer())
        return endpoint(request)

    def _reply(self, status: int, document: Any, limits: dict[str, str]) -> Reply:
        headers = {_ID_HEADER: self._context.new_id(), **(limits if status in _LIMIT_STATUS else {})}
        return Reply(status, msgspec.json.encode(document), headers)

    def _price(self, request: Request) -> Any:
        if not request.query.has("ids"):
            raise bad_request("Query parameter ids is required")
        return self._context.prices.document(request.query.words("ids"))

    def _search(self, request: Request) -> Any:
        return self._context.tokens.search(request.query.text("query") if request.query.has("query") else "")


def _bound(
    endpoint: Callable[[Context, Request], dict[str, Any]], context: Context
) -> Callable[[Request], dict[str, Any]]:
    return lambda request: endpoint(context, request)


def _json(body: bytes) -> dict[str, Any]:
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise bad_request("The body is not a JSON object")
    return document
