"""Exit settings and their journalled form."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniperforge.errors import ConfigError, DecodeError
from sniperforge.orders.exit_policy import ExitPolicy

shares = st.none() | st.decimals("0.0001", 100, places=4)
ladders = st.dictionaries(
    st.decimals("0.0001", 10**6, places=4), st.decimals("0.0001", 25, places=4), max_size=4
).map(lambda steps: tuple(sorted(steps.items())))
policies = st.builds(
    ExitPolicy,
    take_profit_percent=st.none() | st.decimals("0.0001", 10**9, places=4),
    take_profit_ladder=ladders,
    stop_loss_percent=shares,
    trailing_percent=shares,
    trailing_activation_percent=st.decimals(0, 10**6, places=4),
    max_hold_seconds=st.none() | st.integers(1, 10**9),
    liquidity_drop_percent=shares,
    authority_change=st.booleans(),
)


@given(policies)
def test_the_journalled_form_reads_back(policy: ExitPolicy) -> None:
    """A restart finds exactly the exits that the position was bought with."""
    assert ExitPolicy.from_json(json.loads(json.dumps(policy.to_json()))) == policy


def test_numbers_are_read_too() -> None:
    """JSON numbers mean what they say."""
    policy = ExitPolicy.from_json({"stop_loss_percent": 12.5, "max_hold_seconds": 60})
    assert policy == ExitPolicy(stop_loss_percent=Decimal("12.5"), max_hold_seconds=60)


def test_positions_from_before_the_rule_have_it() -> None:
    """Nobody chose otherwise for them."""
    assert ExitPolicy.from_json({"stop_loss_percent": "5"}).authority_change


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"stop_los_percent": "1"}, "unknown rules: stop_los_percent"),
        ({"stop_loss_percent": "ten"}, "stop_loss_percent is 'ten'"),
        ({"stop_loss_percent": None}, "stop_loss_percent is None"),
        ({"take_profit_ladder": "10:x"}, "take_profit_ladder is 'x'"),
        ({"take_profit_ladder": "10"}, "take_profit_ladder is ''"),
        ({"authority_change": "perhaps"}, "authority_change is 'perhaps'"),
        ({"max_hold_seconds": "1.5"}, "max_hold_seconds is 1.5"),
        ({"max_hold_seconds": "NaN"}, "max_hold_seconds is NaN"),
    ],
)
def test_damaged_documents_are_refused(document: dict[str, Any], words: str) -> None:
    """A rule that cannot be read is an error, never a rule left out."""
    with pytest.raises(DecodeError, match=words):
        ExitPolicy.from_json(document)


@pytest.mark.parametrize(
    "settings",
    [
        {"take_profit_percent": Decimal(0)},
        {"stop_loss_percent": Decimal("100.01")},
        {"stop_loss_percent": Decimal("NaN")},
        {"trailing_percent": Decimal(0)},
        {"trailing_activation_percent": Decimal(-1)},
        {"trailing_activation_percent": Decimal("inf")},
        {"liquidity_drop_percent": Decimal(-5)},
        {"max_hold_seconds": 0},
        {"take_profit_ladder": ((Decimal(50), Decimal(0)),)},
        {"take_profit_ladder": ((Decimal(0), Decimal(10)),)},
        {"take_profit_ladder": ((Decimal(50), Decimal(10)), (Decimal(50), Decimal(10)))},
        {"take_profit_ladder": ((Decimal(50), Decimal(60)), (Decimal(60), Decimal(41)))},
    ],
)
def test_values_out_of_range_are_refused(settings: dict[str, Any]) -> None:
    """The error names the setting."""
    with pytest.raises(ConfigError, match=next(iter(settings))):
        ExitPolicy(**settings)
