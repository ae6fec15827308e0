"""JSON-RPC and PubSub without sockets: the ports' transports, calling the network in the same thread."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec

from sniperforge.errors import UnavailableError
from sniperforge.localnet.pubsub.outbox import MAX_QUEUED_BYTES, Outbox
from sniperforge.localnet.pubsub.session import Session

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from sniperforge.localnet.pubsub.hub import Hub
    from sniperforge.localnet.rpc.dispatcher import Dispatcher


class LoopbackTransport:
    """Carries request bodies to a dispatcher: an ``RpcTransport``."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher: Dispatcher | None = dispatcher

    async def post(self, payload: bytes) -> bytes:
        """The response's body.

        Raises:
            UnavailableError: the transport is closed.
        """
        if self._dispatcher is None:
            raise UnavailableError("the transport to the embedded network is closed")
        return self._dispatcher.dispatch(payload)

    async def aclose(self) -> None:
        """Refuse further requests. Safe to call twice."""
        self._dispatcher = None


class LoopbackSubscription:
    """Notifications of one subscription, in order; ends when closed.

    Args:
        hub: of the network.
        limit: bytes that may wait for the reader.
    """

    def __init__(self, hub: Hub, limit: int = MAX_QUEUED_BYTES) -> None:
        self._ready = asyncio.Event()
        self._outbox = Outbox(self._ready.set, limit)
        self._session = Session(hub, self._outbox)
        self._closed = False

    def open(self, method: str, params: Sequence[Any]) -> None:
        """Send the request and read its reply.

        Raises:
            UnavailableError: the network refuses the subscription.
        """
        self._session.handle(
            msgspec.json.encode({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)})
        )
        reply = msgspec.json.decode(self._outbox.take() or b"{}")
        if "error" in reply:
            raise UnavailableError(f"{method} refused: {reply['error']['message']}")

    async def __aiter__(self) -> AsyncIterator[Any]:
        """Decoded ``params.result`` values.

        Raises:
            UnavailableError: the reader fell too far behind.
        """
        while not self._closed:
            message = self._outbox.take()
            if message is not None:
                yield msgspec.json.decode(message)["params"]["result"]
            elif self._outbox.cut:
                raise UnavailableError("the subscription was cut: its reader is too slow")
            else:
                self._ready.clear()
                await self._ready.wait()

    async def aclose(self) -> None:
        """Unsubscribe. Safe to call twice."""
        self._closed = True
        self._session.close()
        self._ready.set()


class LoopbackPubSub:
    """The WebSocket side without a socket: a ``PubSub``."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def subscribe(self, method: str, params: Sequence[Any]) -> LoopbackSubscription:
        """Open a subscription, for example ``("slotSubscribe", [])``.

        Raises:
            UnavailableError: the network refuses it.
        """
        subscription = LoopbackSubscription(self._hub)
        subscription.open(method, params)
        return subscription
