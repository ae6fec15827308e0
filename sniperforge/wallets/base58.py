"""Base58 as Bitcoin and Solana write it. Pure Python, so that listing wallets needs no compiled package."""

from __future__ import annotations

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {letter: value for value, letter in enumerate(ALPHABET)}


def encode(data: bytes) -> str:
    """``data`` as base58 text; each leading zero byte is a ``1``."""
    number = int.from_bytes(data, "big")
    letters: list[str] = []
    while number:
        number, digit = divmod(number, 58)
        letters.append(ALPHABET[digit])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(letters))


def decode(text: str) -> bytes:
    """The bytes of base58 ``text``.

    Raises:
        ValueError: a letter outside the alphabet; the message does not repeat the text.
    """
    number = 0
    for letter in text:
        if letter not in _VALUES:
            raise ValueError("not base58")
        number = number * 58 + _VALUES[letter]
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def is_address(text: str) -> bool:
    """Whether ``text`` is the base58 form of 32 bytes."""
    if not 32 <= len(text) <= 44:
        return False
    try:
        return len(decode(text)) == 32
    except ValueError:
        return False
