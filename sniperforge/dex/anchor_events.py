"""Events of Anchor programs as bytes, discriminator first: from ``Program data:`` lines and self-calls."""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import TYPE_CHECKING, Final

from sniperforge.dex.inner_calls import made_by
from sniperforge.dex.invoke_stack import DATA_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sniperforge.dex.venue import Call

EVENT_CALL: Final = bytes.fromhex("e445a52e51cb9a1d")
"""First bytes of an instruction by which a program calls itself to leave an event (``emit_cpi!``)."""


def logged_payloads(lines: Iterable[str]) -> Iterator[bytes]:
    """What the ``Program data:`` lines among one call's own lines hold; lines of other content are passed."""
    for line in lines:
        if line.startswith(DATA_PREFIX):
            try:
                yield b64decode(line[len(DATA_PREFIX) :], validate=True)
            except (binascii.Error, ValueError):
                continue


def called_payloads(call: Call) -> Iterator[bytes]:
    """Events that ``call`` left by calling its own program, its own and not those of a nested call of it."""
    own = call.instruction
    size = len(EVENT_CALL)
    for instruction in made_by(call):
        if instruction.program_id != own.program_id:
            continue
        if instruction.data[:size] != EVENT_CALL:
            return
        yield instruction.data[size:]


def emitted(call: Call) -> tuple[bytes, ...]:
    """Events of ``call``: self-calls, which are never truncated, else log lines; programs may write both."""
    return tuple(called_payloads(call)) or tuple(logged_payloads(call.frame.lines) if call.frame else ())
