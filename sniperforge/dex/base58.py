"""Base58 text to bytes, for instruction data in JSON. Addresses go through solders, which is faster."""

from __future__ import annotations

from typing import Final

from sniperforge.errors import DecodeError

_ALPHABET: Final = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_INVALID: Final = 255
_DIGITS: Final = bytes(_ALPHABET.find(code) if code in _ALPHABET else _INVALID for code in range(256))
_BASE_5: Final = 58**5
_BASE_10: Final = 58**10

MAX_TEXT: Final = 16_384
"""Longer text is refused: instruction data of 10 KiB, the runtime's limit, needs 13,985 digits."""


def decode(text: str) -> bytes:
    """The bytes that base58 ``text`` stands for.

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


def _number(digits: bytes) -> int:
    """Ten digits at a time: folding them in small integers halves the time of a plain loop."""
    head = len(digits) % 10
    number = 0
    for digit in digits[:head]:
        number = number * 58 + digit
    rest = iter(digits[head:])
    for a, b, c, d, e, f, g, h, i, j in zip(*([rest] * 10), strict=True):
        upper = (((a * 58 + b) * 58 + c) * 58 + d) * 58 + e
        lower = (((f * 58 + g) * 58 + h) * 58 + i) * 58 + j
        number = number * _BASE_10 + upper * _BASE_5 + lower
    return number
