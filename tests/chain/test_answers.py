"""Values that a node's methods answer."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from sniperforge.chain.answers import Blockhash, Simulation, StatusesAt


def test_answers_are_values() -> None:
    """Equal by content, and not to be changed."""
    assert StatusesAt(1, (None,)) == StatusesAt(1, (None,))
    with pytest.raises(FrozenInstanceError):
        Blockhash("h", 1, 2).hash = "other"  # type: ignore[misc]


def test_a_simulation_needs_no_states() -> None:
    """Accounts and return data are there only when they were asked for."""
    assert (Simulation(1, None, (), 0).accounts, Simulation(1, None, (), 0).return_data) == ({}, b"")
