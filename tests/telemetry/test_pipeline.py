"""No line is lost unnoticed and nobody waits: many processes, full disks, full queues, hanging disks."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import sniperforge
from sniperforge.telemetry.daily_file import DailyFile
from sniperforge.telemetry.pipeline import LEVELS, OFF, LogCounts, LogPipeline, LogSettings

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = 1_795_176_000.25
"""2026-11-20T12:00:00.25Z"""
DAY = "2026-11-20"


class Logs:
    """A pipeline in a temporary folder, and what it wrote."""

    def __init__(self, root: Path, **settings: Any) -> None:
        self.folder = root / "logs"
        self.spill = root / "spill"
        self.stderr = io.StringIO()
        self.moment = NOW
        self.pipeline = LogPipeline(
            LogSettings(self.folder, **{"spill_folder": self.spill, **settings}),
            now=lambda: self.moment,
            stderr=self.stderr,
            bound={"command": "start", "bot": "lp-sniper"},
        )

    @property
    def path(self) -> Path:
        """Today's file."""
        return self.folder / f"sniperforge.log.{DAY}"

    def records(self, path: Path | None = None) -> list[dict[str, Any]]:
        """The lines of a file."""
        return [json.loads(line) for line in (path or self.path).read_text().splitlines()]

    def spilled(self) -> list[dict[str, Any]]:
        """The lines of today's spill file."""
        return self.records(self.spill / f"sniperforge.log.spill.{DAY}")


@pytest.fixture
def logs(tmp_path: Path) -> Logs:
    """With a spill folder."""
    return Logs(tmp_path)


def until(condition: Callable[[], bool]) -> None:
    """Wait for another thread, bounded."""
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_a_line_has_its_frame_and_fields(logs: Logs) -> None:
    """Time, level, event, pid and the bound fields come first; the names of the frame cannot be overwritten."""
    logs.pipeline.emit("info", "before the start")
    logs.pipeline.start()
    logs.pipeline.bind(wallet="Wa11et")
    logs.pipeline.emit("warning", "pool refused", pool="So1", pid=9, level="x", event="y", password="hunter2")
    assert logs.pipeline.stop() == LogCounts(2, 0, 0, "")
    first, second = logs.records()
    assert first["event"] == "before the start"
    assert "wallet" not in first
    assert second == {
        "ts": "2026-11-20T12:00:00.250Z",
        "level": "warning",
        "event": "pool refused",
        "pid": os.getpid(),
        "command": "start",
        "bot": "lp-sniper",
        "wallet": "Wa11et",
        "pool": "So1",
        "pid_": 9,
        "level_": "x",
        "event_": "y",
        "password": "***",
    }
    assert logs.stderr.getvalue() == (
        "12:00:00 WARNING pool refused  pool=So1 pid_=9 level_=x event_=y password=***\n"
    )


def test_secrets_in_bound_fields_and_events_are_masked(logs: Logs) -> None:
    """There is one door, and it masks."""
    logs.pipeline.start()
    logs.pipeline.bind(api_key="hunter2")
    logs.pipeline.emit("error", "cannot reach https://h/?api-key=hunter2")
    logs.pipeline.stop()
    assert "hunter2" not in logs.path.read_text() + logs.stderr.getvalue()


def test_levels(tmp_path: Path) -> None:
    """The file and the console have their own; an unknown level is an error; OFF lets nothing pass."""
    logs = Logs(tmp_path, file_level=LEVELS["info"], console_level=OFF)
    assert logs.pipeline.lowest_level == LEVELS["info"]
    logs.pipeline.start()
    for level in ("debug", "info", "strange"):
        logs.pipeline.emit(level, level)
    logs.pipeline.stop()
    assert [record["event"] for record in logs.records()] == ["info", "strange"]
    assert logs.stderr.getvalue() == ""
    quiet = Logs(tmp_path / "q", file_level=OFF, console_level=LEVELS["debug"])
    quiet.pipeline.start()
    quiet.pipeline.emit("debug", "shown")
    quiet.pipeline.stop()
    assert "shown" in quiet.stderr.getvalue()
    assert not quiet.folder.exists()


def test_a_new_day_is_a_new_file(logs: Logs) -> None:
    """At midnight UTC."""
    logs.pipeline.start()
    logs.pipeline.emit("info", "one")
    logs.moment += 12 * 3600
    logs.pipeline.emit("info", "two")
    logs.pipeline.stop()
    assert [record["event"] for record in logs.records()] == ["one"]
    assert [record["event"] for record in logs.records(logs.folder / "sniperforge.log.2026-11-21")] == ["two"]


WRITER = """
import sys, time
from pathlib import Path
from sniperforge.telemetry.pipeline import LogPipeline, LogSettings
folder, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
pipeline = LogPipeline(LogSettings(folder), now=lambda: 1795176000.0, stderr=sys.stderr, bound={"bot": name})
pipeline.start()
sys.stdin.readline()
for number in range(count):
    pipeline.emit("info", "line", number=number, filler="x" * (number % 300))
counts = pipeline.stop(20)
assert (counts.written, counts.lost) == (count, 0), counts
assert "structlog" not in sys.modules and "solders" not in sys.modules
"""


def test_six_processes_at_once_lose_no_line(tmp_path: Path) -> None:
    """6 x 2,000 lines into one file: all there, each whole, each process's in order; no structlog imported."""
    environment = {**os.environ, "PYTHONPATH": str(Path(sniperforge.__file__).parents[1])}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, tmp_path, f"bot{number}", "2000"],
            stdin=subprocess.PIPE,
            env=environment,
        )
        for number in range(6)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"\n")
        process.stdin.close()
    assert [process.wait(60) for process in processes] == [0] * 6
    records = [json.loads(line) for line in (tmp_path / f"sniperforge.log.{DAY}").read_bytes().splitlines()]
    assert len(records) == 12_000
    for number in range(6):
        own = [record["number"] for record in records if record["bot"] == f"bot{number}"]
        assert own == list(range(2_000))


def test_a_full_disk_spills_and_the_gap_is_told_when_it_recovers(logs: Logs) -> None:
    """Every line is in one of the two files, and the log says how many it lacks and where they are."""
    logs.folder.mkdir()
    logs.path.symlink_to("/dev/full")
    logs.pipeline.start()
    for number in range(50):
        logs.pipeline.emit("info", "during", number=number)
    until(lambda: logs.pipeline.counts.spilled == 50)
    logs.path.unlink()
    logs.pipeline.emit("info", "after")
    until(lambda: logs.pipeline.counts.written == 1)
    counts = logs.pipeline.stop()
    assert (counts.written, counts.spilled, counts.lost) == (1, 50, 0)
    assert [record["number"] for record in logs.spilled()] == list(range(50))
    after, gap = logs.records()
    assert after["event"] == "after"
    assert gap["event"] == "log lines are missing from the log file"
    assert (gap["spilled"], gap["lost"]) == (50, 0)
    assert "No space left" in gap["reason"]
    assert gap["spill_file"] == str(logs.spill / f"sniperforge.log.spill.{DAY}")
    console = logs.stderr.getvalue()
    assert console.count("log lines are missing") == 1
    assert "No space left" in console


def test_without_a_spill_folder_lines_are_counted(tmp_path: Path) -> None:
    """What is in neither file is told in the log after recovery and on stderr at the end."""
    logs = Logs(tmp_path, spill_folder=None)
    logs.folder.mkdir()
    logs.path.symlink_to("/dev/full")
    logs.pipeline.start()
    for _ in range(20):
        logs.pipeline.emit("info", "during")
    until(lambda: logs.pipeline.counts.lost == 20)
    logs.path.unlink()
    logs.pipeline.emit("info", "after")
    assert logs.pipeline.stop().lost == 20
    gap = logs.records()[-1]
    assert (gap["spilled"], gap["lost"]) == (0, 20)
    assert "spill_file" not in gap
    assert "lost=20" in logs.stderr.getvalue()


def test_when_both_disks_fail_the_trading_thread_notices_nothing(logs: Logs) -> None:
    """Emitting neither raises nor waits; all lines are counted as lost."""
    for folder, name in ((logs.folder, "sniperforge.log"), (logs.spill, "sniperforge.log.spill")):
        folder.mkdir()
        (folder / f"{name}.{DAY}").symlink_to("/dev/full")
    logs.pipeline.start()
    for _ in range(30):
        logs.pipeline.emit("info", "x")
    counts = logs.pipeline.stop()
    assert (counts.written, counts.spilled, counts.lost) == (0, 0, 30)
    assert "lost=30" in logs.stderr.getvalue()


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A disk whose writes hang until `set`, for the main file only."""
    released, entered = threading.Event(), threading.Event()
    real = DailyFile.write

    def write(self: DailyFile, day: str, line: bytes) -> None:
        if self._prefix == "sniperforge.log":
            entered.set()
            released.wait(20)
        real(self, day, line)

    monkeypatch.setattr(DailyFile, "write", write)
    yield released, entered
    released.set()


def test_when_the_queue_is_full_lines_spill_and_nobody_waits(tmp_path: Path, hanging: Any) -> None:
    """A hanging disk costs the emitter microseconds; the overflow is in the spill file, and told later."""
    released, entered = hanging
    logs = Logs(tmp_path, capacity=100)
    logs.pipeline.start()
    logs.pipeline.emit("info", "first")
    assert entered.wait(5)
    started = time.monotonic()
    for number in range(150):
        logs.pipeline.emit("info", "line", number=number)
    assert time.monotonic() - started < 0.5
    until(lambda: logs.pipeline.counts.spilled == 50)
    released.set()
    counts = logs.pipeline.stop(5)
    assert (counts.written, counts.spilled, counts.lost) == (101, 50, 0)
    events = [record for record in logs.records() if record["event"] == "line"]
    assert [record["number"] for record in events + logs.spilled()] == list(range(150))
    gap = next(record for record in logs.records() if "missing" in record["event"])
    assert (gap["spilled"], gap["reason"]) == (50, "queue full")


def test_stop_is_bounded_when_the_disk_hangs(tmp_path: Path, hanging: Any) -> None:
    """What waits goes to the spill file; the line in the disk's hands counts as lost; stop returns in time."""
    _, entered = hanging
    logs = Logs(tmp_path)
    logs.pipeline.start()
    logs.pipeline.emit("info", "stuck")
    assert entered.wait(5)
    for _ in range(10):
        logs.pipeline.emit("info", "waiting")
    started = time.monotonic()
    counts = logs.pipeline.stop(1.0)
    assert time.monotonic() - started < 1.5
    assert (counts.written, counts.spilled, counts.lost) == (0, 10, 1)
    assert len(logs.spilled()) == 10
    assert "lost=1" in logs.stderr.getvalue()


def test_after_the_stop_lines_go_to_stderr(logs: Logs) -> None:
    """A late error is not swallowed; stopping twice is harmless."""
    logs.pipeline.start()
    first = logs.pipeline.stop()
    assert logs.pipeline.stop() == first
    logs.pipeline.emit("info", "late")
    assert "late" in logs.stderr.getvalue()


def test_lines_of_a_process_that_reached_a_size_limit_stay_whole(tmp_path: Path) -> None:
    """With a file size limit in the middle of a line, later lines spill and every other line is readable."""
    script = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from sniperforge.telemetry.pipeline import LogPipeline, LogSettings\n"
        "root = Path(sys.argv[1])\n"
        "settings = LogSettings(root / 'logs', spill_folder=root / 'spill')\n"
        "pipeline = LogPipeline(settings, now=lambda: 1795176000.0, stderr=sys.stderr)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "pipeline.start()\n"
        "for number in range(15):\n"
        "    pipeline.emit('info', 'line', number=number)\n"
        "counts = pipeline.stop()\n"
        "print(counts.written, counts.spilled, counts.lost)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(sniperforge.__file__).parents[1])},
    )
    written, spilled, lost = map(int, done.stdout.split())
    assert written + spilled + lost == 15
    assert written > 5
    assert spilled > 0
    lines = (tmp_path / "logs" / f"sniperforge.log.{DAY}").read_text().splitlines()
    assert [json.loads(line)["number"] for line in lines[:written]] == list(range(written))
