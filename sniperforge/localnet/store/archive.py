"""Closed blocks and what landed in them, read from the database when somebody asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from solders.hash import Hash
from solders.pubkey import Pubkey
from solders.signature import Signature

from sniperforge.localnet.ledger.chain import Block
from sniperforge.localnet.store.rows import decode_record, link

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sniperforge.localnet.ledger.past import Place
    from sniperforge.localnet.ledger.records import TransactionRecord
    from sniperforge.store.database import Database

_PAGE: Final = 100
"""Transactions read at once; nothing stays open between two pages."""

_RECORDS: Final = (
    "SELECT id, body, slot, time, id - total + landed - 1 AS position"
    " FROM transactions JOIN blocks USING (slot)"
)


class StoredHistory:
    """An :class:`~sniperforge.localnet.ledger.past.Archive` over one database.

    What is in it of the block that is still open is not told: the ledger has that.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def record(self, signature: str) -> TransactionRecord | None:
        """The record of ``signature``; ``None`` when there is none."""
        try:
            wanted = link(bytes(Signature.from_string(signature)))
        except ValueError:
            return None
        rows = self._db.rows(
            f"{_RECORDS} WHERE id IN (SELECT id FROM links WHERE key = ?)",  # noqa: S608 - constants alone
            wanted,
        )
        return next((record for record in map(_record, rows) if record.signature == signature), None)

    def in_slot(self, slot: int) -> list[TransactionRecord]:
        """The records of one block, in order."""
        block = self._db.row("SELECT total, landed FROM blocks WHERE slot = ?", slot)
        if block is None:
            return []
        first = block["total"] - block["landed"] + 1
        rows = self._db.rows(
            f"{_RECORDS} WHERE id BETWEEN ? AND ? ORDER BY id",
            first,
            block["total"],
        )
        return list(map(_record, rows))

    def of_address(self, address: str, *, newest: int, before: Place | None) -> Iterator[TransactionRecord]:
        """Records that mention ``address``, newest first; see the protocol."""
        wanted = link(bytes(Pubkey.from_string(address)))
        below = newest + 1 if before is None else min(newest + 1, self._id_at(before))
        while rows := self._db.rows(
            f"{_RECORDS} WHERE id IN (SELECT id FROM links WHERE key = ? AND id < ?"  # noqa: S608 - constants alone
            " ORDER BY id DESC LIMIT ?) ORDER BY id DESC",
            wanted,
            below,
            _PAGE,
        ):
            for row in rows:
                record = _record(row)
                if address in record.loaded.names:
                    yield record
            below = rows[-1]["id"]

    def block(self, slot: int) -> Block | None:
        """The block of ``slot``; ``None`` when the slot was skipped or its block is no longer kept."""
        row = self._db.row("SELECT * FROM blocks WHERE slot = ?", slot)
        return None if row is None else block_of(row)

    def slots(self, first: int, last: int, limit: int) -> list[int]:
        """The first ``limit`` slots with a block from ``first`` to ``last``, both included."""
        rows = self._db.rows(
            "SELECT slot FROM blocks WHERE slot BETWEEN ? AND ? ORDER BY slot LIMIT ?", first, last, limit
        )
        return [row["slot"] for row in rows]

    def first_slot(self) -> int | None:
        """Slot of the oldest block; ``None`` when there is none."""
        slot: int | None = self._db.rows("SELECT min(slot) FROM blocks")[0][0]
        return slot

    def _id_at(self, place: Place) -> int:
        slot, position = place
        row = self._db.row(
            "SELECT slot, total, landed FROM blocks WHERE slot <= ? ORDER BY slot DESC LIMIT 1", slot
        )
        if row is None:
            return 0
        after: int = row["total"] + 1
        return after if row["slot"] < slot else after - row["landed"] + position


def block_of(row: Any) -> Block:
    """A block as a row of the table says."""
    return Block(
        slot=row["slot"],
        parent_slot=row["parent"],
        height=row["height"],
        hash_bytes=row["hash"],
        blockhash=str(Hash.from_bytes(row["hash"])),
        time=row["time"],
        total=row["total"],
        landed=row["landed"],
    )


def _record(row: Any) -> TransactionRecord:
    return decode_record(row["body"], slot=row["slot"], block_time=row["time"], position=row["position"])
