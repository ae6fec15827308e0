"""Where a trader is killed: wrappers around the ports of one process, so that production code has no hook."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from sniperforge.app import holding
from sniperforge.app import trader as composition
from sniperforge.chain.landing import Landing
from sniperforge.domain.landing import Landed
from sniperforge.store import journal as journal_module
from sniperforge.store.database import Database
from sniperforge.store.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WRITES = (
    "record_intent",
    "add_attempt",
    "open_position",
    "book",
    "mark_dead",
    "mark_finalized",
    "set_position_state",
    "raise_peak",
    "count_exit_attempt",
    "set_flag",
    "record_foreign",
)
"""Every write of the journal but those of :data:`NOT_MET`."""

NOT_MET = {
    "roll_back": "no slot that was confirmed is dropped under rough",
    "adopt": "nobody else trades with the wallets' keys",
    "book_moves": "nobody else trades with the wallets' keys",
    "set_foreign_tokens": "nobody sends them tokens",
}
"""What a run does not come past, with the reason; the audit would not pass a journal that has any of it."""

POINTS = (
    *(f"{name}.{when}" for name in WRITES for when in ("before", "after")),
    "commit.within",
    "send.before",
    "send.after",
    "confirmation.before",
    "confirmation.after",
)
"""Around each write; between its statements and its commit; around each send; when a landing is told, before
the transaction is read; when it is read, before it is booked (the fill is ``open_position`` and ``book``)."""


CORE = tuple(
    f"{name}.{when}"
    for name in ("record_intent", "send", "confirmation", "open_position", "book")
    for when in ("before", "after")
)
"""What every transaction comes past, at one of these ways of booking it: a short run has time for them."""


class Fuse:
    """Kills this process, with no chance to tidy up, the n-th time that it comes past a point.

    Args:
        point: one of :data:`POINTS`; ``""`` for none.
        skip: how often it passes before.
        burnt: told the point first.
    """

    def __init__(self, point: str, skip: int, burnt: Callable[[str], None]) -> None:
        self._point = point
        self._skip = skip
        self._burnt = burnt

    def at(self, point: str) -> None:
        """Come past a point."""
        if point != self._point:
            return
        if self._skip:
            self._skip -= 1
            return
        self._burnt(point)
        os.kill(os.getpid(), signal.SIGKILL)


def lay(fuse: Fuse) -> None:
    """Put the wrappers where this process's composition root finds them."""
    writes = {name: _around(name, fuse) for name in WRITES}
    holding.Journal = type("FusedJournal", (Journal,), writes)  # type: ignore[misc]
    journal_module.Database = partial(_FusedDatabase, fuse)  # type: ignore[assignment,misc]
    composition.Landing = partial(_FusedLanding, fuse)  # type: ignore[assignment,misc]


def _around(name: str, fuse: Fuse) -> Callable[..., Any]:
    write = getattr(Journal, name)

    def fused(self: Journal, *args: Any, **values: Any) -> Any:
        fuse.at(f"{name}.before")
        result = write(self, *args, **values)
        fuse.at(f"{name}.after")
        return result

    return fused


class _FusedDatabase(Database):
    def __init__(self, fuse: Fuse, *args: Any, **values: Any) -> None:
        self._fuse = fuse
        super().__init__(*args, **values)

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        with super().transaction() as connection:
            yield connection
            self._fuse.at("commit.within")


class _FusedLanding(Landing):
    def __init__(self, fuse: Fuse, **values: Any) -> None:
        self._fuse = fuse
        super().__init__(**values)

    async def send(self, raw: bytes) -> Any:
        self._fuse.at("send.before")
        sent = await super().send(raw)
        self._fuse.at("send.after")
        return sent

    async def land(self, *args: Any, **values: Any) -> Any:
        return self._told(await super().land(*args, **values))

    async def land_series(self, *args: Any, **values: Any) -> Any:
        return self._told(await super().land_series(*args, **values))

    async def transaction(self, signature: str) -> Any:
        view = await super().transaction(signature)
        self._fuse.at("confirmation.after")
        return view

    def _told(self, fate: Any) -> Any:
        if isinstance(fate, Landed):
            self._fuse.at("confirmation.before")
        return fate
