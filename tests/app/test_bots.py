"""Bots by name."""

from __future__ import annotations

import pytest

from sniperforge.app.bots import BOTS, bot_named
from sniperforge.errors import UsageError


@pytest.mark.parametrize("name", ["lp-sniper", "lp_sniper", "LPSniper", "LP-SNIPER"])
def test_spelling_is_forgiven(name: str) -> None:
    """The documents spell it in several ways."""
    assert bot_named(name) is BOTS["lp-sniper"]


def test_an_unknown_bot_names_the_nearest() -> None:
    """Or all there are."""
    with pytest.raises(UsageError, match='no such bot "lp-snipper"') as near:
        bot_named("lp-snipper")
    assert near.value.hint == "did you mean lp-sniper?"
    with pytest.raises(UsageError) as far:
        bot_named("zzz")
    assert "lp-sniper" in far.value.hint


def test_every_bot_says_what_it_is() -> None:
    """Name and summary are what lists show."""
    assert all(spec.name == name and spec.summary for name, spec in BOTS.items())
