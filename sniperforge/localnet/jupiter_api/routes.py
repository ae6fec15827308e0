"""Which pools to trade through: one, or two with SOL between them; the best quote wins."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.errors import RefusedError
from sniperforge.localnet.jupiter_api.faults import bad_request, no_route, no_routes, not_tradable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sniperforge.dex.raydium_cpmm.state import CpmmState
    from sniperforge.domain.pool import Quote
    from sniperforge.localnet.jupiter_api.pools import Pools


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be traded.

    Attributes:
        amount: raw units of the input, or of the output when ``exact_out``.
        direct: one pool only.
    """

    input_mint: str
    output_mint: str
    amount: int
    exact_out: bool = False
    direct: bool = False


@dataclass(frozen=True, slots=True)
class Hop:
    """One pool of a route, with the quote that it gives."""

    state: CpmmState
    quote: Quote


@dataclass(frozen=True, slots=True)
class Route:
    """One or two hops; what the first gives is what the second takes."""

    hops: tuple[Hop, ...]

    @property
    def amount_in(self) -> int:
        """Raw units of the input."""
        return self.hops[0].quote.amount_in

    @property
    def amount_out(self) -> int:
        """Raw units of the output."""
        return self.hops[-1].quote.amount_out

    @property
    def impact(self) -> Fraction:
        """How much less than at the spot prices is received, fees included: 0.01 is one percent."""
        ideal = Fraction(self.amount_in)
        for hop in self.hops:
            price = hop.state.spot_price
            ideal *= price if hop.quote.input_mint == hop.state.base_mint else 1 / price
        return max(Fraction(0), 1 - self.amount_out / ideal)


def find_route(pools: Pools, wish: Wish) -> Route:
    """The best route for ``wish``.

    Raises:
        ApiError: there is none; says why as Jupiter does.
    """
    if wish.input_mint == wish.output_mint:
        raise bad_request("Circular arbitrage is disabled", "CIRCULAR_ARBITRAGE_IS_DISABLED")
    known = set(pools.mints())
    for mint in (wish.input_mint, wish.output_mint):
        if mint not in known:
            raise not_tradable(mint)
    paths = [path for path in _paths(pools, wish) if all(path)]
    if not paths:
        raise no_routes()
    routes = [route for route in (_along(path, wish) for path in paths) if route is not None]
    if not routes:
        raise no_route()
    return min(routes, key=lambda route: (route.amount_in, -route.amount_out, len(route.hops)))


def other_quotes(pools: Pools, wish: Wish, route: Route) -> dict[str, str]:
    """What the direct pools that were not chosen would give or cost, by pool."""
    chosen = {hop.state.address for hop in route.hops}
    found = {}
    for state in pools.between(wish.input_mint, wish.output_mint):
        hop = _hop(state, wish.input_mint, wish.output_mint, wish) if pools.tradable(state) else None
        if hop is not None and state.address not in chosen:
            found[state.address] = str(hop.quote.amount_in if wish.exact_out else hop.quote.amount_out)
    return found


def _paths(pools: Pools, wish: Wish) -> Iterable[list[list[CpmmState]]]:
    """Mint by mint the pools to choose from."""

    def between(mint: str, other: str) -> list[CpmmState]:
        return [state for state in pools.between(mint, other) if pools.tradable(state)]

    yield [between(wish.input_mint, wish.output_mint)]
    if not wish.direct and WSOL_MINT not in (wish.input_mint, wish.output_mint):
        yield [between(wish.input_mint, WSOL_MINT), between(WSOL_MINT, wish.output_mint)]


def _along(path: list[list[CpmmState]], wish: Wish) -> Route | None:
    """More in between is more in the end: the best pool of each step makes the best route."""
    middle = [WSOL_MINT] * (len(path) - 1)
    mints = [wish.input_mint, *middle, wish.output_mint]
    steps = list(zip(path, mints, mints[1:], strict=False))
    hops: list[Hop] = []
    amount = wish.amount
    for states, source, target in reversed(steps) if wish.exact_out else steps:
        step = Wish(source, target, amount, wish.exact_out)
        hop = _best(states, source, target, step)
        if hop is None:
            return None
        hops.append(hop)
        amount = hop.quote.amount_in if wish.exact_out else hop.quote.amount_out
    return Route(tuple(reversed(hops) if wish.exact_out else hops))


def _best(states: list[CpmmState], source: str, target: str, wish: Wish) -> Hop | None:
    hops = [hop for hop in (_hop(state, source, target, wish) for state in states) if hop is not None]
    return min(hops, key=lambda hop: (hop.quote.amount_in, -hop.quote.amount_out), default=None)


def _hop(state: CpmmState, source: str, target: str, wish: Wish) -> Hop | None:
    try:
        if wish.exact_out:
            return Hop(state, state.quote_exact_out(target, wish.amount))
        return Hop(state, state.quote(source, wish.amount))
    except RefusedError:
        return None
