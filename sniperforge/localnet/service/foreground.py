"""Running a network as this process's only business, until a signal ends it."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from solders.keypair import Keypair

from sniperforge.coordination.process import start_identity
from sniperforge.errors import ConfigError
from sniperforge.localnet.ledger.ledger import KEPT_RECORDS
from sniperforge.localnet.ledger.pace import MAINNET_PACE, SlotProfile
from sniperforge.localnet.market.curve_market import CurveMarket
from sniperforge.localnet.market.market import Market
from sniperforge.localnet.network import LocalNetwork
from sniperforge.localnet.recorded_run import RunRecorder
from sniperforge.localnet.service.info import NetworkInfo, Urls, read_info, write_info
from sniperforge.localnet.service.lock import hold
from sniperforge.localnet.store.chain_file import ChainFile
from sniperforge.localnet.store.snapshot import move_aside
from sniperforge.wallets.keypair_file import read_keypair_file, write_keypair_file
from sniperforge.wallets.secret import SecretKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sniperforge.errors import StorageError
    from sniperforge.localnet.faults.plan import FaultPlan
    from sniperforge.localnet.genesis import Genesis
    from sniperforge.localnet.service.files import ServiceFiles

RPC_PORT: Final = 8899
WS_PORT: Final = 8900
JUPITER_PORT: Final = 8898

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class MarketPlan:
    """A market on the network.

    Attributes:
        seed: the same one sees the same launches.
        per_minute: launches a minute; 0 runs the SOL/USDC pool only.
        curve_per_minute: launches a minute on the bonding curve.
    """

    seed: int
    per_minute: int
    curve_per_minute: int = 0


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """How to run a network.

    Attributes:
        files: where it keeps its facts.
        genesis: seed and first accounts; its payer is replaced by the key in ``files.payer``.
        profile: pace of slots and commitment.
        rpc_port, ws_port, jupiter_port: 0 takes a free one.
        keep_records: transactions kept in memory.
        market: what trades on it; ``None`` leaves it still.
        faults: what it does wrong from the start.
        endpoints: how many of them it has.
        reset: put the chain that there is aside and begin another.
        record: file that takes all that happens, for a replay; of a new chain only.
    """

    files: ServiceFiles
    genesis: Genesis
    profile: SlotProfile = MAINNET_PACE
    rpc_port: int = RPC_PORT
    ws_port: int = WS_PORT
    jupiter_port: int = JUPITER_PORT
    keep_records: int = KEPT_RECORDS
    market: MarketPlan | None = None
    faults: FaultPlan | None = None
    endpoints: int = 1
    reset: bool = False
    record: Path | None = None


def up_foreground(
    options: ServiceOptions,
    announce: Callable[[NetworkInfo], None],
    *,
    now: Callable[[], float],
    loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None,
) -> signal.Signals:
    """Run a network until SIGINT or SIGTERM; returns the signal after a clean stop of at most about 3 s.

    It goes on with the chain in ``files.chain``, or begins one there.

    Args:
        options: how.
        announce: called once it serves.
        now: the wall clock, Unix seconds.
        loop_factory: for another event loop than asyncio's.

    Raises:
        UnavailableError: a network already runs with these files, or a port is taken.
        ConfigError: a program, the payer's key file or the chain's is invalid, or the genesis has programs,
            accounts or a clock, or is to be recorded, and there is a chain already.
        StorageError: a file cannot be written, be it at the start or later: what was confirmed is stored.
    """
    files = options.files
    with hold(files.lock, busy=f"a network is already running with {files.info}"):
        if options.reset:
            move_aside(files.chain, files.chain_before)
        with closing(ChainFile(files.chain)) as chain:
            if chain.begun and (options.genesis.is_fork or options.record):
                raise not_for_a_begun_chain(files)
            payer = _payer(options)
            with asyncio.Runner(loop_factory=loop_factory) as runner:
                return runner.run(_serve(options, chain, payer, announce, now))


def not_for_a_begun_chain(files: ServiceFiles) -> ConfigError:
    """What to say when something is given that only a new chain can have."""
    return ConfigError(
        f"there is a chain in {files.chain}; programs, accounts, clock and recordings are for a new one",
        hint="--reset begins a new one and keeps that aside",
    )


def _payer(options: ServiceOptions) -> Keypair:
    path = options.files.payer
    with suppress(FileExistsError):
        fresh = SecretKey.from_bytes(bytes(options.genesis.keypair("payer")), where=str(path))
        write_keypair_file(path, fresh)
    return Keypair.from_bytes(read_keypair_file(path).reveal())


async def _serve(
    options: ServiceOptions,
    chain: ChainFile,
    payer: Keypair,
    announce: Callable[[NetworkInfo], None],
    now: Callable[[], float],
) -> signal.Signals:
    ended = _ended_by_signal()
    network = LocalNetwork(
        options.genesis.with_payer(payer),
        profile=options.profile,
        rpc_port=options.rpc_port,
        ws_port=options.ws_port,
        jupiter_port=options.jupiter_port,
        now=now,
        keep_records=options.keep_records,
        faults=options.faults,
        endpoints=options.endpoints,
        chain=chain,
        on_failure=partial(_fail, ended),
    )
    with _recording(network, options), _trading(network, options):
        return await _announced(network, options.files, announce, now, ended)


def _recording(network: LocalNetwork, options: ServiceOptions) -> AbstractContextManager[object]:
    if options.record is None:
        return nullcontext()
    return RunRecorder(network.ledger, options.genesis.seed, options.record)


@contextmanager
def _trading(network: LocalNetwork, options: ServiceOptions) -> Iterator[None]:
    """A market moves on the network inside the block."""
    plan = options.market
    if plan is None:
        yield
        return
    truth = options.files.truth
    market = Market(network.ledger, seed=plan.seed, per_minute=plan.per_minute, truth_file=truth)
    market.open()
    curves = _curves(network, plan, market)
    try:
        yield
    finally:
        market.close()
        if curves:
            curves.close()


def _curves(network: LocalNetwork, plan: MarketPlan, market: Market) -> CurveMarket | None:
    if not plan.curve_per_minute:
        return None
    curves = CurveMarket(network.ledger, seed=plan.seed, per_minute=plan.curve_per_minute, truth=market.truth)
    curves.open()
    return curves


async def _announced(
    network: LocalNetwork,
    files: ServiceFiles,
    announce: Callable[[NetworkInfo], None],
    now: Callable[[], float],
    ended: asyncio.Future[signal.Signals],
) -> signal.Signals:
    async with network:
        info = _describe(network, files, now())
        write_info(files.info, info)
        try:
            announce(info)
            return await ended
        finally:
            _forget(files, info)


def _fail(ended: asyncio.Future[signal.Signals], error: StorageError) -> None:
    if not ended.done():
        ended.set_exception(error)


def _ended_by_signal() -> asyncio.Future[signal.Signals]:
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[signal.Signals] = loop.create_future()

    def end(number: signal.Signals) -> None:
        if not ended.done():
            ended.set_result(number)

    for number in _SIGNALS:
        loop.add_signal_handler(number, end, number)
    return ended


def _describe(network: LocalNetwork, files: ServiceFiles, now: float) -> NetworkInfo:
    pid = os.getpid()
    return NetworkInfo(
        rpc_url=network.rpc_url,
        ws_url=network.ws_url,
        jupiter_url=network.jupiter_url,
        genesis_hash=network.genesis_hash,
        pid=pid,
        process=start_identity(pid),
        started_at=datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        payer=str(network.payer.pubkey()),
        keypair_file=str(files.payer.absolute()),
        further=tuple(Urls(endpoint.rpc_url, endpoint.ws_url) for endpoint in network.endpoints[1:]),
    )


def _forget(files: ServiceFiles, info: NetworkInfo) -> None:
    if read_info(files.info) == info:
        files.info.unlink(missing_ok=True)
