"""The one way in which SQLite files are opened: WAL, immediate, migrated once, errors translated."""

from __future__ import annotations

import json
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniperforge import files
from sniperforge.errors import ConfigError, StorageError
from sniperforge.store import database
from sniperforge.store.database import Database, _statements, migrations

NOBODY = 65534


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database that does not exist yet, in a folder that does not either."""
    return tmp_path / "wallet #1 100%?" / "journal.db"


def opened(path: Path, *, schema: str = "journal", readonly: bool = False) -> Database:
    """The database at ``path``."""
    return Database(path, schema, durable=True, readonly=readonly)


def put(db: Database, name: str, value: str = "x") -> None:
    """Write one flag."""
    with db.transaction() as connection:
        connection.execute("INSERT INTO flags VALUES (?, ?, 0)", (name, value))


def put_then(db: Database, error: BaseException) -> None:
    """Write one flag and fail before the commit."""
    with db.transaction() as connection:
        connection.execute("INSERT INTO flags VALUES ('a', 'x', 0)")
        raise error


def names(db: Database) -> list[str]:
    """All flags, sorted."""
    return [row["name"] for row in db.rows("SELECT name FROM flags ORDER BY name")]


def descriptors() -> list[str]:
    """This process's open files; none where the system does not tell."""
    folder = Path("/proc/self/fd")
    return sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []


def child(script: str, *arguments: str) -> subprocess.Popen[str]:
    """A fresh interpreter that runs ``script``."""
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


class TestOpening:
    def test_a_new_file_is_wal_durable_private_and_migrated(self, path: Path) -> None:
        """A journal is in WAL mode, synced at each commit, readable by its owner alone, at the newest version."""
        db = opened(path)
        put(db, "a")
        for pragma, value in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
            assert db.rows(f"PRAGMA {pragma}")[0][0] == value
        assert db.rows("PRAGMA user_version")[0][0] == max(migrations("journal"))
        for beside in (path, path.with_name("journal.db-wal"), path.with_name("journal.db-shm")):
            assert stat.S_IMODE(beside.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        db.close()

    def test_a_record_that_need_not_survive_a_power_cut_is_not_synced(self, tmp_path: Path) -> None:
        """``durable=False`` means ``synchronous=NORMAL``."""
        db = Database(tmp_path / "shared.db", "shared", durable=False)
        assert db.rows("PRAGMA synchronous")[0][0] == 1
        db.close()

    def test_reopening_keeps_everything_and_closing_twice_is_safe(self, path: Path) -> None:
        """What was written is there after the file was closed and opened again."""
        db = opened(path)
        put(db, "a")
        db.close()
        db.close()
        db = opened(path)
        assert names(db) == ["a"]
        db.close()

    def test_a_closed_database_is_a_bug_not_a_broken_file(self, path: Path) -> None:
        """Using it after closing raises what SQLite raises, not advice about disks or backups."""
        db = opened(path)
        db.close()
        with pytest.raises(sqlite3.ProgrammingError):
            names(db)

    def test_a_thread_may_use_what_another_opened(self, path: Path) -> None:
        """The connection is not bound to its thread: the engine may write from a worker."""
        db = opened(path)
        worker = threading.Thread(target=put, args=(db, "a"))
        worker.start()
        worker.join()
        assert names(db) == ["a"]
        db.close()


class TestBusyFiles:
    """Opening beside others: SQLite waits for a reader, but not for another that switches to WAL as well."""

    @staticmethod
    def busy_times(times: int, monkeypatch: pytest.MonkeyPatch) -> None:
        """The next ``times`` switches to WAL fail at once, as in that race."""
        real, left = sqlite3.connect, [times]

        class Racing(sqlite3.Connection):
            def execute(self, sql: str, *arguments: object) -> sqlite3.Cursor:
                if "=WAL" in sql and left[0]:
                    left[0] -= 1
                    error = sqlite3.OperationalError("database is locked")
                    error.sqlite_errorcode = sqlite3.SQLITE_BUSY_RECOVERY
                    raise error
                return super().execute(sql, *arguments)

        monkeypatch.setattr(database.sqlite3, "connect", lambda *a, **k: real(*a, **{**k, "factory": Racing}))

    def test_the_switch_to_wal_is_tried_again(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Two processes that create the same file both get it."""
        self.busy_times(3, monkeypatch)
        db = opened(path)
        assert db.rows("PRAGMA journal_mode")[0][0] == "wal"
        db.close()

    def test_the_switch_to_wal_is_not_tried_for_ever(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """After the busy time it is a storage error that says who is in the way."""
        self.busy_times(1_000_000, monkeypatch)
        monkeypatch.setattr(database, "BUSY_TIMEOUT_SECONDS", 0.05)
        with pytest.raises(StorageError, match="locked") as caught:
            opened(path)
        assert "another process" in caught.value.hint

    def test_a_reader_in_the_way_is_waited_for(self, path: Path) -> None:
        """Somebody in the middle of reading a new file bars the switch for a moment only."""
        path.parent.mkdir()
        reader = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM sqlite_schema").fetchall()
        release = threading.Timer(0.05, reader.execute, ["COMMIT"])
        release.start()
        opened(path).close()
        release.join()
        reader.close()


class TestRefusing:
    @pytest.mark.parametrize("readonly", [False, True])
    @pytest.mark.parametrize("content", [b"hello", b"\0" * 4096, b"SQLite format 3\0", b"x" * 9000])
    def test_a_file_that_is_no_database_is_left_as_it_is(
        self, tmp_path: Path, content: bytes, readonly: bool
    ) -> None:
        """It is refused as a wrong state file, byte for byte untouched, with nothing written beside it."""
        file = tmp_path / "journal.db"
        file.write_bytes(content)
        with pytest.raises(ConfigError, match="not a usable database"):
            opened(file, readonly=readonly)
        assert file.read_bytes() == content
        assert list(tmp_path.iterdir()) == [file]

    @pytest.mark.parametrize("readonly", [False, True])
    def test_a_newer_version_is_refused(self, path: Path, readonly: bool) -> None:
        """A file that a newer version wrote is not touched by an older one, not even for reading."""
        db = opened(path)
        with db.transaction() as connection:
            connection.execute("PRAGMA user_version=99")
        db.close()
        before = path.read_bytes()
        with pytest.raises(ConfigError, match=r"newer version \(schema 99, known") as caught:
            opened(path, readonly=readonly)
        assert "upgrade" in caught.value.hint
        assert path.read_bytes() == before

    @pytest.mark.parametrize("readonly", [False, True])
    def test_another_schema_is_refused(self, path: Path, readonly: bool) -> None:
        """The shared record is not taken for a journal, though both have the same version."""
        db = opened(path, schema="shared")
        db.close()
        before = path.read_bytes()
        with pytest.raises(ConfigError, match="not a journal of sniperforge"):
            opened(path, readonly=readonly)
        assert path.read_bytes() == before

    def test_another_programs_database_is_refused_and_stays_out_of_wal(self, tmp_path: Path) -> None:
        """A SQLite file of someone else keeps its bytes, its journal mode included."""
        file = tmp_path / "journal.db"
        theirs = sqlite3.connect(file)
        theirs.execute("CREATE TABLE browser_history (url TEXT)")
        theirs.close()
        before = file.read_bytes()
        with pytest.raises(ConfigError, match="another program's database"):
            opened(file)
        assert file.read_bytes() == before

    def test_a_reader_waits_for_a_file_that_is_just_being_made(self, tmp_path: Path) -> None:
        """A status that comes in the first milliseconds of a start is not told of an old file."""
        file = tmp_path / "journal.db"
        file.touch()
        making = threading.Timer(0.1, lambda: opened(file).close())
        making.start()
        Database(file, "journal", durable=True, readonly=True).close()
        making.join()

    def test_a_file_not_migrated_yet_cannot_be_read(self, tmp_path: Path) -> None:
        """A reader does not migrate: it says who will."""
        file = tmp_path / "journal.db"
        file.touch()
        with pytest.raises(ConfigError, match="older version") as caught:
            opened(file, readonly=True)
        assert "writes" in caught.value.hint
        assert file.read_bytes() == b""

    def test_reading_needs_the_file(self, path: Path) -> None:
        """A reader of a missing file fails and creates nothing."""
        with pytest.raises(StorageError, match="cannot open"):
            opened(path, readonly=True)
        assert not path.parent.exists()

    def test_a_folder_in_place_of_the_file(self, tmp_path: Path) -> None:
        """A folder cannot be opened as a file."""
        with pytest.raises(StorageError, match="cannot open"):
            opened(tmp_path)

    def test_a_file_in_place_of_the_folder(self, tmp_path: Path) -> None:
        """A folder cannot be created below a file."""
        (tmp_path / "state").touch()
        with pytest.raises(StorageError, match="cannot open"):
            opened(tmp_path / "state" / "journal.db")

    def test_a_file_system_without_wal_is_refused(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where SQLite stays in another journal mode, readers would block the writer: it is not used."""
        real = sqlite3.connect

        class Stubborn(sqlite3.Connection):
            def execute(self, sql: str, *arguments: object) -> sqlite3.Cursor:
                return super().execute(sql.replace("=WAL", "=DELETE"), *arguments)

        monkeypatch.setattr(
            database.sqlite3, "connect", lambda *a, **k: real(*a, **{**k, "factory": Stubborn})
        )
        with pytest.raises(StorageError, match="shared memory"):
            opened(path)

    @pytest.mark.parametrize("readonly", [False, True])
    def test_a_network_file_system_is_refused(
        self, path: Path, monkeypatch: pytest.MonkeyPatch, readonly: bool
    ) -> None:
        """WAL's shared memory does not hold between machines: nothing is created there."""
        monkeypatch.setattr(files, "mounted_type", lambda where, **_: ("nfs4", "/mnt/share"))
        with pytest.raises(StorageError, match="network file system"):
            opened(path, readonly=readonly)
        assert not path.parent.exists()

    def test_a_refused_file_is_closed(self, path: Path) -> None:
        """No descriptor stays behind a refusal, even while its error is being looked at."""
        opened(path, schema="shared").close()
        before = descriptors()
        with pytest.raises(ConfigError) as caught:
            opened(path)
        assert caught.value.__traceback__ is not None
        assert descriptors() == before


class TestTransactions:
    def test_an_exception_undoes_the_block(self, path: Path) -> None:
        """Nothing of a block that raised is there, and the next block works."""
        db = opened(path)
        with pytest.raises(KeyboardInterrupt):
            put_then(db, KeyboardInterrupt())
        assert names(db) == []
        put(db, "b")
        assert names(db) == ["b"]
        db.close()

    def test_a_broken_constraint_is_told_as_such(self, path: Path) -> None:
        """An integrity error is the caller's bug: it is not dressed up as a storage failure."""
        db = opened(path)
        put(db, "a")
        with pytest.raises(sqlite3.IntegrityError):
            put(db, "a", "y")
        assert db.row("SELECT value FROM flags WHERE name = 'a'")["value"] == "x"
        db.close()

    def test_the_write_lock_is_taken_at_the_start(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A second writer waits, then says that another process is writing; a reader never waits."""
        monkeypatch.setattr(database, "BUSY_TIMEOUT_SECONDS", 0.05)
        first, second = opened(path), opened(path)
        with first.transaction() as connection:
            connection.execute("INSERT INTO flags VALUES ('a', 'x', 0)")
            with pytest.raises(StorageError, match="locked") as caught, second.transaction():
                pytest.fail("two writers at once")
            assert "another process" in caught.value.hint
            assert names(second) == []
        assert names(second) == ["a"]
        first.close()
        second.close()

    def test_a_transaction_inside_another_is_refused(self, path: Path) -> None:
        """Nesting is refused loudly, and only what was inside is lost."""
        db = opened(path)
        with db.transaction() as connection:
            connection.execute("INSERT INTO flags VALUES ('a', 'x', 0)")
            with pytest.raises(StorageError, match="within a transaction"):
                put(db, "b")
        assert names(db) == ["a"]
        db.close()

    def test_damage_inside_the_file_is_told(self, path: Path) -> None:
        """Overwritten pages are a broken state file, not a full disk."""
        db = opened(path)
        for number in range(400):
            put(db, f"{number:05}", "v" * 200)
        db.close()
        half = path.stat().st_size // 2
        with path.open("r+b") as file:
            file.seek(half)
            file.write(b"\xff" * half)
        db = opened(path)
        with pytest.raises(ConfigError, match="malformed"):
            names(db)
        db.close()


class TestMigrations:
    STEPS: ClassVar = {
        2: "INSERT INTO steps VALUES ('two');",
        1: "CREATE TABLE steps (name TEXT);\nINSERT INTO steps VALUES ('one');",
        10: "INSERT INTO steps VALUES ('ten')",
    }

    def steps(self, db: Database) -> list[str]:
        """The names written by the steps, in order."""
        return [row["name"] for row in db.rows("SELECT name FROM steps ORDER BY rowid")]

    def test_steps_run_in_order_of_their_numbers_and_once(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Each step runs once however often the file is opened, later ones when they appear."""
        monkeypatch.setattr(database, "migrations", lambda schema: {1: self.STEPS[1]})
        opened(path).close()
        monkeypatch.setattr(database, "migrations", lambda schema: self.STEPS)
        with pytest.raises(ConfigError, match=r"schema 1, known 10"):
            opened(path, readonly=True)
        for _ in range(2):
            db = opened(path)
            assert self.steps(db) == ["one", "two", "ten"]
            assert db.rows("PRAGMA user_version")[0][0] == 10
            db.close()

    def test_a_failing_step_leaves_the_file_as_it_was(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Tables, rows and version of all steps appear together or not at all: no reader meets half of them."""
        broken = {**self.STEPS, 2: "INSERT INTO steps VALUES ('two');\nINSERT INTO nowhere VALUES (1);"}
        monkeypatch.setattr(database, "migrations", lambda schema: broken)
        with pytest.raises(StorageError, match="nowhere"):
            opened(path)
        with sqlite3.connect(path) as raw:
            assert raw.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,)
        raw.close()
        monkeypatch.setattr(database, "migrations", lambda schema: self.STEPS)
        db = opened(path)
        assert self.steps(db) == ["one", "two", "ten"]
        db.close()

    @pytest.mark.parametrize("schema", ["journal", "shared", "localnet"])
    def test_the_shipped_steps_are_numbered_from_one_without_a_gap(self, schema: str) -> None:
        """A gap would be a forgotten file."""
        assert sorted(migrations(schema)) == list(range(1, len(migrations(schema)) + 1))

    def test_processes_that_open_a_new_file_at_once_migrate_it_once(self, tmp_path: Path) -> None:
        """Of several processes that create the same file nobody fails, and every table is made once."""
        script = (
            "import sys\nfrom pathlib import Path\nfrom sniperforge.store.database import Database\n"
            "print('ready', flush=True)\n"
            "for line in sys.stdin:\n"
            "    db = Database(Path(line.strip()), 'journal', durable=True)\n"
            "    version = db.rows('PRAGMA user_version')[0][0]\n"
            "    with db.transaction() as c:\n"
            "        c.execute('INSERT INTO flags VALUES (?, ?, 0)', (sys.argv[1], str(version)))\n"
            "    db.close()\n"
            "    print('done', flush=True)\n"
        )
        processes = [child(script, str(number)) for number in range(3)]
        for process in processes:
            assert process.stdout.readline() == "ready\n"
        for attempt in range(12):
            file = tmp_path / f"{attempt}" / "journal.db"
            for process in processes:
                process.stdin.write(f"{file}\n")
                process.stdin.flush()
            assert [process.stdout.readline() for process in processes] == ["done\n"] * 3
            db = opened(file)
            assert names(db) == ["0", "1", "2"]
            db.close()
        for process in processes:
            process.communicate(timeout=10)
            assert process.returncode == 0


class TestReaders:
    def test_a_reader_sees_commits_of_a_living_writer_and_cannot_write(self, path: Path) -> None:
        """A command that shows the journal reads beside the process that trades."""
        writer = opened(path)
        put(writer, "a")
        reader = opened(path, readonly=True)
        put(writer, "b")
        with writer.transaction() as connection:
            connection.execute("INSERT INTO flags VALUES ('c', 'x', 0)")
            assert names(reader) == ["a", "b"]
        assert names(reader) == ["a", "b", "c"]
        with pytest.raises(StorageError, match="readonly"):
            put(reader, "d")
        reader.close()
        put(writer, "e")
        writer.close()

    def test_a_reader_needs_no_writer(self, path: Path) -> None:
        """After the last writer closed, and took the WAL files with it, the journal can be read."""
        writer = opened(path)
        put(writer, "a")
        writer.close()
        assert not path.with_name("journal.db-wal").exists()
        reader = opened(path, readonly=True)
        assert names(reader) == ["a"]
        reader.close()

    def test_a_reader_recovers_what_a_killed_writer_committed(self, path: Path) -> None:
        """The WAL that a dead process left behind is read, without a writer's help."""
        script = (
            "import os, sys\nfrom pathlib import Path\nfrom sniperforge.store.database import Database\n"
            "db = Database(Path(sys.argv[1]), 'journal', durable=True)\n"
            "with db.transaction() as c: c.execute(\"INSERT INTO flags VALUES ('a', 'x', 0)\")\n"
            "os.kill(os.getpid(), 9)\n"
        )
        child(script, str(path)).communicate(timeout=10)
        assert path.with_name("journal.db-wal").exists()
        reader = opened(path, readonly=True)
        assert names(reader) == ["a"]
        reader.close()


# Runs as nobody when the test runs as root, whom no mode stops.
READ_ONLY_FOLDER = f"""
import json, os, sys
from pathlib import Path
from sniperforge.errors import StorageError
from sniperforge.store import database
steps = database.migrations("journal")  # nobody may be barred from the package's own files
database.migrations = lambda schema: steps
if os.geteuid() == 0:
    os.seteuid({NOBODY})
said = []
for name in ("new.db", "old.db"):
    try:
        database.Database(Path(sys.argv[1]) / name, "journal", durable=True)
    except StorageError as error:
        said.append(str(error))
print(json.dumps(said))
"""

# A file may not grow past the limit: what a full disk does, without filling one.
FULL_DISK = """
import json, resource, signal, sqlite3, sys
from pathlib import Path
from sniperforge.errors import StorageError
from sniperforge.store.database import Database
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
path = Path(sys.argv[1])
db = Database(path, "journal", durable=True)
def put(name, size):
    with db.transaction() as c:
        c.execute("INSERT INTO flags VALUES (?, ?, 0)", (name, "x" * size))
put("before", 10)
said = {}
limit = path.with_name("journal.db-wal").stat().st_size + int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
try:
    put("too much", 200_000)
except StorageError as error:
    said["error"], said["hint"] = str(error), error.hint
said["during"] = [row["name"] for row in db.rows("SELECT name FROM flags")]
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
put("after", 10)
db.close()
db = Database(path, "journal", durable=True)
said["after"] = [row["name"] for row in db.rows("SELECT name FROM flags ORDER BY rowid")]
said["check"] = db.rows("PRAGMA integrity_check")[0][0]
print(json.dumps(said))
"""


class TestDisks:
    def test_a_read_only_folder(self) -> None:
        """Neither a new file nor an old one can be opened for writing there, and the error says where."""
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            opened(folder / "old.db").close()
            (folder / "old.db").chmod(0o444)
            folder.chmod(0o555)
            out, _ = child(READ_ONLY_FOLDER, made).communicate(timeout=20)
            folder.chmod(0o755)
            said = json.loads(out)
            assert len(said) == 2
            assert all(made in text and text.startswith("cannot open") for text in said)
            assert [entry.name for entry in folder.iterdir()] == ["old.db"]

    @pytest.mark.parametrize("room", ["0", "5000", "100000"])
    def test_a_full_disk_changes_nothing(self, tmp_path: Path, room: str) -> None:
        """A commit that does not fit is a storage error; what was there stays, and writing goes on later."""
        out, _ = child(FULL_DISK, str(tmp_path / "journal.db"), room).communicate(timeout=20)
        said = json.loads(out)
        assert said["error"].startswith("cannot write")
        assert "free space" in said["hint"]
        assert said["during"] == ["before"]
        assert said["after"] == ["before", "after"]
        assert said["check"] == "ok"


class TestStatements:
    def test_a_script_is_cut_at_complete_statements(self) -> None:
        """Comments, semicolons in text, triggers and a missing last semicolon do not confuse it."""
        script = (
            "-- first; a comment\nCREATE TABLE a (\n  t TEXT DEFAULT ';'\n);\n"
            "CREATE TRIGGER g AFTER INSERT ON a BEGIN\n  DELETE FROM a;\n  SELECT 1;\nEND;\n"
            "INSERT INTO a VALUES ('x')"
        )
        found = list(_statements(script))
        assert len(found) == 3
        connection = sqlite3.connect(":memory:")
        for statement in found:
            connection.execute(statement)
        assert [row[0] for row in connection.execute("SELECT name FROM sqlite_schema")] == ["a", "g"]
        connection.close()

    @pytest.mark.parametrize("script", ["", "\n\n", "-- nothing\n"])
    def test_a_script_of_nothing_does_nothing(self, script: str) -> None:
        """An empty script or a lone comment runs without effect."""
        connection = sqlite3.connect(":memory:")
        for statement in _statements(script):
            connection.execute(statement)
        connection.close()

    @given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0'")), max_size=5))
    def test_nothing_is_lost(self, texts: list[str]) -> None:
        """Whatever the texts hold, line ends included, the statements' effects are those of the script."""
        script = "CREATE TABLE t (v TEXT);\n" + "".join(
            f"INSERT INTO t VALUES ('{text}');\n" for text in texts
        )
        cut, whole = sqlite3.connect(":memory:"), sqlite3.connect(":memory:")
        for statement in _statements(script):
            cut.execute(statement)
        whole.executescript(script)
        select = "SELECT v FROM t ORDER BY rowid"
        assert cut.execute(select).fetchall() == whole.execute(select).fetchall()
        cut.close()
        whole.close()
