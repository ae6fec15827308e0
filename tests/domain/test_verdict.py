"""Verdicts and their documents."""

from __future__ import annotations

import json

import pytest

from sniperforge.domain.verdict import CheckResult, Decided, Outcome, Verdict

GOOD = CheckResult("mint_authority", Outcome.PASS, "nobody can create tokens")
BAD = CheckResult("lp_locked", Outcome.FAIL, "0.00 % locked", {"locked_raw": 2**63, "owner": "x"})
GAP = CheckResult("round_trip", Outcome.UNKNOWN, "not simulated")


def verdict(decided: Decided, *refusals: str) -> Verdict:
    """A verdict over the three results."""
    return Verdict("POOL", "MINT", (GOOD, BAD, GAP), decided, refusals)


def test_only_accepted_may_be_bought() -> None:
    """No other decision counts as accepted."""
    assert [decided for decided in Decided if verdict(decided).accepted] == [Decided.ACCEPTED]


def test_document_is_exact_json() -> None:
    """Large numbers survive any parser because facts are text."""
    document = json.loads(json.dumps(verdict(Decided.REFUSED, "lp_locked", "round_trip").to_json()))
    assert document["decided"] == "refused"
    assert document["refusals"] == ["lp_locked", "round_trip"]
    assert document["results"][1] == {
        "name": "lp_locked",
        "outcome": "fail",
        "reason": "0.00 % locked",
        "facts": {"locked_raw": "9223372036854775808", "owner": "x"},
    }
    assert (document["pool"], document["mint"]) == ("POOL", "MINT")


def test_summary_names_the_first_refusal() -> None:
    """One line: the decision, the first reason, and how many more there are."""
    both = verdict(Decided.REFUSED, "lp_locked", "round_trip")
    assert both.summary == "refused: lp_locked: 0.00 % locked (and 1 more)"
    assert verdict(Decided.REFUSED, "round_trip").summary == "refused: round_trip: not simulated"
    assert verdict(Decided.ACCEPTED).summary == "accepted"


def test_a_refusal_is_put_down_to_what_failed() -> None:
    """A fact that is missing counts only when nothing failed; the summary leads with what counts."""
    both = verdict(Decided.REFUSED, "round_trip", "lp_locked")
    assert both.grounds == ("lp_locked",)
    assert both.summary == "refused: lp_locked: 0.00 % locked (and 1 more)"
    assert verdict(Decided.REFUSED, "round_trip").grounds == ("round_trip",)
    assert verdict(Decided.ACCEPTED).grounds == ()


def test_only_missing_facts_are_worth_waiting_for() -> None:
    """What failed stays failed, and what was accepted waits for nothing."""
    assert verdict(Decided.REFUSED, "round_trip").pending
    assert not verdict(Decided.REFUSED, "lp_locked", "round_trip").pending
    assert not verdict(Decided.ACCEPTED).pending


def test_a_result_is_found_by_name() -> None:
    """A check that did not run has no result."""
    found = verdict(Decided.REFUSED)
    assert found.result("round_trip") is GAP
    with pytest.raises(KeyError):
        found.result("nothing")
