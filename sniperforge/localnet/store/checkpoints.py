"""Moving what SQLite's log holds into the database, in a thread: its syncs must not stall a slot."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from threading import Thread
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

EVERY_ROWS: Final = 20_000
"""Rows after which the log is emptied: some 10 to 30 MB of it."""


class Checkpoints:
    """Of one database, whose own connection makes none.

    Args:
        path: the database.
        every: rows written between two.
    """

    def __init__(self, path: Path, *, every: int = EVERY_ROWS) -> None:
        self._path = path
        self._every = every
        self._rows = 0
        self._thread: Thread | None = None

    def wrote(self, rows: int) -> None:
        """Start one when enough was written and none is under way."""
        self._rows += rows
        if self._rows >= self._every and (self._thread is None or not self._thread.is_alive()):
            self._rows = 0
            self._thread = Thread(target=self._run, name="localnet checkpoint")
            self._thread.start()

    def close(self) -> None:
        """Wait for one that is under way."""
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        with suppress(sqlite3.Error), closing(sqlite3.connect(self._path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")  # one that fails leaves the log as it is
