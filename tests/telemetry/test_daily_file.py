"""One file a day: rollover, retention, torn lines, files that vanish."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from sniperforge.telemetry.daily_file import DailyFile

DAY = "2026-11-20"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Not there yet."""
    return tmp_path / "logs"


@pytest.fixture
def file(folder: Path) -> DailyFile:
    """A week is kept."""
    return DailyFile(folder, "app.log", keep_days=7)


def test_each_day_has_its_file(file: DailyFile, folder: Path) -> None:
    """A line goes to its own day's file, also when it comes late; files are private."""
    for day, line in [(DAY, b"a\n"), ("2026-11-21", b"b\n"), (DAY, b"c\n")]:
        file.write(day, line)
    file.close()
    file.close()
    assert (folder / f"app.log.{DAY}").read_bytes() == b"a\nc\n"
    assert (folder / "app.log.2026-11-21").read_bytes() == b"b\n"
    assert (folder / f"app.log.{DAY}").stat().st_mode & 0o777 == 0o600


def test_old_files_are_deleted_and_others_left_alone(file: DailyFile, folder: Path) -> None:
    """Exactly this log's files of more than keep_days ago go."""
    folder.mkdir()
    old = ["app.log.2026-11-12", "app.log.2020-01-01"]
    kept = [
        "app.log.2026-11-13",
        "app.log.old",
        "app.log.spill.2020-01-01",
        "other.log.2020-01-01",
        "app.log",
    ]
    for name in old + kept:
        (folder / name).write_text("x")
    (folder / "app.log.2019-01-01").mkdir()
    file.write(DAY, b"a\n")
    file.close()
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [*kept, f"app.log.{DAY}", "app.log.2019-01-01"]
    )


@pytest.mark.parametrize("how", ["delete", "move", "folder"])
def test_a_file_that_vanished_is_made_anew(file: DailyFile, folder: Path, how: str) -> None:
    """After refresh the next line goes to the path, not into the deleted file."""
    file.refresh()
    file.write(DAY, b"a\n")
    file.refresh()
    path = folder / f"app.log.{DAY}"
    if how == "delete":
        path.unlink()
    elif how == "move":
        path.rename(folder / "moved")
    else:
        path.unlink()
        folder.rmdir()
    file.refresh()
    file.write(DAY, b"b\n")
    file.close()
    assert path.read_bytes() == b"b\n"


def test_a_full_disk_raises_and_recovers(file: DailyFile, folder: Path) -> None:
    """Nothing is written to /dev/full; when the path leads to a good file again, lines are."""
    folder.mkdir()
    path = folder / f"app.log.{DAY}"
    path.symlink_to("/dev/full")
    for _ in range(2):
        with pytest.raises(OSError, match="No space"):
            file.write(DAY, b"a\n")
    path.unlink()
    file.refresh()
    file.write(DAY, b"b\n")
    file.close()
    assert path.read_bytes() == b"b\n"


def test_a_torn_line_is_closed_before_the_next(
    file: DailyFile, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A short write counts as failed; the rest of the file stays readable line by line."""
    real = os.write
    file.write(DAY, b"one\n")
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda descriptor, data: real(descriptor, data[:2]))
        with pytest.raises(OSError, match="No space"):
            file.write(DAY, b"two\n")
    file.write(DAY, b"three\n")
    file.write(DAY, b"four\n")
    file.close()
    assert (folder / f"app.log.{DAY}").read_bytes() == b"one\ntw\nthree\nfour\n"


def test_a_line_torn_by_another_process_is_closed_too(file: DailyFile, folder: Path) -> None:
    """What a crash left half written does not swallow our first line."""
    folder.mkdir()
    path = folder / f"app.log.{DAY}"
    path.write_bytes(b'{"half')
    file.write(DAY, b"a\n")
    file.close()
    assert path.read_bytes() == b'{"half\na\n'


def test_a_write_in_progress_is_not_taken_for_torn(file: DailyFile, folder: Path) -> None:
    """A file that ends well a moment later gets no empty line."""
    folder.mkdir()
    path = folder / f"app.log.{DAY}"
    path.write_bytes(b'{"half')

    def finish() -> None:
        with path.open("ab") as other:
            other.write(b'"}\n')

    timer = threading.Timer(0.002, finish)
    timer.start()
    file.write(DAY, b"a\n")
    timer.join()
    file.close()
    assert path.read_bytes() == b'{"half"}\na\n'


def test_a_folder_that_cannot_be_made_raises(tmp_path: Path) -> None:
    """The caller spills."""
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        DailyFile(tmp_path / "file" / "logs", "app.log", keep_days=1).write(DAY, b"a\n")
