"""Reading fixed fields of token accounts from bytes: little-endian integers, keys, options, TLV records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from sniperforge.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY_SIZE = 32
TLV_START = 166
"""Where Token-2022 extensions start: after the 165 bytes of an account and one byte of account type."""

_ZERO_KEY = bytes(KEY_SIZE)
_TYPE_SIZE = 2
_HEADER_SIZE = 4


def uint(data: bytes, offset: int, size: int) -> int:
    """The unsigned little-endian integer of ``size`` bytes at ``offset``."""
    return int.from_bytes(data[offset : offset + size], "little")


def key(data: bytes, offset: int) -> str:
    """The address at ``offset``, base58."""
    return str(Pubkey.from_bytes(data[offset : offset + KEY_SIZE]))


def nonzero_key(data: bytes, offset: int) -> str | None:
    """The address at ``offset``; ``None`` for all zeros, as in ``OptionalNonZeroPubkey``."""
    return None if data[offset : offset + KEY_SIZE] == _ZERO_KEY else key(data, offset)


def has_option(data: bytes, offset: int, where: str) -> bool:
    """Whether the ``COption`` at ``offset`` (u32 tag, then the value) holds a value.

    Raises:
        DecodeError: the tag is neither 0 nor 1.
    """
    tag = uint(data, offset, 4)
    if tag > 1:
        raise DecodeError(f"{where}: option tag at byte {offset} is {tag}, not 0 or 1")
    return tag == 1


def option_key(data: bytes, offset: int, where: str) -> str | None:
    """The optional address in the ``COption`` at ``offset``. Raises like :func:`has_option`."""
    return key(data, offset + 4) if has_option(data, offset, where) else None


def records(data: bytes, where: str) -> Iterator[tuple[int, bytes]]:
    """Token-2022 extension records ``(type, value)`` from byte 166 on, in order.

    Follows ``get_tlv_data_info`` of spl-token-2022: type 0 or fewer than two bytes end the list.

    Raises:
        DecodeError: a record is longer than the data.
    """
    position = TLV_START
    while position + _TYPE_SIZE <= len(data):
        kind = uint(data, position, 2)
        if kind == 0:
            return
        start = position + _HEADER_SIZE
        end = start + uint(data, position + _TYPE_SIZE, 2)
        if start > len(data) or end > len(data):
            raise DecodeError(f"{where}: extension {kind} at byte {position} runs past {len(data)} bytes")
        yield kind, data[start:end]
        position = end
