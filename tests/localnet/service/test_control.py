"""Starting, finding, asking and stopping a network in another process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from sniperforge.errors import NotFoundError, RpcError, UnavailableError
from sniperforge.localnet.service import control
from sniperforge.localnet.service.client import call
from sniperforge.localnet.service.control import down, find_running, fund, status, up_detached
from sniperforge.localnet.service.files import ServiceFiles
from sniperforge.localnet.service.info import NetworkInfo, read_info, write_info
from tests.localnet.kit import SOL, address

PROJECT = Path(__file__).resolve().parents[3]
SCRIPT = Path(__file__).with_name("network_process.py")


class Service:
    """Starts networks with the files of one folder."""

    def __init__(self, folder: Path) -> None:
        self.files = ServiceFiles.in_folder(folder)
        self.folder = folder
        self.pids: set[int] = set()

    def up(self, mode: str = "", port: int = 0, seconds: float = 20) -> tuple[NetworkInfo, bool]:
        """Start detached."""
        command = [sys.executable, str(SCRIPT), str(self.folder), str(port), *([mode] if mode else [])]
        info, started = up_detached(self.files, command, seconds=seconds)
        self.pids.add(info.pid)
        return info, started

    def end(self) -> None:
        """Kill and reap what was started."""
        for pid in self.pids:
            with suppress(ChildProcessError, ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """Ended and reaped afterwards."""
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    made = Service(tmp_path)
    yield made
    made.end()


def test_a_whole_life(service: Service) -> None:
    """Started once, found, asked, funded, stopped; afterwards nothing is left but key, locks and log."""
    info, started = service.up()
    assert started
    assert service.up() == (info, False)
    assert find_running(service.files) == info
    assert os.getsid(info.pid) == info.pid, "it has a session of its own"
    facts = status(service.files)
    assert facts is not None
    assert (facts["pid"], facts["transactions"]) == (info.pid, 0)
    assert facts["slot"] > facts["block_height"]
    fund(service.files, address(2), SOL)
    assert call(info.rpc_url, "getBalance", [address(2), {"commitment": "processed"}])["value"] == SOL
    with pytest.raises(RpcError, match="WrongSize"):
        fund(service.files, "x", SOL)
    assert down(service.files) == info
    assert (find_running(service.files), status(service.files), down(service.files)) == (None, None, None)
    with pytest.raises(NotFoundError) as error:
        fund(service.files, address(2), SOL)
    assert "localnet up" in error.value.hint
    assert not service.files.info.exists()


def test_two_starts_at_once_yield_one_network(service: Service) -> None:
    """The second finds what the first started."""
    found: list[tuple[NetworkInfo, bool]] = []
    threads = [threading.Thread(target=lambda: found.append(service.up())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found[0][0] == found[1][0]
    assert sorted(started for _, started in found) == [False, True]


def test_a_network_that_dies_is_quoted(service: Service) -> None:
    """Exit code, last words, and where the log is."""
    with pytest.raises(UnavailableError, match="exit code 1") as error:
        service.up("noisy")
    assert "does not like the weather" in error.value.message
    assert error.value.details == {"log": str(service.files.log)}


def test_a_taken_port_is_named(service: Service, tmp_path: Path) -> None:
    """By the process that has it."""
    info, _ = service.up()
    other = Service(tmp_path / "other")
    with pytest.raises(UnavailableError, match=f"pid {info.pid}"):
        other.up(port=int(info.rpc_url.rsplit(":", 1)[1]))


def test_a_network_that_never_serves_is_killed(service: Service) -> None:
    """After its time, without a trace."""
    with pytest.raises(UnavailableError, match="did not serve in time"):
        service.up("silent", seconds=0.3)
    assert find_running(service.files) is None


def test_a_network_that_ignores_the_signal_is_killed(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopping is bounded."""
    monkeypatch.setattr(control, "STOP_SECONDS", 0.2)
    info, _ = service.up("stubborn")
    started = time.monotonic()
    assert down(service.files) == info
    assert time.monotonic() - started < 2
    assert not service.files.info.exists()


def test_what_cannot_be_stopped_is_said(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that survives even SIGKILL."""
    info, _ = service.up()
    monkeypatch.setattr(control, "STOP_SECONDS", 0.0)
    monkeypatch.setattr(control, "KILL_SECONDS", 0.0)
    with monkeypatch.context() as patch:
        patch.setattr(control.os, "kill", lambda *_: None)
        with pytest.raises(UnavailableError, match="cannot be stopped"):
            down(service.files)
    assert find_running(service.files) == info


def test_a_killed_network_is_not_found_and_makes_room(service: Service) -> None:
    """Its file is stale: the next start replaces it, stopping removes it."""
    info, _ = service.up()
    os.kill(info.pid, signal.SIGKILL)
    os.waitpid(info.pid, 0)
    assert read_info(service.files.info) == info
    assert find_running(service.files) is None
    assert down(service.files) is None
    assert not service.files.info.exists()
    again, started = service.up()
    assert started
    assert again.pid != info.pid


def test_a_pid_used_again_is_not_the_network(service: Service) -> None:
    """Another process that got the pid is neither found nor stopped."""
    info, _ = service.up()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as innocent:
        write_info(service.files.info, replace(info, pid=innocent.pid))
        try:
            assert find_running(service.files) is None
            assert down(service.files) is None
            assert innocent.poll() is None
        finally:
            innocent.communicate(b"\n")


def test_another_chain_or_silence_is_not_the_network(service: Service) -> None:
    """The genesis hash must be the file's, and somebody must answer."""
    info, _ = service.up()
    for changed in (replace(info, genesis_hash=address(9)), replace(info, rpc_url="http://127.0.0.1:1")):
        write_info(service.files.info, changed)
        assert find_running(service.files) is None


def test_a_network_in_another_container_is_left_alone(service: Service) -> None:
    """It cannot be told whether it lives, so it is not stopped."""
    info, _ = service.up()
    boot, _, ticks = info.process.split(":")
    write_info(service.files.info, replace(info, process=f"{boot}:1:{ticks}"))
    with pytest.raises(UnavailableError, match="another container"):
        down(service.files)


def test_a_service_inherits_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords and API keys of the shell that starts the network stay in that shell."""
    monkeypatch.setenv("SNIPERFORGE_WALLET_PASSWORD", "hunter2")
    monkeypatch.setenv("HELIUS_API_KEY", "k")
    inherited = control._environment()
    assert not {"SNIPERFORGE_WALLET_PASSWORD", "HELIUS_API_KEY"} & inherited.keys()
    assert inherited["PATH"]
