"""Deleting the oldest blocks with what landed in them, a little at each close."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sniperforge.localnet.store.rows import unpack_links

if TYPE_CHECKING:
    import sqlite3

    from sniperforge.localnet.ledger.chain import Block

RECENT: Final = 1_024
"""Newest blocks that stay whatever the limits are: hashes, SlotHashes and commitment need them."""

_STEP: Final = 200
"""Blocks and transactions deleted at a close beyond as many as came."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much history a chain on disk keeps.

    Attributes:
        transactions: a transaction with its links is about 1 KB.
        blocks: 1,000,000 are 4.6 days at mainnet's pace, 0.1 GB.
    """

    transactions: int = 1_000_000
    blocks: int = 1_000_000


def prune(connection: sqlite3.Connection, newest: Block, limits: Limits) -> None:
    """Delete what is beyond ``limits`` after ``newest``, oldest first and at most a step; accounts stay."""
    budget = _STEP + newest.landed
    oldest = connection.execute(
        "SELECT slot, height, total, landed FROM blocks WHERE height <= ? ORDER BY slot LIMIT ?",
        (newest.height - RECENT, budget),
    ).fetchall()
    last = None
    for slot, height, total, landed in oldest:
        too_many = newest.total - total >= limits.transactions or newest.height - height >= limits.blocks
        if budget <= 0 or not too_many:
            break
        budget -= 1 + landed
        last = (slot, total)
    if last is not None:
        _delete(connection, *last)


def _delete(connection: sqlite3.Connection, slot: int, total: int) -> None:
    gone = connection.execute("SELECT id, links FROM transactions WHERE id <= ?", (total,)).fetchall()
    links = [(key, number) for number, packed in gone for key in unpack_links(packed)]
    connection.executemany("DELETE FROM links WHERE key = ? AND id = ?", links)
    connection.execute("DELETE FROM transactions WHERE id <= ?", (total,))
    connection.execute("DELETE FROM blocks WHERE slot <= ?", (slot,))
