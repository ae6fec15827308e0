"""Rows about what other hands did: moves of a position's tokens, and tokens that no buy explains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.domain.trade import ForeignToken, Move

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable


def insert_move(connection: sqlite3.Connection, move: Move) -> None:
    """Book a move; one that is booked stays as it is."""
    connection.execute(
        "INSERT OR IGNORE INTO moves VALUES (?,?,?,?,?,?,?)",
        (
            move.signature,
            move.position_id,
            str(move.token_delta),
            move.trade,
            move.fees,
            move.rent,
            move.slot,
        ),
    )


def move_of(row: sqlite3.Row) -> Move:
    """A row of ``moves``."""
    return Move(
        signature=row["signature"],
        position_id=row["position_id"],
        token_delta=int(row["token_delta"]),
        trade=row["trade"],
        fees=row["fees"],
        rent=row["rent"],
        slot=row["slot"],
    )


def replace_foreign_tokens(connection: sqlite3.Connection, tokens: Iterable[ForeignToken]) -> None:
    """What is there now, instead of what was there before."""
    connection.execute("DELETE FROM foreign_tokens")
    connection.executemany(
        "INSERT INTO foreign_tokens VALUES (?,?,?,?,?)",
        [(each.token_account, each.mint, str(each.raw), each.decimals, each.reason) for each in tokens],
    )


def foreign_token_of(row: sqlite3.Row) -> ForeignToken:
    """A row of ``foreign_tokens``."""
    return ForeignToken(row["token_account"], row["mint"], int(row["raw"]), row["decimals"], row["reason"])
