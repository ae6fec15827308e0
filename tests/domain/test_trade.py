"""Intents, fills and positions as values, and the document form of a position."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sniperforge.domain.trade import HELD_STATES, Intent, IntentKind, Position, PositionState
from sniperforge.testing.trades import make_fill, make_intent, make_position, make_settlement

lamports = st.integers(0, 2**62)


def bought(**changes: object) -> Position:
    """A position that a buy opened, changed."""
    settlement = make_settlement("s", trade=-1_000, tip=7, rent_paid=2_039_280)
    return make_position(make_fill(make_intent("i"), settlement, tokens=10**18, position_id="i"), **changes)


def test_held_means_neither_closed_nor_worthless() -> None:
    """A stuck or exiting position is still owned."""
    assert set(PositionState) - set(HELD_STATES) == {PositionState.CLOSED, PositionState.WORTHLESS}


@given(lamports, lamports, lamports, st.integers(-(2**62), 2**62))
def test_the_result_is_proceeds_less_everything_paid(cost: int, proceeds: int, fees: int, rent: int) -> None:
    """Fees and rent not returned count; rent returned is given back."""
    position = bought(cost=cost, proceeds=proceeds, fees=fees, rent=rent)
    assert position.realized_pnl + cost + fees + rent == proceeds


@given(st.integers(0, 2**64 - 1), st.integers(0, 18), lamports, lamports)
def test_the_document_is_exact(raw: int, decimals: int, cost: int, proceeds: int) -> None:
    """Every amount of the document, read back as a decimal, is the integer that was put in."""
    document = bought(raw=raw, decimals=decimals, cost=cost, proceeds=proceeds).to_json()
    document = json.loads(json.dumps(document))
    assert int(document["amount"]["raw"]) == raw
    assert Decimal(document["amount"]["ui"]).scaleb(decimals) == raw
    assert Decimal(document["cost_sol"]) * 10**9 == cost
    assert Decimal(document["proceeds_sol"]) * 10**9 == proceeds
    sums = ("proceeds_sol", "cost_sol", "fees_sol", "rent_sol")
    got, *paid = (Decimal(document[name]) for name in sums)
    assert Decimal(document["net_sol"]) == got - sum(paid)
    assert all(len(document[name].partition(".")[2]) == 9 for name in (*sums, "net_sol"))


def test_the_document_tells_what_a_person_asks() -> None:
    """State, times, attempts and the reason are there under their names."""
    document = bought(state=PositionState.STUCK, exit_attempts=3, note="no route").to_json()
    assert (document["state"], document["exit_attempts"], document["note"]) == ("stuck", 3, "no route")
    assert (document["opened_at"], document["closed_at"]) == (1_001.0, None)
    assert document["amount"]["mint"] == "mint"


def test_intents_do_not_share_their_facts() -> None:
    """The default is an empty mapping of each intent's own."""
    first, second = (Intent("i", IntentKind.BUY, "o", "", "", "", 0, 0, 0.0) for _ in range(2))
    assert first == second
    assert first.facts is not second.facts
    assert replace(first, id="j") != second
