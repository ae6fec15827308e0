"""The way of a log line: masked, queued, written by one thread; spilled elsewhere or counted when that fails.

Whoever logs never waits for a disk or a terminal. Importing this imports no logging library.
"""

from __future__ import annotations

import json
import os
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sniperforge.telemetry.console import Console
from sniperforge.telemetry.daily_file import DailyFile
from sniperforge.telemetry.lane import Lane
from sniperforge.telemetry.masking import mask_fields, mask_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import TextIO

LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}
OFF: Final = 100
"""A level above all: nothing passes."""

PREFIX: Final = "sniperforge.log"
SPILL_PREFIX: Final = "sniperforge.log.spill"
_RESERVED: Final = ("ts", "level", "event", "pid")


@dataclass(frozen=True, slots=True)
class LogSettings:
    """Where lines go.

    Attributes:
        folder: of the daily files.
        spill_folder: takes the lines that ``folder`` cannot; ``None`` counts them only.
        keep_days: days that a file is kept.
        file_level, console_level: the lowest level that passes, a value of :data:`LEVELS` or :data:`OFF`.
        capacity: lines that may wait for the disk.
    """

    folder: Path
    spill_folder: Path | None = None
    keep_days: int = 14
    file_level: int = LEVELS["info"]
    console_level: int = LEVELS["warning"]
    capacity: int = 20_000


@dataclass(frozen=True, slots=True)
class LogCounts:
    """What became of the lines meant for the file.

    Attributes:
        written: in the day's file.
        spilled: in the spill file.
        lost: in neither.
        reason: why the file failed last; empty when it never did.
    """

    written: int
    spilled: int
    lost: int
    reason: str


class _Line(NamedTuple):
    day: str
    data: bytes


class LogPipeline:
    """Takes records from any thread and sees to it that none is lost unnoticed.

    Args:
        settings: where lines go.
        now: Unix seconds.
        stderr: the console's stream.
        bound: fields of every line, for example ``command``, ``bot``, ``wallet``; ``pid`` is added.
    """

    def __init__(
        self,
        settings: LogSettings,
        *,
        now: Callable[[], float],
        stderr: TextIO,
        bound: Mapping[str, Any] | None = None,
    ) -> None:
        self._settings = settings
        self._now = now
        self._pid = os.getpid()
        self._bound: dict[str, Any] = mask_fields(bound or {})
        self._counting = threading.Lock()
        self._accepted = self._written = self._spilled = self._lost = self._reported = 0
        self._reason = ""
        self._stopped = False
        self._file = DailyFile(settings.folder, PREFIX, keep_days=settings.keep_days)
        self._spill = _spill_file(settings)
        self._console = Console(stderr, hidden=frozenset({"command", "bot", "wallet"}))
        capacity = settings.capacity
        self._file_lane: Lane[_Line] = Lane("log-file", self._write_file, capacity=capacity)
        self._spill_lane: Lane[_Line] = Lane("log-spill", self._write_spill, capacity=capacity)
        self._console_lane: Lane[dict[str, Any]] = Lane("log-console", self._console.write, capacity=1_000)

    @property
    def lowest_level(self) -> int:
        """Records below it go nowhere."""
        return min(self._settings.file_level, self._settings.console_level)

    @property
    def counts(self) -> LogCounts:
        """What became of the lines so far."""
        return LogCounts(self._written, self._spilled, self._lost, self._reason)

    def bind(self, **fields: Any) -> None:
        """Add fields to every later line, for example the wallet once it is known."""
        self._bound = {**self._bound, **mask_fields(fields)}

    def start(self) -> None:
        """Begin writing; lines that came before are written now."""
        for lane in (self._file_lane, self._spill_lane, self._console_lane):
            lane.start()

    def emit(self, level: str, event: str, /, **fields: Any) -> None:
        """Log one record. Never blocks and never raises; secrets are masked here, before anything else.

        Args:
            level: a name of :data:`LEVELS`; an unknown one counts as ``error``.
            event: what happened, in a few words that stay the same.
            fields: facts; names of the frame (``ts, level, event, pid``) get a ``_`` behind.
        """
        rank = LEVELS.get(level, LEVELS["error"])
        if rank < self.lowest_level:
            return
        record = self._record(level, event, fields)
        if self._stopped:
            self._console.write([record])
            return
        if rank >= self._settings.console_level:
            self._console_lane.offer(record)
        if rank >= self._settings.file_level:
            self._offer(_line_of(record))

    def stop(self, timeout: float = 2.0) -> LogCounts:
        """Write what waits and end, within ``timeout`` seconds even when a disk hangs. Safe to call twice.

        Lines logged later go to stderr. What could be written nowhere is counted as lost and told on stderr.
        """
        if self._stopped:
            return self.counts
        deadline = time.monotonic() + timeout
        self._stopped = True
        for line in self._file_lane.stop(timeout / 2):
            self._divert(line)
        self._spill_lane.stop(max(0.0, deadline - time.monotonic()) / 2)
        self._settle()
        self._console_lane.stop(max(0.0, deadline - time.monotonic()))
        if self.counts.lost:
            self._console.write([self._gap_record()])
        return self.counts

    def _settle(self) -> None:
        """Close what is ours again; count what neither thread got rid of."""
        with self._counting:
            self._lost = max(self._lost, self._accepted - self._written - self._spilled)
        if self._file_lane.stopped:
            self._report_gap()
            self._file.close()
        if self._spill is not None and self._spill_lane.stopped:
            self._spill.close()

    def _record(self, level: str, event: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        moment = datetime.fromtimestamp(self._now(), UTC).isoformat(timespec="milliseconds")
        frame = {"ts": moment.removesuffix("+00:00") + "Z", "level": level, "event": mask_text(event)}
        own = {name + "_" if name in _RESERVED else name: value for name, value in fields.items()}
        return {**frame, "pid": self._pid, **self._bound, **mask_fields(own)}

    def _offer(self, line: _Line) -> None:
        with self._counting:
            self._accepted += 1
        if not self._file_lane.offer(line):
            self._divert(line)

    def _divert(self, line: _Line) -> None:
        if self._spill is not None and self._spill_lane.offer(line):
            return
        with self._counting:
            self._lost += 1

    def _write_file(self, batch: list[_Line]) -> None:
        self._file.refresh()
        for index, line in enumerate(batch):
            try:
                self._file.write(line.day, line.data)
            except OSError as error:
                self._failed(error)
                for rest in batch[index:]:
                    self._divert(rest)
                return
            self._written += 1  # by this thread only, so that no lock is shared with whoever logs
        self._report_gap()

    def _write_spill(self, batch: list[_Line]) -> None:
        assert self._spill is not None
        self._spill.refresh()
        for line in batch:
            try:
                self._spill.write(line.day, line.data)
            except OSError:
                with self._counting:
                    self._lost += 1
            else:
                self._spilled += 1  # by this thread only

    def _failed(self, error: OSError) -> None:
        reason = f"{self._settings.folder}: {error.strerror or error}"
        if reason != self._reason:
            self._reason = reason
            self._console_lane.offer(self._gap_record())

    def _report_gap(self) -> None:
        """Once the file can be written again, say in it what it lacks and where that is."""
        counts = self.counts
        missing = counts.spilled + counts.lost
        if missing == self._reported:
            return
        line = _line_of(self._gap_record())
        try:
            self._file.write(line.day, line.data)
        except OSError:
            return
        self._reported = missing
        self._reason = ""

    def _gap_record(self) -> dict[str, Any]:
        counts = self.counts
        fields = {"spilled": counts.spilled, "lost": counts.lost, "reason": counts.reason or "queue full"}
        if self._spill is not None:
            day = datetime.fromtimestamp(self._now(), UTC).date().isoformat()
            fields["spill_file"] = str(self._spill.path_of(day))
        return self._record("warning", "log lines are missing from the log file", fields)


def _spill_file(settings: LogSettings) -> DailyFile | None:
    if settings.spill_folder is None:
        return None
    return DailyFile(settings.spill_folder, SPILL_PREFIX, keep_days=settings.keep_days)


def _line_of(record: dict[str, Any]) -> _Line:
    return _Line(record["ts"][:10], json.dumps(record).encode() + b"\n")
