"""One chain on disk: what it began as, what it is now, and keeping it while a ledger runs."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from solders.account import Account
from solders.pubkey import Pubkey

from sniperforge.errors import ConfigError
from sniperforge.localnet.ledger.chain import HASH_LIFE, KEPT_BLOCKS, Chain
from sniperforge.localnet.ledger.pace import MAINNET_PACE
from sniperforge.localnet.ledger.past import Past
from sniperforge.localnet.store.archive import StoredHistory, block_of
from sniperforge.localnet.store.checkpoints import EVERY_ROWS, Checkpoints
from sniperforge.localnet.store.pruning import Limits
from sniperforge.localnet.store.rows import seen_entries
from sniperforge.localnet.store.write_through import WriteThrough, write_accounts, write_block
from sniperforge.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sniperforge.localnet.genesis import Genesis
    from sniperforge.localnet.ledger.chain import Block
    from sniperforge.localnet.ledger.ledger import Ledger

SCHEMA: Final = "localnet"
HINT: Final = (
    "`sniperforge localnet snapshot load FILE` puts a saved chain in its place,"
    " `sniperforge localnet up --reset` begins a new one; both keep this file aside"
)
_CACHE_KIB: Final = 32_768


class ChainFile:
    """The file of one chain; one process at a time may keep a ledger in it.

    Args:
        path: created when there is none.
        limits: how much history it keeps.
        readonly: only look; it must exist.

    Raises:
        ConfigError: it is damaged, another program's, or of a newer version; it is untouched.
        StorageError: it cannot be opened.
    """

    def __init__(self, path: Path, *, limits: Limits | None = None, readonly: bool = False) -> None:
        self.path = path
        self._limits = limits or Limits()
        self._checkpoints = Checkpoints(path)
        self._keeper: tuple[Ledger, WriteThrough] | None = None
        self._facts: dict[str, Any] = {}
        with _explained(path):
            self._db = Database(path, SCHEMA, durable=False, readonly=readonly)
            try:
                self._db.rows(f"PRAGMA cache_size=-{_CACHE_KIB}")
                self._db.rows("PRAGMA wal_autocheckpoint=0")
                self._read_facts()
            except BaseException:
                self._db.close()
                raise

    @property
    def begun(self) -> bool:
        """Whether a network has served the chain in it; else the next ledger that it keeps begins one."""
        return bool(self._facts)

    def genesis(self, fresh: Genesis) -> Genesis:
        """How its chain began, with the payer of ``fresh``; ``fresh`` itself before it has begun."""
        if not self.begun:
            return fresh
        first_slot = self._facts["first_slot"]
        return replace(
            fresh, seed=self._facts["seed"], first_slot=first_slot, accounts=(), programs=(), clock_time=None
        )

    def past(self) -> Past | None:
        """What a ledger goes on from; ``None`` before the chain has begun.

        Raises:
            ConfigError: the file is damaged.
        """
        if not self.begun:
            return None
        with _explained(self.path):
            blocks = self._blocks()
            accounts = [
                (Pubkey.from_bytes(address), Account.from_bytes(state))
                for address, state in self._db.rows("SELECT address, state FROM accounts")
            ]
        return Past(self._facts["started"], self._facts["ahead"], blocks, accounts)

    def keep(self, ledger: Ledger, genesis: Genesis) -> None:
        """Store from now on whatever happens to ``ledger``, and let it read what it no longer holds.

        Args:
            ledger: begun from ``genesis``, or gone on from :meth:`past`. It must be told of rollbacks by
                whoever makes them before this listens, so this comes last.
            genesis: of the ledger.

        Raises:
            ConfigError: the ledger's profile confirms at once.
            StorageError: the beginning cannot be stored.
        """
        keeper = WriteThrough(self._db, ledger, self._limits, self._checkpoints)
        if self.begun:
            self._checkpoints.wrote(EVERY_ROWS)  # what a kill left in the log
        else:
            self._begin(ledger, genesis.seed)
        ledger.read_from(StoredHistory(self._db))
        self._keeper = (ledger, keeper)

    def finish(self) -> None:
        """Store the block that is open, as if it had closed; the ledger must not be used any more.

        Safe to call twice.

        Raises:
            StorageError: it is not stored, or an earlier one was not.
        """
        if self._keeper is not None:
            (ledger, keeper), self._keeper = self._keeper, None
            keeper.store(ledger.chain.tip)

    def copy_to(self, target: Path) -> None:
        """Write it, compacted and as of its newest closed block, to the empty file ``target``.

        Raises:
            StorageError: there is no room.
        """
        self._db.rows("VACUUM INTO ?", str(target))

    def close(self) -> None:
        """Close the file, without the block that is open unless it is finished. Safe to call twice."""
        if self._keeper is not None:
            self._keeper[1].abandon()
            self._keeper = None
        self._checkpoints.close()
        self._db.close()

    def summary(self) -> dict[str, Any]:
        """How far it is: ``genesis_hash``, ``slot``, ``block_height``, ``time``, and what it holds."""
        with _explained(self.path):
            newest = self._db.row("SELECT * FROM blocks ORDER BY slot DESC LIMIT 1") if self.begun else None
            if newest is None:
                raise ConfigError("there is no chain in it")
            held = self._db.rows(
                "SELECT (SELECT count(*) FROM accounts) AS accounts,"
                " (SELECT count(*) FROM transactions) AS kept_transactions"
            )[0]
        return {
            "genesis_hash": self._facts["genesis"],
            "slot": newest["slot"],
            "block_height": newest["height"],
            "time": newest["time"],
            "transactions": newest["total"],
            "kept_transactions": held["kept_transactions"],
            "accounts": held["accounts"],
        }

    def check(self) -> None:
        """Read all of it.

        Raises:
            ConfigError: it is damaged.
        """
        with _explained(self.path):
            found = self._db.rows("PRAGMA integrity_check(1)")[0][0]
            if found != "ok":
                raise ConfigError(found)
        self.summary()
        self.past()

    def _read_facts(self) -> None:
        found = {row["name"]: row["value"] for row in self._db.rows("SELECT * FROM facts")}
        if not found:
            return
        _check_genesis(found)
        newest = self._db.rows("SELECT max(slot) FROM blocks")[0][0]
        if newest != found["first_slot"]:  # else it was stopped before its ports were open
            self._facts = found

    def _begin(self, ledger: Ledger, seed: bytes) -> None:
        first, tip = ledger.chain.oldest(), ledger.chain.tip
        self._facts = {
            "seed": seed,
            "genesis": ledger.genesis_hash,
            "first_slot": first.slot,
            "started": first.time,
            "ahead": ledger.ahead,
        }
        with self._db.transaction() as connection:
            for table in ("facts", "blocks", "accounts"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - constants alone
            connection.executemany("INSERT INTO facts VALUES (?,?)", self._facts.items())
            write_block(connection, first)
            write_accounts(connection, ledger, tip.set_directly)

    def _blocks(self) -> list[Block]:
        rows = self._db.rows("SELECT * FROM blocks ORDER BY slot DESC LIMIT ?", KEPT_BLOCKS)
        blocks = [block_of(row) for row in reversed(rows)]
        _check_blocks(blocks)
        by_height = {block.height: block for block in blocks[-HASH_LIFE - 1 :]}
        for height, digests in self._db.rows("SELECT height, digests FROM seen"):
            for age, digest in seen_entries(digests):
                if height - age in by_height:
                    by_height[height - age].seen[digest] = by_height[height].slot
        return blocks


def _check_genesis(facts: dict[str, Any]) -> None:
    chain = Chain(facts["seed"], MAINNET_PACE, facts["started"], first_slot=facts["first_slot"])
    if chain.genesis_hash != facts["genesis"]:
        raise ConfigError("its genesis hash is not that of its seed")
    if not isinstance(facts["ahead"], int | float):
        raise ConfigError(f"its clock is ahead by {facts['ahead']!r}")


def _check_blocks(blocks: list[Block]) -> None:
    """Every block must follow from the one before, so a block that was changed or is missing shows."""
    if not blocks:
        raise ConfigError("it has no blocks")
    for parent, block in pairwise(blocks):
        digest = hashlib.sha256(parent.hash_bytes + block.slot.to_bytes(8, "little")).digest()
        expected = (parent.slot, parent.height + 1, parent.total + block.landed, digest)
        if (block.parent_slot, block.height, block.total, block.hash_bytes) != expected:
            raise ConfigError(f"its block in slot {block.slot} does not follow from the one before")


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Name the file and what to do, whatever is wrong with what is in it."""
    try:
        yield
    except ConfigError as error:
        what = (
            error.message if str(path) in error.message else f"{path} holds no usable chain: {error.message}"
        )
        raise ConfigError(what, hint=HINT, details={"path": str(path)}) from error
    except (ValueError, KeyError, TypeError, OverflowError, sqlite3.DatabaseError) as error:
        raise ConfigError(
            f"{path} holds no usable chain: {error}", hint=HINT, details={"path": str(path)}
        ) from error
