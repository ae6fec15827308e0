"""Who asks at the same moment comes one after another, each on its way before the next one begins."""

from __future__ import annotations

import asyncio
from typing import Final

PASSES: Final = 2
"""Enough for bytes to be on their way while the next are signed; more would let other work hold that up."""


class Turns:
    """Gives the event loop ``PASSES`` between one taker and the next.

    A hundred buys whose answers come in the same pass would otherwise all be signed and committed before the
    first of them is sent.
    """

    def __init__(self) -> None:
        self._last: asyncio.Future[None] | None = None

    async def take(self) -> None:
        """Return when it is this caller's turn, at once when nobody has just had one."""
        before, mine = self._last, asyncio.get_running_loop().create_future()
        self._last = mine
        try:
            if before is not None:
                await asyncio.shield(before)
        finally:
            _after(PASSES, mine)


def _after(passes: int, turn: asyncio.Future[None]) -> None:
    if passes:
        turn.get_loop().call_soon(_after, passes - 1, turn)
    else:
        turn.set_result(None)
