"""Session events are frozen facts."""

from __future__ import annotations

import dataclasses
from typing import get_args

import pytest

from sniperforge.engine.events import EntriesHalted, SessionEvent, Trouble


@pytest.mark.parametrize("kind", get_args(SessionEvent))
def test_every_event_is_a_frozen_value(kind: type) -> None:
    """A listener cannot change what another one hears."""
    assert dataclasses.is_dataclass(kind)
    assert kind.__dataclass_params__.frozen


def test_events_compare_by_what_they_say() -> None:
    """Two equal troubles are one to whoever counts them."""
    assert Trouble("audit", "down") == Trouble("audit", "down") != Trouble("audit", "up")
    assert EntriesHalted("by hand").reason == "by hand"
