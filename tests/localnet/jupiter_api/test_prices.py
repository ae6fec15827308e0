"""Dollars."""

from __future__ import annotations

from sniperforge.dex.raydium_cpmm.state import CpmmState
from sniperforge.domain.addresses import USDC_MINT, USDT_MINT, WSOL_MINT
from sniperforge.localnet.jupiter_api.prices import iso_time
from tests.localnet.jupiter_api.bench import Bench


def test_prices_are_the_pools() -> None:
    """A USDC is a dollar, SOL what its pool says, a token what SOL is worth in its pool."""
    bench = Bench()
    prices, pools = bench.context.prices, bench.context.pools
    (pair,) = pools.between(WSOL_MINT, USDC_MINT)
    sol = prices.raw_price(WSOL_MINT)
    spot = pair.spot_price if pair.base_mint == WSOL_MINT else 1 / pair.spot_price
    assert sol == spot / 10**6
    assert prices.value(USDC_MINT, 2_500_000) == 2.5
    (pool,) = pools.of(bench.token)
    assert prices.raw_price(bench.token) == pool.spot_price * sol
    assert prices.liquidity(bench.token) == float(2 * pools.held(quote_vault(pool)) * sol)


def test_what_has_no_price_is_left_out() -> None:
    """No key, no null."""
    bench = Bench()
    document = bench.context.prices.document([USDC_MINT, USDT_MINT, "notamint"])
    assert list(document) == [USDC_MINT]
    assert document[USDC_MINT]["usdPrice"] == 1.0
    assert bench.context.prices.value(USDT_MINT, 1) is None
    assert len(bench.context.prices.document(["x"] * 50 + [USDC_MINT])) == 0


def test_times_are_text() -> None:
    """As recorded."""
    assert iso_time(1_790_628_350) == "2026-09-28T20:45:50Z"


def quote_vault(state: CpmmState) -> str:
    return (
        state.pool.token_1_vault if state.quote_mint == state.pool.token_1_mint else state.pool.token_0_vault
    )


def test_a_vault_that_is_gone_holds_nothing() -> None:
    """As on a chain where it never was."""
    assert Bench().context.pools.held(USDT_MINT) == 0
