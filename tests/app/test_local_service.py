"""The embedded network as a service: started when needed, found, funded, stopped."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sniperforge.app import local_service
from sniperforge.app.fork import Fork
from sniperforge.app.local_service import (
    ServicePlan,
    ensure_localnet,
    facts,
    fund,
    plan_of,
    serve,
    start_detached,
    stop,
)
from sniperforge.app.located import located, service_files
from sniperforge.config.load import Settings
from sniperforge.errors import ConfigError, RpcError, UnavailableError
from sniperforge.localnet.service.client import call
from sniperforge.localnet.service.info import NetworkInfo
from tests.app.place import SOL, on, served, settings_in
from tests.conftest import PROJECT
from tests.localnet.test_recording import GOOD, MINE, clock

WALLET = "4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T"
PLAN = ServicePlan(0, 0, 0, 50, market=False, market_seed=1, launches_per_minute=0)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A project whose network, if one is started, serves on a free port; it is stopped afterwards."""
    port = free_port()
    env = {
        "SNIPERFORGE_HOME": str(tmp_path),
        "SNIPERFORGE_NETWORKS__LOCALNET__RPC_URL": f"http://127.0.0.1:{port}",
        "SNIPERFORGE_LOCALNET__RPC_PORT": str(port),
        "SNIPERFORGE_LOCALNET__WS_PORT": "0",
        "SNIPERFORGE_LOCALNET__JUPITER_PORT": "0",
        "SNIPERFORGE_LOCALNET__SLOT_MS": "50",
        "SNIPERFORGE_LOCALNET__MARKET": "false",
    }
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    found = settings_in(tmp_path, env)
    yield found
    stop(found)


def test_the_plan_is_what_the_configuration_says(settings: Settings) -> None:
    """Every option of ``localnet up`` has its value there."""
    plan = plan_of(settings)
    assert plan == replace(PLAN, rpc_port=plan.rpc_port, market_seed=7, launches_per_minute=12)
    assert plan.rpc_port > 0


def test_a_plan_as_options() -> None:
    """The process that is started gets all of it, for it must not depend on who starts it."""
    assert PLAN.arguments() == [
        *("--port", "0", "--ws-port", "0", "--jupiter-port", "0", "--slot-ms", "50", "--market-seed", "1"),
        *("--launches-per-minute", "0", "--curve-launches-per-minute", "0"),
        *("--no-market", "--endpoints", "1"),
    ]
    given = replace(PLAN, market=True, fork=Fork(clock_slot=7)).arguments()
    assert {"--market", "--clock-slot"} < set(given)


def test_it_is_started_when_none_answers(settings: Settings) -> None:
    """And said so; the second time there is nothing to do; afterwards it can be asked and stopped."""
    notes: list[str] = []
    ensure_localnet(settings, notes.append)
    assert "started one at" in notes[0]
    ensure_localnet(settings, pytest.fail)
    found = facts(settings)
    assert found["rpc_url"] == settings.network.rpc_url
    assert found["payer"]["keypair_file"] == str(service_files(settings).payer)
    stopped = stop(settings)
    assert stopped is not None
    assert stopped.pid == found["pid"]
    assert stop(settings) is None


async def test_one_on_other_ports_is_found_and_funded(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second start finds the first; the usual URL leads to it; the faucet gives from it."""
    monkeypatch.delenv("SNIPERFORGE_NETWORKS__LOCALNET__RPC_URL")
    usual = settings_in(tmp_path)
    info, started = start_detached(usual, PLAN)
    assert started
    assert start_detached(usual, PLAN) == (info, False)
    assert located(usual).network.rpc_url == info.rpc_url
    ensure_localnet(usual, pytest.fail)
    given = await fund(usual, WALLET, SOL)
    assert given.lamports == SOL
    assert call(info.rpc_url, "getBalance", [WALLET, {"commitment": "confirmed"}])["value"] == SOL


def test_it_continues_from_recorded_accounts(settings: Settings, tmp_path: Path) -> None:
    """The process that is started loads them; one that runs already is not mistaken for it."""
    recorded = tmp_path / "accounts.json"
    recorded.write_text(json.dumps([GOOD, clock(450_000_000, 1_700_000_000)]))
    plan = replace(PLAN, fork=Fork(accounts=(recorded,)))
    info, started = start_detached(settings, plan)
    assert started
    assert call(info.rpc_url, "getBalance", [MINE.address])["value"] == MINE.lamports
    assert call(info.rpc_url, "getBlockTime", [450_000_000]) == 1_700_000_000
    assert start_detached(settings, PLAN) == (info, False)
    with pytest.raises(UnavailableError, match="runs already") as caught:
        start_detached(settings, plan)
    assert "localnet down" in caught.value.hint


def test_nothing_is_started_from_broken_files(settings: Settings, tmp_path: Path) -> None:
    """Also when only the SVM can tell that they are."""
    elf = tmp_path / "program.so"
    elf.write_bytes(b"\x7fELF nonsense")
    for fork in (Fork(accounts=(tmp_path / "none.json",)), Fork(programs=((WALLET, elf),))):
        with pytest.raises(ConfigError, match="none.json|" + WALLET):
            start_detached(settings, replace(PLAN, fork=fork))
        with pytest.raises(ConfigError, match="none.json|" + WALLET):
            serve(settings, replace(PLAN, fork=fork), pytest.fail)
    assert not service_files(settings).log.exists()


def test_a_taken_port_is_named(settings: Settings) -> None:
    """With the process that holds it, before anything is started."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(UnavailableError, match=f"port {port} is taken by") as caught:
            start_detached(settings, replace(PLAN, rpc_port=port))
    assert caught.value.details["holder"]["pid"] == os.getpid()
    assert not service_files(settings).info.exists()


def test_somebody_elses_network_is_used(settings: Settings) -> None:
    """What answers at the configured URL is good, whoever started it."""
    with served() as network:
        ensure_localnet(on(settings, network), pytest.fail)
    assert not service_files(settings).info.exists()


def test_an_answer_with_an_error_is_an_answer(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A node that does not know the method is a node."""

    def refuse(*_: object, **__: object) -> None:
        raise RpcError("method not found", rpc_code=-32601)

    monkeypatch.setattr(local_service, "call", refuse)
    ensure_localnet(settings, pytest.fail)


def test_none_is_started_where_it_would_not_be_found(settings: Settings, tmp_path: Path) -> None:
    """A URL elsewhere, and other chains, are left to fail by themselves."""
    elsewhere = {"SNIPERFORGE_NETWORKS__LOCALNET__RPC_URL": f"http://127.0.0.1:{free_port()}"}
    ensure_localnet(settings_in(tmp_path, elsewhere), pytest.fail)
    ensure_localnet(settings_in(tmp_path, network="devnet"), pytest.fail)
    assert not service_files(settings).log.exists()


@pytest.mark.parametrize("meanwhile", [True, False])
def test_a_start_that_loses_the_race(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, meanwhile: bool
) -> None:
    """When the port was taken by a network that now answers, that one is used; else the reason is told."""
    answers = iter([False, meanwhile])
    monkeypatch.setattr(local_service, "_answers", lambda _url: next(answers))

    def taken(*_: object) -> None:
        raise UnavailableError("port taken")

    monkeypatch.setattr(local_service, "start_detached", taken)
    if meanwhile:
        ensure_localnet(settings, pytest.fail)
    else:
        with pytest.raises(UnavailableError, match="port taken"):
            ensure_localnet(settings, pytest.fail)


async def test_without_a_network_there_is_nothing_to_tell_or_give(settings: Settings, tmp_path: Path) -> None:
    """Exit 6 with what to do, also when another chain is selected."""
    with pytest.raises(UnavailableError) as caught:
        facts(settings)
    assert "localnet up" in caught.value.hint
    for each in (settings, settings_in(tmp_path, network="devnet")):
        with pytest.raises(UnavailableError, match="no embedded network"):
            await fund(each, WALLET, SOL)


async def test_a_network_of_another_project_is_funded_too(settings: Settings) -> None:
    """It is the one that the configuration points at."""
    with served() as network:
        given = await fund(on(settings, network), WALLET, 2 * SOL)
    assert given.lamports == 2 * SOL


@pytest.mark.parametrize("market", [True, False])
def test_in_the_foreground_it_runs_until_a_signal(settings: Settings, market: bool) -> None:
    """With a market there is a pool's worth of transactions before the first slot."""
    seen: list[NetworkInfo] = []

    def announce(info: NetworkInfo) -> None:
        seen.append(info)
        signal.raise_signal(signal.SIGTERM)

    ended = serve(settings, replace(PLAN, market=market), announce)
    assert ended is signal.SIGTERM
    assert seen[0].pid == os.getpid()
    assert not service_files(settings).info.exists()


def test_a_configuration_file_is_passed_on(settings: Settings, tmp_path: Path) -> None:
    """The process that is started reads the same file, whatever folder it is started in."""
    file = tmp_path / "configs" / "sniperforge.toml"
    assert "--config" not in local_service._command(settings, PLAN)
    file.parent.mkdir()
    file.write_text("")
    command = local_service._command(settings, PLAN)
    assert command[command.index("--config") + 1] == str(file)


def test_a_chain_in_the_way_is_told_before_anything_starts(settings: Settings) -> None:
    """Programs, accounts and clock are for a new chain, a damaged one is named, and --reset puts both aside."""
    start_detached(settings, PLAN)
    with pytest.raises(UnavailableError, match="--reset"):
        start_detached(settings, replace(PLAN, reset=True))
    stop(settings)
    files = service_files(settings)
    fork = Fork(clock_slot=7_000)
    with pytest.raises(ConfigError, match="there is a chain in"):
        start_detached(settings, replace(PLAN, fork=fork))
    files.chain.write_bytes(b"?" * 5_000)
    with pytest.raises(ConfigError, match=r"localnet-chain\.db"):
        start_detached(settings, PLAN)
    _, started = start_detached(settings, replace(PLAN, fork=fork, reset=True))
    assert started
    assert files.chain_before.read_bytes() == b"?" * 5_000
    assert 7_000 <= facts(settings)["slot"] < 8_000
    stop(settings)
    with pytest.raises(UnavailableError, match="not running") as gone:
        facts(settings)
    assert str(files.log) in gone.value.hint
