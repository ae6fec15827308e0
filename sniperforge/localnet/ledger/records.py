"""What landed: bounded records, an index by address, and statuses that outlive the records.

Records beyond the limit are dropped from memory, oldest first, once confirmed; an archive, if there is
one, has them all. Statuses are kept longer (see :data:`KEPT_STATUSES`): a client that sees no status after a
hash has expired takes the transaction for dead, so a status must never go while its hash could be in use.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solders.transaction_metadata import TransactionMetadata

    from sniperforge.localnet.ledger.balances import Holding
    from sniperforge.localnet.ledger.envelope import Envelope
    from sniperforge.localnet.ledger.lookups import LoadedKeys
    from sniperforge.localnet.ledger.past import Archive, Place

KEPT_STATUSES: Final = 100_000
KEPT_STATUS_SLOTS: Final = 1_000
"""A status goes only when both are exceeded."""


@dataclass(frozen=True, slots=True)
class TransactionRecord:
    """One landed transaction.

    Attributes:
        signature: base58.
        slot, block_time: where and when (Unix seconds) it landed.
        position: index within its block.
        envelope, loaded: the transaction and all its account keys.
        err: ``TransactionError`` as JSON; ``None`` when it succeeded.
        fee: lamports.
        meta: the SVM's report: logs, inner instructions, compute units, return data.
        pre_lamports, post_lamports: per key.
        pre_tokens, post_tokens: token accounts among the keys.
    """

    signature: str
    slot: int
    block_time: int
    position: int
    envelope: Envelope
    loaded: LoadedKeys
    err: Any
    fee: int
    meta: TransactionMetadata
    pre_lamports: tuple[int, ...]
    post_lamports: tuple[int, ...]
    pre_tokens: tuple[Holding, ...]
    post_tokens: tuple[Holding, ...]

    @property
    def logs(self) -> list[str]:
        """The log lines."""
        return self.meta.logs()


class Status(NamedTuple):
    """Where a transaction landed and how it ended."""

    slot: int
    err: Any


class History:
    """Records and statuses by signature.

    Args:
        limit: records kept; more only while the oldest are not confirmed yet.

    Attributes:
        archive: where the others are.
        archived: how many since genesis are only there.
    """

    def __init__(self, limit: int) -> None:
        self.archive: Archive | None = None
        self.archived = 0
        self._limit = limit
        self._records: dict[str, TransactionRecord] = {}
        self._statuses: dict[str, Status] = {}
        self._oldest_records: deque[str] = deque()
        self._oldest_statuses: deque[str] = deque()
        self._addresses: dict[str, deque[str]] = {}
        self._slots: dict[int, list[TransactionRecord]] = {}

    def __len__(self) -> int:
        return len(self._records)

    def add(self, record: TransactionRecord, confirmed_slot: int) -> None:
        """Store ``record`` and forget what is beyond the limits."""
        signature = record.signature
        self._records[signature] = record
        self._statuses[signature] = Status(record.slot, record.err)
        self._oldest_records.append(signature)
        self._oldest_statuses.append(signature)
        for name in record.loaded.names:
            self._addresses.setdefault(name, deque()).append(signature)
        self._slots.setdefault(record.slot, []).append(record)
        self._trim(confirmed_slot)
        self._trim_statuses(record.slot)

    def record(self, signature: str) -> TransactionRecord | None:
        """The record of ``signature``, ``None`` when unknown or dropped."""
        found = self._records.get(signature)
        if found is None and self.archive is not None:
            return self.archive.record(signature)
        return found

    def status(self, signature: str) -> Status | None:
        """The outcome of ``signature``, ``None`` when it never landed or is long forgotten."""
        found = self._statuses.get(signature)
        if found is None and self.archive is not None:
            record = self.archive.record(signature)
            return None if record is None else Status(record.slot, record.err)
        return found

    def drop(self, slot: int) -> list[TransactionRecord]:
        """Forget all that landed in ``slot``, the newest there is; returns it in order."""
        dropped = self._slots.pop(slot, [])
        for record in reversed(dropped):
            del self._records[self._oldest_records.pop()]
            del self._statuses[self._oldest_statuses.pop()]
            for name in record.loaded.names:
                signatures = self._addresses[name]
                signatures.pop()
                if not signatures:
                    del self._addresses[name]
        return dropped

    def in_slot(self, slot: int) -> list[TransactionRecord]:
        """Kept records of one block, in order."""
        found = self._slots.get(slot, [])
        whole = bool(found) and found[0].position == 0
        return found if whole or self.archive is None else self.archive.in_slot(slot)

    def of_address(self, address: str, before: Place | None = None) -> Iterator[TransactionRecord]:
        """Kept records that mention ``address``, newest first; only those that landed ``before``."""
        for signature in reversed(self._addresses.get(address, ())):
            record = self._records[signature]
            if before is None or (record.slot, record.position) < before:
                yield record
        if self.archive is not None:
            yield from self.archive.of_address(address, newest=self.archived, before=before)

    def _trim(self, confirmed_slot: int) -> None:
        while len(self._records) > self._limit:
            oldest = self._records[self._oldest_records[0]]
            if oldest.slot > confirmed_slot:
                return
            del self._records[self._oldest_records.popleft()]
            self.archived += 1
            self._forget(oldest)

    def _forget(self, record: TransactionRecord) -> None:
        for name in record.loaded.names:
            signatures = self._addresses[name]
            signatures.popleft()
            if not signatures:
                del self._addresses[name]
        block = self._slots[record.slot]
        block.pop(0)
        if not block:
            del self._slots[record.slot]

    def _trim_statuses(self, slot: int) -> None:
        if len(self._statuses) <= KEPT_STATUSES:
            return
        if self._statuses[self._oldest_statuses[0]].slot < slot - KEPT_STATUS_SLOTS:
            del self._statuses[self._oldest_statuses.popleft()]
