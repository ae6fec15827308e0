"""``sniperforge demo`` as a process of its own: its end by signal, and after a minute."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.e2e.processes import MEMORY_LIMIT, demo_folders, spawn_demo


@pytest.mark.usefixtures("running_demo")
def test_signals_end_it_in_time_and_leave_nothing(tmp_path: Path) -> None:
    """SIGINT exits 130 and SIGTERM 143, within 10 s, with a document that says so; the folder is gone."""
    runs = {
        number: spawn_demo(tmp_path / number.name, "--duration", "60", "--json")
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


@pytest.mark.soak
@pytest.mark.timeout(200)
def test_a_minute_under_the_memory_limit(tmp_path: Path) -> None:
    """The long form: 60 s, the same promises."""
    found = spawn_demo(tmp_path, "--duration", "60", "--seed", "7", "--json").end()
    data = found.data
    assert found.peak_bytes < MEMORY_LIMIT
    assert data["bought"] >= 3
    assert data["unresolved"] == 0
    assert data["unexplained_sol"] == "0.000000000"
    assert data["truth"]["rug"]["bought"] == 0
