"""The table of checks and the verdict."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sniperforge.domain.verdict import Decided, Outcome
from sniperforge.risk.facts import Holder, PoolFacts, RoundTrip
from sniperforge.risk.policy import Check, RiskPolicy
from sniperforge.risk.token_checks import CHECKS, evaluate

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.tokens.mint import Mint

OPTIONAL = sorted(
    field.name for field in fields(PoolFacts) if field.name not in {"pool", "mint", "now", "dex", "missing"}
)
NEEDS = {
    "token": {"mint_authority", "freeze_authority", "token_extensions", "holder_concentration"},
    "quote_mint": {"quote_mint", "quote_liquidity"},
    "canonical": {"canonical_pool"},
    "quote_liquidity": {"quote_liquidity"},
    "base_vault": {"holder_concentration"},
    "lp_pool_supply": {"lp_locked"},
    "lp_mint_supply": {"lp_locked"},
    "lp_holders": {"lp_locked"},
    "holders": {"holder_concentration"},
    "open_time": {"open_time"},
    "created_at": {"pool_age"},
    "creator": set(),
    "epoch": set(),
    "round_trip": {"round_trip"},
}


def test_the_table_holds_every_check_under_its_name(good: PoolFacts) -> None:
    """Each name in the settings has a check, and its result bears that name."""
    assert set(CHECKS) == set(Check)
    assert [result.name for result in evaluate(good, RiskPolicy()).results] == list(CHECKS)


def test_a_pool_without_fault_is_accepted(good: PoolFacts) -> None:
    """Every check passes and nothing refuses."""
    verdict = evaluate(good, RiskPolicy())
    assert {result.outcome for result in verdict.results} == {Outcome.PASS}
    assert (verdict.decided, verdict.refusals) == (Decided.ACCEPTED, ())
    assert (verdict.pool, verdict.mint) == ("POOL", "MINT")


def test_all_checks_run_after_the_first_refusal(spoiled: Callable[..., PoolFacts]) -> None:
    """The verdict lists every refusal in the order of the table."""
    verdict = evaluate(spoiled(canonical=False, round_trip=None, quote_liquidity=1), RiskPolicy())
    assert verdict.decided is Decided.REFUSED
    assert verdict.refusals == ("canonical_pool", "quote_liquidity", "round_trip")
    assert len(verdict.results) == len(CHECKS)


@pytest.mark.parametrize("name", OPTIONAL)
def test_each_missing_field_makes_its_checks_unknown(name: str, spoiled: Callable[..., PoolFacts]) -> None:
    """Missing data is unknown for the checks that need it and for no other, and refuses."""
    verdict = evaluate(spoiled(**{name: None}), RiskPolicy())
    unknown = {result.name for result in verdict.results if result.outcome is Outcome.UNKNOWN}
    assert unknown == NEEDS[name]
    assert set(verdict.refusals) == NEEDS[name]
    assert verdict.accepted == (not NEEDS[name])


def test_unknown_passes_only_for_the_named_check(spoiled: Callable[..., PoolFacts]) -> None:
    """Naming one check lets its missing data pass, not that of another, and never a failure."""
    policy = RiskPolicy(allow_unknown=frozenset({"round_trip"}))
    assert evaluate(spoiled(round_trip=None), policy).accepted
    assert not evaluate(spoiled(round_trip=None, canonical=None), policy).accepted
    assert not evaluate(spoiled(round_trip=RoundTrip(1, 0, error="no")), policy).accepted


@pytest.mark.parametrize(
    ("lists", "decided"),
    [
        ({"watch_mints": {"MINT"}}, Decided.WATCHED),
        ({"target_mints": {"OTHER"}}, Decided.SKIPPED),
        ({"block_mints": {"MINT"}}, Decided.REFUSED),
        ({"watch_mints": {"MINT"}, "target_mints": {"OTHER"}}, Decided.WATCHED),
        ({"watch_mints": {"MINT"}, "block_creators": {"CREATOR"}}, Decided.REFUSED),
        ({"target_creators": {"CREATOR"}}, Decided.ACCEPTED),
    ],
)
def test_lists_decide(lists: dict[str, set[str]], decided: Decided, good: PoolFacts) -> None:
    """Watched, skipped and blocked pools are told apart, and none of them is bought."""
    policy = RiskPolicy(**{name: frozenset(members) for name, members in lists.items()})
    assert evaluate(good, policy).decided is decided


def test_no_recorded_trap_is_accepted(
    spoiled: Callable[..., PoolFacts], recorded_token: Callable[[str], Mint]
) -> None:
    """Of all recorded mints only the clean one may be bought."""
    names = [
        "spl_clean",
        "spl_freeze_authority",
        "spl_mint_authority",
        "t22_default_frozen",
        "t22_interest_bearing",
        "t22_metadata_pointer",
        "t22_mint_close_authority",
        "t22_non_transferable",
        "t22_pausable",
        "t22_permanent_delegate",
        "t22_transfer_fee_5pct",
        "t22_transfer_hook",
    ]
    accepted = [
        name
        for name in names
        if evaluate(spoiled(token=recorded_token(name), holders=()), RiskPolicy()).accepted
    ]
    assert accepted == ["spl_clean"]


numbers = st.none() | st.integers(-5, 2**70)
holder_lists = st.none() | st.lists(
    st.builds(Holder, st.text("ab", max_size=2), st.none() | st.text("ab", max_size=2), st.integers(0, 2**64))
).map(tuple)
trips = st.none() | st.builds(
    RoundTrip, st.integers(-1, 2**64), st.integers(-1, 2**64), numbers, st.none() | st.just("error")
)


def _some(draw: Any, good: PoolFacts) -> PoolFacts:
    spoilers = {
        "token": st.none() | st.just(good.token),
        "quote_mint": st.none() | st.sampled_from([good.quote_mint, "OTHER"]),
        "canonical": st.none() | st.booleans(),
        "quote_liquidity": numbers,
        "base_vault": st.none() | st.just("VAULT"),
        "lp_pool_supply": numbers,
        "lp_mint_supply": numbers,
        "lp_holders": holder_lists,
        "holders": holder_lists,
        "open_time": numbers,
        "created_at": numbers,
        "creator": st.none() | st.just("CREATOR"),
        "epoch": st.none() | st.integers(0, 10**6),
        "round_trip": trips,
    }
    chosen = draw(st.sets(st.sampled_from(OPTIONAL), max_size=4))
    return replace(good, **{name: draw(spoilers[name]) for name in sorted(chosen)})


@settings(max_examples=300)
@given(st.data(), st.sets(st.sampled_from([check.value for check in Check])))
def test_accepted_means_no_failure_and_no_unnamed_gap(
    good: PoolFacts, data: st.DataObject, allowed: set[str]
) -> None:
    """Whatever the facts: bought is only what failed nothing and lacks only what the policy names."""
    verdict = evaluate(_some(data.draw, good), RiskPolicy(allow_unknown=frozenset(allowed)))
    stand_in_the_way = [
        result.name
        for result in verdict.results
        if result.outcome is Outcome.FAIL
        or (result.outcome is Outcome.UNKNOWN and result.name not in allowed)
    ]
    assert list(verdict.refusals) == stand_in_the_way
    assert verdict.accepted == (not stand_in_the_way)
