"""What the SVM leaves behind in the process does not change how SQLite compares."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from sniperforge.localnet.ledger.float_unit import restorer
from tests.engine.kit import SOL, World


def compares() -> tuple[int, int]:
    """As SQLite does, through a prepared statement that cannot be folded."""
    connection = sqlite3.connect(":memory:")
    try:
        found: tuple[int, int] = connection.execute("SELECT ? >= ?, ? < ?", (50, 50.1, 50, 50.1)).fetchone()
        return found
    finally:
        connection.close()


async def test_sqlite_compares_right_after_programs_ran(tmp_path: Path) -> None:
    """A pool was made and traded on, and a trade simulated, in this process."""
    world = World(tmp_path)
    assert compares() == (0, 1)
    token = await world.launch()
    assert compares() == (0, 1)
    world.crowd_buys(token, SOL)
    assert compares() == (0, 1)


def test_other_machines_have_no_such_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is called there."""
    monkeypatch.setattr("sniperforge.localnet.ledger.float_unit.platform.machine", lambda: "aarch64")
    restorer()()


def test_where_no_code_may_be_made_nothing_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hardened kernel."""

    def denied(*_arguments: object, **_named: object) -> None:
        raise PermissionError("no")

    monkeypatch.setattr("sniperforge.localnet.ledger.float_unit.mmap.mmap", denied)
    restorer()()
