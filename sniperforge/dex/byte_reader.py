"""Reads little-endian and Borsh fields one after another; a fixed layout is better read by ``struct``."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from solders.pubkey import Pubkey

from sniperforge.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class ByteReader:
    """A place in some bytes. Every read moves it on; one past the end raises :class:`DecodeError`.

    Args:
        data: what is read.
        at: where to begin.
        what: named in errors.
    """

    __slots__ = ("at", "data", "what")

    def __init__(self, data: bytes, at: int = 0, what: str = "data") -> None:
        self.data = data
        self.at = at
        self.what = what

    @property
    def left(self) -> int:
        """Bytes not yet read."""
        return len(self.data) - self.at

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes."""
        end = self.at + size
        if size < 0 or end > len(self.data):
            raise DecodeError(f"{self.what} ends at byte {len(self.data)}, {size} more are needed")
        part = self.data[self.at : end]
        self.at = end
        return part

    def unsigned(self, size: int) -> int:
        """An unsigned integer of ``size`` bytes."""
        return int.from_bytes(self.take(size), "little")

    def signed(self, size: int) -> int:
        """A two's-complement integer of ``size`` bytes."""
        return int.from_bytes(self.take(size), "little", signed=True)

    def u8(self) -> int:
        """One byte."""
        return self.unsigned(1)

    def u16(self) -> int:
        """Two bytes."""
        return self.unsigned(2)

    def u32(self) -> int:
        """Four bytes."""
        return self.unsigned(4)

    def u64(self) -> int:
        """Eight bytes."""
        return self.unsigned(8)

    def u128(self) -> int:
        """Sixteen bytes."""
        return self.unsigned(16)

    def i32(self) -> int:
        """Four bytes, signed."""
        return self.signed(4)

    def i64(self) -> int:
        """Eight bytes, signed."""
        return self.signed(8)

    def flag(self) -> bool:
        """One byte; anything but zero is true."""
        return self.u8() != 0

    def key(self) -> str:
        """An address, base58."""
        return str(Pubkey.from_bytes(self.take(32)))

    def text(self) -> str:
        """A Borsh string: u32 length, then UTF-8; what is not UTF-8 is replaced."""
        return self.take(self.u32()).decode("utf-8", "replace")

    def option(self, read: Callable[[], T]) -> T | None:
        """A Borsh option: nothing after a zero byte, else what ``read`` reads."""
        return read() if self.flag() else None
