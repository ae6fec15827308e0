"""The check that a bought token can be sold again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.risk.findings import above, below, failed, passed, percent_text, unknown
from sniperforge.risk.policy import Check

if TYPE_CHECKING:
    from sniperforge.domain.verdict import CheckResult
    from sniperforge.risk.facts import PoolFacts
    from sniperforge.risk.policy import RiskPolicy


def round_trip(facts: PoolFacts, policy: RiskPolicy) -> CheckResult:
    """A simulated buy and sale works, gives enough back, and loses no hidden tax."""
    check, trip = Check.ROUND_TRIP, facts.round_trip
    if trip is None:
        return unknown(check, f"not simulated{facts.why_missing('round_trip')}")
    if trip.error is not None:
        return failed(check, f"buy and sale fail: {trip.error}", error=trip.error)
    fair = trip.spent if trip.expected is None else trip.expected
    if trip.spent <= 0 or fair <= 0:
        return unknown(check, "the simulation spent nothing", spent=trip.spent, received=trip.received)
    numbers = {"spent": trip.spent, "received": trip.received, "expected": fair}
    text = f"a sale gives back {percent_text(trip.received, trip.spent)}"
    if trip.received <= 0 or below(trip.received, trip.spent, policy.min_round_trip_percent):
        return failed(check, f"{text}, least is {policy.min_round_trip_percent} %", **numbers)
    tax = max(fair - trip.received, 0)
    if above(tax, fair, policy.max_tax_percent):
        return failed(
            check, f"tax of {percent_text(tax, fair)}, most is {policy.max_tax_percent} %", **numbers
        )
    return passed(check, text, **numbers)
