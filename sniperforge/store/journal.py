"""The journal of one wallet: intents, transactions, fills, positions. Its only writer is the lock holder.

Every method is one transaction, durable when it returns. Booking a fill moves the transaction's state, the
intent's outcome and the position in the same commit, so no crash can leave them telling different stories.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sniperforge.domain.lifecycle import TxEvent, TxState, advance
from sniperforge.domain.trade import Attempt, Fill, Intent, IntentKind, Position, PositionState
from sniperforge.errors import NotFoundError
from sniperforge.store.database import Database
from sniperforge.store.journal_reader import JournalReader
from sniperforge.store.rows import position_of

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

_INTEGER_MAX = 2**63 - 1  # of SQLite


class Journal(JournalReader):
    """The write-ahead record of a wallet.

    Args:
        path: ``journal.db``; created and migrated when needed.

    Raises:
        StorageError: the file cannot be opened or written.
        ConfigError: the file is not a journal, or a newer version wrote it.
    """

    def __init__(self, path: Path) -> None:
        self._db = Database(path, "journal", durable=True)

    # -- write-ahead ---------------------------------------------------------------------------------------

    def record_intent(self, intent: Intent, attempt: Attempt) -> None:
        """Make an intent and its signed transaction durable, before any byte leaves.

        The sale of a whole position moves it to ``exiting`` in the same commit.

        Raises:
            StorageError: nothing was recorded, so nothing may be sent.
        """
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT INTO intents (id, kind, origin, mint, pool, dex, max_spend, amount_in, position_id,"
                " client_key, reason, facts, created_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
                (
                    intent.id,
                    intent.kind,
                    intent.origin,
                    intent.mint,
                    intent.pool,
                    intent.dex,
                    intent.max_spend,
                    str(intent.amount_in),
                    intent.position_id,
                    intent.client_key,
                    intent.reason,
                    json.dumps(dict(intent.facts)),
                    intent.created_at,
                ),
            )
            _insert_attempt(connection, attempt)
            if intent.position_id is not None and intent.facts.get("whole"):
                _begin_exit(connection, intent.position_id, intent.reason)

    # -- outcomes ------------------------------------------------------------------------------------------

    def book(self, fill: Fill, event: TxEvent) -> None:
        """Book a landed transaction: its state, its fill, its position and its intent, in one commit.

        Booking the same signature again changes nothing.

        Raises:
            NotFoundError: no intent of this journal made the transaction.
            IllegalTransitionError: it was proved dead before; nothing was booked.
        """
        with self._db.transaction() as connection:
            if _land(connection, fill, event):
                _apply_to_position(connection, fill)

    def mark_dead(self, signature: str, at: float) -> None:
        """Record the proof that a transaction can never land; one that has landed stays as it is."""
        with self._db.transaction() as connection:
            state = _state_of(connection, signature)
            if state is TxState.SUBMITTED:
                _set_state(connection, signature, advance(state, TxEvent.EXPIRED), None)
                _settle(connection, _intent_id_of(connection, signature), at, TxEvent.EXPIRED.value)

    def mark_finalized(self, *signatures: str) -> None:
        """Record that confirmed transactions can no longer be undone; one commit for all of them."""
        with self._db.transaction() as connection:
            for signature in signatures:
                _finalize(connection, signature)

    # -- positions -----------------------------------------------------------------------------------------

    def open_position(self, position: Position, fill: Fill) -> None:
        """Book a buy's fill together with the position it opened, in one commit. Raises like :meth:`book`."""
        with self._db.transaction() as connection:
            if _land(connection, fill, TxEvent.LANDED):
                _insert_position(connection, position)

    def set_position_state(self, position_id: str, state: PositionState, note: str, at: float) -> None:
        """Move a held position; one that ended stays ended, and gets its closing time when it ends."""
        ended = at if state in (PositionState.CLOSED, PositionState.WORTHLESS) else None
        with self._db.transaction() as connection:
            connection.execute(
                "UPDATE positions SET state = ?, note = ?, closed_at = ? WHERE id = ? AND closed_at IS NULL",
                (state, note, ended, position_id),
            )

    def raise_peak(self, position_id: str, value: int) -> None:
        """Remember the best exit value seen, so that a trailing exit survives a restart."""
        with self._db.transaction() as connection:
            connection.execute(
                "UPDATE positions SET peak_value = max(peak_value, ?) WHERE id = ?",
                (min(value, _INTEGER_MAX), position_id),
            )

    def count_exit_attempt(self, position_id: str, note: str) -> None:
        """Count a failed exit, which widens the next one."""
        with self._db.transaction() as connection:
            connection.execute(
                "UPDATE positions SET exit_attempts = exit_attempts + 1, note = ? WHERE id = ?",
                (note, position_id),
            )

    # -- flags and foreign moves ---------------------------------------------------------------------------

    def set_flag(self, name: str, value: str, at: float) -> None:
        """Persist a flag such as ``halted``."""
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT INTO flags VALUES (?,?,?) ON CONFLICT (name) DO UPDATE"
                " SET value = excluded.value, changed_at = excluded.changed_at",
                (name, value, at),
            )

    def record_foreign(self, signature: str, slot: int, sol_delta: int, *, signed: bool, at: float) -> None:
        """Note a transaction on the wallet that no intent made; ``sol_delta`` in lamports, wSOL included."""
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO foreign_transactions VALUES (?,?,?,?,?)",
                (signature, slot, sol_delta, int(signed), at),
            )


def _insert_attempt(connection: sqlite3.Connection, attempt: Attempt) -> None:
    connection.execute(
        "INSERT INTO transactions (signature, intent_id, number, raw, last_valid_height, min_out, state,"
        " created_at) VALUES (?,?,?,?,?,?,?,?)",
        (
            attempt.signature,
            attempt.intent_id,
            attempt.number,
            attempt.raw,
            attempt.last_valid_height,
            str(attempt.min_out),
            attempt.state,
            attempt.created_at,
        ),
    )


def _begin_exit(connection: sqlite3.Connection, position_id: str, note: str) -> None:
    connection.execute(
        "UPDATE positions SET state = ?, note = ? WHERE id = ? AND closed_at IS NULL",
        (PositionState.EXITING, note, position_id),
    )


def _finalize(connection: sqlite3.Connection, signature: str) -> None:
    state = _state_of(connection, signature)
    if state is TxState.CONFIRMED:
        _set_state(connection, signature, advance(state, TxEvent.FINALIZED), None)
        connection.execute("UPDATE fills SET commitment = 'finalized' WHERE signature = ?", (signature,))


def _land(connection: sqlite3.Connection, fill: Fill, event: TxEvent) -> bool:
    """The transaction's state, its fill and its intent; false when they were booked before."""
    signature = fill.settlement.signature
    if connection.execute("SELECT 1 FROM fills WHERE signature = ?", (signature,)).fetchone():
        return False
    _set_state(connection, signature, advance(_state_of(connection, signature), event), fill)
    _insert_fill(connection, fill)
    _settle(connection, fill.intent_id, fill.booked_at, event.value)
    return True


def _state_of(connection: sqlite3.Connection, signature: str) -> TxState:
    row = connection.execute("SELECT state FROM transactions WHERE signature = ?", (signature,)).fetchone()
    if row is None:
        raise NotFoundError(f"no transaction {signature} in the journal")
    return TxState(row["state"])


def _intent_id_of(connection: sqlite3.Connection, signature: str) -> str:
    row = connection.execute(
        "SELECT intent_id FROM transactions WHERE signature = ?", (signature,)
    ).fetchone()
    return str(row["intent_id"])


def _set_state(connection: sqlite3.Connection, signature: str, state: TxState, fill: Fill | None) -> None:
    connection.execute("UPDATE transactions SET state = ? WHERE signature = ?", (state, signature))
    if fill is not None:
        err = None if fill.settlement.err is None else json.dumps(fill.settlement.err)
        connection.execute(
            "UPDATE transactions SET slot = ?, err = ? WHERE signature = ?",
            (fill.settlement.slot, err, signature),
        )


def _settle(connection: sqlite3.Connection, intent_id: str, at: float, outcome: str) -> None:
    connection.execute(
        "UPDATE intents SET settled_at = ?, outcome = ? WHERE id = ? AND settled_at IS NULL",
        (at, outcome, intent_id),
    )


def _insert_fill(connection: sqlite3.Connection, fill: Fill) -> None:
    done = fill.settlement
    values: tuple[Any, ...] = (
        done.signature,
        fill.intent_id,
        fill.kind,
        fill.origin,
        fill.mint,
        fill.pool,
        fill.dex,
        fill.decimals,
        str(fill.token_delta),
        done.lamports_delta,
        done.wsol_delta,
        done.trade,
        done.fee,
        done.tip,
        done.rent_paid,
        done.rent_returned,
        done.slot,
        done.block_time,
        fill.position_id,
        None if done.err is None else json.dumps(done.err),
        fill.commitment,
        fill.booked_at,
    )
    connection.execute(f"INSERT INTO fills VALUES ({','.join('?' * len(values))})", values)  # noqa: S608


def _insert_position(connection: sqlite3.Connection, position: Position) -> None:
    values: tuple[Any, ...] = (
        position.id,
        position.mint,
        position.pool,
        position.dex,
        position.origin,
        position.state,
        str(position.raw),
        position.decimals,
        position.token_account,
        position.token_program,
        position.cost,
        position.proceeds,
        position.fees,
        position.rent,
        position.opened_at,
        position.closed_at,
        position.peak_value,
        str(position.entry_liquidity),
        json.dumps(dict(position.exit_policy)),
        position.exit_attempts,
        position.note,
    )
    connection.execute(f"INSERT INTO positions VALUES ({','.join('?' * len(values))})", values)  # noqa: S608


def _apply_to_position(connection: sqlite3.Connection, fill: Fill) -> None:
    """A buy adds tokens and cost, a sale takes tokens and adds proceeds, whatever lands adds fees and rent.

    The sums stay those of the position's fills, so that its result is theirs to the lamport.
    """
    row = connection.execute("SELECT * FROM positions WHERE id = ?", (fill.position_id,)).fetchone()
    if row is None:
        return
    position = position_of(row)
    done = fill.settlement
    buys = fill.kind is IntentKind.BUY
    raw = position.raw + (fill.token_delta if done.err is None else 0)
    sold_out = fill.kind is IntentKind.SELL and done.err is None and raw <= 0
    ended_at = fill.booked_at if sold_out and position.closed_at is None else position.closed_at
    connection.execute(
        "UPDATE positions SET raw = ?, cost = cost - ?, proceeds = proceeds + ?, fees = fees + ?,"
        " rent = rent + ?, state = ?, closed_at = ? WHERE id = ?",
        (
            # More may be sold than was bought here: tokens that came from elsewhere are not owed back.
            str(max(raw, 0)),
            done.trade if buys else 0,
            0 if buys else done.trade,
            done.fee + done.tip,
            done.rent_paid - done.rent_returned,
            PositionState.CLOSED if sold_out else position.state,
            ended_at,
            position.id,
        ),
    )
