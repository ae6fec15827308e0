"""The journal of one wallet: intents, transactions, fills, positions. Its only writer is the lock holder.

Every method is one transaction, durable when it returns. Booking a fill, or taking it back, moves the
transaction's state, the intent's outcome and the position in the same commit, so no crash can leave them
telling different stories.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sniperforge.domain.lifecycle import IllegalTransitionError, TxEvent, TxState, advance
from sniperforge.domain.trade import Attempt, Fill, Intent, Position, PositionState
from sniperforge.errors import NotFoundError
from sniperforge.store.database import Database
from sniperforge.store.journal_reader import JournalReader
from sniperforge.store.other_hands import insert_move, replace_foreign_tokens
from sniperforge.store.position_sums import recount
from sniperforge.store.rows import attempt_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from pathlib import Path

    from sniperforge.domain.trade import ForeignToken, Move

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

    def add_attempt(self, attempt: Attempt, max_spend: int) -> None:
        """Make a further transaction of an intent durable, before any of its bytes leave.

        Args:
            max_spend: the most lamports that the intent can cost with this one.

        Raises:
            StorageError: nothing was recorded, so nothing may be sent.
            IllegalTransitionError: the intent's attempts are not all in flight on this one's nonce value.
        """
        with self._db.transaction() as connection:
            for earlier in connection.execute(
                "SELECT * FROM transactions WHERE intent_id = ?", (attempt.intent_id,)
            ).fetchall():
                _require_series(attempt_of(earlier), attempt)
            _insert_attempt(connection, attempt)
            connection.execute(
                "UPDATE intents SET max_spend = max(max_spend, ?) WHERE id = ?",
                (max_spend, attempt.intent_id),
            )

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
                recount(connection, fill.position_id)

    def mark_dead(self, signature: str, at: float) -> None:
        """Record the proof that a transaction, and all that share its nonce, can never land.

        What has landed stays as it is.
        """
        with self._db.transaction() as connection:
            if _state_of(connection, signature) is TxState.SUBMITTED:
                intent_id = _intent_id_of(connection, signature)
                _move_all(connection, intent_id, TxState.SUBMITTED, TxEvent.EXPIRED)
                _settle(connection, intent_id, at, TxEvent.EXPIRED.value)

    def roll_back(self, signature: str) -> None:
        """Take back a fill whose slot was dropped: it, and what it overtook, are in flight again.

        Raises:
            IllegalTransitionError: it is final, or it never landed.
        """
        with self._db.transaction() as connection:
            fill = connection.execute("SELECT * FROM fills WHERE signature = ?", (signature,)).fetchone()
            if fill is None or fill["commitment"] == "finalized":
                raise IllegalTransitionError(f"{signature} has no fill that can be taken back")
            state, intent_id = _state_of(connection, signature), fill["intent_id"]
            _set_state(connection, signature, advance(state, TxEvent.ROLLED_BACK), None)
            connection.execute(
                "UPDATE transactions SET slot = NULL, err = NULL WHERE signature = ?", (signature,)
            )
            _move_all(connection, intent_id, TxState.SUPERSEDED, TxEvent.ROLLED_BACK)
            connection.execute("DELETE FROM fills WHERE signature = ?", (signature,))
            connection.execute(
                "UPDATE intents SET settled_at = NULL, outcome = NULL WHERE id = ?", (intent_id,)
            )
            recount(connection, fill["position_id"])

    def mark_finalized(self, *signatures: str) -> None:
        """Record that what landed can no longer be undone; one commit for all of them."""
        with self._db.transaction() as connection:
            for signature in signatures:
                _finalize(connection, signature)

    # -- positions -----------------------------------------------------------------------------------------

    def open_position(self, position: Position, fill: Fill) -> None:
        """Book a buy's fill together with the position it opened, in one commit. Raises like :meth:`book`."""
        with self._db.transaction() as connection:
            if _land(connection, fill, TxEvent.LANDED):
                _insert_position(connection, position)
                _count_earlier_sales(connection, position.id)

    def adopt(self, position: Position, moves: Sequence[Move]) -> None:
        """Take a position that another tool bought; it is the sum of ``moves``."""
        with self._db.transaction() as connection:
            _insert_position(connection, position)
            for move in moves:
                insert_move(connection, move)
            recount(connection, position.id)

    def book_moves(self, moves: Sequence[Move], note: str) -> None:
        """Take what left a position by other hands out of it; ``note`` is shown with it."""
        with self._db.transaction() as connection:
            for move in moves:
                insert_move(connection, move)
                recount(connection, move.position_id)
                connection.execute(
                    "UPDATE positions SET note = ? WHERE id = ? AND state = 'open'", (note, move.position_id)
                )

    def set_foreign_tokens(self, tokens: Sequence[ForeignToken]) -> None:
        """Remember which tokens of the wallet no buy explains, instead of those of the last look."""
        with self._db.transaction() as connection:
            replace_foreign_tokens(connection, tokens)

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
    nonce = attempt.nonce
    if (
        nonce is not None
        and connection.execute(
            "SELECT 1 FROM transactions WHERE nonce_value = ? AND intent_id <> ?",
            (nonce.value, attempt.intent_id),
        ).fetchone()
    ):
        raise IllegalTransitionError(f"the nonce value {nonce.value} is another intent's")
    connection.execute(
        "INSERT INTO transactions (signature, intent_id, number, raw, last_valid_height, min_out, state,"
        " created_at, nonce_account, nonce_value, nonce_slot) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        (
            attempt.signature,
            attempt.intent_id,
            attempt.number,
            attempt.raw,
            attempt.last_valid_height,
            str(attempt.min_out),
            attempt.state,
            attempt.created_at,
            *((None,) * 3 if nonce is None else (nonce.account, nonce.value, nonce.slot)),
        ),
    )


def _require_series(earlier: Attempt, further: Attempt) -> None:
    """Two transactions of one intent can both be signed only when at most one of them can land."""
    first, second = earlier.nonce, further.nonce
    if first is None or second is None or (first.account, first.value) != (second.account, second.value):
        raise IllegalTransitionError(f"{earlier.signature} and {further.signature} share no nonce")
    if earlier.state is not TxState.SUBMITTED:
        raise IllegalTransitionError(f"{earlier.signature} is {earlier.state}: its series has ended")


def _begin_exit(connection: sqlite3.Connection, position_id: str, note: str) -> None:
    connection.execute(
        "UPDATE positions SET state = ?, note = ? WHERE id = ? AND closed_at IS NULL",
        (PositionState.EXITING, note, position_id),
    )


def _finalize(connection: sqlite3.Connection, signature: str) -> None:
    state = _state_of(connection, signature)
    if state is TxState.CONFIRMED:
        _set_state(connection, signature, advance(state, TxEvent.FINALIZED), None)
    _move_all(connection, _intent_id_of(connection, signature), TxState.SUPERSEDED, TxEvent.EXPIRED)
    connection.execute("UPDATE fills SET commitment = 'finalized' WHERE signature = ?", (signature,))


def _land(connection: sqlite3.Connection, fill: Fill, event: TxEvent) -> bool:
    """The transaction's state, its fill and its intent; false when they were booked before."""
    signature = fill.settlement.signature
    if connection.execute("SELECT 1 FROM fills WHERE signature = ?", (signature,)).fetchone():
        return False
    _set_state(connection, signature, advance(_state_of(connection, signature), event), fill)
    _move_all(connection, fill.intent_id, TxState.SUBMITTED, TxEvent.OVERTAKEN)
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


def _move_all(connection: sqlite3.Connection, intent_id: str, state: TxState, event: TxEvent) -> None:
    """Every transaction of an intent that is in ``state``: those of one series share their fate."""
    connection.execute(
        "UPDATE transactions SET state = ? WHERE intent_id = ? AND state = ?",
        (advance(state, event), intent_id, state),
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


def _count_earlier_sales(connection: sqlite3.Connection, position_id: str) -> None:
    """A buy that lands again may find sales of its tokens already booked."""
    booked = connection.execute("SELECT count(*) FROM fills WHERE position_id = ?", (position_id,)).fetchone()
    if booked[0] > 1:
        recount(connection, position_id)


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
