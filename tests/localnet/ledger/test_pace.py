"""Slot profiles."""

from __future__ import annotations

import pytest

from sniperforge.errors import ConfigError
from sniperforge.localnet.ledger.pace import COMMITMENTS, FAST, INSTANT, MAINNET_PACE, SlotProfile


def test_depths_follow_the_profile() -> None:
    """Processed is the newest block, the others lag by their number of blocks."""
    assert [MAINNET_PACE.depth(commitment) for commitment in COMMITMENTS] == [0, 1, 32]
    assert [INSTANT.depth(commitment) for commitment in COMMITMENTS] == [0, 0, 0]
    assert (INSTANT.instant, FAST.instant, MAINNET_PACE.instant) == (True, False, False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"slot_ms": -1},
        {"slot_ms": 60_001},
        {"confirm_slots": 33},
        {"confirm_slots": -1},
        {"finalize_slots": 1_001},
        {"slot_hashes": 0},
        {"slot_hashes": 513},
    ],
)
def test_contradictions_are_refused(wrong: dict[str, int]) -> None:
    """A profile that cannot be is a configuration error naming the numbers."""
    with pytest.raises(ConfigError, match=str(next(iter(wrong.values())))):
        SlotProfile(**wrong)
