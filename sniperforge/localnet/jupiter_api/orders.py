"""``/swap/v2/order``: a quote, and for a taker the transaction to sign; orders are kept until they expire."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sniperforge.domain.addresses import LAMPORTS_PER_SOL, WSOL_MINT
from sniperforge.errors import DecodeError
from sniperforge.localnet.jupiter_api.budget import Budget, blockhash_for, build, recent_price, try_out
from sniperforge.localnet.jupiter_api.faults import ApiError
from sniperforge.localnet.jupiter_api.pools import LABEL
from sniperforge.localnet.jupiter_api.quotes import (
    DEFAULT_SLIPPAGE_BPS,
    MAX_BPS,
    decimal_text,
    quoted_of,
    swap_infos,
)
from sniperforge.localnet.jupiter_api.routes import Route, Wish, find_route
from sniperforge.localnet.jupiter_api.swaps import SwapPlan
from sniperforge.tokens.account import TOKEN_ACCOUNT_SIZE, decode_token_account
from sniperforge.tokens.addresses import pubkey

if TYPE_CHECKING:
    from sniperforge.localnet.jupiter_api.context import Context, Request
    from sniperforge.localnet.jupiter_api.fields import Fields

MAX_ORDERS: Final = 10_000
ROUTER: Final = "metis"

_UNKNOWN_OPTIONS: Final = (
    *("receiver", "payer", "referralAccount", "referralFee", "jitoTipLamports", "integratorFeeBps"),
    "positiveSlippageBps",
)
_MICRO: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Order:
    """What ``/execute`` needs to know again.

    Attributes:
        taker: who signs.
        route: what was quoted.
        message: the bytes to be signed, unchanged.
        last_valid_height: of its blockhash.
    """

    taker: str
    route: Route
    message: bytes
    last_valid_height: int


@dataclass(frozen=True, slots=True)
class _Built:
    """The part of an answer that only a taker gets."""

    order: Order | None
    facts: dict[str, Any]


class Orders:
    """Orders that may still be executed; the oldest are forgotten beyond 10,000."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._kept: dict[str, Order] = {}

    def find(self, request_id: str) -> Order | None:
        """The order, ``None`` when there is none or it was forgotten."""
        return self._kept.get(request_id)

    def order(self, request: Request) -> dict[str, Any]:
        """Answer ``GET /swap/v2/order``."""
        query, request_id = request.query, self._context.new_id()
        try:
            route, slippage = self._quote(query)
            taker = query.address("taker") if query.has("taker") else None
        except ApiError as error:
            raise _failed(error, request_id) from None
        auto = 0 if taker is None else DEFAULT_SLIPPAGE_BPS
        bps = auto if slippage is None else slippage
        floor = route.amount_out * (MAX_BPS - bps) // MAX_BPS
        built = _Built(None, _NO_TAKER) if taker is None else self._build(taker, route, floor, query)
        if built.order is not None:
            self._keep(request_id, built.order)
        return {
            "mode": "ultra" if slippage is None else "manual",
            "swapMode": "ExactIn",
            "inputMint": route.hops[0].quote.input_mint,
            "outputMint": route.hops[-1].quote.output_mint,
            "inAmount": str(route.amount_in),
            "outAmount": str(route.amount_out),
            "otherAmountThreshold": str(floor),
            "slippageBps": bps,
            **self._worth(route),
            "routePlan": self._plan(route),
            **_fees(route),
            "swapType": "aggregator",
            "router": ROUTER,
            "gasless": False,
            "jitOptimized": False,
            "guaranteedPrice": False,
            **built.facts,
            "requestId": request_id,
            "taker": taker,
            "totalTime": round((self._context.timer() - request.started) * 1_000),
        }

    def _quote(self, query: Fields) -> tuple[Route, int | None]:
        query.refuse(*_UNKNOWN_OPTIONS)
        if query.has("swapMode") and query.text("swapMode") != "ExactIn":
            raise ApiError(400, {"error": "Failed to get quotes"})
        if ROUTER in query.words("excludeRouters") or LABEL in query.words("excludeDexes"):
            raise ApiError(400, {"error": "Failed to get quotes"})
        slippage = query.number("slippageBps", most=MAX_BPS) if query.has("slippageBps") else None
        wish = Wish(query.address("inputMint"), query.address("outputMint"), query.number("amount"))
        return find_route(self._context.pools, wish), slippage

    def _build(self, taker: str, route: Route, floor: int, query: Fields) -> _Built:
        ledger = self._context.ledger
        plan = SwapPlan(taker, quoted_of(route, floor).legs(self._context.pools))
        trial = try_out(ledger, taker, plan.instructions())
        budget = Budget(trial.limit, recent_price(ledger))
        if query.has("priorityFeeLamports"):
            lamports = query.number("priorityFeeLamports", most=2**40)
            budget = Budget(trial.limit, lamports * _MICRO // trial.limit)
        facts: dict[str, Any] = {
            "signatureFeeLamports": budget.fee - budget.priority_fee,
            "signatureFeePayer": taker,
            "prioritizationFeeLamports": budget.priority_fee,
            "prioritizationFeePayer": taker,
            "rentFeeLamports": self._rent(plan),
            "rentFeePayer": taker,
        }
        lacking = self._lacking(plan, budget)
        if lacking is not None:
            code, words = lacking
            refusal = {"transaction": "", "errorCode": code, "errorMessage": words, "error": words}
            return _Built(None, {**facts, **refusal})
        block = blockhash_for(ledger)
        raw = build(taker, [*budget.instructions(), *plan.instructions()], block)
        order = Order(taker, route, raw[1 + 64 :], block.last_valid_height)
        transaction = base64.b64encode(raw).decode()
        return _Built(
            order, {**facts, "transaction": transaction, "lastValidBlockHeight": str(block.last_valid_height)}
        )

    def _lacking(self, plan: SwapPlan, budget: Budget) -> tuple[int, str] | None:
        """``errorCode`` and words when the taker has too little of the input, or of SOL for the rest."""
        leg = plan.legs[0]
        lamports = self._context.ledger.vm.balance(pubkey(plan.user))
        if leg.input_mint != WSOL_MINT and self._held(plan.account(leg.input_mint)) < leg.amount_in:
            return 1, "Insufficient funds"
        spent = leg.amount_in if leg.input_mint == WSOL_MINT else 0
        if lamports < spent:
            return 1, "Insufficient funds"
        needed = spent + budget.fee + self._rent(plan, for_good=False) + self._rent_of(0)
        if lamports < needed:
            missing = needed - lamports
            return 2, f"Top up {missing / LAMPORTS_PER_SOL:.9f} SOL for gas"
        return None

    def _rent(self, plan: SwapPlan, *, for_good: bool = True) -> int:
        """Lamports for accounts that do not exist yet; ``for_good`` leaves out what is closed again."""
        ledger = self._context.ledger
        missing = [
            mint
            for address, mint in dict.fromkeys(plan.accounts_made())
            if ledger.account(address) is None and not (for_good and mint == WSOL_MINT)
        ]
        return len(missing) * self._rent_of(TOKEN_ACCOUNT_SIZE)

    def _rent_of(self, size: int) -> int:
        return self._context.ledger.vm.svm.minimum_balance_for_rent_exemption(size)

    def _held(self, address: str) -> int:
        account = self._context.ledger.account(address)
        try:
            return 0 if account is None else decode_token_account(account).raw
        except DecodeError:
            return 0

    def _plan(self, route: Route) -> list[dict[str, Any]]:
        steps = []
        for info in swap_infos(route):
            value = self._context.prices.value(info["inputMint"], int(info["inAmount"]))
            worth = {} if value is None else {"usdValue": value}
            steps.append({"swapInfo": info, "percent": 100, "bps": MAX_BPS, **worth})
        return steps

    def _worth(self, route: Route) -> dict[str, Any]:
        """Dollars where the pools tell; the impact is of the pools: percentage points, negative is a loss."""
        spent = self._context.prices.value(route.hops[0].quote.input_mint, route.amount_in)
        got = self._context.prices.value(route.hops[-1].quote.output_mint, route.amount_out)
        values = {"inUsdValue": spent, "outUsdValue": got, "swapUsdValue": spent}
        return {
            **{name: value for name, value in values.items() if value is not None},
            "priceImpact": -float(route.impact) * 100,
            "priceImpactPct": decimal_text(-route.impact),
        }

    def _keep(self, request_id: str, order: Order) -> None:
        self._kept[request_id] = order
        if len(self._kept) > MAX_ORDERS:
            del self._kept[next(iter(self._kept))]


def _fees(route: Route) -> dict[str, Any]:
    """No fee beside the pools': nobody is there to take it."""
    mints = (route.hops[0].quote.input_mint, route.hops[-1].quote.output_mint)
    mint = WSOL_MINT if WSOL_MINT in mints else mints[1]
    return {"feeMint": mint, "feeBps": 0, "platformFee": {"feeBps": 0, "feeMint": mint}}


def _failed(error: ApiError, request_id: str) -> ApiError:
    """The service does not say what was wrong: 500 for mints, 400 for the rest, and for no route."""
    if "Mint cannot be parsed" in error.message or error.body.get("errorCode") == "TOKEN_NOT_TRADABLE":
        return ApiError(500, {"error": "Something unexpected occurred"})
    if error.body.get("errorCode") == "NOT_SUPPORTED":
        return error
    return ApiError(400, {"requestId": request_id, "error": "Failed to get quotes"})


_NO_TAKER: Final[dict[str, Any]] = {
    "signatureFeeLamports": 0,
    "signatureFeePayer": None,
    "prioritizationFeeLamports": 0,
    "prioritizationFeePayer": None,
    "rentFeeLamports": 0,
    "rentFeePayer": None,
    "transaction": None,
}
