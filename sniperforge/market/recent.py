"""A bounded memory of what was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable


class Recent:
    """Remembers the last ``limit`` things; the oldest are forgotten first."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._things: dict[Hashable, None] = {}

    def __contains__(self, thing: Hashable) -> bool:
        return thing in self._things

    def __len__(self) -> int:
        return len(self._things)

    def add(self, thing: Hashable) -> bool:
        """Remember ``thing``; whether it was new."""
        if thing in self._things:
            return False
        self._things[thing] = None
        if len(self._things) > self._limit:
            del self._things[next(iter(self._things))]
        return True

    def forget(self, thing: Hashable) -> None:
        """Take ``thing`` for new the next time."""
        self._things.pop(thing, None)
