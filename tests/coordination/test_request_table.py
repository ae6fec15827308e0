"""The inbox's table: its state machine, exact races, and what is left behind."""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sniperforge.coordination.request_table as module
from sniperforge.coordination.request_table import KEEP_SECONDS, STEPS, Request, RequestTable, State
from sniperforge.errors import ConfigError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def request(name: str, *, created_at: float = 100.0, deadline: float = 101.0) -> Request:
    """A request to sell."""
    return Request(name, "sell", {"percent": 50, "of": name}, created_at, deadline)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An inbox that is not there yet."""
    return tmp_path / "locks" / "w.inbox.db"


@pytest.fixture
def table(path: Path) -> Iterator[RequestTable]:
    """A fresh table."""
    opened = RequestTable(path)
    yield opened
    opened.close()


def test_a_request_goes_from_posted_to_answered(table: RequestTable) -> None:
    """Claimed in order of posting, once; answered once; the answer is read back."""
    for name in ("b", "a"):
        table.post(request(name))
    assert table.claim_all(100.5) == [request("b"), request("a")]
    assert table.claim_all(100.5) == []
    assert table.read("a") == (State.CLAIMED, None)
    assert table.answer("a", {"payload": {"n": 1}}, 100.6)
    assert not table.answer("a", {"payload": {"n": 2}}, 100.7)
    assert table.read("a") == (State.ANSWERED, {"payload": {"n": 1}})


def test_withdrawn_is_never_claimed_and_claimed_never_withdrawn(table: RequestTable) -> None:
    """The first of the two wins for good."""
    table.post(request("gone"))
    assert table.withdraw("gone", 100.2)
    assert table.claim_all(100.3) == []
    table.post(request("taken"))
    assert [taken.id for taken in table.claim_all(100.3)] == ["taken"]
    assert not table.withdraw("taken", 100.4)
    assert table.read("taken")[0] is State.CLAIMED


def test_after_its_deadline_a_request_is_not_claimed(table: RequestTable) -> None:
    """A sender that died leaves nothing that is executed later."""
    table.post(request("late", deadline=101.0))
    assert table.claim_all(101.0) == []
    assert table.read("late")[0] is State.EXPIRED
    assert not table.withdraw("late", 101.0)


def test_a_new_holder_settles_what_the_old_one_left(table: RequestTable) -> None:
    """Claimed becomes lost, overdue becomes expired, fresh stays, old is deleted."""
    table.post(request("ancient", created_at=1.0, deadline=2.0))
    table.withdraw("ancient", 2.0)
    table.post(request("claimed"))
    table.claim_all(100.5)
    table.post(request("overdue", deadline=102.0))
    table.post(request("fresh", deadline=10 * KEEP_SECONDS))
    assert table.clean(KEEP_SECONDS + 50.0) == 2
    assert table.read("claimed")[0] is State.LOST
    assert table.read("overdue")[0] is State.EXPIRED
    with pytest.raises(KeyError):
        table.read("ancient")
    assert [fresh.id for fresh in table.claim_all(KEEP_SECONDS + 50.0)] == ["fresh"]
    assert table.lose_claimed(KEEP_SECONDS + 51.0) == 1
    assert not table.answer("claimed", {"payload": {}}, 103.0)


def test_the_steps_form_a_machine_without_return() -> None:
    """No step leaves a settled state, and every state but the first is reached."""
    sources = {source for source, _ in STEPS.values()}
    assert sources.isdisjoint(module.SETTLED)
    assert {target for _, target in STEPS.values()} == set(State) - {State.POSTED}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(["post", "claim", "withdraw", "answer", "lose"]), max_size=8))
def test_any_order_of_calls_follows_the_machine(table: RequestTable, steps: list[str]) -> None:
    """A call applies its step when the request is in the step's source state, and changes nothing otherwise."""
    table._connection.execute("DELETE FROM request")
    state: State | None = None
    for step in steps:
        if step == "post":
            if state is None:
                table.post(request("r"))
                state = State.POSTED
            continue
        applies = state is STEPS[step][0]
        done: Any = {
            "claim": lambda: table.claim_all(100.1),
            "withdraw": lambda: table.withdraw("r", 100.1),
            "answer": lambda: table.answer("r", {"payload": {}}, 100.1),
            "lose": lambda: table.lose_claimed(100.1),
        }[step]()
        assert bool(done) == applies
        state = STEPS[step][1] if applies else state
    if state is not None:
        assert table.read("r")[0] is state


def test_claiming_and_withdrawing_at_once_has_one_winner_each_time(path: Path) -> None:
    """Two connections race for 300 requests; each is either claimed or withdrawn, never both or neither."""
    names = [str(number) for number in range(300)]
    claimed: list[str] = []
    withdrawn: list[str] = []
    sender, holder = RequestTable(path), RequestTable(path)
    finished = threading.Event()

    def claim() -> None:
        while not finished.is_set():
            claimed.extend(taken.id for taken in holder.claim_all(100.5))

    thread = threading.Thread(target=claim)
    thread.start()
    for number, name in enumerate(names):
        sender.post(request(name))
        if number % 3 == 0:
            finished.wait(0.0005)
        if sender.withdraw(name, 100.6):
            withdrawn.append(name)
    finished.set()
    thread.join()
    assert sorted(claimed + withdrawn) == sorted(names)
    assert claimed
    assert withdrawn
    for name in names:
        assert sender.read(name)[0] is (State.CLAIMED if name in set(claimed) else State.WITHDRAWN)
    sender.close()
    holder.close()


def test_changed_tells_of_others_only(path: Path) -> None:
    """True the first time and after another connection's write; own writes and busy moments do not count."""
    mine, other = RequestTable(path), RequestTable(path)
    assert mine.changed()
    assert not mine.changed()
    mine.post(request("own"))
    assert not mine.changed()
    other.post(request("other"))
    with mine._lock:
        assert not mine.changed()
    assert mine.changed()
    mine.close()
    other.close()


def test_a_failed_transaction_leaves_nothing(table: RequestTable) -> None:
    """A second request of the same id is refused, and the table goes on."""
    table.post(request("a"))
    with pytest.raises(StorageError, match="UNIQUE"):
        table.post(request("a"))
    assert len(table.claim_all(100.5)) == 1


def test_files_are_private(table: RequestTable, path: Path) -> None:
    """Others can neither post nor read."""
    table.post(request("a"))
    modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    assert set(modes.values()) == {0o600}
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_broken_newer_and_unreachable_files_are_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No traceback of SQLite reaches the caller."""
    path.parent.mkdir()
    path.write_text("not a database at all, but a text of some length" * 10)
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.05)
    with pytest.raises(StorageError, match="not a database"):
        RequestTable(path)
    path.unlink()
    with sqlite3.connect(path) as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(ConfigError, match="newer version"):
        RequestTable(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(StorageError):
        RequestTable(path)


def test_a_locked_file_is_an_error_after_a_bounded_wait(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that never ends does not hang the others, on opening or later."""
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.05)
    table = RequestTable(path)
    stuck = sqlite3.connect(path, isolation_level=None)
    stuck.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="locked"):
        table.post(request("a"))
    with pytest.raises(StorageError, match="locked"):
        RequestTable(path)
    stuck.execute("ROLLBACK")
    table.close()
    stuck.execute("PRAGMA journal_mode = DELETE")
    stuck.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StorageError, match="locked"):
        RequestTable(path)
    stuck.close()


def test_many_first_openers_get_along(path: Path) -> None:
    """Eight threads that create the same inbox at once all succeed."""
    failures: list[Exception] = []
    start = threading.Barrier(8)

    def open_it(number: int) -> None:
        start.wait()
        try:
            table = RequestTable(path)
            table.post(request(str(number)))
            table.close()
        except StorageError as error:
            failures.append(error)

    threads = [threading.Thread(target=open_it, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    last = RequestTable(path)
    assert len(last.claim_all(100.5)) == 8
    last.close()
