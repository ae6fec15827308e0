"""When a position is left, to the unit."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sniperforge.domain.trade import Urgency
from sniperforge.orders.exit_policy import ExitPolicy
from sniperforge.orders.exits import ExitReason, PositionView, decide_exit, next_peak

ALL = ExitPolicy(
    take_profit_percent=Decimal(50),
    stop_loss_percent=Decimal(20),
    trailing_percent=Decimal(10),
    trailing_activation_percent=Decimal(30),
    max_hold_seconds=60,
    liquidity_drop_percent=Decimal(40),
)


def view(**fields: Any) -> PositionView:
    """A position of 1000 lamports, ten seconds old, at its cost."""
    start: dict[str, Any] = {
        "cost_lamports": 1_000,
        "exit_value_lamports": 1_000,
        "peak_value_lamports": 1_000,
        "opened_at": 100.0,
        "now": 110.0,
        "entry_liquidity": 500,
        "liquidity": 500,
    }
    return PositionView(**{**start, **fields})


def reason(policy: ExitPolicy, position: PositionView) -> ExitReason | None:
    """Why the position is left, if it is."""
    found = decide_exit(policy, position)
    return None if found is None else found.reason


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, None),
        ({"exit_value_lamports": 1_499, "peak_value_lamports": 1_499}, None),
        ({"exit_value_lamports": 1_500, "peak_value_lamports": 1_500}, ExitReason.TAKE_PROFIT),
        ({"exit_value_lamports": 801}, None),
        ({"exit_value_lamports": 800}, ExitReason.STOP_LOSS),
        ({"exit_value_lamports": 0}, ExitReason.STOP_LOSS),
        ({"exit_value_lamports": 1_170, "peak_value_lamports": 1_299}, None),
        ({"exit_value_lamports": 1_171, "peak_value_lamports": 1_300}, None),
        ({"exit_value_lamports": 1_170, "peak_value_lamports": 1_300}, ExitReason.TRAILING_STOP),
        ({"now": 159.9}, None),
        ({"now": 160.0}, ExitReason.MAX_HOLD),
        ({"liquidity": 301}, None),
        ({"liquidity": 300}, ExitReason.LIQUIDITY_PULLED),
        ({"liquidity": 0}, ExitReason.LIQUIDITY_PULLED),
        ({"powers_grown": ("mint_authority was none and is X",)}, ExitReason.AUTHORITY_CHANGED),
    ],
)
def test_each_rule_fires_on_its_limit(fields: dict[str, Any], expected: ExitReason | None) -> None:
    """A rule holds on its limit and not one unit before."""
    assert reason(ALL, view(**fields)) is expected


@pytest.mark.parametrize(
    ("fields", "expected", "urgency"),
    [
        (
            {"liquidity": 0, "exit_value_lamports": 0, "peak_value_lamports": 2_000, "now": 999.0},
            ExitReason.LIQUIDITY_PULLED,
            Urgency.URGENT,
        ),
        (
            {"powers_grown": ("X", "Y"), "exit_value_lamports": 0, "peak_value_lamports": 0, "now": 999.0},
            ExitReason.AUTHORITY_CHANGED,
            Urgency.URGENT,
        ),
        (
            {"exit_value_lamports": 0, "peak_value_lamports": 2_000, "now": 999.0},
            ExitReason.STOP_LOSS,
            Urgency.URGENT,
        ),
        (
            {"exit_value_lamports": 1_600, "peak_value_lamports": 2_000, "now": 999.0},
            ExitReason.TRAILING_STOP,
            Urgency.URGENT,
        ),
        (
            {"exit_value_lamports": 2_000, "peak_value_lamports": 2_000, "now": 999.0},
            ExitReason.TAKE_PROFIT,
            Urgency.NORMAL,
        ),
        ({"now": 999.0}, ExitReason.MAX_HOLD, Urgency.NORMAL),
    ],
)
def test_precedence(fields: dict[str, Any], expected: ExitReason, urgency: Urgency) -> None:
    """Of several rules that hold, the one that loses most by waiting is named."""
    found = decide_exit(ALL, view(**fields))
    assert found is not None
    assert (found.reason, found.urgency) == (expected, urgency)


def test_changed_authorities_are_all_named_unless_the_rule_is_off() -> None:
    """The text says each; without the rule they are no reason."""
    changed = view(powers_grown=("freeze_authority was none and is A", "paused was none and is yes"))
    found = decide_exit(ALL, changed)
    assert found is not None
    assert found.text == "freeze_authority was none and is A, paused was none and is yes"
    assert reason(replace(ALL, authority_change=False), changed) is None


def test_decision_carries_numbers_and_text() -> None:
    """The journal can say what was compared."""
    found = decide_exit(ALL, view(exit_value_lamports=700))
    assert found is not None
    assert found.numbers == {"exit_value_lamports": 700, "cost_lamports": 1_000}
    assert found.text == "worth 0.0000007 SOL, at least 20 % below the cost of 0.000001 SOL"


def test_unknown_price_leaves_time_and_liquidity() -> None:
    """Without a price no price rule fires, the other two still do."""
    blind = {"exit_value_lamports": None, "peak_value_lamports": 10**9}
    assert reason(ALL, view(**blind)) is None
    assert reason(ALL, view(**blind, now=160.0)) is ExitReason.MAX_HOLD
    assert reason(ALL, view(**blind, liquidity=10)) is ExitReason.LIQUIDITY_PULLED


@pytest.mark.parametrize("fields", [{"entry_liquidity": None}, {"liquidity": None}, {"entry_liquidity": 0}])
def test_unknown_liquidity_pulls_nothing(fields: dict[str, Any]) -> None:
    """The liquidity rule needs both amounts."""
    assert reason(ALL, view(**{"liquidity": 0, **fields})) is None


def test_a_position_without_cost_has_no_gain_or_loss() -> None:
    """Tokens that cost nothing are left by trailing and time only."""
    assert reason(ALL, view(cost_lamports=0, exit_value_lamports=5, peak_value_lamports=5)) is None
    assert reason(ALL, view(cost_lamports=0, exit_value_lamports=0, peak_value_lamports=0)) is None
    fallen = view(cost_lamports=0, exit_value_lamports=1, peak_value_lamports=5)
    assert reason(ALL, fallen) is ExitReason.TRAILING_STOP


def test_no_rules_keep_for_ever() -> None:
    """An empty policy never leaves."""
    position = view(exit_value_lamports=0, liquidity=0, now=1e12)
    assert decide_exit(ExitPolicy(), position) is None


percent = st.decimals("0.01", 100, places=2)
money = st.integers(1, 10**19)


@given(percent, money, money)
@example(Decimal("33.33"), 3 * 10**18 + 1, 2 * 10**18)
def test_stop_loss_is_the_exact_inequality(limit: Decimal, cost: int, value: int) -> None:
    """It fires exactly when value <= cost * (1 - limit)."""
    position = view(cost_lamports=cost, exit_value_lamports=value)
    fires = value <= cost * (1 - Fraction(limit) / 100)
    assert (decide_exit(ExitPolicy(stop_loss_percent=limit), position) is not None) == fires


@given(st.decimals("0.01", 10**6, places=2), money, money)
def test_take_profit_is_the_exact_inequality(limit: Decimal, cost: int, value: int) -> None:
    """It fires exactly when value >= cost * (1 + limit)."""
    position = view(cost_lamports=cost, exit_value_lamports=value)
    fires = value >= cost * (1 + Fraction(limit) / 100)
    assert (decide_exit(ExitPolicy(take_profit_percent=limit), position) is not None) == fires


@given(percent, st.decimals(0, 500, places=2), money, money, money)
def test_trailing_is_the_exact_inequality(
    limit: Decimal, activation: Decimal, cost: int, peak: int, value: int
) -> None:
    """It fires exactly when the peak was high enough and value <= peak * (1 - limit)."""
    policy = ExitPolicy(trailing_percent=limit, trailing_activation_percent=activation)
    position = view(cost_lamports=cost, exit_value_lamports=value, peak_value_lamports=peak)
    active = peak >= cost * (1 + Fraction(activation) / 100)
    fires = active and value <= peak * (1 - Fraction(limit) / 100)
    assert (decide_exit(policy, position) is not None) == fires


@given(percent, money, st.integers(0, 10**19))
def test_liquidity_is_the_exact_inequality(limit: Decimal, before: int, now: int) -> None:
    """It fires exactly when the quote side fell by at least the limit."""
    position = view(entry_liquidity=before, liquidity=now)
    fires = before - now >= before * Fraction(limit) / 100
    assert (decide_exit(ExitPolicy(liquidity_drop_percent=limit), position) is not None) == fires


@given(st.integers(1, 10**6), st.floats(0, 1e9), st.floats(0, 1e9))
def test_hold_is_the_exact_inequality(limit: int, opened_at: float, now: float) -> None:
    """It fires exactly when the time held reaches the limit."""
    position = view(opened_at=opened_at, now=now)
    fires = now - opened_at >= limit
    assert (decide_exit(ExitPolicy(max_hold_seconds=limit), position) is not None) == fires


@given(money, st.lists(st.none() | st.integers(0, 10**19)))
def test_the_peak_never_falls(first: int, values: list[int | None]) -> None:
    """Over any prices, unknown ones included, it is the highest so far."""
    peak = first
    for value in values:
        later = next_peak(peak, value)
        assert later >= peak
        peak = later
    assert peak == max([first, *(value for value in values if value is not None)])


@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=40))
def test_trailing_guards_a_price_path(values: list[int]) -> None:
    """Followed step by step, the trailing stop leaves at the first fall of 10 % from an active peak."""
    policy = ExitPolicy(trailing_percent=Decimal(10), trailing_activation_percent=Decimal(30))
    peak, left = 0, None
    for step, value in enumerate(values):
        peak = next_peak(peak, value)
        if decide_exit(policy, view(exit_value_lamports=value, peak_value_lamports=peak)) is not None:
            left = step
            break
    expected = next(
        (
            step
            for step, value in enumerate(values)
            if max(values[: step + 1]) >= 1_300 and value * 10 <= max(values[: step + 1]) * 9
        ),
        None,
    )
    assert left == expected


LADDER = ExitPolicy(
    take_profit_ladder=((Decimal(25), Decimal(40)), (Decimal(50), Decimal(30)), (Decimal(100), Decimal(30)))
)


@pytest.mark.parametrize(
    ("value", "held", "sold"),
    [
        (1_249, 1_000, None),
        (1_250, 1_000, 400),
        (1_500, 1_000, 700),
        (5_000, 1_000, 1_000),
        (1_250, 600, None),
        (1_499, 601, 1),
        (1_500, 600, 300),
        (2_000, 300, 300),
        (2_000, 1, 1),
    ],
)
def test_a_ladder_sells_its_shares_once(value: int, held: int, sold: int | None) -> None:
    """Each step to the unit, several at once after a jump; the gain is that of the tokens still held."""
    position = view(
        cost_lamports=held, exit_value_lamports=value * held // 1_000, held_raw=held, bought_raw=1_000
    )
    if value * held % 1_000:
        position = view(cost_lamports=1_000, exit_value_lamports=value, held_raw=held, bought_raw=1_000)
    found = decide_exit(LADDER, position)
    assert (None if found is None else found.raw) == sold
    if found is not None:
        assert found.reason is ExitReason.TAKE_PROFIT_STEP


def test_a_whole_exit_comes_before_a_step() -> None:
    """The stop, and the gain at which all is sold, sell all."""
    both = ExitPolicy(take_profit_percent=Decimal(50), take_profit_ladder=LADDER.take_profit_ladder)
    found = decide_exit(both, view(exit_value_lamports=1_500, held_raw=1_000, bought_raw=1_000))
    assert found is not None
    assert (found.reason, found.raw) == (ExitReason.TAKE_PROFIT, None)


@given(
    shares=st.lists(st.integers(1, 25), min_size=1, max_size=4),
    gains=st.lists(st.integers(0, 400), max_size=30),
    bought=st.integers(1, 10**12),
)
def test_a_ladder_never_sells_more_than_it_says(shares: list[int], gains: list[int], bought: int) -> None:
    """Whatever way the price takes, by steps or jumps: what is sold is the share of the highest gain so far."""
    steps = tuple((Decimal(50 * (index + 1)), Decimal(share)) for index, share in enumerate(shares))
    policy, held, highest = ExitPolicy(take_profit_ladder=steps), bought, 0
    for gain in gains:
        highest = max(highest, gain)
        position = view(
            cost_lamports=10_000, exit_value_lamports=100 * (100 + gain), held_raw=held, bought_raw=bought
        )
        found = decide_exit(policy, position)
        if found is not None:
            assert found.raw is not None
            assert 0 < found.raw <= held
            held -= found.raw
        share = sum(each for (at, _), each in zip(steps, shares, strict=True) if highest >= at)
        assert bought - held == bought * share // 100
