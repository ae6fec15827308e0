"""Events as bytes, from log lines and self-calls."""

from __future__ import annotations

from base64 import b64encode

from sniperforge.dex.anchor_events import EVENT_CALL, called_payloads, emitted, logged_payloads
from sniperforge.dex.invoke_stack import Frame
from sniperforge.dex.venue import Call
from sniperforge.domain.chain import InstructionView, TransactionView

LINE = "Program data: " + b64encode(b"12345678body").decode()


def call(*inner: tuple[str, bytes], lines: tuple[str, ...] = ()) -> Call:
    """A call of ``dex`` with inner instructions and own log lines."""
    views = [InstructionView("dex", (), b"swap", (0,), 1)]
    views += [
        InstructionView(program, (), data, (0, number), 2) for number, (program, data) in enumerate(inner)
    ]
    view = TransactionView("s", 1, None, None, 0, (), tuple(views), (), (), (), (), ())
    return Call(view, 0, Frame("dex", 1, lines) if lines else None)


def test_lines_that_are_no_data_are_passed() -> None:
    """Only well-formed base64 counts."""
    assert list(logged_payloads(["Program log: x", "Program data: *", LINE])) == [b"12345678body"]


def test_self_calls_come_before_lines() -> None:
    """A program may write both: it is one event."""
    both = call(("token", b"t"), ("dex", EVENT_CALL + b"event"), lines=(LINE,))
    assert emitted(both) == (b"event",)
    assert emitted(call(lines=(LINE,))) == (b"12345678body",)
    assert emitted(call()) == ()


def test_events_of_a_nested_call_are_not_its_callers() -> None:
    """A further call of the same program ends the search."""
    nested = call(("dex", EVENT_CALL + b"mine"), ("dex", b"swap"), ("dex", EVENT_CALL + b"other"))
    assert list(called_payloads(nested)) == [b"mine"]
