"""Fault settings: bounds, texts, profiles."""

from __future__ import annotations

import pytest

from sniperforge.errors import ConfigError
from sniperforge.localnet.faults.plan import (
    BOUNDS,
    NO_FAULTS,
    PROFILES,
    FaultPlan,
    parse_settings,
    plan_of_profile,
)


@pytest.mark.parametrize("name", BOUNDS)
def test_values_out_of_bounds_are_refused(name: str) -> None:
    """The bounds themselves are fine; beyond them, truth values and other kinds are not."""
    most = BOUNDS[name].most
    for fine in (0, 1 if most is None else most):
        assert getattr(FaultPlan().changed({name: fine}), name) == fine
    for value in (-1, 1.5 if most is None else most + 1, True, "1", None, float("nan")):
        with pytest.raises(ConfigError, match=rf"fault {name} = .* from {BOUNDS[name]}"):
            FaultPlan().changed({name: value})


def test_only_a_chance_may_be_a_fraction() -> None:
    """Counts are whole numbers."""
    assert FaultPlan(drop=0.25).drop == 0.25
    with pytest.raises(ConfigError):
        FaultPlan(lag_slots=2.5)  # type: ignore[arg-type]


def test_without_settings_nothing_is_wrong() -> None:
    """Every probability of the default plan is 0, and so is everything that works without one."""
    chances = [name for name, bounds in BOUNDS.items() if bounds.most is None]
    assert {getattr(NO_FAULTS, name) for name in (*chances, "fee_floor", "ws_cut_ms")} == {0}


def test_texts_become_settings() -> None:
    """``NAME=VALUE`` with a whole number or a fraction as the setting needs."""
    assert parse_settings(["drop=0.2", "lag_slots=3", "seed=9"]) == {"drop": 0.2, "lag_slots": 3, "seed": 9}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("drop", "not NAME=VALUE"),
        ("drop=much", "0 to 1"),
        ("lag_slots=0.5", "0 to 127"),
        ("drpo=1", "no fault"),
    ],
)
def test_bad_texts_are_refused(text: str, said: str) -> None:
    """With what is wrong, and a hint."""
    with pytest.raises(ConfigError, match=said) as caught:
        parse_settings([text])
    assert caught.value.hint


def test_a_mistyped_name_is_guessed() -> None:
    """The hint names the nearest fault."""
    with pytest.raises(ConfigError) as caught:
        FaultPlan().changed({"not_fuond": 1})
    assert caught.value.hint == "did you mean not_found?"


def test_profiles_get_worse() -> None:
    """``hostile`` is at least as bad as ``rough`` in every probability; an unknown profile is refused."""
    rough, hostile = plan_of_profile("rough"), plan_of_profile("hostile")
    for name, bounds in BOUNDS.items():
        assert bounds.most is not None or getattr(hostile, name) >= getattr(rough, name)
    assert set(rough.to_json()) == set(BOUNDS)
    with pytest.raises(ConfigError) as caught:
        plan_of_profile("kind")
    assert caught.value.hint == f"there are {', '.join(PROFILES)}"
