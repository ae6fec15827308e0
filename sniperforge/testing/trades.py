"""Intents, attempts, fills and positions made by hand, for tests and benchmarks of what stores them."""

from __future__ import annotations

from typing import Any

from sniperforge.domain.addresses import TOKEN_PROGRAM
from sniperforge.domain.lifecycle import TxState
from sniperforge.domain.trade import (
    Attempt,
    Fill,
    Intent,
    IntentKind,
    Position,
    PositionState,
    Settlement,
)

MINT = "mint"
POOL = "pool"


def make_intent(name: str, kind: IntentKind = IntentKind.BUY, **changes: Any) -> Intent:
    """An intent whose id is ``name``."""
    values: dict[str, Any] = {
        "id": name,
        "kind": kind,
        "origin": "lp-sniper",
        "mint": MINT,
        "pool": POOL,
        "dex": "raydium_cpmm",
        "max_spend": 1_000_000,
        "amount_in": 900_000,
        "created_at": 1_000.0,
    }
    return Intent(**{**values, **changes})


def make_attempt(intent: Intent, **changes: Any) -> Attempt:
    """The only transaction of ``intent``, with a signature that follows from its id."""
    values: dict[str, Any] = {
        "signature": f"signature of {intent.id}",
        "intent_id": intent.id,
        "number": 1,
        "raw": b"\x01" * 200,
        "last_valid_height": 150,
        "state": TxState.SUBMITTED,
        "created_at": intent.created_at,
    }
    return Attempt(**{**values, **changes})


def make_settlement(
    signature: str,
    *,
    trade: int = 0,
    fee: int = 5_000,
    tip: int = 0,
    rent_paid: int = 0,
    rent_returned: int = 0,
    **changes: Any,
) -> Settlement:
    """A settlement for which the identity holds; all of the change is in the wallet's own lamports."""
    values: dict[str, Any] = {
        "signature": signature,
        "slot": 7,
        "block_time": 1_700_000_000,
        "lamports_delta": trade - fee - tip - rent_paid + rent_returned,
        "wsol_delta": 0,
        "token_deltas": {},
        "fee": fee,
        "tip": tip,
        "rent_paid": rent_paid,
        "rent_returned": rent_returned,
        "trade": trade,
    }
    return Settlement(**{**values, **changes})


def make_fill(
    intent: Intent,
    settlement: Settlement,
    *,
    tokens: int = 0,
    position_id: str | None = None,
    booked_at: float = 1_001.0,
) -> Fill:
    """The booked form of ``settlement``; ``tokens`` is the change of the traded mint."""
    return Fill(
        settlement=settlement,
        intent_id=intent.id,
        kind=intent.kind,
        origin=intent.origin,
        mint=intent.mint,
        pool=intent.pool,
        dex=intent.dex,
        decimals=6,
        token_delta=tokens,
        position_id=position_id or intent.position_id,
        commitment="confirmed",
        booked_at=booked_at,
    )


def make_position(fill: Fill, **changes: Any) -> Position:
    """The position that a landed buy opens."""
    done = fill.settlement
    values: dict[str, Any] = {
        "id": fill.position_id,
        "mint": fill.mint,
        "pool": fill.pool,
        "dex": fill.dex,
        "origin": fill.origin,
        "state": PositionState.OPEN,
        "raw": fill.token_delta,
        "decimals": fill.decimals,
        "token_account": "token account",
        "token_program": TOKEN_PROGRAM,
        "cost": -done.trade,
        "proceeds": 0,
        "fees": done.fee + done.tip,
        "rent": done.rent_paid - done.rent_returned,
        "opened_at": fill.booked_at,
        "closed_at": None,
        "peak_value": 0,
        "entry_liquidity": 0,
        "exit_policy": {},
    }
    return Position(**{**values, **changes})
