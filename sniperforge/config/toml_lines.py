"""On which line each key of a TOML text stands: ``tomllib`` does not say. Works on texts that it accepted."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

_HEADER: Final = re.compile(r"^\s*\[(?P<array>\[)?(?P<name>[^\[\]]+)\]\]?\s*(#.*)?$")
_ASSIGNMENT: Final = re.compile(
    r"""^\s*(?P<key>(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=(?P<value>.*)$"""
)
_PART: Final = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_TOKEN: Final = re.compile(
    r'''"""|\'\'\'|"(?:\\.|[^"\\])*"|'[^']*'|\#.*|[\[\]{}]''',
)


def key_lines(text: str) -> dict[tuple[str, ...], int]:
    """Line (from 1) of each key and table header.

    The first header of an array of tables is the array's; each table is keyed by its place: ``("a", "0")``.
    """
    lines: dict[tuple[str, ...], int] = {}
    places: Counter[tuple[str, ...]] = Counter()
    table: tuple[str, ...] = ()
    scan = _ValueScan()
    for number, line in enumerate(text.splitlines(), start=1):
        if scan.is_open:
            scan.feed(line)
            continue
        if header := _HEADER.match(line):
            table = _parts(header["name"])
            lines.setdefault(table, number)
            if header["array"]:
                place = (*table, str(places[table]))
                places[table] += 1
                table = place
                lines[table] = number
        elif assignment := _ASSIGNMENT.match(line):
            lines.setdefault(table + _parts(assignment["key"]), number)
            scan.feed(assignment["value"])
    return lines


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


class _ValueScan:
    """Follows a value over lines: open brackets and multi-line strings."""

    def __init__(self) -> None:
        self._depth = 0
        self._quote = ""

    @property
    def is_open(self) -> bool:
        return self._depth > 0 or bool(self._quote)

    def feed(self, text: str) -> None:
        position = 0
        while position < len(text):
            if self._quote:
                end = text.find(self._quote, position)
                if end < 0:
                    return
                position, self._quote = end + 3, ""
                continue
            token = _TOKEN.search(text, position)
            if token is None:
                return
            position = token.end()
            self._take(token[0])

    def _take(self, mark: str) -> None:
        if mark in ('"""', "'''"):
            self._quote = mark
        elif mark in "[{":
            self._depth += 1
        elif mark in "]}":
            self._depth -= 1
