"""A whole network in this process: ledger, JSON-RPC, PubSub and their sockets, as one context manager."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Self

from sniperforge.errors import UnavailableError
from sniperforge.localnet.genesis import Genesis, create_node
from sniperforge.localnet.jupiter_api.api import JupiterApi
from sniperforge.localnet.jupiter_api.listener import Listener
from sniperforge.localnet.jupiter_api.request_ids import request_ids
from sniperforge.localnet.ledger.ledger import KEPT_RECORDS, Ledger
from sniperforge.localnet.ledger.pace import MAINNET_PACE, SlotProfile
from sniperforge.localnet.loopback import LoopbackPubSub, LoopbackTransport
from sniperforge.localnet.pubsub.hub import Hub
from sniperforge.localnet.rpc.dispatcher import Dispatcher
from sniperforge.localnet.server import HOST, Server
from sniperforge.localnet.slot_timer import SlotTimer

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from solders.keypair import Keypair

    from sniperforge.localnet.faucet import Faucet
    from sniperforge.localnet.faults.plan import FaultPlan
    from sniperforge.localnet.faults.switch import Faults


class LocalNetwork:
    """A network of its own, with a random genesis hash unless ``genesis`` says otherwise.

    ::

        async with LocalNetwork(profile=INSTANT) as network:
            client = AsyncClient(network.rpc_url)

    Without starting it, :meth:`transport`, :attr:`ledger` and :attr:`faucet` work already; only sockets
    and the passing of slots need the event loop.

    Args:
        genesis: seed and first accounts.
        profile: pace of slots and commitment.
        rpc_port, ws_port, jupiter_port: 0 takes a free one.
        now: the wall clock, Unix seconds.
        keep_records: transactions kept in memory, about 3 KB each.
        faults: what it does wrong, from a seed; those over HTTP need its ports.

    Attributes:
        ledger: the chain itself.
        dispatcher: JSON-RPC, bytes to bytes.
        hub: subscriptions.
        faucet: gives SOL away.
        jupiter: the Jupiter API, without a socket.
        payer: a key whose account holds 1,000,000 SOL.
        faults: sets and clears faults while it runs.
    """

    def __init__(
        self,
        genesis: Genesis | None = None,
        *,
        profile: SlotProfile = MAINNET_PACE,
        rpc_port: int = 0,
        ws_port: int = 0,
        jupiter_port: int = 0,
        now: Callable[[], float] = time.time,
        keep_records: int = KEPT_RECORDS,
        faults: FaultPlan | None = None,
    ) -> None:
        genesis = genesis or Genesis(secrets.token_bytes(32))
        node = create_node(genesis, now, profile, keep_records=keep_records)
        self.ledger: Ledger = node.ledger
        self.faucet: Faucet = node.faucet
        self.payer: Keypair = genesis.keypair("payer")
        self.dispatcher = Dispatcher(node)
        self.faults: Faults = node.faults
        self.hub = Hub(node.ledger, node.faults)
        self.jupiter = JupiterApi(
            node.ledger,
            now=now,
            timer=time.monotonic,
            new_id=request_ids(now),
            submit=lambda envelope: node.faults.submit(node.ledger, envelope, verified=True),
        )
        self._ports = (rpc_port, ws_port)
        self._jupiter_port = jupiter_port
        self._server = Server(self.dispatcher, self.hub, faults=node.faults)
        self._listener = Listener(self.jupiter)
        self._timer = SlotTimer(node.ledger)
        if faults is not None:
            self.faults.set(faults)

    @property
    def genesis_hash(self) -> str:
        """Base58; the identity of the network."""
        return self.ledger.genesis_hash

    @property
    def rpc_url(self) -> str:
        """Where JSON-RPC is served once started."""
        return f"http://{HOST}:{self._server.rpc_port}"

    @property
    def ws_url(self) -> str:
        """Where PubSub is served once started."""
        return f"ws://{HOST}:{self._server.ws_port}"

    @property
    def jupiter_url(self) -> str:
        """Where the Jupiter API is served once started."""
        return f"http://{HOST}:{self._listener.port}"

    def transport(self) -> LoopbackTransport:
        """JSON-RPC without a socket."""
        return LoopbackTransport(self.dispatcher)

    def pubsub(self) -> LoopbackPubSub:
        """PubSub without a socket."""
        return LoopbackPubSub(self.hub)

    async def start(self) -> None:
        """Open the ports and let slots pass.

        Raises:
            UnavailableError: a port is taken.
        """
        await self._server.start(*self._ports)
        try:
            await self._listener.start(self._jupiter_port)
        except UnavailableError:
            await self._server.stop()
            raise
        self._timer.start()

    async def stop(self) -> None:
        """Stop slots, close every connection, free the ports; within about 3 s. Safe to call twice."""
        self._timer.stop()
        await self._listener.stop()
        await self._server.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()
