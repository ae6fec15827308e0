"""Base58 as Bitcoin and Solana write it. Pure Python, so that listing wallets needs no compiled package."""

from __future__ import annotations

from typing import Final

from sniperforge.errors import DecodeError

_ALPHABET: Final = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_INVALID: Final = 255
_DIGITS: Final = bytes(_ALPHABET.find(code) if code in _ALPHABET else _INVALID for code in range(256))
_PLAIN_DIGITS: Final = 14
"""Up to here a plain loop is faster."""
_BLOCK: Final = 1_024
"""Digits folded at once."""


def _mask(width: int) -> int:
    """Ones in the lower lane of every pair of lanes of ``width`` bits."""
    lane = (1 << width) - 1
    return sum(lane << shift for shift in range(0, 8 * _BLOCK, 2 * width))


_LEVELS: Final = tuple((8 << level, _mask(8 << level), 58 ** (1 << level)) for level in range(10))

MAX_TEXT: Final = 16_384
"""Longer text is refused: instruction data of 10 KiB, the runtime's limit, needs 13,985 digits."""


def decode(text: str) -> bytes:
    """The bytes that base58 ``text`` stands for; no error repeats it, for it may be a secret.

    Raises:
        DecodeError: a character outside the Bitcoin alphabet, or more than :data:`MAX_TEXT` of them.
    """
    if len(text) > MAX_TEXT:
        raise DecodeError(f"base58 text of {len(text)} characters is longer than {MAX_TEXT}")
    try:
        digits = text.encode("ascii").translate(_DIGITS)
    except UnicodeEncodeError:
        raise DecodeError("base58 text holds characters outside ASCII") from None
    if _INVALID in digits:
        raise DecodeError("base58 text holds a character outside its alphabet")
    number = _number(digits)
    zeros = len(digits) - len(digits.lstrip(b"\0"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def encode(data: bytes) -> str:
    """``data`` as base58 text; each leading zero byte is a ``1``."""
    number = int.from_bytes(data, "big")
    letters = bytearray()
    while number:
        number, digit = divmod(number, 58)
        letters.append(_ALPHABET[digit])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + letters[::-1].decode()


def is_address(text: str) -> bool:
    """Whether ``text`` is the base58 form of 32 bytes."""
    if not 32 <= len(text) <= 44:
        return False
    try:
        return len(decode(text)) == 32
    except DecodeError:
        return False


def _number(digits: bytes) -> int:
    number = 0
    if len(digits) <= _PLAIN_DIGITS:
        for digit in digits:
            number = number * 58 + digit
        return number
    if len(digits) <= _BLOCK:
        return _fold(digits)
    for start in range(0, len(digits), _BLOCK):
        block = digits[start : start + _BLOCK]
        number = number * 58 ** len(block) + _fold(block)
    return number


def _fold(digits: bytes) -> int:
    """All digits at once: neighbours become one lane of twice the width, level by level.

    A lane of ``w`` bits holds ``w / 8`` digits, always less than ``2^w``, so that lanes never overflow.
    """
    lanes = int.from_bytes(digits, "big")
    for width, mask, power in _LEVELS[: (len(digits) - 1).bit_length()]:
        lanes = ((lanes >> width) & mask) * power + (lanes & mask)
    return lanes
