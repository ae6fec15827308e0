"""The simulated buy and sale."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from sniperforge.domain.verdict import Outcome
from sniperforge.risk.facts import RoundTrip
from sniperforge.risk.policy import RiskPolicy
from sniperforge.risk.trade_checks import round_trip

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.risk.facts import PoolFacts

PASS, FAIL, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN
POLICY = RiskPolicy(min_round_trip_percent=Decimal(90), max_tax_percent=Decimal(3))


@pytest.mark.parametrize(
    ("trip", "outcome", "words"),
    [
        (None, UNKNOWN, "not simulated"),
        (RoundTrip(1_000, 0, error="custom program error: 0x11"), FAIL, "custom program error: 0x11"),
        (RoundTrip(0, 0), UNKNOWN, "spent nothing"),
        (RoundTrip(0, 5, expected=5), UNKNOWN, "spent nothing"),
        (RoundTrip(1_000, 990, expected=0), UNKNOWN, "spent nothing"),
        (RoundTrip(1_000, 0, expected=995), FAIL, "gives back 0.00 %"),
        (RoundTrip(1_000, 899, expected=900), FAIL, "least is 90 %"),
        (RoundTrip(1_000, 900, expected=900), PASS, "gives back 90.00 %"),
        (RoundTrip(10_000, 9_700, expected=10_000), PASS, "97.00 %"),
        (RoundTrip(10_000, 9_699, expected=10_000), FAIL, "tax of 3.01 %"),
        (RoundTrip(10_000, 9_700), PASS, "97.00 %"),
        (RoundTrip(10_000, 9_699), FAIL, "tax of 3.01 %"),
        (RoundTrip(1_000, 1_010, expected=995), PASS, "gives back 101.00 %"),
    ],
)
def test_round_trip(
    trip: RoundTrip | None, outcome: Outcome, words: str, spoiled: Callable[..., PoolFacts]
) -> None:
    """A failed sale, a small return and a hidden tax fail, each with its numbers."""
    result = round_trip(spoiled(round_trip=trip), POLICY)
    assert result.outcome is outcome
    assert words in result.reason


def test_nothing_back_fails_under_any_policy(spoiled: Callable[..., PoolFacts]) -> None:
    """A token that cannot be sold fails even when no return is asked for."""
    policy = RiskPolicy(min_round_trip_percent=Decimal(0), max_tax_percent=Decimal(100))
    assert round_trip(spoiled(round_trip=RoundTrip(1_000, 0)), policy).outcome is FAIL
