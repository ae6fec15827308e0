"""Anchor events and arguments that only ever grew at the end: a missing tail is left out."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from solders.pubkey import Pubkey

from sniperforge.dex.anchor import DISCRIMINATOR_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_CODES: Final = {
    "bool": "B",
    "u8": "B",
    "u16": "H",
    "u32": "I",
    "i32": "i",
    "u64": "Q",
    "i64": "q",
    "u128": "16s",
    "i128": "16s",
    "key": "32s",
}
_LENGTH: Final = struct.Struct("<I")
_SHARE_SIZE: Final = 34
"""Of one entry of a ``shares`` list: an address and a u16."""


class Fields(NamedTuple):
    """What was read: integers (flags as 0 or 1) and text (addresses base58), by name."""

    numbers: dict[str, int]
    words: dict[str, str]


class _Run(NamedTuple):
    """Fields of fixed size, read in one go."""

    form: struct.Struct
    fields: tuple[tuple[str, str], ...]


class GrowingLayout:
    """The fields of an event or of an instruction's arguments, in order.

    Args:
        discriminator: the first bytes.
        fields: ``(name, kind)``; kinds are ``bool``, ``u8`` to ``u128``, ``i32``, ``i64``, ``i128``, ``key``,
            ``text`` (u32 length, UTF-8) and ``shares`` (a list of addresses with a share each, passed over).
        least: the last field that every version has.
    """

    __slots__ = ("_least", "_parts", "discriminator")

    def __init__(self, discriminator: bytes, fields: Iterable[tuple[str, str]], *, least: str) -> None:
        self.discriminator = discriminator
        self._least = least
        self._parts = tuple(_runs(fields))

    def read(self, payload: bytes) -> Fields | None:
        """The fields of ``payload``, discriminator first; ``None`` for other data or data cut too short."""
        if payload[:DISCRIMINATOR_SIZE] != self.discriminator:
            return None
        found = Fields({}, {})
        at = DISCRIMINATOR_SIZE
        for part in self._parts:
            if isinstance(part, _Run):
                end = _read_run(part, payload, at, found)
            else:
                end = _read_list(part, payload, at, found)
            if end is None:
                break
            at = end
        return found if self._least in found.numbers or self._least in found.words else None


def read_events(
    payloads: Iterable[bytes], layouts: Mapping[bytes, GrowingLayout]
) -> Iterator[tuple[GrowingLayout, Fields]]:
    """The events among ``payloads`` that ``layouts``, by discriminator, knows; others are passed over."""
    for payload in payloads:
        layout = layouts.get(payload[:DISCRIMINATOR_SIZE])
        if layout is not None and (fields := layout.read(payload)) is not None:
            yield layout, fields


def by_discriminator(*layouts: GrowingLayout) -> dict[bytes, GrowingLayout]:
    """``layouts`` as :func:`read_events` wants them."""
    return {layout.discriminator: layout for layout in layouts}


def _runs(fields: Iterable[tuple[str, str]]) -> Iterator[_Run | tuple[str, str]]:
    run: list[tuple[str, str]] = []
    for name, kind in fields:
        if kind in _CODES:
            run.append((name, kind))
            continue
        if run:
            yield _run(run)
        run = []
        yield name, kind
    if run:
        yield _run(run)


def _run(fields: list[tuple[str, str]]) -> _Run:
    return _Run(struct.Struct("<" + "".join(_CODES[kind] for _, kind in fields)), tuple(fields))


def _read_run(run: _Run, payload: bytes, at: int, found: Fields) -> int | None:
    if at + run.form.size > len(payload):
        _read_what_fits(run, payload, at, found)
        return None
    for (name, kind), value in zip(run.fields, run.form.unpack_from(payload, at), strict=True):
        if kind == "key":
            found.words[name] = str(Pubkey(value))
        elif kind == "bool":
            found.numbers[name] = 1 if value else 0
        elif type(value) is bytes:
            found.numbers[name] = int.from_bytes(value, "little", signed=kind == "i128")
        else:
            found.numbers[name] = value
    return at + run.form.size


def _read_what_fits(run: _Run, payload: bytes, at: int, found: Fields) -> None:
    for field in run.fields:
        one = _run([field])
        if at + one.form.size > len(payload):
            return
        _read_run(one, payload, at, found)
        at += one.form.size


def _read_list(field: tuple[str, str], payload: bytes, at: int, found: Fields) -> int | None:
    name, kind = field
    start = at + _LENGTH.size
    if start > len(payload):
        return None
    (length,) = _LENGTH.unpack_from(payload, at)
    end = start + length * (1 if kind == "text" else _SHARE_SIZE)
    if end > len(payload):
        return None
    if kind == "text":
        found.words[name] = payload[start:end].decode("utf-8", "replace")
    return int(end)
