"""What the market knows about its launches, and how a bot is scored by it."""

from __future__ import annotations

import json

import pytest

from sniperforge.localnet.market.truth import LaunchTruth, Truth
from tests.localnet.market.bench import kind


def truth_of(*names: str) -> Truth:
    """A truth with a launch of each kind named, at mints ``m0``, ``m1`` and so on."""
    truth = Truth()
    for number, name in enumerate(names):
        truth.add(LaunchTruth(number, f"m{number}", f"p{number}", kind(name), 100 + number))
    return truth


def test_the_document() -> None:
    """What a launch is, where, and what was done to it since, in order."""
    truth = truth_of("organic", "lp_pull")
    truth.note("m1", 130, "creator withdrew the liquidity")
    truth.note("m1", 131, "again")
    documents = json.loads(json.dumps([launch.to_json() for launch in truth.launches.values()]))
    assert documents == [
        {
            "number": 0,
            "mint": "m0",
            "pool": "p0",
            "archetype": "organic",
            "rug": False,
            "readable": False,
            "slot": 100,
            "events": [],
        },
        {
            "number": 1,
            "mint": "m1",
            "pool": "p1",
            "archetype": "lp_pull",
            "rug": True,
            "readable": True,
            "slot": 101,
            "events": [
                {"slot": 130, "what": "creator withdrew the liquidity"},
                {"slot": 131, "what": "again"},
            ],
        },
    ]


def test_an_unknown_mint_cannot_be_noted() -> None:
    """A note is of a launch, or a fault."""
    with pytest.raises(KeyError):
        truth_of("organic").note("m9", 1, "?")


def test_the_score_counts_by_class_and_kind() -> None:
    """Launched, seen and bought; honest kinds together are organic, the others rugs."""
    truth = truth_of("organic", "fading", "dust", "lp_pull", "lp_pull", "mint_dump")
    score = truth.score(seen={"m0", "m1", "m3", "m4"}, bought={"m0", "m4"})
    assert score == {
        "organic": {"launched": 3, "seen": 2, "bought": 1},
        "rug": {"launched": 3, "seen": 2, "bought": 1},
        "archetype:organic": {"launched": 1, "seen": 1, "bought": 1},
        "archetype:fading": {"launched": 1, "seen": 1, "bought": 0},
        "archetype:dust": {"launched": 1, "seen": 0, "bought": 0},
        "archetype:lp_pull": {"launched": 2, "seen": 2, "bought": 1},
        "archetype:mint_dump": {"launched": 1, "seen": 0, "bought": 0},
    }


def test_other_mints_do_not_count() -> None:
    """What a bot bought elsewhere is not of this market."""
    assert truth_of("organic").score({"x"}, {"x"})["organic"] == {"launched": 1, "seen": 0, "bought": 0}


def test_nothing_launched_scores_zero() -> None:
    """Both classes are always there."""
    nothing = {"launched": 0, "seen": 0, "bought": 0}
    assert Truth().score(set(), set()) == {"organic": nothing, "rug": nothing}
