"""Arguments and output about the embedded network's faults."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from sniperforge.app import demo as app_demo
from sniperforge.cli.faults import fault_change, fault_lines, fault_profile, profile_argument
from sniperforge.cli.main import main
from sniperforge.errors import UnavailableError, UsageError
from sniperforge.localnet.faults.plan import NO_FAULTS, PROFILES


def test_settings_on_top_of_a_profile() -> None:
    """What ``set`` sends to the network; ``show`` and ``clear`` change nothing."""
    assert fault_change("set", ["drop=0.5", "lag_slots=3"], None) == {"drop": 0.5, "lag_slots": 3}
    assert fault_change("set", ["seed=4"], "rough") == {"profile": "rough", "seed": 4}
    assert fault_change("set", [], "hostile") == {"profile": "hostile"}
    assert fault_change("show", [], None) is fault_change("clear", [], None) is None


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("shw", [], None), "there are show, set, clear"),
        (("show", ["drop=1"], None), "localnet faults set NAME=VALUE..."),
        (("clear", [], "rough"), "localnet faults set NAME=VALUE..."),
        (("set", [], None), "NAME=VALUE or --profile rough"),
        (("set", ["drpo=1"], None), "did you mean drop?"),
        (("set", ["drop=2"], None), "docs/localnet.md lists every fault with its values"),
        (("set", ["drop"], None), "for example drop=0.2"),
        (("set", [], "kind"), "there are rough, hostile"),
    ],
)
def test_mistakes_are_usage_errors(arguments: Any, hint: str) -> None:
    """Each with what to do instead."""
    with pytest.raises(UsageError) as caught:
        fault_change(*arguments)
    assert caught.value.hint == hint


def test_profiles_by_name() -> None:
    """The plan, or its checked name."""
    assert fault_profile("rough") == PROFILES["rough"]
    assert profile_argument("hostile") == "hostile"


def test_lines_show_what_differs() -> None:
    """The seed always, of the rest only what is not as without faults."""
    plan = NO_FAULTS.changed({"drop": 0.25}).to_json()
    lines = ["drop               0.25", "seed               1"]
    assert fault_lines({"endpoints": [plan, plan]}).splitlines() == lines
    assert fault_lines({"endpoints": [None]}) == "no faults"
    both = {"endpoints": [None, plan]}
    assert fault_lines(both).splitlines() == ["endpoint 1", "no faults", "endpoint 2", *lines]
    assert fault_lines(both, 1) == "no faults"
    assert fault_lines(both, 2).splitlines() == lines


def test_the_demo_takes_a_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its faults are those of the profile, decided from the demo's seed; an unknown one is a usage error."""
    given: list[Any] = []

    def open_stage(**options: Any) -> AbstractAsyncContextManager[Any]:
        given.append(options["faults"])
        raise UnavailableError("no stage here")

    monkeypatch.setattr(app_demo, "open_stage", open_stage)
    assert main(["demo", "--faults", "rough", "--seed", "9"]) == 6
    assert main(["demo"]) == 6
    assert given == [PROFILES["rough"].changed({"seed": 9}), None]
    assert main(["demo", "--faults", "kind"]) == 2
