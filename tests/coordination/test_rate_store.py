"""The shared record of a rate budget: whole steps, one boot, no key in it, and files that do not work."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import sniperforge
from sniperforge.coordination.rate_gcra import Lanes
from sniperforge.coordination.rate_store import RateStore, store_name
from sniperforge.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(sniperforge.__file__).parents[1]
SOME = Lanes(shared=1, reserved=2**60, paused_until=3, pause=4)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that is not there yet."""
    return tmp_path / "limits" / "x.db"


@pytest.fixture
def opened(path: Path) -> Iterator[Callable[..., RateStore]]:
    """Opens connections and closes them after the test."""
    stores: list[RateStore] = []

    def open_one(boot: str = "boot-1") -> RateStore:
        stores.append(RateStore(path, boot=boot))
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()


def put(lanes: Lanes) -> Callable[[Lanes], Lanes]:
    """A step to these lanes."""
    return lambda _: lanes


def test_what_one_writes_another_reads(opened: Callable[..., RateStore]) -> None:
    """A step sees what was before it and leaves what it made."""
    one, other = opened(), opened()
    assert one.read() == Lanes()
    assert one.change(put(SOME)) == SOME
    assert other.read() == SOME
    assert other.change(lambda lanes: Lanes(lanes.shared + 1)) == Lanes(2) == one.read()


def test_another_boot_begins_anew(opened: Callable[..., RateStore]) -> None:
    """Times before a restart of the machine mean nothing after it."""
    opened().change(put(SOME))
    after = opened("boot-2")
    assert after.read() == Lanes()
    after.change(put(Lanes(7)))
    assert after.read() == Lanes(7)


def test_a_step_that_fails_changes_nothing(opened: Callable[..., RateStore]) -> None:
    """Whatever it raises, and the file stays usable."""
    store = opened()
    store.change(put(SOME))

    def fail(_: Lanes) -> Lanes:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.change(fail)
    assert store.change(lambda lanes: lanes) == SOME


def test_a_locked_file_is_told_at_once(opened: Callable[..., RateStore], path: Path) -> None:
    """The loop is not held up by a process that stopped in the middle of a step; reading goes on."""
    store = opened()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert store.change(put(SOME)) is None
    assert store.read() == Lanes()
    holder.execute("ROLLBACK")
    assert store.change(put(SOME)) == SOME
    holder.close()


def test_the_file_is_the_users_own(opened: Callable[..., RateStore], path: Path) -> None:
    """Mode 0600."""
    opened()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_neither_name_nor_content_tells_the_key(opened: Callable[..., RateStore], path: Path) -> None:
    """The name is a hash; one endpoint with two keys has two budgets."""
    url = "https://rpc.example.com/?api-key=hunter2"
    assert "hunter2" not in store_name(url)
    assert "example" not in store_name(url)
    assert store_name(url) == store_name("http://RPC.example.com?api-key=hunter2")
    assert store_name(url) != store_name("https://rpc.example.com/?api-key=hunter3")
    assert store_name(url) != store_name("https://other@rpc.example.com/?api-key=hunter2")


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    """With the path in the message and what to do."""
    path.parent.mkdir()
    path.write_text("no database, but long enough to be looked at" * 100)
    with pytest.raises(StorageError, match=r"x\.db: file is not a database") as caught:
        RateStore(path, boot="b")
    assert "remove the file" in caught.value.hint


def test_a_file_of_another_form_is_refused(opened: Callable[..., RateStore], path: Path) -> None:
    """A table that holds no times, or no table at all."""
    store = opened()
    with sqlite3.connect(path) as other:
        other.execute("DROP TABLE lanes")
        columns = "one INTEGER PRIMARY KEY, boot, shared, reserved, paused_until, pause"
        other.execute(f"CREATE TABLE lanes ({columns})")
        other.execute("INSERT INTO lanes VALUES (1, 'boot-1', 'soon', 0, 0, 0)")
    with pytest.raises(StorageError, match="holds no times"):
        store.read()
    with sqlite3.connect(path) as other:
        other.execute("DROP TABLE lanes")
    with pytest.raises(StorageError, match="no such table"):
        store.change(put(SOME))
    other.close()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    """A file where the folder should be."""
    (tmp_path / "limits").write_text("")
    with pytest.raises(StorageError):
        RateStore(tmp_path / "limits" / "x.db", boot="b")


def test_a_write_that_the_disk_refuses_is_told(opened: Callable[..., RateStore]) -> None:
    """As a full or read-only one does; once it writes again, so do we."""
    store = opened()
    store._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(StorageError, match="readonly"):
        store.change(put(SOME))
    store._connection.execute("PRAGMA query_only = OFF")
    assert store.change(put(SOME)) == SOME


def test_an_opener_that_finds_it_locked_gives_up_in_the_end(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that stopped while it made the file stops nobody."""
    monkeypatch.setattr("sniperforge.coordination.rate_store._OPENING_SECONDS", 0.0)
    monkeypatch.setattr("sniperforge.coordination.rate_store._OPENING_TRIES", 2)
    path.parent.mkdir()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="keeps it locked"):
        RateStore(path, boot="b")
    holder.close()


def test_first_openers_do_not_trip_over_each_other(path: Path) -> None:
    """Ten at once: SQLite lets one switch the file to its log."""
    with ThreadPoolExecutor(10) as pool:
        done = pool.map(lambda _: RateStore(path, boot="b").close(), range(10))
    assert list(done) == [None] * 10


def test_a_process_that_dies_within_a_step_changes_nothing(
    opened: Callable[..., RateStore], path: Path
) -> None:
    """The lock goes with it at once, and the others go on from what was."""
    store = opened()
    store.change(put(SOME))
    code = (
        "import os, sys; from pathlib import Path; from sniperforge.coordination.rate_store import RateStore;"
        "RateStore(Path(sys.argv[1]), boot='boot-1').change(lambda lanes: os._exit(9))"
    )
    died = subprocess.run(
        [sys.executable, "-c", code, path], check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert died.returncode == 9
    assert store.change(lambda lanes: Lanes(lanes.shared + 1)) == Lanes(SOME.shared + 1)
