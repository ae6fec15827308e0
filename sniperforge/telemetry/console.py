"""Log lines for people, on stderr: short, plain, and safe to print whatever a token is called."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TextIO

_FRAME: Final = frozenset({"ts", "level", "event", "pid", "exception"})


class Console:
    """Prints records to a stream that may be slow, closed or gone.

    Args:
        stream: usually ``sys.stderr``.
        hidden: fields that every line of this process shares and the console leaves out.
    """

    def __init__(self, stream: TextIO, *, hidden: frozenset[str] = frozenset()) -> None:
        self._stream = stream
        self._hidden = hidden | _FRAME

    def write(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Print ``records``; a stream that fails is passed over, for the log file has them too."""
        try:
            self._stream.write("".join(self.format(record) + "\n" for record in records))
            self._stream.flush()
        except (OSError, ValueError):
            return

    def format(self, record: Mapping[str, Any]) -> str:
        """One line: time (UTC), level, event, fields, and the last line of an exception."""
        fields = [f"{name}={_short(value)}" for name, value in record.items() if name not in self._hidden]
        last = str(record.get("exception", "")).rstrip().rpartition("\n")[2]
        parts = [
            f"{str(record['ts'])[11:19]} {str(record['level']).upper():7} {printable(str(record['event']))}",
            *fields,
            *([printable(last)] if last else []),
        ]
        return "  ".join(parts[:2]) + "".join(" " + part for part in parts[2:])


def printable(text: str) -> str:
    """``text`` with control characters, line ends and direction marks written as escapes."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else _escape(letter) for letter in text)


def _escape(letter: str) -> str:
    return json.dumps(letter)[1:-1] if ord(letter) < 128 else f"\\u{ord(letter):04x}"


def _short(value: Any) -> str:
    if isinstance(value, str):
        bare = value and " " not in value and '"' not in value and value.isprintable()
        return value if bare else printable(json.dumps(value, ensure_ascii=False))
    return printable(json.dumps(value, ensure_ascii=False, default=str))
