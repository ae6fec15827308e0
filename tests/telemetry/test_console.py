"""Console lines: short, plain, safe."""

from __future__ import annotations

import io

import pytest

from sniperforge.telemetry.console import Console, printable

RECORD = {"ts": "2026-11-20T14:02:03.123Z", "level": "warning", "event": "pool refused", "pid": 7}


def test_a_line_has_time_level_event_and_fields() -> None:
    """The frame and hidden fields are left out; text with spaces is quoted."""
    stream = io.StringIO()
    console = Console(stream, hidden=frozenset({"bot"}))
    console.write(
        [{**RECORD, "bot": "b", "pool": "So1", "why": "no LP", "n": 3, "ok": None, "empty": ""}, RECORD]
    )
    assert stream.getvalue().splitlines() == [
        '14:02:03 WARNING pool refused  pool=So1 why="no LP" n=3 ok=null empty=""',
        "14:02:03 WARNING pool refused",
    ]


def test_an_exception_is_its_last_line() -> None:
    """The traceback is in the file."""
    line = Console(io.StringIO()).format({**RECORD, "exception": "Traceback\n  x\nValueError: bad\n"})
    assert line == "14:02:03 WARNING pool refused  ValueError: bad"


@pytest.mark.parametrize("evil", ["\x1b[2J", "a\nb", "a\rb", "\u202etxt", "\x07", "\ud800", "\u2028"])
def test_names_from_the_chain_cannot_steer_the_terminal(evil: str) -> None:
    """Escapes, line ends and direction marks are written out."""
    line = Console(io.StringIO()).format({**RECORD, "event": evil, "symbol": evil, "list": [evil]})
    assert line.isprintable()
    line.encode()
    assert printable("plain é") == "plain é"


class Broken(io.StringIO):
    """A terminal that is gone."""

    def write(self, _text: str) -> int:
        """Fail."""
        raise BrokenPipeError


def test_a_stream_that_is_gone_is_no_failure() -> None:
    """Neither a broken pipe nor a closed stream reaches whoever logs."""
    Console(Broken()).write([RECORD])
    closed = io.StringIO()
    closed.close()
    Console(closed).write([RECORD])
