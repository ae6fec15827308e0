"""Answers beside recorded ones of the service: the same keys with the same types of value."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sniperforge.domain.addresses import USDC_MINT, USDT_MINT, WSOL_MINT
from tests.localnet.jupiter_api.bench import KEY, Bench

SHARED = Path(os.environ.get("SNIPERFORGE_FIXTURES", Path(__file__).parents[4] / "shared" / "fixtures"))
JUPITER = SHARED / "jupiter"
SOL = 10**9

needs_fixtures = pytest.mark.skipif(
    not JUPITER.is_dir(), reason="the shared fixtures are absent: set SNIPERFORGE_FIXTURES"
)


def recorded(name: str) -> Any:
    return json.loads((JUPITER / name).read_text())


def differences(ours: Any, theirs: Any, path: str = "") -> Iterator[str]:
    """Keys that one has and the other has not, and values of another type; ``null`` fits any."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        yield from (f"{path}.{key} is missing" for key in sorted(theirs.keys() - ours.keys()))
        yield from (f"{path}.{key} is unknown" for key in sorted(ours.keys() - theirs.keys()))
        for key in ours.keys() & theirs.keys():
            yield from differences(ours[key], theirs[key], f"{path}.{key}")
    elif isinstance(theirs, list) and isinstance(ours, list):
        for item in ours:
            yield from differences(item, theirs[0], f"{path}[]") if theirs else ()
    elif ours is not None and theirs is not None and kind(ours) != kind(theirs):
        yield f"{path} is {kind(ours)}, not {kind(theirs)}"


def kind(value: Any) -> str:
    return "number" if type(value) in (int, float) else type(value).__name__


def check(name: str, ours: Any, theirs: Any, *, may: frozenset[str] = frozenset()) -> str:
    """``name`` when all but what ``may`` differ does not."""
    found = set(differences(ours, theirs)) - may
    assert found == set(), name
    return name


QUOTE_MAPS = frozenset(
    f".mostReliableAmmsQuoteReport.info.{pool} is missing"
    for pool in (
        *("3wijQvPKm6jHQrAkfPpok5o8WjCWPm1DGG17NmeW8q1w", "BZtgQEyS6eXUXicYPHecYQ7PybqodXQMvkjUbP4R8mUU"),
        *("Czfq3xZZDmsdGdUyrNLtRhGc47cXcZtLG4crryfu44zE", "7ehsmTN3JRgZ54A4T6WN2PSKgM2FhxJ4bbgGV8Y1pump"),
        *("FfEJYz4hLLFe4KyNyKYCjvfhMfbtpLH3CXpcPe8nhmfy",),
    )
)
"""A map by pool: the network's pools are others."""

LATER = frozenset({".transactionVersion is unknown"})
"""The oldest recording is from before the key."""


PRICE = frozenset({".priceChange24h is missing", ".launchpad is missing"})
"""A chain of minutes has no yesterday, and no launchpad."""

TOKEN = frozenset(
    f".{key} is missing"
    for key in (
        *("icon", "twitter", "website", "dev", "launchpad", "graduatedPool", "graduatedAt", "isVerified"),
        *("stats5m", "stats1h", "stats6h", "stats24h", "metaLaunchpad", "partnerConfig"),
        *(
            "audit.devMigrations",
            "audit.devMints",
            "audit.devBalancePercentage",
            "audit.topHoldersPercentage",
            "fdv",
            "mcap",
        ),
    )
) | frozenset(
    f".{key} is unknown"
    for key in (
        *("mintAuthority", "freezeAuthority", "isVerified", "fdv", "mcap", "usdPrice", "priceBlockId"),
        *("liquidity", "audit.topHoldersPercentage", "dev"),
    )
)
"""Keys that may be absent by the service's own schema."""


@needs_fixtures
async def test_quotes_and_swaps() -> None:
    """One hop and two."""
    bench = Bench()
    one = await bench.quote(WSOL_MINT, USDC_MINT, SOL)
    two = await bench.quote(USDC_MINT, bench.token, 10**6)
    body = {"userPublicKey": bench.user, "quoteResponse": one, "dynamicComputeUnitLimit": True}
    done = [
        check("quote, curve", one, recorded("quote_v1_sol_to_pumpfun_curve.json"), may=QUOTE_MAPS),
        check("quote, cash", two, recorded("quote_v1_sol_to_cash_2hop.json"), may=QUOTE_MAPS),
        check("quote, usdc", two, recorded("quote_v1_sol_to_usdc_2hop.json"), may=QUOTE_MAPS | LATER),
        check("swap", await bench.post("/swap/v1/swap", **body), recorded("swap_v1_sol_to_usdc.json")),
        check(
            "instructions",
            await bench.post("/swap/v1/swap-instructions", **body),
            recorded("swap_instructions_v1_sol_to_usdc.json"),
        ),
    ]
    print(f"matched {len(done)} of 5")
    assert len(done) == 5


@needs_fixtures
async def test_orders() -> None:
    """With and without a taker."""
    bench = Bench()
    asked = {"inputMint": WSOL_MINT, "outputMint": USDC_MINT, "amount": SOL}
    quoted = await bench.get("/swap/v2/order", **asked)
    manual = await bench.get("/swap/v2/order", **asked, slippageBps=500)
    order = await bench.order(WSOL_MINT, USDC_MINT, SOL)
    done = [
        check("no taker", quoted, recorded("swap_v2_order_no_taker.json")),
        check("manual", manual, recorded("swap_v2_order_no_taker_manual_slippage.json")),
        check("ultra, no taker", quoted, recorded("ultra_v1_order_no_taker.json")),
        check("taker, okx", order, recorded("swap_v2_order_okx_with_taker.json")),
        check("taker, metis", order, recorded("ultra_v1_order_metis_with_taker.json")),
    ]
    print(f"matched {len(done)} of 5")
    assert len(done) == 5


@needs_fixtures
async def test_prices_and_tokens() -> None:
    """Every entry beside every recorded one."""
    bench = Bench()
    mints = f"{WSOL_MINT},{USDC_MINT},{bench.token}"
    prices = await bench.get("/price/v3", ids=mints)
    tokens = await bench.get("/tokens/v2/search", query=mints)
    assert (len(prices), len(tokens)) == (3, 3)
    done, files = 0, ("price_v3_mixed.json", "price_v3_sol_wbtc_weth.json")
    entries = [entry for name in files for entry in recorded(name).values()]
    for entry in entries:
        for mint, ours in prices.items():
            done += bool(check(mint, ours, entry, may=PRICE))
    files = tuple(sorted(path.name for path in JUPITER.glob("tokens_v2_*.json")))
    described = [token for name in files for token in recorded(name)]
    for token in described:
        for ours in tokens:
            done += bool(check(ours["id"], ours, token, may=TOKEN))
    expected = 3 * (len(entries) + len(described))
    print(f"matched {done} of {expected}")
    assert done == expected


@needs_fixtures
async def test_error_bodies() -> None:
    """What was recorded or reported, asked for in the same way."""
    bench, errors = Bench(), recorded("errors.json")
    pair = {"inputMint": WSOL_MINT, "outputMint": USDC_MINT}
    tokens = {**pair, "outputMint": USDT_MINT, "amount": 1}
    nothing = {**pair, "amount": 0}
    asked: dict[str, tuple[str, dict[str, Any]]] = {
        "order_400_recorded": ("/swap/v2/order", nothing),
        "order_500_reported": ("/swap/v2/order", tokens),
        "quote_v1_400_not_tradable_reported": ("/swap/v1/quote", tokens),
        "quote_v1_400_no_routes_reported": ("/swap/v1/quote", {**pair, "amount": 1, "dexes": "Whirlpool"}),
        "quote_v1_400_could_not_find_reported": ("/swap/v1/quote", nothing),
        "quote_v1_400_parse_amount_recorded": ("/swap/v1/quote", {**pair, "amount": "1.5"}),
    }
    done = 0
    for name, (path, query) in asked.items():
        answer = await bench.get(path, code=errors[name]["status"], **query)
        expected = errors[name]["body"]
        text = expected["error"].replace("4G9USgnbg6fDTQ5AUfpCjM89zqbzWj32xfqvsaAu66DM", USDT_MINT)
        assert answer == {
            **expected,
            "error": text,
            **({"requestId": answer["requestId"]} if "requestId" in answer else {}),
        }
        done += 1
    limited = [await bench.api.handle("GET", "/price/v3", {"ids": "x"}) for _ in range(6)][-1]
    assert json.loads(limited.body) == errors["gateway_429_recorded"]["body"]
    print(f"matched {done + 1} of 7")
    assert KEY["x-api-key"].startswith("jup_")


def test_differences_are_seen() -> None:
    """The comparison can fail."""
    assert list(differences({"a": 1, "b": "x"}, {"a": "1", "c": 2})) == [
        *(".c is missing", ".b is unknown", ".a is number, not str"),
    ]
    assert list(differences({"a": [{"x": 1}]}, {"a": [{"x": ""}]})) == [".a[].x is number, not str"]
    assert not list(differences({"a": None, "b": []}, {"a": "x", "b": [1]}))
