"""One endpoint of a network: JSON-RPC and PubSub over the common ledger, with its own sockets and faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.localnet.loopback import LoopbackPubSub, LoopbackTransport
from sniperforge.localnet.pubsub.hub import Hub
from sniperforge.localnet.rpc.dispatcher import Dispatcher
from sniperforge.localnet.server import HOST, Server

if TYPE_CHECKING:
    from sniperforge.localnet.faults.switch import Faults
    from sniperforge.localnet.rpc.node import Node


class Endpoint:
    """Where clients ask.

    Args:
        node: the network, with this endpoint's faults.

    Attributes:
        dispatcher: JSON-RPC, bytes to bytes.
        hub: subscriptions.
        faults: what this endpoint does wrong.
    """

    def __init__(self, node: Node) -> None:
        self.faults: Faults = node.faults
        self.dispatcher = Dispatcher(node)
        self.hub = Hub(node.ledger, node.faults)
        self._server = Server(self.dispatcher, self.hub, faults=node.faults)

    @property
    def rpc_url(self) -> str:
        """Where JSON-RPC is served once started."""
        return f"http://{HOST}:{self._server.rpc_port}"

    @property
    def ws_url(self) -> str:
        """Where PubSub is served once started."""
        return f"ws://{HOST}:{self._server.ws_port}"

    def transport(self) -> LoopbackTransport:
        """JSON-RPC without a socket."""
        return LoopbackTransport(self.dispatcher)

    def pubsub(self) -> LoopbackPubSub:
        """PubSub without a socket."""
        return LoopbackPubSub(self.hub)

    async def start(self, rpc_port: int = 0, ws_port: int = 0) -> None:
        """Open both ports; 0 takes a free one.

        Raises:
            UnavailableError: a port is taken.
        """
        await self._server.start(rpc_port, ws_port)

    async def stop(self) -> None:
        """Close every connection and free the ports. Safe to call twice."""
        await self._server.stop()
