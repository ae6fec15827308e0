"""Where a position is sold: its own pool, or another one of its token once an attempt came to nothing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sniperforge.chain.urgency import for_exit
from sniperforge.dex.registry import venue_named
from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.errors import RefusedError, SniperForgeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractAsyncContextManager

    from sniperforge.dex.venue import PoolState, Venue
    from sniperforge.domain.trade import Position
    from sniperforge.engine.guard import PoolWatch

READ_SECONDS: Final = 1.0
"""How long another pool is waited for: an exit is late already."""

MAX_OTHERS: Final = 4


@dataclass(frozen=True, slots=True)
class Route:
    """A pool to sell on, as it is now."""

    venue: Venue
    state: PoolState


class Routes:
    """Chooses pools for sales.

    Args:
        watch: opens a watch on a venue's pool.
        known: ``(dex, pool)`` of a mint's pools that were ever seen here.
    """

    def __init__(
        self,
        watch: Callable[[str, str], AbstractAsyncContextManager[PoolWatch]],
        known: Callable[[str], Iterable[tuple[str, str]]],
    ) -> None:
        self._watch = watch
        self._known = known

    async def choose(
        self, position: Position, raw: int, state: PoolState | None, number: int
    ) -> Route | None:
        """The route of the ``number``-th attempt to sell ``raw`` tokens, ``None`` when no pool can be read.

        The first goes to the position's own pool, whose ``state`` is given; every second one to whichever
        pool pays most, so that neither a dead pool nor a bait can keep the position.
        """
        venue = venue_named(position.dex)
        own = None if venue is None or state is None else Route(venue, state)
        if own is not None and number % 2 == 1 and _pays(own, position.mint, raw):
            return own
        others = [each for each in await self._others(position) if _pays(each, position.mint, raw)]
        found = others if own is None else [own, *others]
        return max(found, key=lambda each: _pays(each, position.mint, raw), default=None)

    async def _others(self, position: Position) -> list[Route]:
        pools = [each for each in self._known(position.mint) if each[1] != position.pool][:MAX_OTHERS]
        async with asyncio.TaskGroup() as group:
            reading = [group.create_task(self._read(dex, pool)) for dex, pool in pools]
        return [route for task in reading if (route := task.result()) is not None]

    async def _read(self, dex: str, pool: str) -> Route | None:
        venue = venue_named(dex)
        if venue is None:
            return None
        try:
            with for_exit():
                async with self._watch(dex, pool) as watch:
                    if watch.state is None:
                        await watch.changed(READ_SECONDS)
                    state = watch.state
        except SniperForgeError:
            return None  # another pool's trouble is no reason not to sell
        return None if state is None or state.quote_mint != WSOL_MINT else Route(venue, state)


def _pays(route: Route, mint: str, raw: int) -> int:
    """Lamports; 0 when the pool does not take it."""
    try:
        return route.state.quote(mint, raw).amount_out
    except RefusedError:
        return 0
