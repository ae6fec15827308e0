"""Which alerts pass: repeated ones are counted, and no kind may flood a channel. Pure; time is given."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sniperforge.notify.alert import Alert, AlertKind

MINUTE: Final = 60.0
SUBJECTS_KEPT: Final = 1_000
"""Older ones are forgotten, and may be told again."""


@dataclass(slots=True)
class _Seen:
    passed_at: float
    repeated: int = 0


class Sieve:
    """Lets an alert pass, or counts it.

    What was counted is said with the next alert that passes: the repetitions with the same subject's, what
    was too much with the same kind's. Each kind has a budget of its own, so that fills cannot use up that of
    a halt.

    Args:
        window: seconds in which the same kind and subject passes once.
        per_minute: alerts of one kind that pass in any minute.
    """

    def __init__(self, *, window: float, per_minute: int) -> None:
        self._window = window
        self._per_minute = per_minute
        self._seen: dict[tuple[AlertKind, str], _Seen] = {}
        self._passed: dict[AlertKind, deque[float]] = {}
        self._left_out: dict[AlertKind, int] = {}

    def admit(self, alert: Alert, now: float) -> Alert | None:
        """The alert as it is to be told, or ``None`` when it is only counted; ``now`` in seconds."""
        key = (alert.kind, alert.subject)
        seen = self._seen.get(key)
        if seen is not None and now - seen.passed_at < self._window:
            seen.repeated += 1
            return None
        passed = self._passed.setdefault(alert.kind, deque())
        while passed and now - passed[0] >= MINUTE:
            passed.popleft()
        if len(passed) >= self._per_minute:
            self._left_out[alert.kind] = self._left_out.get(alert.kind, 0) + 1
            return None
        passed.append(now)
        self._remember(key, now)
        return self._told(alert, seen.repeated if seen else 0)

    def _told(self, alert: Alert, repeated: int) -> Alert:
        left_out = self._left_out.pop(alert.kind, 0)
        text = alert.text
        if repeated:
            text += f" ({repeated} times more since it was last told)"
        if left_out:
            text += f" ({left_out} other {alert.kind} alerts were left out: too many)"
        return replace(alert, text=text)

    def _remember(self, key: tuple[AlertKind, str], now: float) -> None:
        self._seen.pop(key, None)
        self._seen[key] = _Seen(now)
        if len(self._seen) > SUBJECTS_KEPT:
            del self._seen[next(iter(self._seen))]
