"""One endpoint's lanes in a SQLite file that all processes of the user share. The arithmetic is not here.

Every step is one immediate transaction: a process that dies in the middle of one leaves the lanes as they
were, and after it takes one slot with it. Nothing is synced: a power cut resets the clock of the times, too.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from dataclasses import astuple
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from sniperforge.coordination.rate_gcra import Lanes
from sniperforge.errors import StorageError
from sniperforge.files import PRIVATE, make_folder, refuse_network_filesystem, storage_errors

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SCHEMA_VERSION: Final = 1
_LOCKED: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_OPENING_TRIES: Final = 50
_OPENING_SECONDS: Final = 0.005
_SPINS: Final = 8
_SPIN_SECONDS: Final = 0.00005
_COLUMNS: Final = "shared, reserved, paused_until, pause"
_CREATE: Final = """
CREATE TABLE IF NOT EXISTS lanes (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    boot TEXT NOT NULL,
    shared INTEGER NOT NULL,
    reserved INTEGER NOT NULL,
    paused_until INTEGER NOT NULL,
    pause INTEGER NOT NULL
) STRICT
"""


def store_name(url: str) -> str:
    """The file's name for an endpoint and the key in its URL: a hash, so that no key is in it."""
    parts = urlsplit(url)
    endpoint = f"{parts.netloc.lower()} {parts.path.rstrip('/')} {parts.query}"
    return f"{hashlib.sha256(endpoint.encode()).hexdigest()[:32]}.db"


class RateStore:
    """One connection to an endpoint's file, made with mode 0600.

    Args:
        path: folder of limits and :func:`store_name`.
        boot: which boot of the machine the times are of; a record of another one counts as none.

    Raises:
        StorageError: it cannot be opened, is no database, or is on a network file system; so does every
            method.
    """

    def __init__(self, path: Path, *, boot: str) -> None:
        self.path = path
        self._boot = boot
        make_folder(path.parent)
        refuse_network_filesystem(path)
        with storage_errors("create", path):
            path.touch(mode=PRIVATE)
        try:
            self._connection = sqlite3.connect(path, timeout=0, isolation_level=None)
            try:
                self._open()
            except BaseException:
                self._connection.close()
                raise
        except sqlite3.Error as error:
            raise self._translated(error) from error

    def read(self) -> Lanes:
        """The lanes as they are; those of another boot are fresh ones."""
        try:
            return self._lanes()
        except sqlite3.Error as error:
            raise self._translated(error) from error

    def change(self, step: Callable[[Lanes], Lanes]) -> Lanes | None:
        """Replace the lanes by what ``step`` makes of them; it may be called more than once.

        Returns:
            The lanes afterwards; ``None`` when another process has the file right now: nothing is changed.
        """
        for _ in range(_SPINS):
            try:
                return self._change(step)
            except sqlite3.Error as error:
                if not _is_locked(error):
                    raise self._translated(error) from error
            time.sleep(_SPIN_SECONDS)  # others hold it for less; the kernel makes this about a tenth of 1 ms
        return None

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        self._connection.close()

    def _change(self, step: Callable[[Lanes], Lanes]) -> Lanes:
        run = self._connection.execute
        run("BEGIN IMMEDIATE")
        try:
            before = self._lanes()
            after = step(before)
            if after != before:
                run(f"REPLACE INTO lanes (one, boot, {_COLUMNS}) VALUES (1, ?, ?, ?, ?, ?)", self._row(after))  # noqa: S608
            run("COMMIT")
            return after
        except BaseException:
            if self._connection.in_transaction:
                run("ROLLBACK")
            raise

    def _lanes(self) -> Lanes:
        select = f"SELECT {_COLUMNS} FROM lanes WHERE boot = ?"  # noqa: S608
        row = self._connection.execute(select, (self._boot,)).fetchone()
        try:
            return Lanes() if row is None else Lanes(*map(int, row))
        except (TypeError, ValueError, OverflowError):
            raise sqlite3.DatabaseError("the record holds no times") from None

    def _row(self, lanes: Lanes) -> tuple[str | int, ...]:
        return (self._boot, *astuple(lanes))

    def _open(self) -> None:
        """Of several first openers SQLite tells all but one that the file is locked, at once: try again."""
        for _ in range(_OPENING_TRIES):
            try:
                return self._prepare()
            except sqlite3.OperationalError as error:
                if not _is_locked(error):
                    raise
            time.sleep(_OPENING_SECONDS)
        raise sqlite3.OperationalError("another process keeps it locked")

    def _prepare(self) -> None:
        run = self._connection.execute
        run("PRAGMA synchronous = OFF")
        run("PRAGMA journal_mode = WAL")
        if run("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION:
            return
        run("BEGIN IMMEDIATE")
        run(_CREATE)
        run(f"PRAGMA user_version = {SCHEMA_VERSION}")
        run("COMMIT")

    def _translated(self, error: sqlite3.Error) -> StorageError:
        return StorageError(
            f"rate limits {self.path}: {error}",
            hint="remove the file once no sniperforge process runs",
            details={"path": str(self.path)},
        )


def _is_locked(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _LOCKED
