"""How much slippage an exit allows on each attempt: wider every time, never past its cap."""

from __future__ import annotations

from dataclasses import dataclass

from sniperforge.domain.trade import Urgency
from sniperforge.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class SlippagePolicy:
    """Allowed slippage of exits, basis points of the quoted amount.

    Attributes:
        start_bps: first attempt of a normal exit.
        urgent_start_bps: first attempt of an urgent exit.
        step_bps: added with every further attempt.
        max_bps: the cap.

    Raises:
        ConfigError: not ``0 <= start <= urgent start <= max <= 10000``, or a negative step.
    """

    start_bps: int = 300
    urgent_start_bps: int = 1_000
    step_bps: int = 500
    max_bps: int = 5_000

    def __post_init__(self) -> None:
        if not 0 <= self.start_bps <= self.urgent_start_bps <= self.max_bps <= 10_000:
            raise ConfigError(
                f"slippage {self.start_bps}, {self.urgent_start_bps}, {self.max_bps} bps"
                " (start, urgent start, most) does not rise within 0..10000"
            )
        if self.step_bps < 0:
            raise ConfigError(f"step_bps is {self.step_bps}, below 0")


def slippage_bps(attempt: int, policy: SlippagePolicy, urgency: Urgency = Urgency.NORMAL) -> int:
    """Slippage of the ``attempt``-th attempt, counted from 1."""
    start = policy.urgent_start_bps if urgency is Urgency.URGENT else policy.start_bps
    return min(start + policy.step_bps * max(attempt - 1, 0), policy.max_bps)
