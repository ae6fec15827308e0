"""Making check results and comparing shares exactly; no check lives here."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from sniperforge.domain.verdict import CheckResult, Outcome

if TYPE_CHECKING:
    from decimal import Decimal

    from sniperforge.risk.policy import Check


def passed(check: Check, reason: str, **facts: str | int) -> CheckResult:
    """A check that found nothing wrong."""
    return CheckResult(check.value, Outcome.PASS, reason, facts)


def failed(check: Check, reason: str, **facts: str | int) -> CheckResult:
    """A check that found what the policy does not accept."""
    return CheckResult(check.value, Outcome.FAIL, reason, facts)


def unknown(check: Check, reason: str, **facts: str | int) -> CheckResult:
    """A check that could not be made."""
    return CheckResult(check.value, Outcome.UNKNOWN, reason, facts)


def below(part: int, whole: int, percent: Decimal) -> bool:
    """Whether ``part`` is less than ``percent`` of ``whole``, exactly."""
    return part * 100 < Fraction(percent) * whole


def above(part: int, whole: int, percent: Decimal) -> bool:
    """Whether ``part`` is more than ``percent`` of ``whole``, exactly."""
    return part * 100 > Fraction(percent) * whole


def share_bps(part: int, whole: int) -> int:
    """``part`` of ``whole`` in basis points, rounded down, for facts and texts only."""
    return part * 10_000 // whole


def percent_text(part: int, whole: int) -> str:
    """``part`` of ``whole`` as ``12.34 %``, rounded down."""
    whole_percent, hundredths = divmod(share_bps(part, whole), 100)
    return f"{whole_percent}.{hundredths:02d} %"
