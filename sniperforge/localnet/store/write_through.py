"""Writing what a ledger does, a database transaction a block: committed before the block can be confirmed."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Final

from solders.pubkey import Pubkey

from sniperforge.errors import ConfigError, SniperForgeError, StorageError
from sniperforge.localnet.ledger.chain import HASH_LIFE
from sniperforge.localnet.ledger.sysvars import SYSVAR_OWNER
from sniperforge.localnet.store.pruning import prune
from sniperforge.localnet.store.rows import encode_record, links_of, pack_links, seen_entry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sniperforge.localnet.ledger.chain import Block
    from sniperforge.localnet.ledger.ledger import Ledger
    from sniperforge.localnet.ledger.records import TransactionRecord
    from sniperforge.localnet.store.checkpoints import Checkpoints
    from sniperforge.localnet.store.pruning import Limits
    from sniperforge.store.database import Database

_AT_ONCE: Final = 64
"""Records that wait to be written, so that the close of a full block finds most of it done."""


_ROWS_OF_A_BLOCK: Final = 10
"""What the close of an empty block counts for: it writes some pages of the log, too."""


class WriteThrough:
    """Keeps one database up to one ledger.

    A block's rows become visible together when it closes. When that fails the block does not close, so
    nothing is ever confirmed that is not stored, and every later close fails too.

    Args:
        db: where to.
        ledger: whose blocks.
        limits: how much history stays.
        checkpoints: told what was written.

    Raises:
        ConfigError: with this profile a transaction is confirmed before its block closes.
    """

    def __init__(self, db: Database, ledger: Ledger, limits: Limits, checkpoints: Checkpoints) -> None:
        if ledger.profile.confirm_slots == 0:
            raise ConfigError(
                "a chain is kept on disk block by block, and with confirm_slots 0 that is too late"
            )
        self._db = db
        self._ledger = ledger
        self._limits = limits
        self._checkpoints = checkpoints
        self._ahead = ledger.ahead
        self._failure: StorageError | None = None
        self._stack = ExitStack()
        self._connection: sqlite3.Connection | None = None
        self._pending: list[TransactionRecord] = []
        self._seen = bytearray()
        self._rows = 0
        ledger.on_landed.append(self._landed)
        ledger.on_closing.append(self.store)
        ledger.on_rollback.append(self._dropped)

    def store(self, block: Block) -> None:
        """Commit ``block``, which is the newest.

        Raises:
            StorageError: it is not stored, nor will later ones be.
        """
        if self._failure is not None:
            raise self._failure
        try:
            with self._stack:
                connection = self._write_pending()
                self._close(connection, block)
        except (SniperForgeError, sqlite3.Error) as error:
            self._failure = _failure(error)
            raise self._failure from error
        finally:
            self._begin_anew()
        self._checkpoints.wrote(self._rows + _ROWS_OF_A_BLOCK)
        self._rows = 0

    def _landed(self, record: TransactionRecord, _changes: object) -> None:
        self._pending.append(record)
        if len(self._pending) < _AT_ONCE or self._failure is not None:
            return
        try:
            with self._stack:
                self._write_pending()
                self._stack = self._stack.pop_all()  # goes on until the block closes
        except (SniperForgeError, sqlite3.Error) as error:
            self._failure = _failure(error)  # told when the block closes: until then nothing was promised

    def abandon(self) -> None:
        """Take back what was written of the open block. Safe to call at any time."""
        with suppress(_DroppedError), self._stack:
            raise _DroppedError
        self._begin_anew()

    def _dropped(self, _block: Block, _records: object, _changes: object) -> None:
        self.abandon()

    def _begin_anew(self) -> None:
        self._stack = ExitStack()
        self._connection = None
        self._pending.clear()
        self._seen.clear()

    def _write_pending(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._stack.enter_context(self._db.transaction())
        block = self._ledger.chain.tip
        before = block.total - block.landed + 1
        rows, links = [], []
        for record in self._pending:
            number, keys = before + record.position, links_of(record)
            rows.append((number, record.slot, pack_links(keys), encode_record(record)))
            links += [(key, number) for key in keys]
            self._note_seen(record, block)
        self._pending.clear()
        self._connection.executemany("INSERT INTO transactions VALUES (?,?,?,?)", rows)
        self._connection.executemany("INSERT OR IGNORE INTO links VALUES (?,?)", links)
        self._rows += len(rows) + len(links)
        return self._connection

    def _note_seen(self, record: TransactionRecord, block: Block) -> None:
        used = self._ledger.chain.usable(record.envelope.blockhash)
        if used is not None:
            self._seen += seen_entry(block.height - used.height, record.envelope.digest)

    def _close(self, connection: sqlite3.Connection, block: Block) -> None:
        self._rows += write_accounts(connection, self._ledger, block.replaced.keys() | block.set_directly)
        write_block(connection, block)
        if self._seen:
            connection.execute("INSERT INTO seen VALUES (?,?)", (block.height, bytes(self._seen)))
        connection.execute("DELETE FROM seen WHERE height < ?", (block.height - HASH_LIFE,))
        if self._ledger.ahead != self._ahead:
            self._ahead = self._ledger.ahead
            connection.execute("UPDATE facts SET value = ? WHERE name = 'ahead'", (self._ahead,))
        prune(connection, block, self._limits)


class _DroppedError(Exception):
    """Ends a database transaction without its effects."""


def write_block(connection: sqlite3.Connection, block: Block) -> None:
    """Add the row of ``block``."""
    connection.execute(
        "INSERT INTO blocks VALUES (?,?,?,?,?,?,?)",
        (
            block.slot,
            block.parent_slot,
            block.height,
            block.hash_bytes,
            block.time,
            block.total,
            block.landed,
        ),
    )


def write_accounts(connection: sqlite3.Connection, ledger: Ledger, names: Iterable[str]) -> int:
    """Store what the accounts at the addresses ``names`` are now, sysvars left out; returns how many."""
    kept, gone = [], []
    for name in names:
        key = Pubkey.from_string(name)
        account = ledger.vm.get(key)
        if account is None:
            gone.append((bytes(key),))
        elif account.owner != SYSVAR_OWNER:
            kept.append((bytes(key), bytes(account)))
    connection.executemany("INSERT OR REPLACE INTO accounts VALUES (?,?)", kept)
    connection.executemany("DELETE FROM accounts WHERE address = ?", gone)
    return len(kept)


def _failure(error: SniperForgeError | sqlite3.Error) -> StorageError:
    hint = getattr(error, "hint", "") or "check free space and permissions"
    return StorageError(
        f"the chain cannot be kept, so the network stops: {error}",
        hint=f"{hint}; `sniperforge localnet up` then goes on after what was confirmed",
    )
