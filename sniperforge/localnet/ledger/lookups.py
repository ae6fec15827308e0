"""Address lookup tables: from a message's static keys to all keys that it loads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from solders.message import MessageV0
from solders.pubkey import Pubkey

from sniperforge.localnet.ledger.refusals import TransactionRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from solders.account import Account

    from sniperforge.localnet.ledger.envelope import Envelope

LOOKUP_TABLE_PROGRAM: Final = Pubkey.from_string("AddressLookupTab1e1111111111111111111111111")
HEADER_BYTES: Final = 56
"""State u32, deactivation slot u64, last extended slot u64, start index u8, authority option, padding."""


@dataclass(frozen=True, slots=True)
class LoadedKeys:
    """All account keys of a transaction: static, then looked-up writable, then looked-up readonly.

    Attributes:
        keys, names: as objects and as base58, same order.
        writable: indexes that the transaction may write.
        loaded_writable, loaded_readonly: how many of the keys came from tables, by kind.
    """

    keys: tuple[Pubkey, ...]
    names: tuple[str, ...]
    writable: tuple[int, ...]
    loaded_writable: int = 0
    loaded_readonly: int = 0


def load_keys(envelope: Envelope, read: Callable[[Pubkey], Account | None]) -> LoadedKeys:
    """Resolve every key of ``envelope``; ``read`` fetches a table's account.

    Raises:
        TransactionRefusedError: a table is missing, foreign or shorter than an index.
    """
    message = envelope.message
    lookups = message.address_table_lookups if isinstance(message, MessageV0) else ()
    written: list[Pubkey] = []
    merely_read: list[Pubkey] = []
    for lookup in lookups:
        addresses = _addresses(read(lookup.account_key))
        written.extend(_pick(addresses, lookup.writable_indexes))
        merely_read.extend(_pick(addresses, lookup.readonly_indexes))
    return with_loaded(envelope, written, merely_read)


def with_loaded(envelope: Envelope, written: Sequence[Pubkey], merely_read: Sequence[Pubkey]) -> LoadedKeys:
    """All keys of ``envelope``, whose tables gave these."""
    count = len(envelope.keys)
    writable = tuple(index for index in range(count) if envelope.is_writable(index))
    if not written and not merely_read:
        return LoadedKeys(envelope.keys, envelope.names, writable)
    loaded = (*written, *merely_read)
    return LoadedKeys(
        keys=(*envelope.keys, *loaded),
        names=(*envelope.names, *map(str, loaded)),
        writable=(*writable, *range(count, count + len(written))),
        loaded_writable=len(written),
        loaded_readonly=len(merely_read),
    )


def _addresses(account: Account | None) -> bytes:
    if account is None:
        raise TransactionRefusedError("AddressLookupTableNotFound")
    if account.owner != LOOKUP_TABLE_PROGRAM:
        raise TransactionRefusedError("InvalidAddressLookupTableOwner")
    if len(account.data) < HEADER_BYTES:
        raise TransactionRefusedError("InvalidAddressLookupTableData")
    return account.data[HEADER_BYTES:]


def _pick(addresses: bytes, indexes: bytes) -> list[Pubkey]:
    if indexes and (max(indexes) + 1) * 32 > len(addresses):
        raise TransactionRefusedError("InvalidAddressLookupTableIndex")
    return [Pubkey.from_bytes(addresses[index * 32 : index * 32 + 32]) for index in indexes]
