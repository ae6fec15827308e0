"""A demo of twenty seconds that nobody watched: its one document, and its memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.processes import MEMORY_LIMIT, Ended, Process, demo_folders


@pytest.fixture(scope="module")
def demo(running_demo: tuple[Path, Process]) -> Ended:
    """The demo, once it has ended."""
    folder, process = running_demo
    found = process.end()
    assert demo_folders(folder) == []
    return found


@pytest.fixture(scope="module")
def data(demo: Ended) -> dict[str, Any]:
    """The document's data."""
    return demo.data


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
