"""Opening SQLite the one safe way: WAL, immediate transactions, numbered migrations, errors translated."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from importlib import resources
from typing import TYPE_CHECKING

from sniperforge.errors import ConfigError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUSY_TIMEOUT_SECONDS = 5.0


class Database:
    """One connection to one SQLite file.

    Args:
        path: the file; its folder is created, mode 0700.
        schema: name of the folder of numbered SQL files under ``store/migrations``.
        durable: ``synchronous=FULL`` when true, so a commit survives a power cut; ``NORMAL`` otherwise.
        readonly: open without writing or migrating; the file must exist.

    Raises:
        StorageError: the file cannot be opened or written.
        ConfigError: the file is not such a database, or was written by a newer version.
    """

    def __init__(self, path: Path, schema: str, *, durable: bool, readonly: bool = False) -> None:
        self.path = path
        self._schema = schema
        with self._translated("open"):
            self._connection = self._connect(durable=durable, readonly=readonly)
            if not readonly:
                self._migrate()

    def _connect(self, *, durable: bool, readonly: bool) -> sqlite3.Connection:
        if readonly:
            target = f"{self.path.resolve().as_uri()}?mode=ro"
        else:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            target = self.path.resolve().as_uri()
        connection = sqlite3.connect(
            target, uri=True, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        if not readonly:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        connection.execute("PRAGMA foreign_keys=ON")
        return connection

    def _migrate(self) -> None:
        steps = migrations(self._schema)
        newest = max(steps)
        if self._version() > newest:
            raise ConfigError(
                f"{self.path} was written by a newer version (schema {self._version()}, known {newest})",
                hint="upgrade sniperforge, or restore a backup made by this version",
            )
        for number, script in sorted(steps.items()):
            with self.transaction() as connection:
                # Read under the write lock: another process may have migrated meanwhile.
                if self._version() >= number:
                    continue
                for statement in _statements(script):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version={number}")

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA user_version").fetchone()[0])

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write transaction: committed when the block ends, rolled back when it raises.

        Raises:
            StorageError: the disk is full, the file read-only, or another writer held it too long.
        """
        with self._translated("write"):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def rows(self, sql: str, *arguments: object) -> list[sqlite3.Row]:
        """All rows of a read. Raises ``StorageError``."""
        with self._translated("read"):
            return self._connection.execute(sql, arguments).fetchall()

    def row(self, sql: str, *arguments: object) -> sqlite3.Row | None:
        """The first row of a read, or ``None``. Raises ``StorageError``."""
        with self._translated("read"):
            found: sqlite3.Row | None = self._connection.execute(sql, arguments).fetchone()
            return found

    def close(self) -> None:
        """Close the connection. Safe to call twice."""
        self._connection.close()

    @contextmanager
    def _translated(self, verb: str) -> Iterator[None]:
        try:
            yield
        except sqlite3.IntegrityError:
            raise  # a constraint that the caller's logic broke: a bug, not a storage failure
        except sqlite3.OperationalError as error:
            raise StorageError(
                f"cannot {verb} {self.path}: {error}", hint="check free space and permissions"
            ) from error
        except sqlite3.DatabaseError as error:
            raise ConfigError(
                f"{self.path} is not a usable database: {error}",
                hint="move it aside and restore a backup; its content was not changed",
            ) from error
        except OSError as error:
            raise StorageError(f"cannot {verb} {self.path}: {error.strerror or error}") from error


def migrations(schema: str) -> dict[int, str]:
    """``{number: SQL}`` of one schema, from the numbered files shipped with the package."""
    folder = resources.files("sniperforge.store").joinpath("migrations", schema)
    return {
        int(entry.name.partition("_")[0]): entry.read_text(encoding="utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".sql")
    }


def _statements(script: str) -> Iterator[str]:
    """Single statements, because ``executescript`` would commit the surrounding transaction."""
    pending = ""
    for line in script.splitlines():
        pending += line + "\n"
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
