"""The clock of rate budgets: it goes on while the machine sleeps, and each boot has its own."""

from __future__ import annotations

import importlib
import time
from pathlib import Path
from typing import Any, Final

_CLOCK: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Linux's; macOS counts sleep in its monotonic clock already."""

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


def boottime() -> int:
    """Nanoseconds since the machine started, sleep included; the same in every process."""
    return time.clock_gettime_ns(_CLOCK)


def boot_id(*, path: Path = _BOOT_ID) -> str:
    """A text that changes with each start of the machine: Linux's boot id, elsewhere the start's time."""
    try:
        return path.read_text().strip()
    except OSError:
        psutil: Any = importlib.import_module("psutil")  # it has no types of its own
        return f"{psutil.boot_time():.0f}"
