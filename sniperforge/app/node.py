"""A node, identified: nothing is unlocked, read or written before its chain is known."""

from __future__ import annotations

import os
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sniperforge.app.located import located
from sniperforge.app.rate_limits import RateLimits
from sniperforge.chain.clock import SystemClock
from sniperforge.chain.plain_http import PlainHttpTransport, is_local
from sniperforge.chain.retries import RetryPolicy
from sniperforge.chain.rpc import RpcClient
from sniperforge.config.genesis import check_chain
from sniperforge.coordination.journal_place import journal_in_use
from sniperforge.coordination.paths import locks_folder, pointer_path
from sniperforge.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sniperforge.app.rate_limits import Heard
    from sniperforge.config.load import Settings
    from sniperforge.ports import Clock, RpcTransport


@dataclass(frozen=True, slots=True)
class Node:
    """The selected network's node and what is known of its chain.

    Attributes:
        cluster: ``mainnet``, ``devnet``, ``testnet`` or ``local-<genesis8>``.
        mode: ``live`` or ``paper``.
        locks: folder of wallet locks and inboxes.
        readers: every endpoint that is asked before a transaction is called dead, ``rpc`` first.
    """

    settings: Settings
    rpc: RpcClient
    clock: Clock
    genesis_hash: str
    cluster: str
    mode: str
    locks: Path
    readers: tuple[RpcClient, ...]

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

    Args:
        live, paper: the command's ``--live`` and ``--paper``.
        transport: instead of HTTP to the configured endpoint.
        locks: instead of the user's one folder of locks, for a network that nobody else can reach.
        patient: retry reads for long-running commands; a one-off command fails sooner.

    Raises:
        UnavailableError: the endpoint does not answer.
        ConfigError: it serves another chain than the network file says.
        RefusedError: ``--live`` on mainnet without ``live = true``.
    """
    if transport is None:
        settings = located(settings)
    mode = settings.trading_mode(live=live, paper=paper)
    clock, retry = SystemClock(), RetryPolicy() if patient else RetryPolicy(attempts=2)
    async with AsyncExitStack() as stack:
        limits = stack.enter_context(RateLimits(settings.network, clock))
        carrier = transport or _http(settings, settings.network.rpc_url, limits, patient=patient)
        further = () if transport else settings.network.read_urls
        others = [_http(settings, url, limits, patient=patient) for url in further]
        for each in (carrier, *others):
            stack.push_async_callback(each.aclose)
        rpc = RpcClient(carrier, clock, retry=retry)
        genesis_hash = await _identity(settings, rpc)
        cluster = check_chain(settings.network.chain, settings.network.genesis_hash, genesis_hash)
        readers = (rpc, *(RpcClient(other, clock, retry=retry) for other in others))
        folder = locks or locks_folder(os.environ, Path.home())
        yield Node(settings, rpc, clock, genesis_hash, cluster, mode, folder, readers)


async def _identity(settings: Settings, rpc: RpcClient) -> str:
    try:
        return await rpc.genesis_hash()
    except UnavailableError as error:
        if settings.network.chain == "localnet":
            error.hint = "no embedded network runs there; start one: sniperforge localnet up --detach"
        raise


def _http(settings: Settings, url: str, limits: RateLimits, *, patient: bool) -> RpcTransport:
    return limits.transport(url, lambda heard: _unlimited(settings, url, heard, patient=patient))


def _unlimited(settings: Settings, url: str, heard: Heard | None, *, patient: bool) -> RpcTransport:
    timeout = settings.network.request_timeout_ms / 1_000
    connections = settings.network.max_requests_in_flight
    if not patient and is_local(url):
        return PlainHttpTransport(url, timeout=timeout)
    if patient:
        from sniperforge.chain.aiohttp_transport import AiohttpTransport

        return AiohttpTransport(url, timeout=timeout, connections=connections, heard=heard)
    from sniperforge.chain.http_transport import HttpTransport

    return HttpTransport(url, timeout=timeout, connections=connections, heard=heard)
