"""Routes over several curves and pools in one instruction; their accounts come in groups of five."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from sniperforge.dex.anchor_events import emitted
from sniperforge.dex.pool_events import event_of_call
from sniperforge.dex.pumpfun import events, forms, program
from sniperforge.dex.pumpfun.trades import trades_in
from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.domain.pool import EventKind

if TYPE_CHECKING:
    from sniperforge.dex.pumpfun.trades import Trade
    from sniperforge.dex.venue import Call
    from sniperforge.domain.pool import PoolEvent

_AMOUNT: Final = struct.Struct("<8xQ")


class Hop(NamedTuple):
    """One stop of a route: docs/instructions/MULTI_HOP_SWAP.md of pump-public-docs."""

    base_mint: str
    quote_mint: str
    pool: str
    base_vault: str
    quote_vault: str

    @property
    def on_curve(self) -> bool:
        """Whether it trades on a curve and not in a pool."""
        return self.pool == program.curve_address(self.base_mint)


class Ends(NamedTuple):
    """Who trades, from which account into which."""

    user: str
    user_input: str
    user_output: str


def hops_of(accounts: tuple[str, ...], start: int) -> tuple[Hop, ...]:
    """The groups after the first ``start`` accounts; a last one that is not whole is left out."""
    size = len(Hop._fields)
    return tuple(Hop(*accounts[at : at + size]) for at in range(start, len(accounts) - size + 1, size))


def route_buys(hops: tuple[Hop, ...]) -> bool | None:
    """Whether every hop of the route buys, which its chain of mints tells; ``None`` for a single hop."""
    if len(hops) < 2:
        return None
    return hops[0].base_mint == hops[1].quote_mint


def facts_of_hop(hop: Hop, buys: bool | None, ends: Ends, *, first: bool, last: bool) -> dict[str, str]:
    """The common facts; the trader's accounts are touched by the first and the last hop only."""
    facts = {"user": ends.user}
    if first:
        facts["user_input"] = ends.user_input
    if last:
        facts["user_output"] = ends.user_output
    if buys is None:
        return facts
    given, got = (hop.quote_mint, hop.base_mint) if buys else (hop.base_mint, hop.quote_mint)
    return {"side": "buy" if buys else "sell", "input_mint": given, "output_mint": got, **facts}


def hop_events(call: Call) -> tuple[PoolEvent, ...] | None:
    """One swap for each hop of ``multi_hop_curve_swap``, which PumpSwap calls for the curves of a route."""
    accounts, data = call.instruction.accounts, call.instruction.data
    hops = hops_of(accounts, forms.MULTI_HOP_START)
    if not hops or len(data) < _AMOUNT.size:
        return None
    told = () if call.transaction.failed else events.told(emitted(call))
    trades = {trade.mint: trade for trade in trades_in(told)}
    (amount_in,) = _AMOUNT.unpack_from(data)
    return tuple(
        _event(call, hops, number, trades.get(hop.base_mint), amount_in) for number, hop in enumerate(hops)
    )


def _event(call: Call, hops: tuple[Hop, ...], number: int, trade: Trade | None, amount_in: int) -> PoolEvent:
    accounts, hop = call.instruction.accounts, hops[number]
    buys = route_buys(hops) if trade is None else trade.buys
    user = accounts[forms.MULTI_HOP_USER]
    in_sol = hop.quote_mint == WSOL_MINT
    ends = Ends(
        user,
        user if in_sol and buys else accounts[forms.MULTI_HOP_INPUT],
        user if in_sol and buys is False else accounts[forms.MULTI_HOP_OUTPUT],
    )
    facts = facts_of_hop(hop, buys, ends, first=number == 0, last=number == len(hops) - 1)
    amounts = {"amount_in": amount_in} if number == 0 else {}
    return event_of_call(
        call,
        program.NAME,
        EventKind.SWAP,
        pool=hop.pool,
        mints=(hop.base_mint, program.quote_of(hop.quote_mint)),
        vaults=(hop.base_vault, hop.pool if in_sol else hop.quote_vault),
        amounts=amounts if trade is None else amounts | trade.amounts(),
        facts=facts if trade is None else facts | trade.facts(),
    )
