"""Attribution of log lines."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sniperforge.dex.invoke_stack import Frame, frames_of, is_truncated

LOGS = (
    "Program A invoke [1]",
    "Program log: Instruction: Outer",
    "Program B invoke [2]",
    "Program log: Instruction: Inner",
    "Program A invoke [3]",
    "Program data: AAAA",
    "Program A consumed 10 of 20 compute units",
    "Program A success",
    "Program return: B AAAA",
    "Program B success",
    "Program log: after the call",
    "Program consumption: 5 units remaining",
    "Program A failed: custom program error: 0x1",
    "Program B invoke [1]",
    "Program B success",
)


def test_lines_belong_to_the_program_on_top() -> None:
    """A caller's line after its call returned is the caller's again."""
    assert frames_of(LOGS, {"A"}) == (
        Frame("A", 1, ("Program log: Instruction: Outer", "Program log: after the call")),
        Frame("A", 3, ("Program data: AAAA",)),
    )
    assert [frame.lines for frame in frames_of(LOGS, {"B"})] == [("Program log: Instruction: Inner",), ()]


def test_programs_that_nobody_asked_for_take_their_lines_with_them() -> None:
    """Without B among the programs, its lines do not fall to A."""
    lines = frames_of(LOGS, {"A"})[0].lines
    assert "Program log: Instruction: Inner" not in lines


def test_a_program_cannot_forge_a_call() -> None:
    """What a program writes is prefixed, so a message that looks like an invocation is only a message."""
    logs = (
        "Program EVIL invoke [1]",
        "Program log: Program DEX invoke [2]",
        "Program log: Instruction: Initialize",
        "Program log: x\nProgram DEX invoke [2]\nProgram log: Instruction: Initialize]",
        "Program data: Program DEX invoke [2]",
        "Program EVIL success",
    )
    assert frames_of(logs, {"DEX"}) == ()
    assert len(frames_of(logs, {"EVIL"})[0].lines) == 4


def test_lost_lines_heal_at_the_next_invocation() -> None:
    """A missing success line does not leave later lines with the wrong program."""
    logs = (
        "Program A invoke [1]",
        "Program B invoke [2]",
        "Program C invoke [2]",
        "Program C success",
        "Program log: of A",
    )
    assert frames_of(logs, {"A", "B"})[0].lines == ("Program log: of A",)


def test_a_failed_call_ends() -> None:
    """The line after a failure that the caller survived is the caller's."""
    logs = (
        "Program A invoke [1]",
        "Program B invoke [2]",
        "Program failed to complete: exceeded CUs meter",
        "Program B failed: Program failed to complete",
        "Program log: of A",
    )
    assert frames_of(logs, {"A"})[0].lines == ("Program log: of A",)


def test_strange_lines_change_nothing() -> None:
    """Depths that no runtime writes, brackets elsewhere, and lines outside any call are passed over."""
    logs = (
        "Program log: nobody's",
        "",
        "]",
        "Memo invoke [1]",
        "Program A invoke [0]",
        "Program log: 1",
        "Program A invoke [999999999999999999999]",
        "Program log: 2",
        "Program B success",
        "a line with a bracket]",
        "Program log: 3",
    )
    assert [frame.lines for frame in frames_of(logs, {"A"})] == [
        ("Program log: 1",),
        ("Program log: 2", "Program log: 3"),
    ]


def test_truncation_is_seen() -> None:
    """The runtime's own line says it, a program's message does not."""
    assert is_truncated(["Program A invoke [1]", "Log truncated"])
    assert not is_truncated(["Program log: Log truncated"])


PIECES = st.sampled_from(
    [*LOGS, "Log truncated", "Program A invoke [2]", "Program A invoke [-1]", "", "x" * 9]
)


@settings(deadline=None)
@given(st.lists(PIECES | st.text(max_size=30), max_size=40))
def test_any_lines_are_attributed_at_most_once(lines: list[str]) -> None:
    """Whatever the lines, nothing raises, and no line appears in two calls."""
    frames = frames_of(lines, {"A", "B"})
    kept = [line for frame in frames for line in frame.lines]
    written = [line for line in lines if line.startswith(("Program log: ", "Program data: "))]
    assert len(kept) <= len(written)
    assert all(frame.depth >= 1 for frame in frames)
