"""Exact comparison of shares, and results."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from sniperforge.domain.amounts import U64_MAX
from sniperforge.domain.verdict import Outcome
from sniperforge.risk.findings import above, below, failed, passed, percent_text, share_bps, unknown
from sniperforge.risk.policy import Check

raws = st.integers(0, U64_MAX)
percents = st.decimals(0, 100, places=3)


@given(raws, raws, percents)
def test_exactly_one_of_below_equal_above(part: int, whole: int, percent: Decimal) -> None:
    """The comparison is that of exact fractions, up to the last unit."""
    limit = Fraction(percent) * whole / 100
    assert below(part, whole, percent) == (part < limit)
    assert above(part, whole, percent) == (part > limit)


@given(raws, st.integers(1, U64_MAX))
def test_basis_points_are_rounded_down(part: int, whole: int) -> None:
    """The shown share is never above the real one, and less than one point below it."""
    assert share_bps(part, whole) <= Fraction(part * 10_000, whole) < share_bps(part, whole) + 1


def test_percent_text_has_two_places() -> None:
    """12.345 % is shown as 12.34 %, and 0.05 % keeps its zero."""
    assert percent_text(12_345, 100_000) == "12.34 %"
    assert percent_text(5, 10_000) == "0.05 %"


def test_results_carry_name_outcome_and_facts() -> None:
    """Each constructor makes its own outcome."""
    made = [make(Check.POOL_AGE, "why", age=3) for make in (passed, failed, unknown)]
    assert [result.outcome for result in made] == [Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN]
    assert {(result.name, result.reason, result.facts["age"]) for result in made} == {("pool_age", "why", 3)}
