"""Budget, blockhash and bytes."""

from __future__ import annotations

import pytest

from sniperforge.localnet.jupiter_api.budget import Budget, Trial, blockhash_for, build, recent_price, try_out
from sniperforge.localnet.jupiter_api.faults import ApiError
from sniperforge.tokens.instructions import memo, transfer_lamports
from tests.localnet.jupiter_api.bench import Bench
from tests.localnet.kit import address


def test_a_budget_costs_what_the_runtime_takes() -> None:
    """Limit times price, rounded up, beside the signature."""
    assert (Budget(450_353, 123_262).priority_fee, Budget(100, 0).fee) == (55_512, 5_000)
    assert (len(Budget(1, 1).instructions()), len(Budget(1, 0).instructions())) == (2, 1)


def test_the_price_is_what_landed_lately() -> None:
    """A percentile over blocks with transactions; 0 where there were none."""
    bench = Bench()
    assert recent_price(bench.ledger) == recent_price(bench.ledger, 100) == 1_000
    bench.chain.slots(30)
    assert recent_price(bench.ledger) == 0


def test_a_blockhash_may_be_asked_to_expire_sooner() -> None:
    """150 blocks unless an older one is wanted; never of an unconfirmed block."""
    bench = Bench()
    bench.chain.slots(200)
    height = bench.ledger.chain.tip.height
    assert blockhash_for(bench.ledger).last_valid_height == height + 149
    assert blockhash_for(bench.ledger, 20).last_valid_height == height + 20
    assert blockhash_for(bench.ledger, 300).last_valid_height == height + 149


def test_a_trial_measures_and_explains() -> None:
    """Units with a fifth to spare, or the reason in words."""
    bench = Bench()
    good = try_out(bench.ledger, bench.user, [transfer_lamports(bench.user, address(3), 10**9)])
    assert (good.error, good.limit) == (None, good.units * 6 // 5 + 1_000)
    bad = try_out(bench.ledger, bench.user, [transfer_lamports(bench.user, address(3), 10**12)])
    assert "custom program error: 0x1" in (bad.error or "")
    assert Trial(5, "no").limit == 1_400_000


def test_what_is_too_large_is_refused() -> None:
    """A packet holds 1232 bytes."""
    bench = Bench()
    with pytest.raises(ApiError, match="above 1232"):
        build(bench.user, [memo("x" * 1_200)], bench.ledger.chain.tip)
