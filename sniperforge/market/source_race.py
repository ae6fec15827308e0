"""Who saw a creation first: the sources of a feed against each other. No clock of its own."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from sniperforge.market.recent import Recent


@dataclass(frozen=True, slots=True)
class Standing:
    """How a source did on the creations remembered.

    Attributes:
        seen: creations that it told of.
        first: of those, before every other source.
        missed: creations that others told of and it has not yet.
        lag, worst_lag: median and greatest seconds behind the first, where it was not; ``None`` when it
            always was.
    """

    seen: int = 0
    first: int = 0
    missed: int = 0
    lag: float | None = None
    worst_lag: float | None = None


class SourceRace:
    """Remembers which source told of which transaction when.

    Args:
        remembered: transactions; the oldest are forgotten.
    """

    def __init__(self, remembered: int = 1_000) -> None:
        self._limit = remembered
        self._seen: dict[str, dict[str, float]] = {}
        self._created = Recent(remembered)

    def seen(self, signature: str, source: str, at: float) -> None:
        """``source`` told of a transaction at ``at``, in monotonic seconds; only its first time counts."""
        times = self._seen.setdefault(signature, {})
        times[source] = min(at, times.get(source, at))
        if len(self._seen) > self._limit:
            del self._seen[next(iter(self._seen))]

    def created(self, signature: str) -> None:
        """The transaction was a creation: it counts."""
        self._created.add(signature)

    def standing(self, source: str) -> Standing:
        """How ``source`` did so far; the order in which the race heard of things does not matter."""
        races = [times for signature, times in self._seen.items() if signature in self._created]
        lags = [times[source] - min(times.values()) for times in races if source in times]
        behind = [lag for lag in lags if lag > 0]
        return Standing(
            seen=len(lags),
            first=len(lags) - len(behind),
            missed=len(races) - len(lags),
            lag=statistics.median(behind) if behind else None,
            worst_lag=max(behind, default=None),
        )
