"""A whole network in this process as one context manager: ledger, endpoints, faucet, the APIs of others."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Self

from sniperforge.errors import StorageError, UnavailableError
from sniperforge.localnet.block_engine.api import PREFIX, REQUESTS_PER_SECOND, BlockEngine
from sniperforge.localnet.endpoint import Endpoint
from sniperforge.localnet.faults.forks import Forks
from sniperforge.localnet.genesis import Genesis, create_node
from sniperforge.localnet.jupiter_api.api import JupiterApi
from sniperforge.localnet.jupiter_api.listener import Listener
from sniperforge.localnet.jupiter_api.request_ids import request_ids
from sniperforge.localnet.ledger.ledger import KEPT_RECORDS, Ledger
from sniperforge.localnet.ledger.pace import MAINNET_PACE, SlotProfile
from sniperforge.localnet.market.sandwich import Sandwich
from sniperforge.localnet.server import HOST
from sniperforge.localnet.slot_timer import SlotTimer

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from solders.keypair import Keypair

    from sniperforge.localnet.faucet import Faucet
    from sniperforge.localnet.faults.plan import FaultPlan
    from sniperforge.localnet.faults.switch import Faults
    from sniperforge.localnet.loopback import LoopbackPubSub, LoopbackTransport
    from sniperforge.localnet.pubsub.hub import Hub
    from sniperforge.localnet.rpc.dispatcher import Dispatcher
    from sniperforge.localnet.store.chain_file import ChainFile

_LAST_PORT: Final = 65_535


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
        faults: what every endpoint does wrong, from a seed; those over HTTP need the ports.
        endpoints: how many there are; the further ones are on the two ports above the highest so far.
        block_engine_rate: requests a second that the block engine takes of a caller; 0 for any number.
        chain: where the chain is kept and gone on with; it stays the caller's to close. Without it the chain
            is in memory alone.
        on_failure: told when ``chain`` can no longer be kept; slots have stopped then.

    Attributes:
        ledger: the chain itself.
        endpoints: where it serves, each with its own subscriptions and faults; the other attributes and
            methods that concern one endpoint mean the first.
        dispatcher: JSON-RPC, bytes to bytes.
        hub: subscriptions.
        faucet: gives SOL away.
        jupiter: the Jupiter API, without a socket.
        block_engine: Jito's, without a socket; over HTTP it is on the Jupiter API's port.
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
        endpoints: int = 1,
        block_engine_rate: int = REQUESTS_PER_SECOND,
        chain: ChainFile | None = None,
        on_failure: Callable[[StorageError], None] | None = None,
    ) -> None:
        genesis = genesis or Genesis(secrets.token_bytes(32))
        genesis = genesis if chain is None else chain.genesis(genesis)
        past = None if chain is None else chain.past()
        node = create_node(genesis, now, profile, keep_records=keep_records, past=past)
        self.ledger: Ledger = node.ledger
        self.faucet: Faucet = node.faucet
        self.payer: Keypair = genesis.keypair("payer")
        node.faults.trader = Sandwich(node.ledger, node.faucet, genesis.keypair("sandwich"))
        Forks(node.ledger, node.faults)
        further = (replace(node, faults=node.faults.beside()) for _ in range(1, endpoints))
        self.endpoints = tuple(map(Endpoint, (node, *further)))
        self.dispatcher: Dispatcher = self.endpoints[0].dispatcher
        self.hub: Hub = self.endpoints[0].hub
        self.faults: Faults = node.faults
        self.jupiter = JupiterApi(
            node.ledger,
            now=now,
            timer=time.monotonic,
            new_id=request_ids(now),
            submit=lambda envelope: node.faults.submit(node.ledger, envelope, verified=True),
        )
        self._ports = (rpc_port, ws_port)
        self._jupiter_port = jupiter_port
        self.block_engine = BlockEngine(
            node.ledger, node.faults, timer=time.monotonic, per_second=block_engine_rate
        )
        self._listener = Listener(self.jupiter, {PREFIX: self.block_engine})
        self._timer = SlotTimer(node.ledger, on_failure or _raise)
        self._chain = chain
        self._started = False
        if chain is not None:
            chain.keep(node.ledger, genesis)
        if faults is not None:
            for endpoint in self.endpoints:
                endpoint.faults.set(faults)

    @property
    def genesis_hash(self) -> str:
        """Base58; the identity of the network."""
        return self.ledger.genesis_hash

    @property
    def rpc_url(self) -> str:
        """Where JSON-RPC is served once started."""
        return self.endpoints[0].rpc_url

    @property
    def ws_url(self) -> str:
        """Where PubSub is served once started."""
        return self.endpoints[0].ws_url

    @property
    def jupiter_url(self) -> str:
        """Where the Jupiter API is served once started."""
        return f"http://{HOST}:{self._listener.port}"

    @property
    def jito_url(self) -> str:
        """Where the block engine is served once started; clients append ``/api/v1/bundles``."""
        return self.jupiter_url

    def transport(self) -> LoopbackTransport:
        """JSON-RPC without a socket."""
        return self.endpoints[0].transport()

    def pubsub(self) -> LoopbackPubSub:
        """PubSub without a socket."""
        return self.endpoints[0].pubsub()

    async def start(self) -> None:
        """Open the ports and let slots pass.

        Raises:
            UnavailableError: a port is taken.
            StorageError: the beginning of the chain cannot be stored.
        """
        try:
            for number, endpoint in enumerate(self.endpoints):
                await endpoint.start(*_ports_above(self._ports, number))
            await self._listener.start(self._jupiter_port)
            if self._chain is not None:
                self.ledger.advance()  # the beginning is stored before anybody is told of it
                self._started = True
        except (UnavailableError, StorageError):
            await self.stop()
            raise
        self._timer.start()

    async def stop(self) -> None:
        """Stop slots, close every connection, free the ports; within about 3 s. Safe to call twice."""
        self._timer.stop()
        await self._listener.stop()
        async with asyncio.TaskGroup() as closing:
            for endpoint in self.endpoints:
                closing.create_task(endpoint.stop())
        if self._chain is not None and self._started:
            self._chain.finish()

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


def _raise(error: StorageError) -> None:
    raise error


def _ports_above(ports: tuple[int, int], number: int) -> tuple[int, int]:
    """Where endpoint ``number`` from 0 listens; any free ports when the first one does, or none are left."""
    rpc_port = max(ports) + 2 * number - 1
    if number == 0:
        return ports
    return (rpc_port, rpc_port + 1) if min(ports) and rpc_port < _LAST_PORT else (0, 0)
