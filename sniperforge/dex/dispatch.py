"""From an instruction's first bytes to what reads it; what is unknown is told apart from what is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.dex.anchor import DISCRIMINATOR_SIZE
from sniperforge.dex.anchor_events import EVENT_CALL

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping

    from sniperforge.dex.venue import Call
    from sniperforge.domain.pool import PoolEvent

    Reader = Callable[[Call], PoolEvent | tuple[PoolEvent, ...] | None]


def dispatched(
    call: Call, readers: Mapping[bytes, Reader], silent: Container[bytes], *, size: int = DISCRIMINATOR_SIZE
) -> tuple[PoolEvent, ...] | None:
    """The event or events that the reader for the first ``size`` bytes finds.

    Args:
        call: the instruction.
        readers: by first bytes; ``None`` from one means that the form is not known: too short, for example.
        silent: first bytes of instructions that are known and concern no pool's trading.
        size: bytes that tell instructions apart.

    Returns:
        ``()`` for silent instructions and for self-calls that leave an event, ``None`` for unknown ones.
    """
    tag = call.instruction.data[:size]
    reader = readers.get(tag)
    if reader is not None:
        found = reader(call)
        return found if found is None or isinstance(found, tuple) else (found,)
    return () if tag in silent or tag == EVENT_CALL else None
