"""Emptying SQLite's log beside the loop."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from sniperforge.localnet.store import checkpoints
from sniperforge.localnet.store.checkpoints import Checkpoints
from sniperforge.store.database import Database


def test_the_log_is_moved_into_the_database(tmp_path: Path) -> None:
    """After enough rows, not before, and the connection that writes is not in the way."""
    path = tmp_path / "some.db"
    with closing(Database(path, "localnet", durable=False)) as db:
        db.rows("PRAGMA wal_autocheckpoint=0")
        made = Checkpoints(path, every=10)
        with db.transaction() as connection:
            connection.execute("INSERT INTO facts VALUES ('a', zeroblob(100000))")
        before = path.stat().st_size
        made.wrote(9)
        made.close()
        assert path.stat().st_size == before
        made.wrote(1)
        made.close()
        assert path.stat().st_size > before + 100_000


def test_one_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that come meanwhile count for the next."""
    begun, go = Event(), Event()
    runs = []

    def slow(*_: object) -> sqlite3.Connection:
        runs.append(1)
        begun.set()
        go.wait(10)
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(checkpoints.sqlite3, "connect", slow)
    made = Checkpoints(tmp_path / "some.db", every=1)
    made.close()
    made.wrote(1)
    begun.wait(10)
    made.wrote(1)
    assert len(runs) == 1
    go.set()
    made.close()
    made.wrote(0)
    made.close()
    assert len(runs) == 2, "one that fails is tried again when more was written"
