"""Rows of the journal as domain values."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, overload

from sniperforge.domain.lifecycle import TxState
from sniperforge.domain.trade import (
    Attempt,
    DurableNonce,
    Fill,
    Intent,
    IntentKind,
    Position,
    PositionState,
    Settlement,
)

if TYPE_CHECKING:
    import sqlite3


@overload
def intent_of(row: sqlite3.Row) -> Intent: ...
@overload
def intent_of(row: None) -> None: ...
@overload
def intent_of(row: sqlite3.Row | None) -> Intent | None: ...


def intent_of(row: sqlite3.Row | None) -> Intent | None:
    """A row of ``intents``; ``None`` stays ``None``."""
    if row is None:
        return None
    return Intent(
        id=row["id"],
        kind=IntentKind(row["kind"]),
        origin=row["origin"],
        mint=row["mint"],
        pool=row["pool"],
        dex=row["dex"],
        max_spend=row["max_spend"],
        amount_in=int(row["amount_in"]),
        created_at=row["created_at"],
        position_id=row["position_id"],
        client_key=row["client_key"],
        reason=row["reason"],
        facts=json.loads(row["facts"]),
    )


def attempt_of(row: sqlite3.Row) -> Attempt:
    """A row of ``transactions``."""
    return Attempt(
        signature=row["signature"],
        intent_id=row["intent_id"],
        number=row["number"],
        raw=row["raw"],
        last_valid_height=row["last_valid_height"],
        state=TxState(row["state"]),
        created_at=row["created_at"],
        slot=row["slot"],
        err=row["err"],
        min_out=int(row["min_out"]),
        nonce=_nonce_of(row),
    )


def _nonce_of(row: sqlite3.Row) -> DurableNonce | None:
    if row["nonce_account"] is None:
        return None
    return DurableNonce(row["nonce_account"], row["nonce_value"], row["nonce_slot"])


def fill_of(row: sqlite3.Row) -> Fill:
    """A row of ``fills``; only the traded mint's delta is kept per fill."""
    token_delta = int(row["token_delta"])
    settlement = Settlement(
        signature=row["signature"],
        slot=row["slot"],
        block_time=row["block_time"],
        lamports_delta=row["lamports_delta"],
        wsol_delta=row["wsol_delta"],
        token_deltas={row["mint"]: token_delta} if token_delta else {},
        fee=row["fee"],
        tip=row["tip"],
        rent_paid=row["rent_paid"],
        rent_returned=row["rent_returned"],
        trade=row["trade"],
        err=None if row["err"] is None else json.loads(row["err"]),
    )
    return Fill(
        settlement=settlement,
        intent_id=row["intent_id"],
        kind=IntentKind(row["kind"]),
        origin=row["origin"],
        mint=row["mint"],
        pool=row["pool"],
        dex=row["dex"],
        decimals=row["decimals"],
        token_delta=token_delta,
        position_id=row["position_id"],
        commitment=row["commitment"],
        booked_at=row["booked_at"],
    )


def position_of(row: sqlite3.Row) -> Position:
    """A row of ``positions``."""
    return Position(
        id=row["id"],
        mint=row["mint"],
        pool=row["pool"],
        dex=row["dex"],
        origin=row["origin"],
        state=PositionState(row["state"]),
        raw=int(row["raw"]),
        decimals=row["decimals"],
        token_account=row["token_account"],
        token_program=row["token_program"],
        cost=row["cost"],
        proceeds=row["proceeds"],
        fees=row["fees"],
        rent=row["rent"],
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
        peak_value=row["peak_value"],
        entry_liquidity=int(row["entry_liquidity"]),
        exit_policy=json.loads(row["exit_policy"]),
        exit_attempts=row["exit_attempts"],
        note=row["note"],
    )
