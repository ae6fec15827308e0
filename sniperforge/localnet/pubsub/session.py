"""One client's side of PubSub: its requests, its subscriptions, its outbox."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakValueDictionary

import msgspec

from sniperforge.errors import RpcError
from sniperforge.localnet.pubsub.subscription import SUBSCRIBE, UNSUBSCRIBE, Subscription, parse_interest
from sniperforge.localnet.rpc import faults
from sniperforge.localnet.rpc.params import expect

if TYPE_CHECKING:
    from sniperforge.localnet.pubsub.hub import Hub
    from sniperforge.localnet.pubsub.outbox import Outbox

MAX_SUBSCRIPTIONS: Final = 10_000
"""Of one connection; a validator has a limit for the whole node instead (1,000,000)."""

_LOG: Final = logging.getLogger(__name__)


class Session:
    """Answers one client's requests into its outbox; a reply always precedes the first notification."""

    def __init__(self, hub: Hub, outbox: Outbox) -> None:
        self._hub = hub
        self._outbox = outbox
        # those that are over, as a signature's after its notification, are gone from here by themselves
        self._subscriptions: WeakValueDictionary[int, Subscription] = WeakValueDictionary()

    def handle(self, frame: bytes | str) -> None:
        """Take one frame: a request or an array of them. Requests without id are not answered."""
        try:
            request = msgspec.json.decode(frame)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            self._fail(None, RpcError("Parse error", rpc_code=faults.PARSE_ERROR))
            return
        for one in request if isinstance(request, list) else [request]:
            self._one(one)

    def close(self) -> None:
        """Drop all subscriptions."""
        for subscription in list(self._subscriptions.values()):
            self._hub.unsubscribe(subscription)
        self._subscriptions.clear()

    def _one(self, request: Any) -> None:
        if not isinstance(request, dict) or not isinstance(request.get("method"), str):
            self._fail(None, faults.invalid_request("Invalid request"))
            return
        if "id" not in request:
            return
        try:
            self._call(request)
        except RpcError as error:
            self._fail(request["id"], error)
        except Exception:  # noqa: BLE001
            # broad on purpose: a bug costs one request, not the network with everything that runs on it
            _LOG.exception("PubSub request failed: %s", request["method"])
            self._fail(request["id"], RpcError("Internal error", rpc_code=faults.INTERNAL_ERROR))

    def _call(self, request: dict[str, Any]) -> None:
        method, values = request["method"], request.get("params")
        values = expect([] if values is None else values, list)
        if method in SUBSCRIBE:
            self._subscribe(method, values, request["id"])
        elif method in UNSUBSCRIBE:
            self._unsubscribe(values, request["id"])
        else:
            raise RpcError("Method not found", rpc_code=faults.METHOD_NOT_FOUND)

    def _subscribe(self, method: str, values: list[Any], identifier: Any) -> None:
        interest = parse_interest(self._hub.ledger.vm, method, values)
        if len(self._subscriptions) >= MAX_SUBSCRIPTIONS:
            raise faults.subscriptions_full(MAX_SUBSCRIPTIONS)
        subscription = self._hub.subscribe(interest, self._outbox)
        self._subscriptions[subscription.number] = subscription
        self._reply(identifier, subscription.number)
        self._hub.catch_up(subscription)

    def _unsubscribe(self, values: list[Any], identifier: Any) -> None:
        number = expect(values[0] if values else None, int)
        subscription = self._subscriptions.pop(number, None)
        if subscription is None:
            raise faults.invalid_params("Invalid subscription id.")
        self._hub.unsubscribe(subscription)
        self._reply(identifier, result=True)

    def _reply(self, identifier: Any, result: Any) -> None:
        self._put({"jsonrpc": "2.0", "result": result, "id": identifier})

    def _fail(self, identifier: Any, error: RpcError) -> None:
        self._put({"jsonrpc": "2.0", "error": faults.error_body(error), "id": identifier})

    def _put(self, message: dict[str, Any]) -> None:
        self._outbox.put(msgspec.json.encode(message))
