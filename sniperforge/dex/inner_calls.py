"""Which instructions a call made, directly or through others."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sniperforge.dex.venue import Call
    from sniperforge.domain.chain import InstructionView


def made_by(call: Call) -> Iterator[InstructionView]:
    """What ran inside ``call``, in order.

    Where the node told no stack heights, what follows an inner call counts as made by it.
    """
    own = call.instruction
    outer = own.path[0]
    instructions = call.transaction.instructions
    following = []
    for instruction in instructions[call.index + 1 :]:
        if instruction.path[0] != outer:
            break
        following.append(instruction)
    if len(own.path) > 1 and own.stack_height == 2 and all(i.stack_height == 2 for i in following):
        first = call.index - own.path[1]
        if all(i.stack_height == 2 for i in instructions[first : call.index]):
            yield from following
            return
    for instruction in following:
        if instruction.stack_height <= own.stack_height:
            return
        yield instruction


def caller_of(call: Call) -> str:
    """The outer program that led to ``call``; ``""`` for an outer instruction."""
    path = call.instruction.path
    return "" if len(path) == 1 else call.transaction.instructions[call.index - path[1] - 1].program_id
