"""Orders."""

from __future__ import annotations

from typing import Any

import pytest

from sniperforge.domain.addresses import USDC_MINT, USDT_MINT, WSOL_MINT
from sniperforge.localnet.jupiter_api import orders
from tests.localnet.jupiter_api.bench import Bench
from tests.localnet.kit import address

SOL = 10**9


async def test_without_a_taker_it_is_a_quote() -> None:
    """No transaction, no fees, no slippage."""
    bench = Bench()
    asked = {"inputMint": WSOL_MINT, "outputMint": USDC_MINT, "amount": SOL}
    order = await bench.get("/swap/v2/order", **asked)
    assert (order["transaction"], order["taker"], order["slippageBps"], order["mode"]) == (
        None,
        None,
        0,
        "ultra",
    )
    assert "lastValidBlockHeight" not in order
    assert order["otherAmountThreshold"] == order["outAmount"]
    manual = await bench.get("/swap/v2/order", **asked, slippageBps=500)
    floor = int(manual["outAmount"]) * 9_500 // 10_000
    assert (manual["mode"], manual["otherAmountThreshold"]) == ("manual", str(floor))


async def test_fees_and_rent_are_those_of_the_transaction() -> None:
    """An account that exists already costs nothing."""
    bench = Bench()
    first = await bench.order(WSOL_MINT, USDC_MINT, SOL)
    assert (first["signatureFeeLamports"], first["rentFeeLamports"]) == (5_000, 2_039_280)
    before = bench.lamports
    await bench.execute(first)
    costs = first["rentFeeLamports"] + first["signatureFeeLamports"] + first["prioritizationFeeLamports"]
    assert before - bench.lamports == SOL + costs
    second = await bench.order(WSOL_MINT, USDC_MINT, SOL, priorityFeeLamports=50_000)
    assert second["rentFeeLamports"] == 0
    assert 49_000 < second["prioritizationFeeLamports"] <= 50_000


@pytest.mark.parametrize(
    ("source", "amount", "code", "words"),
    [
        (USDC_MINT, 10**6, 1, "Insufficient funds"),
        (WSOL_MINT, 101 * SOL, 1, "Insufficient funds"),
        (WSOL_MINT, 100 * SOL, 2, "Top up 0.00"),
    ],
)
async def test_what_the_taker_lacks_is_told(source: str, amount: int, code: int, words: str) -> None:
    """With 200, an empty transaction and a code."""
    bench = Bench()
    order = await bench.order(source, USDC_MINT if source == WSOL_MINT else WSOL_MINT, amount)
    assert (order["transaction"], order["errorCode"]) == ("", code)
    assert order["errorMessage"].startswith(words)
    assert "lastValidBlockHeight" not in order


async def test_a_token_account_that_is_none_holds_nothing() -> None:
    """Whatever lies at its address."""
    from sniperforge.domain.addresses import SYSTEM_PROGRAM
    from sniperforge.domain.chain import Account
    from sniperforge.tokens.addresses import associated_token_address

    bench = Bench()
    where = associated_token_address(bench.user, USDC_MINT)
    bench.ledger.set_account(Account(where, SYSTEM_PROGRAM, SOL, b""))
    assert (await bench.order(USDC_MINT, WSOL_MINT, 10**6))["errorCode"] == 1


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"amount": "x"}, 400, "Failed to get quotes"),
        ({"amount": 0}, 400, "Failed to get quotes"),
        ({"excludeRouters": "metis"}, 400, "Failed to get quotes"),
        ({"excludeDexes": "Raydium CPMM"}, 400, "Failed to get quotes"),
        ({"swapMode": "ExactOut"}, 400, "Failed to get quotes"),
        ({"outputMint": USDT_MINT}, 500, "Something unexpected occurred"),
        ({"outputMint": "abc"}, 500, "Something unexpected occurred"),
        ({"receiver": address(3)}, 400, "receiver is not supported by the embedded network"),
    ],
)
async def test_errors_say_as_little_as_the_service(changes: dict[str, Any], status: int, error: str) -> None:
    """400 with an id, 500 for mints."""
    bench = Bench()
    asked = {"inputMint": WSOL_MINT, "outputMint": USDC_MINT, "amount": SOL, **changes}
    answer = await bench.get("/swap/v2/order", code=status, **asked)
    assert answer["error"] == error
    assert ("requestId" in answer) == (error == "Failed to get quotes")


async def test_orders_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest is forgotten."""
    monkeypatch.setattr(orders, "MAX_ORDERS", 1)
    bench = Bench()
    first = await bench.order(WSOL_MINT, USDC_MINT, SOL)
    await bench.order(WSOL_MINT, USDC_MINT, 2 * SOL)
    answer = await bench.execute(first, code=400)
    assert answer == {"code": -1, "error": "Order not found, it might have expired"}
