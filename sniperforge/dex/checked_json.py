"""Typed access to JSON that others wrote: a value of the asked kind, or a DecodeError naming the place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sniperforge.errors import DecodeError


def mapping_at(value: object, where: str) -> Mapping[str, Any]:
    """``value`` as an object. Raises :class:`DecodeError` naming ``where``."""
    if type(value) is dict or isinstance(value, Mapping):
        return cast("Mapping[str, Any]", value)
    raise DecodeError(f"{where} is not an object")


def list_at(value: object, where: str) -> Sequence[Any]:
    """``value`` as an array. Raises :class:`DecodeError` naming ``where``."""
    if type(value) is list or isinstance(value, tuple):
        return value
    raise DecodeError(f"{where} is not an array")


def text_at(value: object, where: str) -> str:
    """``value`` as text. Raises :class:`DecodeError` naming ``where``."""
    if isinstance(value, str):
        return value
    raise DecodeError(f"{where} is not a string")


def count_at(value: object, where: str) -> int:
    """``value`` as a number from 0 to 2^64 - 1. Raises :class:`DecodeError` naming ``where``."""
    if type(value) is int and 0 <= value < 2**64:
        return value
    raise DecodeError(f"{where} is not a whole number from 0 to 2^64 - 1")


def amount_at(value: object, where: str) -> int:
    """Decimal text as a raw amount of at most 64 bits. Raises :class:`DecodeError` naming ``where``."""
    if isinstance(value, str) and len(value) <= 20 and value.isascii() and value.isdigit():
        return count_at(int(value), where)
    raise DecodeError(f"{where} is not a raw amount in decimal text")
