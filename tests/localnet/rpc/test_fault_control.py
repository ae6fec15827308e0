"""Faults set, shown and cleared over JSON-RPC."""

from __future__ import annotations

from typing import Any

import pytest

from sniperforge.localnet.faults.plan import NO_FAULTS, PROFILES
from sniperforge.localnet.rpc.dispatcher import METHODS
from tests.localnet.kit import Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()


NONE = NO_FAULTS.to_json()


def test_a_network_has_no_faults_by_itself(bench: Bench) -> None:
    """The plan is that of no faults, and inactive."""
    assert bench.ask("sniperforge_getFaults") == {"active": False, "plan": NONE, "endpoints": [None]}


def test_settings_add_up(bench: Bench) -> None:
    """Each request changes what it names; a profile starts anew; clearing ends all."""
    bench.ask("sniperforge_setFaults", {"drop": 0.5})
    told = bench.ask("sniperforge_setFaults", {"lag": 1, "lag_slots": 3})
    plan = {**NONE, "drop": 0.5, "lag": 1, "lag_slots": 3}
    assert told == {"active": True, "plan": plan, "endpoints": [plan]}
    told = bench.ask("sniperforge_setFaults", {"profile": "rough", "seed": 5})
    assert told["plan"] == {**PROFILES["rough"].to_json(), "seed": 5}
    assert bench.node.faults.plan == PROFILES["rough"].changed({"seed": 5})
    assert bench.ask("sniperforge_clearFaults") == {"active": False, "plan": NONE, "endpoints": [None]}


def test_an_endpoint_has_its_own(bench: Bench) -> None:
    """By its number; without one, all of them, each on top of what it has."""
    bench.node.faults.beside()
    told = bench.ask("sniperforge_setFaults", {"endpoint": 2, "lag": 1})
    assert told == {"active": True, "plan": NONE, "endpoints": [None, {**NONE, "lag": 1}]}
    told = bench.ask("sniperforge_setFaults", {"drop": 0.5})
    assert told["endpoints"] == [{**NONE, "drop": 0.5}, {**NONE, "drop": 0.5, "lag": 1}]
    told = bench.ask("sniperforge_clearFaults", {"endpoint": 1})
    assert told["endpoints"] == [None, {**NONE, "drop": 0.5, "lag": 1}]
    for number in (0, 3, "2"):
        assert bench.fails("sniperforge_setFaults", {"endpoint": number, "drop": 1}).rpc_code == -32602
        assert bench.fails("sniperforge_clearFaults", {"endpoint": number}).rpc_code == -32602
    assert "whole network" in bench.fails("sniperforge_setFaults", {"endpoint": 2, "rollback": 1}).message
    assert bench.ask("sniperforge_clearFaults")["active"] is False


@pytest.mark.parametrize(
    "settings",
    [{"drop": 2}, {"drp": 1}, {"profile": "kind"}, {"profile": 3}, {"lag_slots": "2"}, {"seed": None}, []],
)
def test_wrong_settings_change_nothing(bench: Bench, settings: Any) -> None:
    """They are refused as invalid parameters."""
    bench.ask("sniperforge_setFaults", {"drop": 0.5})
    assert bench.fails("sniperforge_setFaults", settings).rpc_code == -32602
    assert bench.ask("sniperforge_getFaults")["plan"]["drop"] == 0.5


def test_a_validator_has_none_of_it() -> None:
    """The methods of the Solana JSON-RPC are a table of their own."""
    assert not any(name.startswith("sniperforge_") for name in METHODS)
