"""The pool's quote side, address and times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.domain.verdict import Outcome
from sniperforge.risk import pool_checks
from sniperforge.risk.policy import LiquidityRange, RiskPolicy

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.risk.facts import PoolFacts

PASS, FAIL, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN
POLICY = RiskPolicy(
    quote_liquidity={WSOL_MINT: LiquidityRange(100, 200), USDC_MINT: LiquidityRange(7)},
    max_open_delay_seconds=5,
    min_pool_age_seconds=10,
    max_pool_age_seconds=20,
)


@pytest.mark.parametrize(
    ("name", "fields", "outcome"),
    [
        ("quote_mint", {"quote_mint": None}, UNKNOWN),
        ("quote_mint", {"quote_mint": WSOL_MINT}, PASS),
        ("quote_mint", {"quote_mint": "OTHER"}, FAIL),
        ("quote_liquidity", {"quote_liquidity": None}, UNKNOWN),
        ("quote_liquidity", {"quote_liquidity": 99}, FAIL),
        ("quote_liquidity", {"quote_liquidity": 100}, PASS),
        ("quote_liquidity", {"quote_liquidity": 200}, PASS),
        ("quote_liquidity", {"quote_liquidity": 201}, FAIL),
        ("quote_liquidity", {"quote_liquidity": 10**20, "quote_mint": USDC_MINT}, PASS),
        ("quote_liquidity", {"quote_liquidity": 6, "quote_mint": USDC_MINT}, FAIL),
        ("quote_liquidity", {"quote_liquidity": 150, "quote_mint": "OTHER"}, UNKNOWN),
        ("quote_liquidity", {"quote_liquidity": 150, "quote_mint": None}, UNKNOWN),
        ("canonical_pool", {"canonical": None}, UNKNOWN),
        ("canonical_pool", {"canonical": True}, PASS),
        ("canonical_pool", {"canonical": False}, FAIL),
        ("open_time", {"open_time": None}, UNKNOWN),
        ("open_time", {"open_time": 0}, PASS),
        ("open_time", {"open_time": 1_005, "now": 1_000}, PASS),
        ("open_time", {"open_time": 1_006, "now": 1_000}, FAIL),
        ("pool_age", {"created_at": None}, UNKNOWN),
        ("pool_age", {"created_at": 991, "now": 1_000}, FAIL),
        ("pool_age", {"created_at": 990, "now": 1_000}, PASS),
        ("pool_age", {"created_at": 980, "now": 1_000}, PASS),
        ("pool_age", {"created_at": 979, "now": 1_000}, FAIL),
        ("pool_age", {"created_at": 1_003, "now": 1_000}, FAIL),
    ],
)
def test_boundaries(
    name: str, fields: dict[str, Any], outcome: Outcome, spoiled: Callable[..., PoolFacts]
) -> None:
    """Each limit passes on itself and fails one step beyond; what is not known is unknown."""
    result = getattr(pool_checks, name)(spoiled(**fields), POLICY)
    assert (result.name, result.outcome) == (name, outcome)


def test_a_clock_behind_the_chain_is_age_zero(spoiled: Callable[..., PoolFacts]) -> None:
    """A block time in our future does not make the age negative."""
    result = pool_checks.pool_age(spoiled(created_at=1_003, now=1_000), RiskPolicy())
    assert result.outcome is PASS
    assert result.facts["age_seconds"] == 0


def test_age_may_have_no_upper_limit(spoiled: Callable[..., PoolFacts]) -> None:
    """Without a most, an old pool passes."""
    policy = RiskPolicy(max_pool_age_seconds=None)
    assert pool_checks.pool_age(spoiled(created_at=0, now=10**9), policy).outcome is PASS


def test_texts_say_the_numbers(spoiled: Callable[..., PoolFacts]) -> None:
    """What was found and what was wanted stand in the reason."""
    result = pool_checks.quote_liquidity(spoiled(quote_liquidity=99), POLICY)
    assert result.reason == "0.000000099 SOL, least is 0.000000100 SOL"
    assert result.facts == {"quote_raw": 99, "min_raw": 100}
    soon = pool_checks.open_time(spoiled(open_time=1_003, now=1_000), POLICY)
    assert soon.reason == "opens in 3 s"
    assert pool_checks.open_time(spoiled(open_time=1_000, now=1_000), POLICY).reason == "open"
