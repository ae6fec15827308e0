"""``/swap/v2/build``: the instructions of a swap for clients that build and land the transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sniperforge.localnet.jupiter_api.budget import blockhash_for, recent_price
from sniperforge.localnet.jupiter_api.faults import bad_request
from sniperforge.localnet.jupiter_api.quotes import (
    DEFAULT_SLIPPAGE_BPS,
    MAX_BPS,
    check_dexes,
    decimal_text,
    quoted_of,
    swap_infos,
    threshold,
)
from sniperforge.localnet.jupiter_api.routes import Wish, find_route
from sniperforge.localnet.jupiter_api.swap_v1 import blockhash_json, instruction_json
from sniperforge.localnet.jupiter_api.swaps import SwapPlan
from sniperforge.localnet.ledger.chain import HASH_LIFE
from sniperforge.tokens.instructions import compute_unit_price

if TYPE_CHECKING:
    from sniperforge.localnet.jupiter_api.context import Context, Request
    from sniperforge.localnet.jupiter_api.fields import Fields

_UNKNOWN_OPTIONS: Final = (
    *("platformFeeBps", "feeAccount", "payer", "nativeDestinationAccount", "tipAmount", "forJitoBundle"),
)
_PERCENTILES: Final = {"medium": 2_500, "high": 5_000, "veryHigh": 7_500}


def build_swap(context: Context, request: Request) -> dict[str, Any]:
    """Answer ``GET /swap/v2/build``; the first of two hops is the last of the setup."""
    query = request.query
    query.refuse(*_UNKNOWN_OPTIONS)
    check_dexes(query)
    if query.value("slippageBps") == "rtse":
        slippage = DEFAULT_SLIPPAGE_BPS
    else:
        slippage = query.number("slippageBps", DEFAULT_SLIPPAGE_BPS, most=MAX_BPS)
    wish = Wish(query.address("inputMint"), query.address("outputMint"), query.number("amount"))
    user = query.address("taker")
    route = find_route(context.pools, wish)
    floor = threshold(route, slippage)
    plan = SwapPlan(
        user,
        quoted_of(route, floor).legs(context.pools),
        wrap=query.flag("wrapAndUnwrapSol", default=True),
        destination=query.address("destinationTokenAccount")
        if query.has("destinationTokenAccount")
        else None,
    )
    block = blockhash_for(context.ledger, query.number("blockhashSlotsToExpiry", HASH_LIFE, most=300))
    cleanup = plan.cleanup()
    return {
        "inputMint": wish.input_mint,
        "outputMint": wish.output_mint,
        "inAmount": str(route.amount_in),
        "outAmount": str(route.amount_out),
        "otherAmountThreshold": str(floor),
        "swapMode": "ExactIn",
        "slippageBps": slippage,
        "priceImpactPct": decimal_text(route.impact),
        "routePlan": [{"swapInfo": info, "percent": 100, "bps": MAX_BPS} for info in swap_infos(route)],
        "computeBudgetInstructions": [instruction_json(compute_unit_price(_price(context, query)))],
        "setupInstructions": [instruction_json(each) for each in plan.setup()],
        "swapInstruction": instruction_json(plan.swap()),
        "cleanupInstruction": None if cleanup is None else instruction_json(cleanup),
        "otherInstructions": [],
        "tipInstruction": None,
        "addressesByLookupTableAddress": None,
        "blockhashWithMetadata": blockhash_json(block),
    }


def _price(context: Context, query: Fields) -> int:
    name = "computeUnitPricePercentile"
    if query.value(name) in _PERCENTILES:
        bps = _PERCENTILES[query.text(name)]
    elif query.has(name):
        bps = query.number(name, most=MAX_BPS)
    else:
        mode = query.value("mode")
        if mode not in (None, "fast"):
            raise bad_request("Query parameter mode cannot be parsed: Matching variant not found")
        bps = 9_000 if mode == "fast" else 5_000
    return recent_price(context.ledger, bps // 100)
