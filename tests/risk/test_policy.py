"""What settings are accepted."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sniperforge.domain.addresses import SYSTEM_PROGRAM, WSOL_MINT
from sniperforge.errors import ConfigError
from sniperforge.risk.policy import LiquidityRange, RiskPolicy


def test_defaults_accept_only_sol_pools() -> None:
    """Out of the box the quote must be wrapped SOL, five at least, and nothing unknown passes."""
    policy = RiskPolicy()
    assert policy.quote_liquidity == {WSOL_MINT: LiquidityRange(5_000_000_000, None)}
    assert policy.allow_unknown == frozenset()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"min_lp_locked_percent": Decimal(101)}, "min_lp_locked_percent is 101"),
        ({"max_tax_percent": Decimal(-1)}, "max_tax_percent is -1"),
        ({"max_top10_percent": Decimal("NaN")}, "max_top10_percent is NaN"),
        ({"max_top10_percent": 0.5}, "max_top10_percent is 0.5"),
        ({"max_transfer_fee_bps": 10_001}, "max_transfer_fee_bps is 10001"),
        ({"min_pool_age_seconds": -1}, "min_pool_age_seconds is -1"),
        ({"min_pool_age_seconds": 10, "max_pool_age_seconds": 9}, "below min_pool_age_seconds"),
        ({"lock_owners": frozenset({SYSTEM_PROGRAM})}, "owns every ordinary wallet"),
    ],
)
def test_contradictions_are_refused(settings: dict[str, Any], words: str) -> None:
    """A value out of range or against another names itself."""
    with pytest.raises(ConfigError, match=words):
        RiskPolicy(**settings)


def test_no_upper_age_is_allowed() -> None:
    """``None`` switches the upper limit off."""
    assert RiskPolicy(min_pool_age_seconds=10, max_pool_age_seconds=None).max_pool_age_seconds is None


def test_an_unknown_check_is_refused_with_the_nearest() -> None:
    """A slip of the pen does not switch a safeguard off, nor is it ignored."""
    with pytest.raises(ConfigError, match="'lp_lock'") as caught:
        RiskPolicy(allow_unknown=frozenset({"lp_lock"}))
    assert caught.value.hint == "did you mean 'lp_locked'?"


def test_an_unknown_extension_is_refused_with_the_list() -> None:
    """Without a near name the hint lists what exists."""
    with pytest.raises(ConfigError, match="tolerated_extensions") as caught:
        RiskPolicy(tolerated_extensions=frozenset({"zzz"}))
    assert "transfer_hook" in caught.value.hint


@pytest.mark.parametrize("span", [(-1, None), (5, 4)])
def test_an_empty_liquidity_range_is_refused(span: tuple[int, int | None]) -> None:
    """The most is not below the least, and neither is negative."""
    with pytest.raises(ConfigError, match="liquidity range"):
        LiquidityRange(*span)
