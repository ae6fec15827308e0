"""Which program wrote which log line: a line belongs to the program on top of the invoke stack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

LOG_PREFIX: Final = "Program log: "
DATA_PREFIX: Final = "Program data: "
TRUNCATED_LINE: Final = "Log truncated"
"""Written once by the runtime when a transaction's logs pass 10 kB; nothing follows it."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One call of one program and the lines it wrote itself, not those of programs it called.

    Attributes:
        program_id: base58, as logged.
        depth: 1 for an outer instruction.
        lines: whole ``Program log:`` and ``Program data:`` lines, in order.
    """

    program_id: str
    depth: int
    lines: tuple[str, ...]


def is_truncated(logs: Sequence[str]) -> bool:
    """Whether the runtime cut the logs short, so that what is missing proves nothing."""
    return TRUNCATED_LINE in logs


def frames_of(logs: Sequence[str], programs: Container[str]) -> tuple[Frame, ...]:
    """The calls of ``programs`` in order of invocation.

    A program cannot forge a frame: whatever it writes carries the prefix ``Program log: ``. A stack that lost
    lines heals at the next ``invoke [n]``, which tells its own depth.
    """
    frames: list[tuple[str, int, list[str]]] = []
    stack: list[tuple[str, list[str] | None]] = []
    for line in logs:
        if line.startswith((LOG_PREFIX, DATA_PREFIX)):
            if stack and (own := stack[-1][1]) is not None:
                own.append(line)
            continue
        words = line.split(" ", 3)
        if len(words) < 3 or words[0] != "Program":
            continue
        program, verb = words[1], words[2]
        if verb == "invoke":
            depth = _depth(words, len(stack) + 1)
            lines: list[str] | None = None
            if program in programs:
                lines = []
                frames.append((program, depth, lines))
            del stack[depth - 1 :]
            stack.append((program, lines))
        elif (verb in ("success", "failed:")) and stack and stack[-1][0] == program:
            stack.pop()
    return tuple([Frame(program, depth, tuple(lines)) for program, depth, lines in frames])


def _depth(words: list[str], default: int) -> int:
    text = words[3][1:-1] if len(words) == 4 else ""
    depth = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    return depth if 1 <= depth <= default else default
