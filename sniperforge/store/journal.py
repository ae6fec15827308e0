"""The journal of one wallet: intents, transactions, fills, positions. Its only writer is the lock holder.

Every method is one transaction, durable when it returns. Booking a fill moves the transaction's state, the
intent's outcome and the position in the same commit, so no crash can leave them telling different stories.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sniperforge.domain.lifecycle import TxEvent, TxState, advance
from sniperforge.domain.trade import Attempt, Fill, Intent, IntentKind, Position, PositionState
from sniperforge.store.database import Database
from sniperforge.store.journal_reader import JournalReader
from sniperforge.store.rows import position_of

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path


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
                    # A token amount may pass SQLite's signed 64 bits; facts keep the exact one.
                    min(intent.amount_in, 2**63 - 1),
                    intent.position_id,
                    intent.client_key,
                    intent.reason,
                    json.dumps({**intent.facts, "amount_in": str(intent.amount_in)}),
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
        """
        with self._db.transaction() as connection:
            state = _state_of(connection, fill.settlement.signature)
            if state is not TxState.SUBMITTED:
                return
            _set_state(connection, fill.settlement.signature, advance(state, event), fill)
            _insert_fill(connection, fill)
            _apply_to_position(connection, fill)
            _settle(connection, fill.intent_id, fill.booked_at, event.value)

    def mark_dead(self, signature: str, at: float) -> None:
        """Record the proof that a transaction can never land."""
        with self._db.transaction() as connection:
            state = _state_of(connection, signature)
            if state is TxState.SUBMITTED:
                _set_state(connection, signature, advance(state, TxEvent.EXPIRED), None)
                _settle(connection, _intent_id_of(connection, signature), at, TxEvent.EXPIRED.value)

    def mark_finalized(self, signature: str) -> None:
        """Record that a confirmed transaction can no longer be undone."""
        with self._db.transaction() as connection:
            state = _state_of(connection, signature)
            if state is TxState.CONFIRMED:
                _set_state(connection, signature, advance(state, TxEvent.FINALIZED), None)
                connection.execute(
                    "UPDATE fills SET commitment = 'finalized' WHERE signature = ?", (signature,)
                )

    # -- positions -----------------------------------------------------------------------------------------

    def open_position(self, position: Position, fill: Fill) -> None:
        """Book a buy's fill together with the position it opened, in one commit."""
        with self._db.transaction() as connection:
            state = _state_of(connection, fill.settlement.signature)
            if state is not TxState.SUBMITTED:
                return
            _set_state(connection, fill.settlement.signature, advance(state, TxEvent.LANDED), fill)
            _insert_position(connection, position)
            _insert_fill(connection, fill)
            _settle(connection, fill.intent_id, fill.booked_at, TxEvent.LANDED.value)

    def set_position_state(self, position_id: str, state: PositionState, note: str, at: float) -> None:
        """Move a position; a closed or worthless one gets its closing time."""
        ended = at if state in (PositionState.CLOSED, PositionState.WORTHLESS) else None
        with self._db.transaction() as connection:
            connection.execute(
                "UPDATE positions SET state = ?, note = ?, closed_at = ? WHERE id = ?",
                (state, note, ended, position_id),
            )

    def raise_peak(self, position_id: str, value: int) -> None:
        """Remember the best exit value seen, so that a trailing exit survives a restart."""
        with self._db.transaction() as connection:
            connection.execute(
                "UPDATE positions SET peak_value = max(peak_value, ?) WHERE id = ?", (value, position_id)
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
            min(attempt.min_out, 2**63 - 1),
            attempt.state,
            attempt.created_at,
        ),
    )


def _begin_exit(connection: sqlite3.Connection, position_id: str, note: str) -> None:
    connection.execute(
        "UPDATE positions SET state = ?, note = ? WHERE id = ?", (PositionState.EXITING, note, position_id)
    )


def _state_of(connection: sqlite3.Connection, signature: str) -> TxState:
    row = connection.execute("SELECT state FROM transactions WHERE signature = ?", (signature,)).fetchone()
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
    """A sale takes tokens and adds proceeds; what landed adds its fees; a closed account returns rent."""
    if fill.position_id is None:
        return
    row = connection.execute("SELECT * FROM positions WHERE id = ?", (fill.position_id,)).fetchone()
    position = position_of(row)
    done = fill.settlement
    raw = position.raw + (fill.token_delta if done.err is None else 0)
    proceeds = position.proceeds + (done.trade if fill.kind is IntentKind.SELL else 0)
    sold_out = fill.kind is IntentKind.SELL and done.err is None and raw <= 0
    state = PositionState.CLOSED if sold_out else position.state
    connection.execute(
        "UPDATE positions SET raw = ?, proceeds = ?, fees = fees + ?, rent = rent + ?, state = ?,"
        " closed_at = ? WHERE id = ?",
        (
            str(max(raw, 0)),
            proceeds,
            done.fee + done.tip,
            done.rent_paid - done.rent_returned,
            state,
            fill.booked_at if sold_out else position.closed_at,
            position.id,
        ),
    )
