"""The JSON-RPC without sockets: an ``RpcTransport`` that calls the dispatcher in process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.errors import UnavailableError

if TYPE_CHECKING:
    from sniperforge.localnet.rpc.dispatcher import Dispatcher


class LoopbackTransport:
    """Carries request bodies to a dispatcher in the same thread."""

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
