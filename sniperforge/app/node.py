"""The network's endpoints, identified: nothing is unlocked, read or written before their chain is known."""

from __future__ import annotations

import os
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sniperforge.app.located import located
from sniperforge.app.rate_limits import RateLimits
from sniperforge.chain.clock import SystemClock
from sniperforge.chain.endpoint import masked
from sniperforge.chain.jito import BlockEngineSender, engine_url
from sniperforge.chain.plain_http import PlainHttpTransport, is_local
from sniperforge.chain.retries import NO_RETRY, RetryPolicy
from sniperforge.chain.rpc import RpcClient
from sniperforge.chain.rpc_endpoint import HISTORY, READ, SEND, SUBSCRIBE, RpcEndpoint
from sniperforge.chain.rpc_pool import PoolMember, RpcPool
from sniperforge.chain.slot_watch import SlotWatch, look
from sniperforge.config.genesis import check_chain
from sniperforge.coordination.journal_place import journal_in_use
from sniperforge.coordination.paths import locks_folder, pointer_path
from sniperforge.errors import ConfigError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from sniperforge.app.rate_limits import Heard
    from sniperforge.chain.jito import EngineMethod
    from sniperforge.chain.rpc_endpoint import EndpointReport
    from sniperforge.chain.websocket import PubSubClient
    from sniperforge.chain.witnesses import Witness
    from sniperforge.config.load import Settings
    from sniperforge.ports import Clock, RpcTransport


@dataclass(frozen=True, slots=True)
class Node:
    """The selected network's endpoints and what is known of their chain.

    Attributes:
        rpc: all endpoints as one node.
        cluster: ``mainnet``, ``devnet``, ``testnet`` or ``local-<genesis8>``.
        mode: ``live`` or ``paper``.
        locks: folder of wallet locks and inboxes.
        pool: the endpoints, and how they do.
        clients: each of the endpoints alone, in the same order.
        tipped: block engines that get what has a tip, beside the senders.
        private: the same block engines for what nobody else may see. Commands that trade have
            them, and all where trades go there.
    """

    settings: Settings
    rpc: RpcClient
    clock: Clock
    genesis_hash: str
    cluster: str
    mode: str
    locks: Path
    pool: RpcPool
    clients: tuple[RpcClient, ...]
    tipped: tuple[BlockEngineSender, ...] = ()
    private: tuple[BlockEngineSender, ...] = ()

    @property
    def folder(self) -> Path:
        """Where this chain's and mode's state lives: one genesis and one mode, never shared."""
        return self.settings.state_dir / self.cluster / self.mode

    def journal_path(self, wallet: str) -> Path:
        """The journal of a wallet, by address: in this folder, unless another folder began it."""
        own = self.folder / "wallets" / wallet / "journal.db"
        return journal_in_use(self.journal_pointer(wallet), own)

    def journal_pointer(self, wallet: str) -> Path:
        """The file beside the wallet's lock that says where its journal is."""
        return pointer_path(self.locks, self.genesis_hash, wallet, self.mode)

    @property
    def shared_path(self) -> Path:
        """The record that all processes of this chain and mode share."""
        return self.folder / "shared.db"

    @property
    def mints_path(self) -> Path:
        """The record of this chain's mints."""
        return self.folder.parent / "mints.db"

    @property
    def senders(self) -> tuple[RpcClient, ...]:
        """Each endpoint that transactions are handed to."""
        both = zip(self.pool.endpoints, self.clients, strict=True)
        return tuple(client for endpoint, client in both if SEND in endpoint.roles)

    @property
    def witnesses(self) -> tuple[Witness, ...]:
        """Each endpoint that is asked before a transaction is called dead."""
        from sniperforge.chain.witnesses import Witness

        both = zip(self.pool.endpoints, self.clients, strict=True)
        return tuple(
            Witness(client, history=HISTORY in endpoint.roles)
            for endpoint, client in both
            if {READ, HISTORY} & endpoint.roles
        )

    def pubsub(self, turn: int = 0) -> PubSubClient:
        """Subscriptions, at the first endpoint for them that serves this chain; the caller enters it.

        ``turn`` further endpoints are put behind the others, for connections that do not fail together.
        """
        from sniperforge.chain.websocket import PubSubClient

        roles = zip(self.settings.network.all_endpoints, self.pool.endpoints, strict=False)
        urls = {each.ws_url: endpoint for each, endpoint in roles if each.ws_url and SUBSCRIBE in each.roles}
        order = list(urls)
        first = turn % len(order)
        return PubSubClient(order[first:] + order[:first], self.clock, admit=lambda url: urls[url].prove())

    async def survey(self) -> tuple[EndpointReport, ...]:
        """How each endpoint does, after asking all of them. Never raises for outages."""
        await look(self.pool.endpoints)
        return self.pool.report()


@asynccontextmanager
async def open_node(
    settings: Settings,
    *,
    live: bool = False,
    paper: bool = False,
    transport: RpcTransport | None = None,
    locks: Path | None = None,
    patient: bool = False,
) -> AsyncIterator[Node]:
    """Connect to the selected network and prove which chain it serves.

    The first endpoint that answers is proved here. The others are proved before they are used; a long-running
    command does that here too.

    Args:
        live, paper: the command's ``--live`` and ``--paper``.
        transport: instead of HTTP to the configured endpoints.
        locks: instead of the user's one folder of locks, for a network that nobody else can reach.
        patient: retry reads for long-running commands; a one-off command fails sooner.

    Raises:
        UnavailableError: no endpoint answers.
        ConfigError: one serves another chain than the network file says.
        RefusedError: ``--live`` on mainnet without ``live = true``.
    """
    if transport is None:
        settings = located(settings)
    mode = settings.trading_mode(live=live, paper=paper)
    clock, retry = SystemClock(), RetryPolicy() if patient else RetryPolicy(attempts=2)
    async with AsyncExitStack() as stack:
        limits = stack.enter_context(RateLimits(settings.network, clock))
        endpoints = [
            RpcEndpoint(carrier, clock, name=name, roles=roles)
            for carrier, name, roles in _carriers(settings, transport, stack, limits, patient=patient)
        ]
        genesis_hash = await _identity(settings, endpoints)
        cluster = check_chain(settings.network.chain, settings.network.genesis_hash, genesis_hash)
        for endpoint in endpoints:
            endpoint.expect(genesis_hash)
        if patient and len(endpoints) > 1:
            await look(endpoints)
            _require_one_chain(endpoints)
            await stack.enter_async_context(SlotWatch(endpoints, clock))
        pool = RpcPool(endpoints, clock)
        trades = transport is None and (patient or settings.config.execution.mev != "none")
        # Whoever asks each of several goes on to the next: nobody waits for the one that fails.
        alone = retry if len(endpoints) == 1 else NO_RETRY
        yield Node(
            settings=settings,
            rpc=RpcClient(pool, clock, retry=retry),
            clock=clock,
            genesis_hash=genesis_hash,
            cluster=cluster,
            mode=mode,
            locks=locks or locks_folder(os.environ, Path.home()),
            pool=pool,
            clients=tuple(
                RpcClient(PoolMember(pool, endpoint), clock, retry=alone) for endpoint in endpoints
            ),
            tipped=_engines(settings, "sendTransaction", stack, limits) if trades else (),
            private=_engines(settings, "sendBundle", stack, limits) if trades else (),
        )


def _carriers(
    settings: Settings,
    given: RpcTransport | None,
    stack: AsyncExitStack,
    limits: RateLimits,
    *,
    patient: bool,
) -> Iterator[tuple[RpcTransport, str, frozenset[str]]]:
    """A transport, a name to show and the roles, for each endpoint; ``given`` stands for all of them."""
    for each in settings.network.all_endpoints[: 1 if given else None]:
        carrier = given or _http(settings, each.rpc_url, limits, patient=patient)
        stack.push_async_callback(carrier.aclose)
        yield carrier, masked(each.rpc_url), frozenset(each.roles)


def _engines(
    settings: Settings, method: EngineMethod, stack: AsyncExitStack, limits: RateLimits
) -> tuple[BlockEngineSender, ...]:
    """Every configured block engine; connections are made when they are needed."""
    senders = []
    for url in settings.network.block_engine_urls:
        make = partial(_unlimited, settings, engine_url(url, method), patient=True)
        carrier = limits.transport(url, make)
        stack.push_async_callback(carrier.aclose)
        senders.append(BlockEngineSender(carrier, method))
    return tuple(senders)


async def _identity(settings: Settings, endpoints: Sequence[RpcEndpoint]) -> str:
    """The chain that the first endpoint serves which answers."""
    trouble: UnavailableError | None = None
    for endpoint in endpoints:
        try:
            return await endpoint.genesis_hash()
        except UnavailableError as error:
            trouble = trouble or error
    assert trouble is not None
    if settings.network.chain == "localnet":
        trouble.hint = "no embedded network runs there; start one: sniperforge localnet up --detach"
    raise trouble


def _require_one_chain(endpoints: Sequence[RpcEndpoint]) -> None:
    for endpoint in endpoints:
        if endpoint.wrong_chain:
            raise ConfigError(
                f"{endpoint.name}: {endpoint.distrust}",
                hint="correct the URLs in the network file; nothing was unlocked or sent",
                details={"endpoint": endpoint.name},
            )


def _http(settings: Settings, url: str, limits: RateLimits, *, patient: bool) -> RpcTransport:
    return limits.transport(url, lambda heard: _unlimited(settings, url, heard, patient=patient))


def _unlimited(settings: Settings, url: str, heard: Heard | None, *, patient: bool) -> RpcTransport:
    timeout = settings.network.request_timeout_ms / 1_000
    connections = settings.network.max_requests_in_flight
    if is_local(url):
        return PlainHttpTransport(
            url, timeout=timeout, connections=connections if patient else 1, heard=heard
        )
    if patient:
        from sniperforge.chain.aiohttp_transport import AiohttpTransport

        return AiohttpTransport(url, timeout=timeout, connections=connections, heard=heard)
    from sniperforge.chain.http_transport import HttpTransport

    return HttpTransport(url, timeout=timeout, connections=connections, heard=heard)
