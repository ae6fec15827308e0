"""Facts of a pool before they are judged."""

from __future__ import annotations

from sniperforge.risk.facts import PoolFacts


def test_a_missing_field_says_why_when_it_is_known() -> None:
    """The note is put in brackets behind the statement; without a note nothing is."""
    facts = PoolFacts(pool="P", mint="M", now=0, missing={"holders": "the node timed out"})
    assert facts.why_missing("holders") == " (the node timed out)"
    assert facts.why_missing("token") == ""


def test_nothing_is_known_by_default() -> None:
    """Every fact that is not given is missing, never a default value."""
    facts = PoolFacts(pool="P", mint="M", now=0)
    names = ("token", "quote_mint", "canonical", "quote_liquidity", "base_vault", "holders", "round_trip")
    assert all(getattr(facts, name) is None for name in names)
