"""``/swap/v1/quote``: a route as a document, and the amounts of a document that a client brought back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context as Precision
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sniperforge.localnet.jupiter_api.faults import ApiError, bad_request, no_routes, not_tradable
from sniperforge.localnet.jupiter_api.fields import Fields
from sniperforge.localnet.jupiter_api.pools import LABEL
from sniperforge.localnet.jupiter_api.routes import Route, Wish, find_route, other_quotes
from sniperforge.localnet.jupiter_api.swaps import Leg

if TYPE_CHECKING:
    from fractions import Fraction

    from sniperforge.localnet.jupiter_api.context import Context, Request
    from sniperforge.localnet.jupiter_api.pools import Pools

DEFAULT_SLIPPAGE_BPS: Final = 50
MAX_BPS: Final = 10_000

_MODES: Final = ("ExactIn", "ExactOut")
_DIGITS: Final = Precision(prec=24)
_KEYS: Final = frozenset(
    {
        *("inputMint", "inAmount", "outputMint", "outAmount", "otherAmountThreshold", "swapMode"),
        *("platformFee", "priceImpactPct", "routePlan", "contextSlot", "timeTaken", "loadedLongtailToken"),
        *("mostReliableAmmsQuoteReport", "longtailMarketQuoteReport", "useIncurredSlippageForQuoting"),
        *("slippageBps", "useRewards", "otherRoutePlans", "instructionVersion", "transactionVersion"),
    }
)
"""What every quote has, and a client must bring back."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """What a client asked to be built: the amounts of a quote, as it was given.

    Attributes:
        hops: pool, input mint, output mint, raw input, raw output of each.
        threshold: the least to receive, or the most to spend when ``exact_out``.
    """

    hops: tuple[tuple[str, str, str, int, int], ...]
    threshold: int
    exact_out: bool

    def legs(self, pools: Pools) -> tuple[Leg, ...]:
        """The hops as they are sent; all but the one at the end take and give exactly what was quoted.

        Raises:
            ApiError: a pool is gone.
        """
        legs = []
        for position, (address, source, target, given, received) in enumerate(self.hops):
            state = pools.state(address)
            if state is None or {source, target} != {state.pool.token_0_mint, state.pool.token_1_mint}:
                raise no_routes()
            most = self.threshold if self.exact_out and position == 0 else given
            is_last = position == len(self.hops) - 1
            least = self.threshold if is_last and not self.exact_out else received
            legs.append(Leg(state, source, target, most, least, self.exact_out))
        return tuple(legs)


def quoted_of(route: Route, threshold: int, *, exact_out: bool = False) -> Quoted:
    """A route just found, with what it may lose."""
    hops = (
        (
            hop.state.address,
            *(hop.quote.input_mint, hop.quote.output_mint),
            hop.quote.amount_in,
            hop.quote.amount_out,
        )
        for hop in route.hops
    )
    return Quoted(tuple(hops), threshold, exact_out)


def quote(context: Context, request: Request) -> dict[str, Any]:
    """Answer ``GET /swap/v1/quote``."""
    query = request.query
    query.refuse("platformFeeBps", "asLegacyTransaction")
    mode = query.text("swapMode") if query.has("swapMode") else "ExactIn"
    if mode not in _MODES:
        raise bad_request("Query parameter swapMode cannot be parsed: Matching variant not found")
    slippage = query.number("slippageBps", DEFAULT_SLIPPAGE_BPS, most=MAX_BPS)
    wish = Wish(
        query.address("inputMint"),
        query.address("outputMint"),
        query.number("amount"),
        exact_out=mode == "ExactOut",
        direct=query.flag("onlyDirectRoutes", default=False),
    )
    check_dexes(query)
    route = find_route(context.pools, wish)
    slot = context.ledger.chain.tip.slot
    return {
        "inputMint": wish.input_mint,
        "inAmount": str(route.amount_in),
        "outputMint": wish.output_mint,
        "outAmount": str(route.amount_out),
        "otherAmountThreshold": str(threshold(route, slippage, exact_out=wish.exact_out)),
        "swapMode": mode,
        "slippageBps": slippage,
        "platformFee": None,
        "priceImpactPct": decimal_text(route.impact),
        "routePlan": [
            {"swapInfo": {**hop, "updateContextSlot": str(slot)}, "percent": 100, "bps": None}
            for hop in swap_infos(route)
        ],
        "contextSlot": slot,
        "timeTaken": context.timer() - request.started,
        **_worth(context, route),
        "mostReliableAmmsQuoteReport": {"info": other_quotes(context.pools, wish, route)},
        "longtailMarketQuoteReport": None,
        "useIncurredSlippageForQuoting": None,
        "useRewards": None,
        "otherRoutePlans": None,
        "loadedLongtailToken": False,
        "instructionVersion": query.value("instructionVersion"),
        "transactionVersion": 0,
    }


def check_dexes(query: Fields) -> None:
    """Refuse filters that leave no venue.

    Raises:
        ApiError: both lists, or no venue left.
    """
    wanted, excluded = query.words("dexes"), query.words("excludeDexes")
    if wanted and excluded:
        raise bad_request("Only one of dexes and excludeDexes can be used")
    if (wanted and LABEL not in wanted) or LABEL in excluded:
        raise no_routes()


def threshold(route: Route, slippage_bps: int, *, exact_out: bool = False) -> int:
    """The least to receive, rounded up; with ``exact_out`` the most to spend, rounded down."""
    if exact_out:
        return route.amount_in + route.amount_in * slippage_bps // MAX_BPS
    return route.amount_out - route.amount_out * slippage_bps // MAX_BPS


def swap_infos(route: Route) -> list[dict[str, str]]:
    """The hops as every version of the API shows them."""
    return [
        {
            "ammKey": hop.state.address,
            "label": LABEL,
            "inputMint": hop.quote.input_mint,
            "outputMint": hop.quote.output_mint,
            "inAmount": str(hop.quote.amount_in),
            "outAmount": str(hop.quote.amount_out),
        }
        for hop in route.hops
    ]


def decimal_text(value: Fraction) -> str:
    """A ratio as decimal digits, without an exponent."""
    shown = _DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))
    return f"{shown:f}"


def read_quote(context: Context, document: dict[str, Any]) -> Quoted:
    """A ``quoteResponse`` that came back.

    Raises:
        ApiError: 500 when fields were dropped, 400 when it is no quote of this network.
    """
    if not document.keys() >= _KEYS or not isinstance(document["routePlan"], list):
        raise ApiError(500, {"error": "Dynamic swap is missing dynamic swap details"})
    fields = Fields(document, "Quote field")
    hops = [_read_hop(step) for step in document["routePlan"] if isinstance(step, dict)]
    if not 1 <= len(hops) <= 2 or (hops[0][1], hops[-1][2]) != (
        fields.text("inputMint"),
        fields.text("outputMint"),
    ):
        raise bad_request("The route plan does not lead from inputMint to outputMint")
    if len(hops) == 2 and (hops[0][2], hops[0][4]) != (hops[1][1], hops[1][3]):
        raise bad_request(
            "The route plan does not consume all the amount", "ROUTE_PLAN_DOES_NOT_CONSUME_ALL_THE_AMOUNT"
        )
    known = context.pools.mints()
    for mint in (hops[0][1], hops[-1][2]):
        if mint not in known:
            raise not_tradable(mint)
    return Quoted(tuple(hops), fields.number("otherAmountThreshold"), fields.text("swapMode") == "ExactOut")


def _read_hop(step: dict[str, Any]) -> tuple[str, str, str, int, int]:
    info = Fields(Fields(step, "Route step").document("swapInfo"), "Route step")
    return (
        info.address("ammKey"),
        info.address("inputMint"),
        info.address("outputMint"),
        info.number("inAmount"),
        info.number("outAmount"),
    )


def _worth(context: Context, route: Route) -> dict[str, str]:
    price = context.prices.raw_price(route.hops[0].quote.input_mint)
    return {} if price is None else {"swapUsdValue": decimal_text(price * route.amount_in)}
