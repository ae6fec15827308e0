"""The kill switch: a flag in the wallet's journal, or a file that stops every wallet of the project."""

from __future__ import annotations

import os
import pwd
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sniperforge.engine.events import EntriesHalted
from sniperforge.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sniperforge.engine.events import SessionEvent
    from sniperforge.ports import Clock
    from sniperforge.store.journal_reader import JournalReader

HALTED: Final = "halted"
"""The journal flag of the kill switch; its value says why."""

LOOK_SECONDS: Final = 1.0
"""How often a running bot looks for the file in order to tell of it; each entry looks for itself."""


class KillSwitch:
    """Whether entries are stopped by hand. Exits never ask.

    Args:
        journal: of the wallet; ``None`` when there is none yet.
        file: stops entries for as long as it is there, whoever made it; ``None`` for no such file.
    """

    def __init__(self, journal: JournalReader | None, file: Path | None) -> None:
        self._journal = journal
        self._file = file

    def why(self) -> str:
        """Who or what stopped entries; ``""`` when they are allowed."""
        return self.file_says() or (self._journal.flag(HALTED) if self._journal else "")

    def file_says(self) -> str:
        """The file, its owner and its time; ``""`` when it is not there.

        What cannot be looked at counts as there.
        """
        if self._file is None:
            return ""
        try:
            found = os.stat(self._file)  # noqa: PTH116 - asked for before each buy
        except (FileNotFoundError, NotADirectoryError):
            return ""
        except OSError as error:
            return f"{self._file} cannot be looked at: {error.strerror}"
        made = datetime.fromtimestamp(found.st_mtime, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        return f"{self._file} is there since {made}, by {_owner(found.st_uid)}"

    def require_no_file(self) -> None:
        """Raise ``RefusedError`` while the file is there: `resume` cannot allow what it stops."""
        says = self.file_says()
        if says:
            raise RefusedError(
                f"entries stay halted: {says}", hint=f"remove {self._file}, then resume", details={"by": says}
            )

    async def watch(self, clock: Clock, tell: Callable[[SessionEvent], None]) -> None:
        """Tell once each time the file appears, until cancelled."""
        before = False
        while True:
            says = self.file_says()
            if says and not before:
                tell(EntriesHalted(says))
            before = bool(says)
            await clock.sleep(LOOK_SECONDS)


def _owner(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
