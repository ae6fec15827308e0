"""A position as the sum of its fills and of other hands' moves: what it holds, cost, brought; its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.domain.trade import Fill, IntentKind, PositionState
from sniperforge.store.other_hands import move_of
from sniperforge.store.rows import fill_of, position_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence


def recount(connection: sqlite3.Connection, position_id: str | None) -> None:
    """Bring a position in line with its fills and moves, after one was booked or taken back.

    A buy adds tokens and cost, a sale takes tokens and adds proceeds, whatever landed adds fees and rent. A
    position whose buy was taken back goes; it comes again when the buy lands again.
    """
    row = connection.execute("SELECT * FROM positions WHERE id = ?", (position_id,)).fetchone()
    if row is None:
        return
    position = position_of(row)
    fills = [
        fill_of(each)
        for each in connection.execute(
            "SELECT * FROM fills WHERE position_id = ? ORDER BY slot, booked_at, rowid", (position_id,)
        )
    ]
    moves = [
        move_of(each)
        for each in connection.execute("SELECT * FROM moves WHERE position_id = ?", (position_id,))
    ]
    came = [move for move in moves if move.token_delta > 0]
    left = [move for move in moves if move.token_delta < 0]
    if not came and not any(fill.kind is IntentKind.BUY for fill in fills):
        connection.execute("DELETE FROM positions WHERE id = ?", (position_id,))
        return
    # More may be sold than was bought here: tokens that came from elsewhere are not owed back.
    sold = sum(fill.token_delta for fill in fills if fill.settlement.err is None)
    raw = max(sold + sum(move.token_delta for move in moves), 0)
    state, closed_at = _ended(position.state, position.closed_at, raw, fills)
    connection.execute(
        "UPDATE positions SET raw = ?, cost = ?, proceeds = ?, fees = ?, rent = ?, state = ?, closed_at = ?"
        " WHERE id = ?",
        (
            str(raw),
            -sum(fill.settlement.trade for fill in fills if fill.kind is IntentKind.BUY)
            - sum(move.trade for move in came),
            sum(fill.settlement.trade for fill in fills if fill.kind is not IntentKind.BUY)
            + sum(move.trade for move in left),
            sum(fill.settlement.fee + fill.settlement.tip for fill in fills)
            + sum(move.fees for move in moves),
            sum(fill.settlement.rent_paid - fill.settlement.rent_returned for fill in fills)
            + sum(move.rent for move in moves),
            state,
            closed_at,
            position_id,
        ),
    )


def _ended(
    state: PositionState, closed_at: float | None, raw: int, fills: Sequence[Fill]
) -> tuple[PositionState, float | None]:
    """Closed by the sale that left nothing; open again as exiting when that was taken back."""
    sales = [fill for fill in fills if fill.kind is IntentKind.SELL and fill.settlement.err is None]
    if sales and raw == 0:
        return PositionState.CLOSED, sales[-1].booked_at if closed_at is None else closed_at
    if state is PositionState.CLOSED:
        return PositionState.EXITING, None
    return state, closed_at
