"""How one endpoint does: its latency, failures and slots, and whether it rests. Facts in, no I/O."""

from __future__ import annotations

import math
from collections import deque
from typing import Final

FAILURES_TO_REST: Final = 3
"""So many failures in a row open the circuit: the endpoint rests, and is asked last."""

FIRST_REST_SECONDS: Final = 1.0
LAST_REST_SECONDS: Final = 30.0
"""The rest doubles from the first to the last with each trial that fails."""

_NEWEST: Final = 0.2
"""Weight of the newest sample in the average."""

_SAMPLES: Final = 64
_ENOUGH: Final = 20


class EndpointHealth:
    """What was seen of one endpoint. Times are monotonic seconds, given by the caller.

    Attributes:
        answers, failures: how many requests ended each way.
        latency: moving average in seconds, ``None`` before the first answer.
        slot, final_slot: processed and finalized slot at the last look, 0 before it.
        last_error: the newest failure's words, empty when there was none.
    """

    def __init__(self) -> None:
        self.answers = self.failures = 0
        self.latency: float | None = None
        self.slot = self.final_slot = 0
        self.last_error = ""
        self._recent: deque[float] = deque(maxlen=_SAMPLES)
        self._in_a_row = 0
        self._rest = FIRST_REST_SECONDS
        self._rests_until: float | None = None
        self._on_trial = False

    def rests(self, now: float) -> bool:
        """Whether it shall be spared: its circuit is open, or half open with the one trial under way."""
        return self._rests_until is not None and (now < self._rests_until or self._on_trial)

    def on_probation(self, now: float) -> bool:
        """Whether its rest is over and nothing was answered since: the next request is its trial."""
        return self._rests_until is not None and not self.rests(now)

    def begin(self, now: float) -> bool:
        """A request leaves; whether it is the trial. What it begins ends with :meth:`end_trial`."""
        if not self.on_probation(now):
            return False
        self._on_trial = True
        return True

    def end_trial(self) -> None:
        """The trial is over, also when it was given up unanswered."""
        self._on_trial = False

    def answered(self, seconds: float) -> None:
        """A request was answered after ``seconds``: the circuit closes."""
        self.answers += 1
        self.latency = seconds if self.latency is None else self.latency + _NEWEST * (seconds - self.latency)
        self._recent.append(seconds)
        self._in_a_row = 0
        self._rest = FIRST_REST_SECONDS
        self._rests_until = None

    def failed(self, why: str, now: float, retry_after: float | None = None) -> None:
        """A request failed; a rate limiter's ``retry_after`` (seconds) makes it rest at once."""
        self.failures += 1
        self.last_error = why
        self._in_a_row += 1
        if retry_after is not None:
            self._rests_until = now + min(retry_after, LAST_REST_SECONDS)
        elif self._rests_until is not None and now >= self._rests_until:
            self._rest = min(self._rest * 2, LAST_REST_SECONDS)
            self._rests_until = now + self._rest
        elif self._rests_until is None and self._in_a_row >= FAILURES_TO_REST:
            self._rests_until = now + self._rest

    def p95(self, unless: float) -> float:
        """Seconds within which 19 of 20 recent requests were answered; ``unless`` while too few were."""
        if len(self._recent) < _ENOUGH:
            return unless
        ordered = sorted(self._recent)
        return ordered[math.ceil(len(ordered) * 0.95) - 1]
