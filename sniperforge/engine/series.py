"""A series of attempts on one durable nonce: while none lands, a dearer one follows every few seconds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from sniperforge.domain.landing import InDoubt
from sniperforge.domain.trade import PositionState
from sniperforge.engine.orders import SellOrder
from sniperforge.errors import SniperForgeError, StorageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sniperforge.domain.landing import Fate
    from sniperforge.domain.trade import Attempt, Intent
    from sniperforge.engine.planner import Planner
    from sniperforge.engine.signing import WriteAhead
    from sniperforge.ports import Clock
    from sniperforge.store.journal import Journal

Dearer: TypeAlias = Callable[[int], Awaitable[SellOrder | None]]
"""Makes the order of a series' next attempt from its number; ``None`` for none now."""

DEARER_AFTER_SECONDS: Final = 6.0
"""How long an attempt has for itself. Most land within three seconds, or are dropped for good."""

SLOWEST_SECONDS: Final = 60.0
_SLOWER: Final = 1.5


class SeriesSender(Protocol):
    """Brings one of several attempts onto the chain, or proves that none ever will be."""

    async def land_series(self, attempts: Sequence[Attempt], *, send: bool, deadline: float | None) -> Fate:
        """Send the last of them, watch all, until one landed, all are dead, or past ``deadline``."""
        ...


class Series:
    """Lands series, adding attempts while they take too long.

    Args:
        holds: whether this process still holds the wallet's lock; asked before each send.
        dearer_after: seconds that the first attempt has for itself; each further one has half as much more.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        lander: SeriesSender,
        planner: Planner,
        signing: WriteAhead,
        clock: Clock,
        holds: Callable[[], bool],
        dearer_after: float = DEARER_AFTER_SECONDS,
    ) -> None:
        self._journal = journal
        self._lander = lander
        self._planner = planner
        self._signing = signing
        self._clock = clock
        self._holds = holds
        self._dearer_after = dearer_after

    async def land(
        self, intent: Intent, *, send: bool, deadline: float | None, dearer: Dearer | None
    ) -> Fate:
        """Bring one attempt of ``intent`` onto the chain: those in the journal, and those that follow.

        Raises:
            StorageError: the journal cannot be written; what was journalled before may have been sent.
        """
        patience = self._dearer_after
        while True:
            attempts = self._journal.attempts(intent.id)
            until = deadline
            if dearer is not None:
                next_at = self._clock.monotonic() + patience
                until = next_at if deadline is None else min(next_at, deadline)
            sends = send and self._holds() and not self._is_given_up(intent)
            fate = await self._lander.land_series(attempts, send=sends, deadline=until)
            if not isinstance(fate, InDoubt) or dearer is None:
                return fate
            if deadline is not None and self._clock.monotonic() >= deadline:
                return fate
            await self._follow(intent, attempts[-1], dearer)
            patience = min(patience * _SLOWER, SLOWEST_SECONDS)

    def _is_given_up(self, intent: Intent) -> bool:
        """What was sent may land all the same; it is watched, and somebody advances the nonce."""
        position = self._journal.position(intent.position_id or "")
        return position is not None and position.state is PositionState.WORTHLESS

    async def _follow(self, intent: Intent, last: Attempt, dearer: Dearer) -> None:
        """Sign and journal the next attempt; what stands in its way leaves the series as it is."""
        try:
            order = await dearer(last.number + 1)
            if order is not None:
                plan = self._planner.sell_again(intent, order, self._signing.salt, last.number + 1)
                self._signing.further(plan, last)
        except StorageError:
            raise  # nothing can be journalled: the session must end, loudly
        except SniperForgeError:
            return  # no quote, no lock, no answer now: the attempts in flight stay, and so does the next look
