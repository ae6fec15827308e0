"""The inbox's table: one row per request, one state machine, every step one immediate transaction.

::

    posted --claim--> claimed --answer--> answered
       |                 '----lose------> lost    the holder ended while it had it: the outcome is not known
       |--withdraw--> withdrawn                   the sender gave up; no holder can claim it any more
       '--expire----> expired                     its deadline passed before any holder saw it
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sniperforge.errors import ConfigError, StorageError
from sniperforge.files import PRIVATE, make_folder, refuse_network_filesystem, storage_errors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SCHEMA_VERSION: Final = 1
BUSY_SECONDS: Final = 1.0
KEEP_SECONDS: Final = 86_400.0
"""Settled requests older than this are deleted when a holder opens its inbox."""


class State(StrEnum):
    """Where a request stands."""

    POSTED = "posted"
    CLAIMED = "claimed"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    LOST = "lost"


STEPS: Final = {
    "claim": (State.POSTED, State.CLAIMED),
    "withdraw": (State.POSTED, State.WITHDRAWN),
    "expire": (State.POSTED, State.EXPIRED),
    "answer": (State.CLAIMED, State.ANSWERED),
    "lose": (State.CLAIMED, State.LOST),
}
"""Every step there is: from one state to one other."""

SETTLED: Final = frozenset({State.ANSWERED, State.WITHDRAWN, State.EXPIRED, State.LOST})

_CREATE = """
CREATE TABLE IF NOT EXISTS request (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at REAL NOT NULL,
    deadline REAL NOT NULL,
    state TEXT NOT NULL,
    answer TEXT,
    changed_at REAL NOT NULL
)
"""
_INDEX = "CREATE INDEX IF NOT EXISTS request_by_state ON request (state)"


@dataclass(frozen=True, slots=True)
class Request:
    """One request as posted.

    Attributes:
        id: the sender's unique text.
        kind: what is asked, for example ``sell``.
        payload: JSON object.
        created_at, deadline: Unix seconds; after ``deadline`` it is not claimed any more.
    """

    id: str
    kind: str
    payload: Mapping[str, Any]
    created_at: float
    deadline: float


class RequestTable:
    """One connection to an inbox file. Usable from any thread, one call at a time.

    Args:
        path: the file, created with mode 0600.

    Raises:
        StorageError: it cannot be opened, or is on a network file system; so does every method.
        ConfigError: it was made by a newer version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._seen = -1
        make_folder(path.parent)
        refuse_network_filesystem(path)
        with storage_errors("create", path):
            path.touch(mode=PRIVATE)  # SQLite gives the files beside it the same mode
        with self._guarded():
            self._connection = sqlite3.connect(
                path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise

    def post(self, request: Request) -> None:
        """Add a request, ready to be claimed."""
        row = (
            *(request.id, request.kind, json.dumps(request.payload)),
            *(request.created_at, request.deadline, State.POSTED, request.created_at),
        )
        columns = "id, kind, payload, created_at, deadline, state, changed_at"
        with self._transaction():
            self._connection.execute(f"INSERT INTO request ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", row)  # noqa: S608

    def claim_all(self, now: float) -> list[Request]:
        """Claim every posted request whose deadline has not passed, oldest first; expire the others."""
        with self._guarded():
            waiting = "SELECT 1 FROM request WHERE state = ? LIMIT 1"
            if self._connection.execute(waiting, (State.POSTED,)).fetchone() is None:
                return []
        with self._transaction():
            self._step("expire", now, "deadline <= ?", now)
            rows = self._connection.execute(
                "SELECT id, kind, payload, created_at, deadline FROM request WHERE state = ? ORDER BY number",
                (State.POSTED,),
            ).fetchall()
            self._step("claim", now)
        return [Request(row[0], row[1], json.loads(row[2]), row[3], row[4]) for row in rows]

    def answer(self, request_id: str, document: Mapping[str, Any], now: float) -> bool:
        """Settle a claimed request; false when it is not claimed (any more)."""
        with self._transaction():
            if not self._step("answer", now, "id = ?", request_id):
                return False
            update = "UPDATE request SET answer = ? WHERE id = ?"
            self._connection.execute(update, (json.dumps(document, default=str), request_id))
        return True

    def withdraw(self, request_id: str, now: float) -> bool:
        """Take a posted request back; false when a holder was first. Exactly one of the two succeeds."""
        with self._transaction():
            return self._step("withdraw", now, "id = ?", request_id) == 1

    def lose_claimed(self, now: float) -> int:
        """Mark what was claimed and never answered as lost; how many. Only the holder may call it."""
        with self._transaction():
            return self._step("lose", now)

    def clean(self, now: float) -> int:
        """At a holder's start: settle what its predecessor left, and tell how many; delete what is old."""
        with self._transaction():
            left = self._step("lose", now) + self._step("expire", now, "deadline <= ?", now)
            self._connection.execute("DELETE FROM request WHERE changed_at < ?", (now - KEEP_SECONDS,))
        return left

    def read(self, request_id: str) -> tuple[State, dict[str, Any] | None]:
        """A request's state, and its answer when there is one. Raises ``KeyError`` when it is not there."""
        with self._guarded():
            select = "SELECT state, answer FROM request WHERE id = ?"
            row = self._connection.execute(select, (request_id,)).fetchone()
        if row is None:
            raise KeyError(request_id)
        return State(row[0]), None if row[1] is None else json.loads(row[1])

    def changed(self) -> bool:
        """Whether another process wrote since the last call; true the first time.

        Takes some microseconds and never waits: while another thread uses the connection it says no.
        """
        if not self._lock.acquire(blocking=False):
            return False
        try:
            with _translated(self.path):
                version = self._connection.execute("PRAGMA data_version").fetchone()[0]
        finally:
            self._lock.release()
        before, self._seen = self._seen, version
        return bool(version != before)

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        with self._guarded():
            self._connection.close()

    def _step(self, step: str, now: float, where: str = "1", *values: object) -> int:
        source, target = STEPS[step]
        update = f"UPDATE request SET state = ?, changed_at = ? WHERE state = ? AND {where}"  # noqa: S608
        return self._connection.execute(update, (target, now, source, *values)).rowcount

    def _prepare(self) -> None:
        _write_ahead(self._connection)
        self._connection.execute("PRAGMA synchronous = NORMAL")  # what a power cut loses has no sender left
        self._connection.execute("BEGIN IMMEDIATE")
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise ConfigError(f"{self.path} was made by a newer version", hint="update sniperforge")
        self._connection.execute(_CREATE)
        self._connection.execute(_INDEX)
        self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        self._connection.execute("COMMIT")

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        with self._lock, _translated(self.path):
            yield

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._guarded():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to WAL. Of several first openers SQLite tells all but one that the file is locked, at once."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.005)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StorageError(f"inbox {path}: {error}", details={"path": str(path)}) from error
