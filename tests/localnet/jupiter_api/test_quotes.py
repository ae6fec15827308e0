"""Quotes and what comes back of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sniperforge.domain.addresses import USDC_MINT, USDT_MINT, WSOL_MINT
from tests.localnet.jupiter_api.bench import Bench
from tests.localnet.kit import address

SOL = 10**9


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench()


async def test_the_amount_is_the_pools(bench: Bench) -> None:
    """And the threshold is rounded up, as recorded."""
    (pool,) = bench.context.pools.between(WSOL_MINT, USDC_MINT)
    quote = await bench.quote(WSOL_MINT, USDC_MINT, SOL, slippageBps=57)
    out = pool.quote(WSOL_MINT, SOL).amount_out
    assert quote["outAmount"] == str(out)
    assert quote["otherAmountThreshold"] == str(out - out * 57 // 10_000)
    assert 0 < Decimal(quote["priceImpactPct"]) < Decimal("0.01")
    assert (quote["slippageBps"], quote["swapMode"], quote["platformFee"]) == (57, "ExactIn", None)


async def test_exact_out_bounds_what_is_spent(bench: Bench) -> None:
    """The threshold is above the input."""
    quote = await bench.quote(WSOL_MINT, USDC_MINT, 10**6, swapMode="ExactOut", slippageBps=100)
    spent = int(quote["inAmount"])
    assert (quote["outAmount"], quote["otherAmountThreshold"]) == ("1000000", str(spent + spent // 100))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        (
            {"amount": "x"},
            {"error": "Query parameter amount cannot be parsed: ParseIntError { kind: InvalidDigit }"},
        ),
        (
            {"swapMode": "Both"},
            {"error": "Query parameter swapMode cannot be parsed: Matching variant not found"},
        ),
        ({"dexes": "Whirlpool"}, {"error": "No routes found", "errorCode": "NO_ROUTES_FOUND"}),
        ({"excludeDexes": "Raydium CPMM"}, {"error": "No routes found", "errorCode": "NO_ROUTES_FOUND"}),
        ({"dexes": "a", "excludeDexes": "b"}, {"error": "Only one of dexes and excludeDexes can be used"}),
        (
            {"outputMint": USDT_MINT},
            {"error": f"The token {USDT_MINT} is not tradable", "errorCode": "TOKEN_NOT_TRADABLE"},
        ),
    ],
)
async def test_errors_have_the_bodies_of_the_service(
    bench: Bench, changes: dict[str, str], error: Any
) -> None:
    """400, text, and a code where there is one."""
    asked = {"inputMint": WSOL_MINT, "outputMint": USDC_MINT, "amount": SOL, **changes}
    assert await bench.get("/swap/v1/quote", code=400, **asked) == error


@pytest.mark.parametrize("damage", ["hop", "mints", "amounts", "pool", "gone", "untraded"])
async def test_a_quote_that_was_changed_is_refused(bench: Bench, damage: str) -> None:
    """Nothing is built that was not quoted."""
    quote = await bench.quote(USDC_MINT, bench.token, 10**6)
    first, second = (step["swapInfo"] for step in quote["routePlan"])
    if damage == "hop":
        quote["routePlan"] = []
    elif damage == "mints":
        quote["outputMint"] = WSOL_MINT
    elif damage == "amounts":
        second["inAmount"] = "1"
    elif damage == "pool":
        first["ammKey"] = second["ammKey"]
    elif damage == "gone":
        first["ammKey"] = address(77)
    else:
        first["inputMint"] = quote["inputMint"] = USDT_MINT
    answer = await bench.post("/swap/v1/swap", code=400, userPublicKey=bench.user, quoteResponse=quote)
    assert answer["error"]


@pytest.mark.parametrize("key", ["routePlan", "contextSlot", "loadedLongtailToken"])
async def test_a_dropped_field_fails_as_in_the_service(bench: Bench, key: str) -> None:
    """The quote must be handed back whole."""
    quote = await bench.quote(WSOL_MINT, USDC_MINT, SOL)
    del quote[key]
    answer = await bench.post("/swap/v1/swap", code=500, userPublicKey=bench.user, quoteResponse=quote)
    assert answer == {"error": "Dynamic swap is missing dynamic swap details"}
