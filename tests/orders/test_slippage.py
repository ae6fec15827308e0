"""Slippage of exit attempts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniperforge.domain.trade import Urgency
from sniperforge.errors import ConfigError
from sniperforge.orders.slippage import SlippagePolicy, slippage_bps

POLICY = SlippagePolicy(start_bps=300, urgent_start_bps=1_000, step_bps=500, max_bps=2_000)


def test_each_attempt_is_wider_up_to_the_cap() -> None:
    """Normal exits start narrow, urgent ones wide; both end at the cap."""
    assert [slippage_bps(attempt, POLICY) for attempt in range(1, 7)] == [
        300,
        800,
        1_300,
        1_800,
        2_000,
        2_000,
    ]
    urgent = [slippage_bps(attempt, POLICY, Urgency.URGENT) for attempt in range(1, 5)]
    assert urgent == [1_000, 1_500, 2_000, 2_000]


def test_an_attempt_before_the_first_is_the_first() -> None:
    """Zero attempts made so far is no narrower."""
    assert slippage_bps(0, POLICY) == 300


@given(
    st.tuples(*[st.integers(0, 10_000)] * 3).map(sorted),
    st.integers(0, 10_000),
    st.integers(1, 100),
    st.sampled_from(Urgency),
)
def test_never_narrower_and_never_past_the_cap(
    bounds: list[int], step: int, attempt: int, urgency: Urgency
) -> None:
    """Whatever the policy, a later attempt allows at least as much, within its cap."""
    start, urgent_start, most = bounds
    policy = SlippagePolicy(start_bps=start, urgent_start_bps=urgent_start, step_bps=step, max_bps=most)
    now, later = slippage_bps(attempt, policy, urgency), slippage_bps(attempt + 1, policy, urgency)
    assert start <= now <= later <= most
    assert slippage_bps(attempt, policy) <= slippage_bps(attempt, policy, Urgency.URGENT)


@pytest.mark.parametrize(
    "settings",
    [
        {"start_bps": 2_000, "urgent_start_bps": 1_000},
        {"max_bps": 900},
        {"max_bps": 10_001},
        {"start_bps": -1},
        {"step_bps": -1},
    ],
)
def test_contradictions_are_refused(settings: dict[str, int]) -> None:
    """Bounds that do not rise, or a step that narrows, are configuration errors."""
    with pytest.raises(ConfigError):
        SlippagePolicy(**settings)
