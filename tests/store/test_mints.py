"""Mints on record."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from sniperforge.domain.addresses import TOKEN_PROGRAM
from sniperforge.store.mints import MintStore
from sniperforge.tokens.mint_facts import MintFacts


def facts(*decimals: int) -> dict[str, MintFacts]:
    """Mints named after their decimals."""
    return {f"M{places}": MintFacts(TOKEN_PROGRAM, places) for places in decimals}


def test_facts_outlive_the_process(tmp_path: Path) -> None:
    """Thousands of them; what is not on record is left out, and the first fact stays."""
    path = tmp_path / "mints.db"
    with closing(MintStore(path)) as store:
        store.remember(facts(*range(1_200)))
        store.remember({"M3": MintFacts(TOKEN_PROGRAM, 99)})
    with closing(MintStore(path)) as store:
        assert store.known([*facts(*range(1_200)), "other"]) == facts(*range(1_200))
        assert store.known([]) == {}


def test_the_oldest_are_forgotten(tmp_path: Path) -> None:
    """The file does not grow for ever."""
    with closing(MintStore(tmp_path / "mints.db", limit=2)) as store:
        for places in range(4):
            store.remember(facts(places))
        assert store.known(["M0", "M1", "M2", "M3"]) == facts(2, 3)
