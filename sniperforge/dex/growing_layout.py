"""Anchor events and arguments that only ever grew at the end: a missing tail is left out."""

from __future__ import annotations

import struct
from bisect import bisect
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from solders.pubkey import Pubkey

from sniperforge.dex.anchor import DISCRIMINATOR_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

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
    "passed key": "32x",
}
_PASSED: Final = "passed key"
_LENGTH: Final = struct.Struct("<I")
_SHARE_SIZE: Final = 34
"""Of one entry of a ``shares`` list: an address and a u16."""


class Fields(NamedTuple):
    """What was read: integers (flags as 0 or 1) and text (addresses base58), by name."""

    numbers: dict[str, int]
    words: dict[str, str]


class _Part(NamedTuple):
    """Fields of fixed size, read in one go.

    Attributes:
        plain: names of those that ``pick`` takes out of what ``form`` unpacks, as they are.
        keys, flags, wide: index and name of the others; ``wide`` are 16-byte integers, and whether signed.
    """

    form: struct.Struct
    plain: tuple[str, ...]
    pick: Callable[[tuple[Any, ...]], tuple[int, ...]]
    keys: tuple[tuple[int, str], ...]
    flags: tuple[tuple[int, str], ...]
    wide: tuple[tuple[int, str, bool], ...]


class _Run:
    """Neighbouring fields of fixed size, of which the first ones may be all there is."""

    __slots__ = ("_ends", "_parts", "size")

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        prefixes = [_part(fields[:count]) for count in range(len(fields) + 1)]
        self._ends = [part.form.size for part in prefixes]
        self._parts = prefixes
        self.size = self._ends[-1]

    def read(self, payload: bytes, at: int, found: Fields) -> int | None:
        """Add what fits of the fields; where they end, or ``None`` when some are missing."""
        left = len(payload) - at
        part = self._parts[-1] if left >= self.size else self._parts[bisect(self._ends, left) - 1]
        values = part.form.unpack_from(payload, at)
        numbers, words = found
        numbers.update(zip(part.plain, part.pick(values), strict=True))
        for index, name in part.keys:
            words[name] = str(Pubkey(values[index]))
        for index, name in part.flags:
            numbers[name] = 1 if values[index] else 0
        for index, name, signed in part.wide:
            numbers[name] = int.from_bytes(values[index], "little", signed=signed)
        return at + self.size if left >= self.size else None


class GrowingLayout:
    """The fields of an event or of an instruction's arguments, in order.

    Args:
        discriminator: the first bytes.
        fields: ``(name, kind)``; kinds are ``bool``, ``u8`` to ``u128``, ``i32``, ``i64``, ``i128``, ``key``,
            ``text`` (u32 length, UTF-8); passed over are a ``passed key`` and ``shares``, a list of addresses
            with a share each.
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
                end = part.read(payload, at, found)
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
            yield _Run(run)
        run = []
        yield name, kind
    if run:
        yield _Run(run)


def _part(fields: list[tuple[str, str]]) -> _Part:
    told = [(name, kind) for name, kind in fields if kind != _PASSED]
    kinds = dict(enumerate(told))
    plain = [index for index, (_, kind) in kinds.items() if kind not in ("key", "bool", "u128", "i128")]
    return _Part(
        struct.Struct("<" + "".join(_CODES[kind] for _, kind in fields)),
        tuple(told[index][0] for index in plain),
        _picker(plain),
        tuple((index, name) for index, (name, kind) in kinds.items() if kind == "key"),
        tuple((index, name) for index, (name, kind) in kinds.items() if kind == "bool"),
        tuple(
            (index, name, kind == "i128") for index, (name, kind) in kinds.items() if kind in ("u128", "i128")
        ),
    )


def _picker(indexes: list[int]) -> Callable[[tuple[Any, ...]], tuple[int, ...]]:
    """Takes the values at ``indexes``; ``itemgetter`` gives a tuple for two or more only."""
    if len(indexes) > 1:
        return itemgetter(*indexes)
    return lambda values: tuple(values[index] for index in indexes)


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
