"""Times as people read them: UTC, short when they are of today."""

from __future__ import annotations

from datetime import UTC, datetime


def short_time(at: float, now: float) -> str:
    """``15:12:06`` on the day of ``now``, ``11-20 15:12`` before; Unix seconds in, UTC out."""
    moment, today = datetime.fromtimestamp(at, UTC), datetime.fromtimestamp(now, UTC)
    return moment.strftime("%H:%M:%S" if moment.date() == today.date() else "%m-%d %H:%M")


def full_time(at: float) -> str:
    """``2026-11-20 15:12:06 UTC``."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
