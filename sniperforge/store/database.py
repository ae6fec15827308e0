"""Opening SQLite the one safe way: WAL, immediate transactions, numbered migrations, errors translated."""

from __future__ import annotations

import sqlite3
import time
import zlib
from contextlib import contextmanager
from importlib import resources
from typing import TYPE_CHECKING

from sniperforge.errors import ConfigError, StorageError
from sniperforge.files import refuse_network_filesystem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUSY_TIMEOUT_SECONDS = 5.0
CREATION_SECONDS = 0.5
"""How long a reader waits for a file that another process is just making."""

_RETRY_SECONDS = 0.01


class Database:
    """One connection to one SQLite file.

    Args:
        path: the file; created with mode 0600, its folder with mode 0700.
        schema: name of the folder of numbered SQL files under ``store/migrations``.
        durable: ``synchronous=FULL`` when true, so a commit survives a power cut; ``NORMAL`` otherwise.
        readonly: open without writing or migrating; the file must exist.

    Raises:
        StorageError: the file cannot be opened or written, or is on a network file system.
        ConfigError: the file is not such a database, or was written by a newer version; it is untouched.
    """

    def __init__(self, path: Path, schema: str, *, durable: bool, readonly: bool = False) -> None:
        self.path = path
        self._schema = schema
        self._steps = migrations(schema)
        with self._translated("open"):
            self._connection = self._connect(readonly=readonly)
            try:
                self._prepare(durable=durable, readonly=readonly)
            except BaseException:
                self._connection.close()
                raise

    def _connect(self, *, readonly: bool) -> sqlite3.Connection:
        refuse_network_filesystem(self.path)
        if not readonly and not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path.touch(mode=0o600)  # SQLite gives the files beside it the same mode
        connection = sqlite3.connect(
            f"{self.path.resolve().as_uri()}?mode={'ro' if readonly else 'rw'}",
            uri=True,
            timeout=BUSY_TIMEOUT_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.row_factory = sqlite3.Row
        return connection

    def _prepare(self, *, durable: bool, readonly: bool) -> None:
        version = self._known_version()
        self._connection.execute("PRAGMA foreign_keys=ON")
        if readonly:
            self._require_newest(version or self._version_once_made())
            return
        self._switch_to_wal()
        self._connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        if durable:
            self._connection.execute("PRAGMA fullfsync=ON")  # macOS: its fsync leaves data in the drive
        self._migrate()

    def _known_version(self) -> int:
        """The schema's version, once the file is known to be empty or of this schema."""
        found = self._connection.execute(
            "SELECT (SELECT application_id FROM pragma_application_id) AS application,"
            " (SELECT user_version FROM pragma_user_version) AS version,"
            " (SELECT count(*) FROM sqlite_schema) AS tables"
        ).fetchone()
        empty = not (found["application"] or found["version"] or found["tables"])
        if not empty and found["application"] != self._application:
            raise ConfigError(
                f"{self.path} is another program's database, not a {self._schema} of sniperforge",
                hint="move it aside; its content was not changed",
            )
        version, newest = int(found["version"]), max(self._steps)
        if version > newest:
            raise ConfigError(
                f"{self.path} was written by a newer version (schema {version}, known {newest})",
                hint="upgrade sniperforge, or restore a backup made by this version",
            )
        return version

    def _version_once_made(self) -> int:
        deadline = time.monotonic() + CREATION_SECONDS
        while not (version := self._known_version()) and time.monotonic() < deadline:
            time.sleep(_RETRY_SECONDS)
        return version

    def _require_newest(self, version: int) -> None:
        newest = max(self._steps)
        if version < newest:
            raise ConfigError(
                f"{self.path} was written by an older version (schema {version}, known {newest})",
                hint="the next command that writes to it brings it up to date",
            )

    def _switch_to_wal(self) -> None:
        deadline = time.monotonic() + BUSY_TIMEOUT_SECONDS
        while True:
            try:
                mode = self._connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
                break
            except sqlite3.OperationalError as error:
                # SQLite does not wait here when another process is switching the same new file.
                if not _is_busy(error) or time.monotonic() > deadline:
                    raise
                time.sleep(_RETRY_SECONDS)
        if mode != "wal":
            raise StorageError(
                f"cannot open {self.path}: its file system has no shared memory for SQLite's WAL",
                hint="use a folder on a local disk",
            )

    def _migrate(self) -> None:
        """All steps in one transaction: a reader finds the file before them or after them, never between."""
        if self._version() >= max(self._steps):
            return
        with self.transaction() as connection:
            done = self._version()  # under the write lock: another process may have migrated meanwhile
            for number, script in sorted(self._steps.items()):
                for statement in _statements(script) if number > done else ():
                    connection.execute(statement)
            connection.execute(f"PRAGMA application_id={self._application}")
            connection.execute(f"PRAGMA user_version={max(self._steps)}")

    @property
    def _application(self) -> int:
        """SQLite's mark of whose file it is: tells a journal from another schema's or program's database."""
        return zlib.crc32(f"sniperforge/{self._schema}".encode()) & 0x7FFFFFFF

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
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise  # a constraint that the caller's logic broke, or a closed file: a bug, not a failed disk
        except sqlite3.OperationalError as error:
            busy = _is_busy(error)
            hint = "another process is writing to it" if busy else "check free space and permissions"
            raise StorageError(f"cannot {verb} {self.path}: {error}", hint=hint) from error
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


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY  # extended codes are above


def _statements(script: str) -> Iterator[str]:
    """Single statements, because ``executescript`` would commit the surrounding transaction."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
    if pending.strip():
        yield pending  # a last statement without its semicolon
