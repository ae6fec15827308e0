"""The embedded network as a service of this project: started, found, funded, stopped."""

from __future__ import annotations

import socket
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sniperforge.app.fork import Fork
from sniperforge.app.located import follows_service, located, service_files
from sniperforge.errors import RpcError, UnavailableError
from sniperforge.localnet.port_holder import port_taken
from sniperforge.localnet.service.client import call
from sniperforge.localnet.service.control import ask_faults, down, find_running, status, up_detached

if TYPE_CHECKING:
    import asyncio
    import signal
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sniperforge.app.airdrop import Airdrop
    from sniperforge.config.load import Settings
    from sniperforge.localnet.service.files import ServiceFiles
    from sniperforge.localnet.service.foreground import MarketPlan
    from sniperforge.localnet.service.info import NetworkInfo

HOST: Final = "127.0.0.1"
UP_HINT: Final = "start one: sniperforge localnet up --detach"
_LOOK_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """How the network is to run.

    Attributes:
        rpc_port, ws_port, jupiter_port: 0 takes a free one.
        slot_ms: length of a slot.
        market: whether a simulated market trades on it.
        market_seed: the same one sees the same launches.
        launches_per_minute: of the market.
        curve_launches_per_minute: of the market, on the bonding curve.
        faults: profile of the faults that it begins with.
        endpoints: how many it serves at.
        fork: what it continues from.
        reset: put the chain that there is aside and begin another.
        record: file that takes all that happens on a new chain.
    """

    rpc_port: int
    ws_port: int
    jupiter_port: int
    slot_ms: int
    market: bool
    market_seed: int
    launches_per_minute: int
    curve_launches_per_minute: int = 0
    faults: str | None = None
    endpoints: int = 1
    fork: Fork = field(default_factory=Fork)
    reset: bool = False
    record: Path | None = None

    def arguments(self) -> list[str]:
        """The options of ``localnet up`` that say the same."""
        return [
            *("--port", str(self.rpc_port), "--ws-port", str(self.ws_port)),
            *("--jupiter-port", str(self.jupiter_port), "--slot-ms", str(self.slot_ms)),
            *("--market-seed", str(self.market_seed)),
            *("--launches-per-minute", str(self.launches_per_minute)),
            *("--curve-launches-per-minute", str(self.curve_launches_per_minute)),
            "--market" if self.market else "--no-market",
            *(() if self.faults is None else ("--faults", self.faults)),
            *("--endpoints", str(self.endpoints)),
            *self.fork.arguments(),
            *(("--reset",) if self.reset else ()),
            *(() if self.record is None else ("--record", str(self.record.absolute()))),
        ]


def plan_of(settings: Settings) -> ServicePlan:
    """What the ``[localnet]`` section says."""
    section = settings.config.localnet
    return ServicePlan(
        rpc_port=section.rpc_port,
        ws_port=section.ws_port,
        jupiter_port=section.jupiter_port,
        slot_ms=section.slot_ms,
        market=section.market,
        market_seed=section.market_seed,
        launches_per_minute=section.launches_per_minute,
    )


def _market(plan: ServicePlan) -> MarketPlan | None:
    from sniperforge.localnet.service.foreground import MarketPlan

    if not plan.market:
        return None
    return MarketPlan(plan.market_seed, plan.launches_per_minute, plan.curve_launches_per_minute)


def serve(
    settings: Settings,
    plan: ServicePlan,
    announce: Callable[[NetworkInfo], None],
    *,
    loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None,
) -> signal.Signals:
    """Run the network in this process until SIGINT or SIGTERM; returns the signal after a clean stop.

    Raises:
        UnavailableError: this project's network runs already, or a port is taken.
        ConfigError: what it continues from cannot be loaded.
        StorageError: a file cannot be written.
    """
    import secrets

    from sniperforge.app.calm_memory import calm_memory
    from sniperforge.localnet.faults.plan import plan_of_profile
    from sniperforge.localnet.ledger.pace import SlotProfile
    from sniperforge.localnet.service.foreground import ServiceOptions, up_foreground

    options = ServiceOptions(
        files=service_files(settings),
        genesis=plan.fork.genesis(secrets.token_bytes(32), market=plan.market),
        profile=SlotProfile(slot_ms=plan.slot_ms),
        rpc_port=plan.rpc_port,
        ws_port=plan.ws_port,
        jupiter_port=plan.jupiter_port,
        market=_market(plan),
        faults=None if plan.faults is None else plan_of_profile(plan.faults),
        endpoints=plan.endpoints,
        reset=plan.reset,
        record=plan.record,
    )
    with calm_memory():
        return up_foreground(options, announce, now=time.time, loop_factory=loop_factory)


def start_detached(settings: Settings, plan: ServicePlan) -> tuple[NetworkInfo, bool]:
    """This project's running network, started when there is none; the flag says whether it was started now.

    Raises:
        UnavailableError: a port is taken, it did not start, or one runs and the plan is for a new one.
        ConfigError: the chain that there is cannot be gone on with, or what it should continue from cannot be
            loaded; nothing was started.
    """
    _check_fork(plan)
    files = service_files(settings)
    if find_running(files) is None:
        _check_chain(files, plan)
        for port in (plan.rpc_port, plan.ws_port, plan.jupiter_port):
            _check_free(port)
    info, started = up_detached(files, _command(settings, plan))
    if (plan.fork or plan.reset or plan.record) and not started:
        raise UnavailableError(
            f"a network runs already at {info.rpc_url}; programs, accounts, clock, --reset and --record are"
            " for one that begins",
            hint="stop it first: sniperforge localnet down",
        )
    return info, started


def ensure_localnet(settings: Settings, note: Callable[[str], None]) -> None:
    """Start the network for a command that needs one, when it is selected and none answers.

    Args:
        note: is told when one was started.

    Raises:
        UnavailableError: it cannot be started.
    """
    if settings.network.chain != "localnet" or _answers(located(settings).network.rpc_url):
        return
    plan = plan_of(settings)
    if not follows_service(settings) and settings.network.rpc_url.rstrip("/") != _url(plan.rpc_port):
        return  # the network file points elsewhere: a network started here would not be found
    try:
        info, started = start_detached(settings, plan)
    except UnavailableError:
        if _answers(settings.network.rpc_url):
            return  # somebody else started one on these ports meanwhile
        raise
    if started:
        note(f"no embedded network was running: started one at {info.rpc_url} (pid {info.pid});")
        note("it stays up until `sniperforge localnet down`")


def stop(settings: Settings) -> NetworkInfo | None:
    """Stop this project's network; ``None`` when none ran. Raises ``UnavailableError`` when it cannot."""
    return down(service_files(settings))


def facts(settings: Settings) -> dict[str, Any]:
    """What this project's network is and how far it is.

    Raises:
        UnavailableError: none runs.
    """
    files = service_files(settings)
    found = status(files)
    if found is None:
        log = f"; the last one's log is {files.log}" if files.log.exists() else ""
        raise UnavailableError("this project's embedded network is not running", hint=f"{UP_HINT}{log}")
    return found


def faults(
    settings: Settings,
    change: Mapping[str, Any] | None = None,
    *,
    clear: bool = False,
    endpoint: int | None = None,
) -> dict[str, Any]:
    """What this project's network does wrong: ``active`` and the ``plan`` of each endpoint, after the change.

    Args:
        change: fault settings by name, ``profile`` among them; on top of the faults there are.
        clear: end all faults instead.
        endpoint: number of the endpoint that is meant, from 1; ``None`` for all.

    Raises:
        UnavailableError: none runs.
        RpcError: it has no such endpoint.
    """
    found = ask_faults(service_files(settings), change, clear=clear, endpoint=endpoint)
    if found is None:
        raise UnavailableError("this project's embedded network is not running", hint=UP_HINT)
    return found


async def fund(settings: Settings, address: str, lamports: int) -> Airdrop:
    """Give ``lamports`` to ``address`` on this project's network, else on the configured localnet.

    Raises:
        UnavailableError: no embedded network answers.
    """
    from sniperforge.app.airdrop import airdrop
    from sniperforge.chain.clock import SystemClock
    from sniperforge.chain.http_transport import HttpTransport
    from sniperforge.chain.rpc import RpcClient

    info = find_running(service_files(settings))
    url = info.rpc_url if info is not None else _localnet_url(settings)
    transport, clock = HttpTransport(url), SystemClock()
    try:
        return await airdrop(RpcClient(transport, clock), clock, address, lamports)
    finally:
        await transport.aclose()


def _localnet_url(settings: Settings) -> str:
    if settings.network.chain == "localnet" and _answers(settings.network.rpc_url):
        return settings.network.rpc_url
    raise UnavailableError("no embedded network is running", hint=UP_HINT)


def _command(settings: Settings, plan: ServicePlan) -> list[str]:
    config = settings.root.config_file
    where = ["--config", str(config)] if config.is_file() else []
    return [sys.executable, "-m", "sniperforge", "localnet", "up", *where, "--localnet", *plan.arguments()]


def _check_fork(plan: ServicePlan) -> None:
    """Say what is wrong with the files before a process is started only to fail on them."""
    if plan.fork:
        from sniperforge.localnet.genesis import create_node

        create_node(plan.fork.genesis(bytes(32), market=plan.market), time.time)


def _check_chain(files: ServiceFiles, plan: ServicePlan) -> None:
    """Say what is wrong with the chain before a process is started only to fail on it."""
    if not plan.reset and files.chain.exists():
        from sniperforge.localnet.service.foreground import not_for_a_begun_chain
        from sniperforge.localnet.store.chain_file import ChainFile

        with closing(ChainFile(files.chain)) as chain:
            if chain.begun and (plan.fork or plan.record):
                raise not_for_a_begun_chain(files)


def _check_free(port: int) -> None:
    """Say who has the port before a process is started only to fail on it."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise port_taken(HOST, port, error) from None


def _answers(url: str) -> bool:
    try:
        call(url, "getGenesisHash", timeout_seconds=_LOOK_SECONDS)
    except RpcError:
        return True
    except UnavailableError:
        return False
    return True


def _url(port: int) -> str:
    return f"http://{HOST}:{port}"
