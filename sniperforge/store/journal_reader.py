"""What the journal of a wallet tells: reads only, for the engine and for commands that show it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sniperforge.domain.lifecycle import UNRESOLVED, TxState
from sniperforge.domain.trade import HELD_STATES, Attempt, Fill, Intent, IntentKind, Position, PositionState
from sniperforge.store.database import Database
from sniperforge.store.other_hands import foreign_token_of, move_of
from sniperforge.store.rows import attempt_of, fill_of, intent_of, position_of
from sniperforge.store.usage_reader import UsageReader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sniperforge.domain.trade import ForeignToken, Move

_UNRESOLVED_SQL = ",".join(f"'{state}'" for state in sorted(UNRESOLVED))
_HELD_SQL = ",".join(f"'{state}'" for state in HELD_STATES)


class JournalReader:
    """The record of a wallet, read-only.

    Args:
        path: ``journal.db``; must exist.

    Raises:
        StorageError: the file cannot be opened.
        ConfigError: the file is not a journal, or a newer version wrote it.
    """

    def __init__(self, path: Path) -> None:
        self._db = Database(path, "journal", durable=True, readonly=True)

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        self._db.close()

    @property
    def usage(self) -> UsageReader:
        """What the limits ask."""
        return UsageReader(self._db)

    def intent(self, intent_id: str) -> Intent | None:
        """One intent by id."""
        return intent_of(self._db.row("SELECT * FROM intents WHERE id = ?", intent_id))

    def intent_by_key(self, client_key: str) -> Intent | None:
        """The intent that a caller's ``--intent-id`` made before."""
        return intent_of(self._db.row("SELECT * FROM intents WHERE client_key = ?", client_key))

    def attempts(self, intent_id: str) -> list[Attempt]:
        """All transactions of an intent, oldest first."""
        rows = self._db.rows("SELECT * FROM transactions WHERE intent_id = ? ORDER BY number", intent_id)
        return [attempt_of(row) for row in rows]

    def attempt(self, signature: str) -> Attempt | None:
        """One transaction by signature."""
        row = self._db.row("SELECT * FROM transactions WHERE signature = ?", signature)
        return None if row is None else attempt_of(row)

    def unresolved(self) -> list[tuple[Intent, Attempt]]:
        """Transactions whose outcome is not known yet, with their intents, oldest first."""
        where = f"FROM transactions WHERE state IN ({_UNRESOLVED_SQL})"
        rows = self._db.rows(f"SELECT * {where} ORDER BY created_at, rowid")
        if not rows:
            return []
        wanted = self._db.rows(f"SELECT * FROM intents WHERE id IN (SELECT intent_id {where})")  # noqa: S608
        intents = {row["id"]: intent_of(row) for row in wanted}
        return [(intents[row["intent_id"]], attempt_of(row)) for row in rows]

    def decisive(self, intent_id: str) -> Attempt:
        """The transaction that tells an intent's outcome: the one that landed, else the last one signed."""
        attempts = self.attempts(intent_id)
        landed = (TxState.CONFIRMED, TxState.FINALIZED, TxState.REJECTED)
        return next((each for each in attempts if each.state in landed), attempts[-1])

    def provisional(self) -> list[tuple[str, int]]:
        """``(signature, slot)`` of what landed, rejected or not, and is not final yet; oldest first."""
        rows = self._db.rows("SELECT signature, slot FROM fills WHERE commitment = 'confirmed' ORDER BY slot")
        return [(str(row["signature"]), int(row["slot"])) for row in rows]

    def busy_nonces(self) -> dict[str, str]:
        """``{nonce account: position id}`` of those that may not serve another position now.

        A series is in flight on it, or one was rejected in a slot that is not final: should that slot be
        dropped, the rejected sale may land after all, and only a next one on the same account excludes it.
        """
        rows = self._db.rows(
            "SELECT nonce_account, position_id FROM transactions JOIN intents ON intents.id = intent_id"  # noqa: S608
            f" WHERE nonce_account IS NOT NULL AND state IN ({_UNRESOLVED_SQL})"
            " UNION SELECT nonce_account, fills.position_id FROM fills"
            " JOIN transactions USING (signature) JOIN positions ON positions.id = fills.position_id"
            " WHERE commitment = 'confirmed' AND nonce_account IS NOT NULL"
            f" AND transactions.state = 'rejected' AND positions.state IN ({_HELD_SQL})"
        )
        return {str(row["nonce_account"]): str(row["position_id"] or "") for row in rows}

    def nonce_accounts(self) -> dict[str, int]:
        """``{account: lamports of rent}`` of the nonce accounts that were made and not closed."""
        held: dict[str, int] = {}
        rows = self._db.rows(
            "SELECT facts, rent_paid FROM fills JOIN intents ON intents.id = intent_id"
            " WHERE fills.kind = 'nonce' AND err IS NULL ORDER BY slot, booked_at"
        )
        for row in rows:
            accounts = json.loads(row["facts"])["accounts"]
            for account in accounts:
                if row["rent_paid"]:
                    held[account] = row["rent_paid"] // len(accounts)
                else:
                    held.pop(account, None)
        return held

    def nonce_used(self, value: str) -> bool:
        """Whether a transaction was ever signed on this nonce value."""
        return self._db.row("SELECT 1 FROM transactions WHERE nonce_value = ?", value) is not None

    def known_signatures(self) -> set[str]:
        """Every signature that this wallet's intents produced."""
        return {str(row["signature"]) for row in self._db.rows("SELECT signature FROM transactions")}

    def in_flight_spend(self, *kinds: IntentKind) -> int:
        """Lamports that unresolved intents of these kinds may still cost, at their maximum."""
        return self._in_flight("coalesce(sum(max_spend), 0)", kinds)

    def in_flight_count(self, *kinds: IntentKind) -> int:
        """How many intents of these kinds are unresolved."""
        return self._in_flight("count(*)", kinds)

    def buying(self, mint: str) -> bool:
        """Whether an unresolved buy of ``mint`` exists."""
        row = self._db.row(
            "SELECT 1 FROM intents JOIN transactions ON intent_id = intents.id"  # noqa: S608
            f" WHERE kind = 'buy' AND mint = ? AND state IN ({_UNRESOLVED_SQL})",
            mint,
        )
        return row is not None

    def _in_flight(self, what: str, kinds: Sequence[IntentKind]) -> int:
        marks = ",".join("?" for _ in kinds)
        row = self._db.row(
            f"SELECT {what} AS total FROM intents WHERE kind IN ({marks}) AND id IN"  # noqa: S608
            f" (SELECT intent_id FROM transactions WHERE state IN ({_UNRESOLVED_SQL}))",
            *kinds,
        )
        return 0 if row is None else int(row["total"])

    def fills(self, *, since: float = 0.0, limit: int = -1) -> list[Fill]:
        """Booked fills, oldest first, rejected ones (with their fees) included."""
        rows = self._db.rows(
            "SELECT * FROM fills WHERE booked_at >= ? ORDER BY slot, booked_at, rowid LIMIT ?", since, limit
        )
        return [fill_of(row) for row in rows]

    def fill(self, signature: str) -> Fill | None:
        """One fill by signature."""
        row = self._db.row("SELECT * FROM fills WHERE signature = ?", signature)
        return None if row is None else fill_of(row)

    def positions(self, states: Sequence[PositionState] = HELD_STATES) -> list[Position]:
        """Positions in the given states, oldest first."""
        marks = ",".join("?" for _ in states)
        rows = self._db.rows(
            f"SELECT * FROM positions WHERE state IN ({marks}) ORDER BY opened_at, rowid",  # noqa: S608
            *states,
        )
        return [position_of(row) for row in rows]

    def position(self, position_id: str) -> Position | None:
        """One position by id."""
        row = self._db.row("SELECT * FROM positions WHERE id = ?", position_id)
        return None if row is None else position_of(row)

    def is_final(self, position_id: str) -> bool:
        """Whether all that landed of a position is final, so that a finalized read shows it."""
        return not self._db.rows(
            "SELECT 1 FROM fills WHERE position_id = ? AND commitment = 'confirmed' LIMIT 1", position_id
        )

    def moves(self, position_id: str) -> list[Move]:
        """What other hands did to a position's tokens, oldest first."""
        rows = self._db.rows("SELECT * FROM moves WHERE position_id = ? ORDER BY slot, rowid", position_id)
        return [move_of(row) for row in rows]

    def foreign_tokens(self) -> list[ForeignToken]:
        """Tokens of the wallet that no buy explains, as of the last look."""
        rows = self._db.rows("SELECT * FROM foreign_tokens ORDER BY rowid")
        return [foreign_token_of(row) for row in rows]

    def close_tried(self, position: Position) -> bool:
        """Whether closing the position's token account landed, was refused by the chain, or may still land.

        A transaction that closed several accounts names them in its intent's facts; one from before the
        position ended was about an earlier use of the same account.
        """
        row = self._db.row(
            "SELECT 1 FROM intents JOIN transactions ON intent_id = intents.id"
            " WHERE kind = 'close_account' AND state IN ('submitted', 'confirmed', 'finalized', 'rejected')"
            " AND (position_id = ? OR (intents.created_at >= ?"
            " AND EXISTS (SELECT 1 FROM json_each(facts, '$.accounts') WHERE value = ?)))",
            position.id,
            position.closed_at or 0.0,
            position.token_account,
        )
        return row is not None

    def held_mint(self, mint: str) -> Position | None:
        """The held position of a mint, if any."""
        row = self._db.row(
            f"SELECT * FROM positions WHERE mint = ? AND state IN ({_HELD_SQL}) ORDER BY opened_at, rowid",  # noqa: S608
            mint,
        )
        return None if row is None else position_of(row)

    def realized_since(self, since: float) -> int:
        """Lamports won or lost since a time, net of everything, what failed included.

        Counts positions that were closed or written off, and what intents without a position cost: refused
        buys, transfers' fees. What a transfer moved is no loss, and what a sale of tokens bought elsewhere
        brought is no gain. The rent of nonce accounts stays the wallet's.
        """
        # Summed by the database (as Position.realized_pnl): the door asks before every buy of a busy day.
        row = self._db.row(
            "SELECT (SELECT coalesce(sum(proceeds - cost - fees - rent), 0) FROM positions"
            " WHERE closed_at >= ?) + (SELECT"
            " coalesce(sum(iif(kind = 'buy', trade, 0) - fee - tip"
            " - iif(kind = 'nonce', 0, rent_paid - rent_returned)), 0)"
            " FROM fills WHERE booked_at >= ? AND (position_id IS NULL"
            " OR position_id NOT IN (SELECT id FROM positions))) AS won",
            since,
            since,
        )
        return 0 if row is None else int(row["won"])

    def foreign_delta(self) -> int:
        """Lamports that others moved into (positive) or out of the wallet."""
        row = self._db.row("SELECT coalesce(sum(sol_delta), 0) AS moved FROM foreign_transactions")
        return 0 if row is None else int(row["moved"])

    def foreign_signed(self) -> list[str]:
        """Signatures that carry the wallet's own signature but are not ours: another tool has the key."""
        rows = self._db.rows("SELECT signature FROM foreign_transactions WHERE signed_by_wallet = 1")
        return [str(row["signature"]) for row in rows]

    def flag(self, name: str) -> str:
        """A flag's value; ``""`` when it was never set."""
        row = self._db.row("SELECT value FROM flags WHERE name = ?", name)
        return "" if row is None else str(row["value"])
