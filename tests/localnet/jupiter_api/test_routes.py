"""The best route."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sniperforge.domain.addresses import USDC_MINT, USDT_MINT, WSOL_MINT
from sniperforge.localnet.jupiter_api.faults import ApiError
from sniperforge.localnet.jupiter_api.routes import Wish, find_route, other_quotes
from tests.localnet.jupiter_api.bench import Bench


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench()


def test_one_hop_is_the_pools_own_quote(bench: Bench) -> None:
    """To the unit, in both directions of both modes."""
    (pool,) = bench.context.pools.between(WSOL_MINT, USDC_MINT)
    route = find_route(bench.context.pools, Wish(WSOL_MINT, USDC_MINT, 10**9))
    assert route.hops[0].quote == pool.quote(WSOL_MINT, 10**9)
    back = find_route(bench.context.pools, Wish(WSOL_MINT, USDC_MINT, 10**6, exact_out=True))
    assert (back.amount_in, back.amount_out) == (pool.quote_exact_out(USDC_MINT, 10**6).amount_in, 10**6)
    assert 0 < route.impact < 1
    assert other_quotes(bench.context.pools, Wish(WSOL_MINT, USDC_MINT, 10**9), route) == {}


@pytest.mark.parametrize("exact_out", [False, True])
def test_two_hops_go_through_sol(bench: Bench, exact_out: bool) -> None:
    """What the first gives is what the second takes."""
    wish = Wish(USDC_MINT, bench.token, 10**6, exact_out=exact_out)
    first, second = find_route(bench.context.pools, wish).hops
    assert (first.quote.output_mint, second.quote.input_mint) == (WSOL_MINT, WSOL_MINT)
    assert first.quote.amount_out == second.quote.amount_in


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (Wish(WSOL_MINT, WSOL_MINT, 1), "CIRCULAR_ARBITRAGE_IS_DISABLED"),
        (Wish(WSOL_MINT, USDT_MINT, 1), "TOKEN_NOT_TRADABLE"),
        (Wish(USDC_MINT, "token", 10**6, direct=True), "NO_ROUTES_FOUND"),
        (Wish(WSOL_MINT, USDC_MINT, 0), "COULD_NOT_FIND_ANY_ROUTE"),
        (Wish(USDC_MINT, "token", 0), "COULD_NOT_FIND_ANY_ROUTE"),
    ],
)
def test_no_route_says_why(bench: Bench, wish: Wish, code: str) -> None:
    """With the code that clients match on."""
    asked = Wish(
        wish.input_mint, wish.output_mint.replace("token", bench.token), wish.amount, direct=wish.direct
    )
    with pytest.raises(ApiError) as caught:
        find_route(bench.context.pools, asked)
    assert caught.value.body["errorCode"] == code


def test_the_better_of_two_pools_wins(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one's quote is reported beside it."""
    (pool,) = bench.context.pools.between(WSOL_MINT, USDC_MINT)
    worse = replace(
        pool, vault_0=pool.vault_0 // 2, vault_1=pool.vault_1 // 2, pool=replace(pool.pool, address="W")
    )
    monkeypatch.setattr(type(bench.context.pools), "between", lambda *_: [worse, pool])
    for exact_out in (False, True):
        wish = Wish(WSOL_MINT, USDC_MINT, 10**9, exact_out=exact_out)
        route = find_route(bench.context.pools, wish)
        assert route.hops[0].state is pool
        other = (
            worse.quote_exact_out(USDC_MINT, 10**9).amount_in
            if exact_out
            else worse.quote(WSOL_MINT, 10**9).amount_out
        )
        assert other_quotes(bench.context.pools, wish, route) == {"W": str(other)}
