"""Transactions, accounts and digests as bytes in the database, and back."""

from __future__ import annotations

from struct import pack, unpack
from typing import TYPE_CHECKING, Any, Final

import msgspec
from solders.pubkey import Pubkey
from solders.transaction_metadata import TransactionMetadata

from sniperforge.localnet.ledger.balances import Holding
from sniperforge.localnet.ledger.envelope import open_envelope
from sniperforge.localnet.ledger.lookups import with_loaded
from sniperforge.localnet.ledger.records import TransactionRecord

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

KEY_BYTES: Final = 32
DIGEST_BYTES: Final = 32
_LINK_BYTES: Final = 8
_ENTRY_BYTES: Final = 1 + DIGEST_BYTES

_StoredHolding = tuple[int, bytes, bytes, bytes, int, int]


class _Body(msgspec.Struct, array_like=True, frozen=True):
    """What of a record cannot be told from its block; ``loaded`` are the keys that came from tables."""

    raw: bytes
    meta: bytes
    err: Any
    fee: int
    loaded: bytes
    loaded_writable: int
    pre_lamports: tuple[int, ...]
    post_lamports: tuple[int, ...]
    pre_tokens: tuple[_StoredHolding, ...]
    post_tokens: tuple[_StoredHolding, ...]


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(_Body).decode


def link(key: bytes) -> int:
    """The key under which a signature or an address is found: its first 8 bytes."""
    return int.from_bytes(key[:_LINK_BYTES], "little", signed=True)


def links_of(record: TransactionRecord) -> list[int]:
    """The links of a record: its first signature's, then those of its addresses."""
    signature = record.envelope.raw[1 : 1 + _LINK_BYTES]  # behind their count, which is one byte
    keys = record.loaded.keys
    return [link(signature), *unpack("<" + "q24x" * len(keys), b"".join(map(bytes, keys)))]


def pack_links(links: Sequence[int]) -> bytes:
    """``links`` as they stand beside a transaction."""
    return pack(f"<{len(links)}q", *links)


def unpack_links(packed: bytes) -> tuple[int, ...]:
    """What :func:`pack_links` packed."""
    return unpack(f"<{len(packed) // _LINK_BYTES}q", packed)


def encode_record(record: TransactionRecord) -> bytes:
    """All of ``record`` but its place."""
    loaded = record.loaded
    return _encode(
        _Body(
            raw=record.envelope.raw,
            meta=bytes(record.meta),
            err=record.err,
            fee=record.fee,
            loaded=b"".join(map(bytes, loaded.keys[len(record.envelope.keys) :])),
            loaded_writable=loaded.loaded_writable,
            pre_lamports=record.pre_lamports,
            post_lamports=record.post_lamports,
            pre_tokens=tuple(map(_stored, record.pre_tokens)),
            post_tokens=tuple(map(_stored, record.post_tokens)),
        )
    )


def decode_record(body: bytes, *, slot: int, block_time: int, position: int) -> TransactionRecord:
    """What :func:`encode_record` encoded, at its place.

    Raises:
        msgspec.DecodeError, UnreadableTransactionError, ValueError: it is damaged.
    """
    stored = _decode(body)
    envelope = open_envelope(stored.raw)
    keys = [
        Pubkey.from_bytes(stored.loaded[at : at + KEY_BYTES])
        for at in range(0, len(stored.loaded), KEY_BYTES)
    ]
    return TransactionRecord(
        signature=envelope.signature,
        slot=slot,
        block_time=block_time,
        position=position,
        envelope=envelope,
        loaded=with_loaded(envelope, keys[: stored.loaded_writable], keys[stored.loaded_writable :]),
        err=stored.err,
        fee=stored.fee,
        meta=TransactionMetadata.from_bytes(stored.meta),
        pre_lamports=stored.pre_lamports,
        post_lamports=stored.post_lamports,
        pre_tokens=tuple(map(_holding, stored.pre_tokens)),
        post_tokens=tuple(map(_holding, stored.post_tokens)),
    )


def seen_entry(age: int, digest: bytes) -> bytes:
    """That ``digest`` landed with the hash of the block ``age`` blocks before."""
    return bytes((age,)) + digest


def seen_entries(entries: bytes) -> Iterator[tuple[int, bytes]]:
    """Age and digest of many :func:`seen_entry`, one behind the other."""
    for at in range(0, len(entries), _ENTRY_BYTES):
        yield entries[at], entries[at + 1 : at + _ENTRY_BYTES]


def _stored(held: Holding) -> _StoredHolding:
    return held.position, held.mint, held.owner, bytes(held.program), held.amount, held.decimals


def _holding(stored: _StoredHolding) -> Holding:
    index, mint, owner, program, amount, decimals = stored
    return Holding(index, mint, owner, Pubkey.from_bytes(program), amount, decimals)
