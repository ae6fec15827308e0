from __future__ import annotations

import pytest

from sniperforge.config.nearest import did_you_mean, nearest

KNOWN = ("status", "start", "wallet", "max_trade_sol")


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("statsu", "status"),
        ("walet", "wallet"),
        ("max_trade", "max_trade_sol"),
        ("sta", "start"),
        ("zzz", None),
    ],
)
def test_the_most_alike_name_is_found(word: str, found: str | None) -> None:
    """Slips and cut-off names lead to the name that was meant; anything else to none."""
    assert nearest(word, KNOWN) == found


def test_the_hint_is_empty_without_a_likely_name() -> None:
    """No suggestion is better than a wild one."""
    assert did_you_mean("statsu", KNOWN) == "did you mean status?"
    assert did_you_mean("zzz", KNOWN) == ""
