"""Routes over several curves."""

from __future__ import annotations

import struct
from typing import Any

from sniperforge.dex.pumpfun import forms, program
from sniperforge.dex.pumpfun.hops import Hop, hops_of, route_buys
from sniperforge.dex.registry import events_of
from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.domain.pool import PoolEvent
from tests.dex.pumpfun.conftest import MINT, Calls, made_up
from tests.dex.pumpfun.event_bytes import event

A = MINT
B = "Aijxkeq5L9iaDYZxfaXUhnHQj4cYeo8um6a3t5vzpump"
FIXED = tuple(made_up(number) for number in range(30, 30 + forms.MULTI_HOP_START))
USER, SOURCE, TARGET = FIXED[3], FIXED[5], FIXED[6]
OVER_A = (A, WSOL_MINT, program.curve_address(A), made_up(1), made_up(2))
OVER_B = (B, A, program.curve_address(B), made_up(3), made_up(4))


def route(*hops: tuple[str, ...], emitted: tuple[bytes, ...] = (), **changes: Any) -> tuple[PoolEvent, ...]:
    """The events of a route that the program was asked for."""
    accounts = FIXED + tuple(name for hop in hops for name in hop)
    calls = Calls().call("multi_hop_curve_swap", accounts, struct.pack("<QI2B", 500, 2, 2, 2))
    for payload in emitted:
        calls.emit(payload)
    return events_of(calls.view(**changes))


def test_a_buy_over_two_curves() -> None:
    """One swap for each, the trader's accounts at its ends only; SOL leaves the wallet itself."""
    told = (
        event("TradeEvent", mint=A, is_buy=1, sol_amount=490, token_amount=40, fee=5),
        event("TradeEvent", mint=B, is_buy=1, quote_amount=39, token_amount=8, creator_fee=1),
    )
    first, second = route(OVER_A, OVER_B, emitted=told)
    assert (first.pool, first.quote_mint, first.quote_vault) == (OVER_A[2], WSOL_MINT, OVER_A[2])
    assert (second.pool, second.quote_mint, second.quote_vault) == (OVER_B[2], A, OVER_B[4])
    assert first.facts["user_input"] == USER
    assert "user_output" not in first.facts
    assert second.facts["user_output"] == TARGET
    assert "user_input" not in second.facts
    assert [each.facts["side"] for each in (first, second)] == ["buy", "buy"]
    assert (first.amounts["amount_in"], second.amounts["amount_out"]) == (495, 8)


def test_a_failed_sale_tells_its_way_by_its_mints() -> None:
    """The chain of mints says which way it went; only the first hop's input is known."""
    first, second = route(OVER_B, OVER_A, err="no")
    assert [each.facts["side"] for each in (first, second)] == ["sell", "sell"]
    assert (dict(first.amounts), dict(second.amounts)) == ({"amount_in": 500}, {})
    assert (first.facts["user_input"], second.facts["user_output"]) == (SOURCE, USER)


def test_one_hop_without_its_event_has_no_side() -> None:
    """Nothing tells which mint was paid."""
    (found,) = route(OVER_B)
    assert "side" not in found.facts
    assert (found.facts["user_input"], found.facts["user_output"]) == (SOURCE, TARGET)


def test_groups_of_accounts() -> None:
    """A last group that is not whole is left out; a curve is told from a pool by its address."""
    hops = hops_of((*FIXED, *OVER_A, *OVER_B[:3]), forms.MULTI_HOP_START)
    assert hops == (Hop(*OVER_A),)
    assert hops[0].on_curve
    assert not Hop(A, WSOL_MINT, made_up(5), made_up(6), made_up(7)).on_curve
    assert route_buys(hops) is None
    assert route_buys((Hop(*OVER_A), Hop(*OVER_B))) is True
