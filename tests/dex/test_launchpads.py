"""Where a coin started, and what it is called."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from sniperforge.config.values import Launchpad
from sniperforge.dex.launchpads import LAUNCHPADS, is_named, launchpad_of
from sniperforge.dex.registry import DETECTORS
from sniperforge.domain.pool import EventKind, PoolEvent

LAUNCHLAB = "LanMV9sAd7wArD4vJFi2qDdfnVhFxYSUg6eADduJ3uj"
EVENT = PoolEvent("raydium_cpmm", EventKind.POOL_CREATED, "P", "pool", "b", "q", "", "")


def test_launchpads() -> None:
    """A curve's own events, and pools that a launchpad's program made; a plain pool has none."""
    assert launchpad_of(EVENT) is None
    assert launchpad_of(replace(EVENT, facts={"caller": "Somebody"})) is None
    assert launchpad_of(replace(EVENT, facts={"caller": EVENT.program_id})) is None
    assert launchpad_of(replace(EVENT, facts={"caller": LAUNCHLAB})) == "raydium_launchlab"
    assert {launchpad_of(replace(EVENT, dex=name)) for name in LAUNCHPADS} == set(LAUNCHPADS)


def test_they_are_venues_and_the_configuration_names_them() -> None:
    """A name that nothing detects would leave out everything."""
    assert set(LAUNCHPADS) <= {detector.name for detector in DETECTORS}
    assert get_args(Launchpad) == LAUNCHPADS


def test_names() -> None:
    """A part of name or symbol is enough; what is not told matches nothing."""
    dog = replace(EVENT, facts={"name": "Good Dog", "symbol": "GDOG"})
    assert is_named(dog, ("cat", "d dO"))
    assert is_named(dog, ("gdo",))
    assert not is_named(dog, ("cat",))
    assert not is_named(EVENT, ("dog",))
