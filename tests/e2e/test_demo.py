"""``sniperforge demo`` as a process of its own: its document, its memory, its end by signal."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.processes import Ended, Process

MEMORY_LIMIT = 300 * 2**20


def spawn(folder: Path, *argv: str) -> Process:
    """A demo with a temporary folder of its own to look into."""
    (folder / "tmp").mkdir(parents=True)
    return Process(folder, "demo", *argv, env={"TMPDIR": str(folder / "tmp"), "HOME": str(folder)})


def demo_folders(folder: Path) -> list[Path]:
    """What demos have in the temporary folder."""
    return list((folder / "tmp").glob("sniperforge-demo-*"))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Process]:
    """The demo that the issue names, for 20 seconds; other tests may use them."""
    folder = tmp_path_factory.mktemp("demo")
    return folder, spawn(folder, "--duration", "20", "--seed", "7", "--json")


@pytest.fixture(scope="module")
def demo(running: tuple[Path, Process]) -> Ended:
    """The same, once it has ended."""
    folder, process = running
    found = process.end()
    assert demo_folders(folder) == []
    return found


@pytest.fixture(scope="module")
def data(demo: Ended) -> dict[str, Any]:
    """The document's data."""
    return demo.data


@pytest.mark.usefixtures("running")
def test_signals_end_it_in_time_and_leave_nothing(tmp_path: Path) -> None:
    """SIGINT exits 130 and SIGTERM 143, within 10 s, with a document that says so; the folder is gone."""
    runs = {
        number: spawn(tmp_path / number.name, "--duration", "60", "--json")
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    for number, process in runs.items():
        process.said("seen")
        assert len(demo_folders(tmp_path / number.name)) == 1
    for number, process in runs.items():
        process.send(number)
    for number, process in runs.items():
        found = process.end()
        assert found.seconds < 10
        assert found.code == 128 + number, found.err
        document = found.document
        assert (document["ok"], document["error"]["code"]) == (False, "interrupted")
        assert document["exit_code"] == found.code
        assert "Traceback" not in found.err
        assert demo_folders(tmp_path / number.name) == []


def test_one_document_and_nothing_else(demo: Ended) -> None:
    """Exit 0, one line of JSON on stdout, one line per event on stderr."""
    assert demo.code == 0, demo.err
    assert demo.out.count("\n") == 1
    document = json.loads(demo.out)
    assert (document["ok"], document["command"], document["network"]) == (True, "demo", "localnet")
    assert document["wallet"] in demo.err
    assert "Traceback" not in demo.err
    lines = [line for line in demo.err.splitlines() if line.startswith(("waiting", "refused"))]
    assert len(lines) == len(set(lines)), "a verdict is told once"


def test_the_names_that_scripts_rely_on(data: dict[str, Any]) -> None:
    """Every name that the contract lists, with its type."""
    for name in ("pools_seen", "bought", "refused", "exits", "open_positions", "unresolved"):
        assert type(data[name]) is int
    for name in ("realized_pnl_sol", "unrealized_pnl_sol", "fees_sol", "wallet_delta_sol"):
        assert len(data[name].partition(".")[2]) == 9
    assert all(type(count) is int for count in data["refusals_by_check"].values())
    for kind in ("organic", "rug"):
        assert data["truth"][kind].keys() >= {"seen", "bought"}
    for name in ("detect_to_signed", "detect_to_landed"):
        assert data["latency_ms"][name].keys() >= {"p50", "p99"}


def test_nothing_is_left_open_or_unexplained(data: dict[str, Any]) -> None:
    """Every bought position was sold or is open; the chain's change is explained to the lamport."""
    assert data["unresolved"] == 0
    assert data["bought"] >= 3
    assert data["bought"] == data["exits"] + data["open_positions"]
    assert data["unexplained_sol"] == "0.000000000"
    assert data["wallet_delta_sol"] == data["books"]["wallet_delta_sol"]


def test_no_trap_that_can_be_read_was_bought(data: dict[str, Any]) -> None:
    """The launches are in the document with what they really are."""
    assert data["truth"]["rug"]["bought"] == 0
    assert data["pools_seen"] == len(data["launches"]) >= 3


def test_memory_is_bounded(demo: Ended) -> None:
    """Well under the limit for a minute."""
    assert demo.peak_bytes < MEMORY_LIMIT


@pytest.mark.soak
@pytest.mark.timeout(200)
def test_a_minute_under_the_memory_limit(tmp_path: Path) -> None:
    """The long form: 60 s, the same promises."""
    found = spawn(tmp_path, "--duration", "60", "--seed", "7", "--json").end()
    data = found.data
    assert found.peak_bytes < MEMORY_LIMIT
    assert data["bought"] >= 3
    assert data["unresolved"] == 0
    assert data["unexplained_sol"] == "0.000000000"
    assert data["truth"]["rug"]["bought"] == 0
