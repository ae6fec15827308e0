"""``sniperforge localnet``: up, down, status, fund."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sniperforge.cli.main import main
from sniperforge.localnet.faults.plan import PROFILES
from sniperforge.localnet.service.client import call
from tests.app.place import served
from tests.cli.terminal import Terminal, terminal_in
from tests.conftest import PROJECT, CommandLine
from tests.localnet.test_recording import GOOD, MINE

QUICK = ("--port", "0", "--slot-ms", "50", "--no-market")
UP = ("localnet", "up", *QUICK)
ADDRESS = "4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T"


@pytest.fixture
def terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Terminal]:
    """A project whose network, if one was started, is stopped afterwards."""
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    with terminal_in(tmp_path, capsys, monkeypatch) as found:
        yield found
        main(["localnet", "down"])


def test_a_life_of_a_service(terminal: Terminal) -> None:
    """Up in the background, found, asked, funded, reached by other commands, down."""
    up = terminal.data(*UP, "--detach")
    assert set(up) == {
        *("rpc_url", "ws_url", "endpoints", "jupiter_url", "jito_url", "genesis_hash"),
        *("pid", "started_at", "payer", "started"),
    }
    assert up["endpoints"] == [{"rpc_url": up["rpc_url"], "ws_url": up["ws_url"]}]
    assert (up["jupiter_url"].startswith("http://127.0.0.1:"), up["started"]) == (True, True)
    payer = Path(up["payer"]["keypair_file"])
    assert payer.parent == terminal.folder / "state" / "localnet"
    assert payer.stat().st_mode & 0o777 == 0o600
    assert terminal.run(*UP, "--detach").startswith("LOCALNET\nruns already: rpc http://127.0.0.1:")
    status = terminal.data("localnet")
    assert (status["pid"], status["genesis_hash"]) == (up["pid"], up["genesis_hash"])
    assert f"jupiter url   {up['jupiter_url']}\n" in terminal.run("localnet", "status")
    given = terminal.data("localnet", "fund", ADDRESS, "2.5")
    assert (given["amount_sol"], given["address"]) == ("2.500000000", ADDRESS)
    assert "10.000000000 SOL to" in terminal.run("localnet", "fund", "default", "10")
    assert terminal.data("wallet", "balance")["balance_sol"] == "10.000000000"
    assert terminal.data("wallet", "balance", up["payer"]["pubkey"])["balance_sol"].startswith("1000000.")
    assert terminal.data("localnet", "down") == {"stopped": True, "pid": up["pid"]}
    assert terminal.data("localnet", "down") == {"stopped": False, "pid": None}
    assert "no embedded network was running" in terminal.run("localnet", "down")


def test_faults_are_set_shown_and_cleared(terminal: Terminal) -> None:
    """From a profile at the start and by name later; they do not keep the commands themselves out."""
    terminal.data(*UP, "--detach", "--faults", "rough")
    assert terminal.data("localnet", "faults")["plan"] == PROFILES["rough"].to_json()
    change = ("rate_limit=1", "server_error=1", "truncate=1", "seed=3")
    told = terminal.data("localnet", "faults", "set", "--profile", "hostile", *change)
    wanted = {"rate_limit": 1, "server_error": 1, "truncate": 1, "seed": 3}
    plan = {**PROFILES["hostile"].to_json(), **wanted}
    assert told == {"active": True, "plan": plan, "endpoints": [plan]}
    assert terminal.data("localnet", "status")["faults"] is True
    assert "rate_limit         1.0\n" in terminal.run("localnet", "faults", "show")
    assert terminal.data("localnet", "faults", "clear")["active"] is False
    assert terminal.run("localnet", "faults").endswith("no faults\n")
    assert terminal.data("localnet", "status")["faults"] is False


def test_endpoints_disagree(terminal: Terminal) -> None:
    """Each is told, has faults of its own, and the second one is far ahead of the first."""
    up = terminal.data(*UP, "--detach", "--endpoints", "2")
    first, second = (urls["rpc_url"] for urls in up["endpoints"])
    assert first == up["rpc_url"]
    assert f"endpoints     {first}  {second}\n" in terminal.run("localnet", "status")
    assert f"  rpc {second}  jupiter " in terminal.run(*UP, "--detach")
    change = ("--endpoint", "2", "ahead=1", "ahead_slots=5000")
    told = terminal.data("localnet", "faults", "set", *change)
    assert [plan is None for plan in told["endpoints"]] == [True, False]
    assert call(second, "getSlot") > call(first, "getSlot") + 4_000
    assert "endpoint 1\nno faults\nendpoint 2\n" in terminal.run("localnet", "faults")
    assert terminal.error("localnet", "faults", "clear", "--endpoint", "3", code=6)
    assert terminal.data("localnet", "faults", "clear", "--endpoint", "2")["active"] is False


def test_without_a_network_the_hint_says_how_to_get_one(terminal: Terminal) -> None:
    """Exit 6 for commands that only read."""
    for arguments in (("localnet", "status"), ("localnet", "fund", ADDRESS, "1"), ("localnet", "faults")):
        error = terminal.document(*arguments, "-u", "devnet", code=6)["error"]
        assert "localnet up --detach" in error["hint"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("up", "--port", "70000"), 2),
        (("up", "--slot-ms", "1"), 2),
        (("up", "--prot", "1"), 2),
        (("up", "--faults", "kind"), 2),
        (("up", "--program", "abc"), 2),
        (("up", "--program", "=abc"), 2),
        (("up", "--program", f"{ADDRESS}=/nowhere.so"), 3),
        (("up", "--program", "abc=/dev/null"), 3),
        (("up", "--account", "/nowhere.json"), 3),
        (("up", "--account", "/dev/null", "--detach"), 3),
        (("up", "--clock-slot", "0"), 2),
        (("up", "--clock-time", "soon"), 2),
        (("up", "--clock-time", "2026-09-21T12:00:00"), 2),
        (("up", "--clock-time", "9" * 30), 2),
        (("faults", "set", "drop=2"), 2),
        (("up", "--port", "5000", "--ws-port", "5000"), 2),
        (("up", "--port", "5000", "--jupiter-port", "5001"), 2),
        (("fund", "abc", "1"), 9),
        (("fund", ADDRESS, "much"), 2),
        (("fund", ADDRESS), 2),
        (("upp",), 2),
    ],
)
def test_wrong_input(terminal: Terminal, arguments: tuple[str, ...], code: int) -> None:
    """Before anything is started."""
    terminal.document("localnet", *arguments, code=code)
    assert not (terminal.folder / "state").exists()


def test_it_continues_from_another_network(terminal: Terminal) -> None:
    """Programs, accounts and clock are loaded; without being told there is no market on it."""
    given = ("--program", f"{ADDRESS}={PROJECT}/sniperforge/localnet/program/cpmm.so")
    (terminal.folder / "one.json").write_text(json.dumps(GOOD))
    options = ("--account", "one.json", "--clock-slot", "7000", "--clock-time", "2023-11-14T22:13:20Z")
    up = terminal.data("localnet", "up", "--port", "0", *given, *options, "--detach")
    assert call(up["rpc_url"], "getAccountInfo", [ADDRESS])["value"]["executable"] is True
    assert call(up["rpc_url"], "getBalance", [MINE.address])["value"] == MINE.lamports
    assert call(up["rpc_url"], "getBlockTime", [7000]) == 1_700_000_000
    assert call(up["rpc_url"], "getTransactionCount") == 0
    assert "runs already" in terminal.error("localnet", "up", *given, "--detach", code=6)


def test_times_are_unix_or_iso(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """With any zone; what contradicts the market is refused."""
    seen: list[int | None] = []

    def start(_settings: object, plan: Any) -> Any:
        from sniperforge.errors import UnavailableError

        seen.append(plan.fork.clock_time)
        raise UnavailableError("not now")

    monkeypatch.setattr("sniperforge.app.local_service.start_detached", start)
    for time_ in ("1700000000", "2023-11-14T22:13:20Z", "2023-11-14T23:13:20+01:00"):
        terminal.error("localnet", "up", "--detach", "--clock-time", time_, code=6)
    terminal.error("localnet", "up", "--detach", code=6)
    assert seen == [1_700_000_000] * 3 + [None]


def test_a_taken_port_names_its_holder(terminal: Terminal) -> None:
    """In the background as in the foreground."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = str(holder.getsockname()[1])
        for mode in ((), ("--detach",)):
            arguments = ("localnet", "up", "--no-market", "--port", port, *mode)
            error = terminal.document(*arguments, code=6)["error"]
            assert error["message"].startswith(f"port {port} is taken by ")
            assert error["details"]["holder"]["pid"] == os.getpid()


def test_another_projects_network_is_funded(terminal: Terminal) -> None:
    """The one that the configuration points at."""
    with served() as network:
        terminal.use(network)
        assert terminal.data("localnet", "fund", ADDRESS, "1")["amount_sol"] == "1.000000000"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_foreground_ends_with_its_signal(
    command_line: CommandLine, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    """One document once it serves, nothing after it, and the signal's exit code."""
    command_line.env["SNIPERFORGE_HOME"] = str(tmp_path)
    process = command_line.start(*UP, "--json")
    try:
        assert process.stdout is not None
        document: dict[str, Any] = json.loads(process.stdout.readline())
        assert (document["command"], document["data"]["pid"]) == ("localnet up", process.pid)
        process.send_signal(number)
        rest, noted = process.communicate(timeout=10)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, rest) == (code, "")
    assert noted == f"stopped by {number.name}\n"


def test_the_market_runs_in_the_service(terminal: Terminal) -> None:
    """By default there is a pool to trade on."""
    terminal.data("localnet", "up", "--port", "0", "--slot-ms", "50", "--market-seed", "3", "--detach")
    rows = {row["name"]: row["status"] for row in terminal.data("test", "pools")["checks"]}
    assert rows["pool"] == rows["quote"] == "ok"


def test_the_websocket_is_one_above(monkeypatch: pytest.MonkeyPatch, terminal: Terminal) -> None:
    """Where web3.js looks for it, unless it is said otherwise."""
    seen: list[tuple[int, int, int]] = []

    def start(_settings: object, plan: Any) -> Any:
        from sniperforge.errors import UnavailableError

        seen.append((plan.rpc_port, plan.ws_port, plan.jupiter_port))
        raise UnavailableError("not now")

    monkeypatch.setattr("sniperforge.app.local_service.start_detached", start)
    for ports in ((), ("--port", "5000"), ("--port", "65535"), ("--port", "5000", "--ws-port", "7")):
        terminal.error("localnet", "up", "--detach", *ports, code=6)
    assert seen == [(8899, 8900, 8898), (5000, 5001, 4999), (65535, 0, 65534), (5000, 7, 4999)]


def test_the_foreground_in_this_process(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ready line, then nothing until the signal; quiet says nothing at the end."""
    # uvloop's signal handling belongs to the process's first loop; here other tests have run theirs before.
    monkeypatch.setattr("sniperforge.cli.event_loop.loop_factory", lambda: None)
    info = terminal.folder / "state" / "localnet" / "localnet.json"

    def end() -> None:
        while not info.exists():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)

    for quiet in ((), ("-q",)):
        ending = threading.Thread(target=end)
        ending.start()
        with pytest.raises(SystemExit) as caught:
            main([*UP, *quiet])
        ending.join()
        assert caught.value.code == 143
        shown = terminal.capsys.readouterr()
        assert shown.out.startswith("LOCALNET\nready: rpc http://127.0.0.1:")
        assert shown.err == ("" if quiet else "stopped by SIGTERM\n")
