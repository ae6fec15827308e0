"""A log file per UTC day, shared by processes: each line is one write on an append-only descriptor."""

from __future__ import annotations

import errno
import os
import re
import time
from contextlib import suppress
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sniperforge.files import PRIVATE

if TYPE_CHECKING:
    from pathlib import Path

_LOOKS = 4
_LOOK_SECONDS = 0.002
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class DailyFile:
    """``FOLDER/PREFIX.YYYY-MM-DD``, opened as lines come. Owned by one thread.

    Args:
        folder: created when absent.
        prefix: for example ``sniperforge.log``.
        keep_days: files of days longer ago are deleted whenever a new day's file is opened.
    """

    def __init__(self, folder: Path, prefix: str, *, keep_days: int) -> None:
        self._folder = folder
        self._prefix = prefix
        self._keep_days = keep_days
        self._day = ""
        self._descriptor = -1
        self._torn = False

    def path_of(self, day: str) -> Path:
        """The file of a day, ``YYYY-MM-DD``."""
        return self._folder / f"{self._prefix}.{day}"

    def write(self, day: str, line: bytes) -> None:
        """Append ``line``, which ends with a newline, to its day's file in one write.

        A line of which only a part fitted on the disk is closed by a newline before the next one.

        Raises:
            OSError: nothing, or only a part, was written.
        """
        if day != self._day or self._descriptor < 0:
            self._open(day)
        payload = b"\n" + line if self._torn else line
        written = os.write(self._descriptor, payload)
        if written != len(payload):
            self._torn = True
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._torn = False

    def refresh(self) -> None:
        """Let go of a file that was moved or deleted, so that the next line goes to a new one."""
        if self._descriptor < 0:
            return
        try:
            same = os.path.samestat(self.path_of(self._day).stat(), os.fstat(self._descriptor))
        except OSError:
            same = False
        if not same:
            self.close()

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _open(self, day: str) -> None:
        self.close()
        self._folder.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        self._descriptor = os.open(self.path_of(day), flags, PRIVATE)
        self._torn = self._ends_torn()
        if day != self._day:
            self._day = day
            self._sweep(day)

    def _ends_torn(self) -> bool:
        """Look more than once: another process's write may be half done, which only looks torn."""
        for _ in range(_LOOKS):
            size = os.fstat(self._descriptor).st_size
            if size == 0 or os.pread(self._descriptor, 1, size - 1) == b"\n":
                return False
            time.sleep(_LOOK_SECONDS)
        return True

    def _sweep(self, today: str) -> None:
        oldest = (date.fromisoformat(today) - timedelta(days=self._keep_days)).isoformat()
        for path in self._folder.glob(f"{self._prefix}.*"):
            day = path.name.removeprefix(f"{self._prefix}.")
            if _DAY.fullmatch(day) and day < oldest:
                with suppress(OSError):  # another process deletes too; and a file kept too long is no failure
                    path.unlink()
