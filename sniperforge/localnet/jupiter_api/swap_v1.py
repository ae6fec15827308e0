"""``/swap/v1/swap`` and ``/swap/v1/swap-instructions``: a quote becomes a transaction or its instructions."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

from sniperforge.dex.raydium_cpmm import program
from sniperforge.localnet.jupiter_api.budget import (
    MAX_UNITS,
    Budget,
    Trial,
    blockhash_for,
    build,
    recent_price,
    try_out,
)
from sniperforge.localnet.jupiter_api.faults import bad_request, unsupported
from sniperforge.localnet.jupiter_api.pools import LABEL
from sniperforge.localnet.jupiter_api.quotes import read_quote
from sniperforge.localnet.jupiter_api.swaps import SwapPlan
from sniperforge.localnet.ledger.chain import HASH_LIFE

if TYPE_CHECKING:
    from solders.instruction import Instruction

    from sniperforge.localnet.jupiter_api.context import Context, Request
    from sniperforge.localnet.jupiter_api.fields import Fields
    from sniperforge.localnet.ledger.chain import Block
    from sniperforge.localnet.ledger.ledger import Ledger

UNKNOWN_OPTIONS: Final = (
    *("payer", "feeAccount", "trackingAccount", "asLegacyTransaction", "nativeDestinationAccount"),
    *("useTokenLedger", "receiver", "tipAmount"),
)
"""What would change the transaction and is not built here: refused rather than ignored."""

_PERCENT: Final = {"medium": 25, "high": 50, "veryHigh": 75}
_MICRO: Final = 1_000_000


def swap(context: Context, request: Request) -> dict[str, Any]:
    """Answer ``POST /swap/v1/swap``."""
    plan, budget, trial = _planned(context, request.body)
    block = blockhash_for(context.ledger, request.body.number("blockhashSlotsToExpiry", HASH_LIFE, most=300))
    raw = build(plan.user, [*budget.instructions(), *plan.instructions()], block)
    return {
        "swapTransaction": base64.b64encode(raw).decode(),
        "lastValidBlockHeight": block.last_valid_height,
        **_cost(context, budget, trial),
    }


def swap_instructions(context: Context, request: Request) -> dict[str, Any]:
    """Answer ``POST /swap/v1/swap-instructions``; the first of two hops is the last of the setup."""
    plan, budget, trial = _planned(context, request.body)
    block = blockhash_for(context.ledger, request.body.number("blockhashSlotsToExpiry", HASH_LIFE, most=300))
    cleanup = plan.cleanup()
    return {
        "tokenLedgerInstruction": None,
        "computeBudgetInstructions": [instruction_json(each) for each in budget.instructions()],
        "setupInstructions": [instruction_json(each) for each in plan.setup()],
        "swapInstruction": instruction_json(plan.swap()),
        "cleanupInstruction": None if cleanup is None else instruction_json(cleanup),
        "otherInstructions": [],
        "addressLookupTableAddresses": [],
        **_cost(context, budget, trial),
        "blockhashWithMetadata": blockhash_json(block),
    }


def labels(_context: Context, _request: Request) -> dict[str, str]:
    """Answer ``GET /swap/v1/program-id-to-label``."""
    return {program.MAINNET: LABEL}


def instruction_json(instruction: Instruction) -> dict[str, Any]:
    """``{programId, accounts[{pubkey, isSigner, isWritable}], data}``; data is base64."""
    return {
        "programId": str(instruction.program_id),
        "accounts": [
            {"pubkey": str(meta.pubkey), "isSigner": meta.is_signer, "isWritable": meta.is_writable}
            for meta in instruction.accounts
        ],
        "data": base64.b64encode(instruction.data).decode(),
    }


def blockhash_json(block: Block) -> dict[str, Any]:
    """The blockhash as 32 numbers; fetched when the block opened."""
    return {
        "blockhash": list(block.hash_bytes),
        "lastValidBlockHeight": block.last_valid_height,
        "fetchedAt": {"secs_since_epoch": block.time, "nanos_since_epoch": 0},
    }


def _planned(context: Context, body: Fields) -> tuple[SwapPlan, Budget, Trial | None]:
    body.refuse(*UNKNOWN_OPTIONS)
    user = body.address("userPublicKey")
    quoted = read_quote(context, body.document("quoteResponse"))
    destination = body.address("destinationTokenAccount") if body.has("destinationTokenAccount") else None
    plan = SwapPlan(
        user,
        quoted.legs(context.pools),
        wrap=body.flag("wrapAndUnwrapSol", default=True),
        destination=destination,
    )
    units, trial = MAX_UNITS, None
    if body.flag("dynamicComputeUnitLimit", default=False):
        trial = try_out(context.ledger, user, plan.instructions())
        units = trial.limit
    return plan, Budget(units, _price(context.ledger, body, units)), trial


def _price(ledger: Ledger, body: Fields, units: int) -> int:
    """Micro-lamports per unit, from one of the forms that a client may ask in."""
    asked, price = body.value("prioritizationFeeLamports"), body.value("computeUnitPriceMicroLamports")
    if asked is not None and price is not None:
        raise bad_request(
            "Only one of prioritizationFeeLamports and computeUnitPriceMicroLamports can be used",
            "INVALID_COMPUTE_UNIT_PRICE_AND_PRIORITIZATION_FEE",
        )
    if price not in (None, "auto"):
        return body.number("computeUnitPriceMicroLamports", most=2**53)
    if asked in (None, "auto"):
        return recent_price(ledger)
    if asked == "disabled":
        return 0
    if isinstance(asked, dict):
        return _level_price(ledger, asked, units)
    return body.number("prioritizationFeeLamports", most=2**40) * _MICRO // units


def _level_price(ledger: Ledger, asked: dict[str, Any], units: int) -> int:
    level = asked.get("priorityLevelWithMaxLamports")
    name = level.get("priorityLevel") if isinstance(level, dict) else None
    if not isinstance(level, dict) or not isinstance(name, str) or name not in _PERCENT:
        raise unsupported(f"prioritizationFeeLamports {', '.join(asked)}")
    most = level.get("maxLamports")
    if type(most) is not int or not 0 <= most <= 2**40:
        raise bad_request("maxLamports is not a number of lamports")
    return min(recent_price(ledger, _PERCENT[name]), most * _MICRO // units)


def _cost(context: Context, budget: Budget, trial: Trial | None) -> dict[str, Any]:
    failed = trial is not None and trial.error is not None
    return {
        "prioritizationFeeLamports": budget.priority_fee,
        "computeUnitLimit": budget.units,
        "prioritizationType": {
            "computeBudget": {
                "microLamports": budget.price,
                "estimatedMicroLamports": recent_price(context.ledger),
            }
        },
        "simulationSlot": None if trial is None else context.ledger.chain.tip.slot,
        "dynamicSlippageReport": None,
        "simulationError": {"errorCode": "TRANSACTION_ERROR", "error": trial.error}
        if failed and trial
        else None,
        "addressesByLookupTableAddress": None,
    }
