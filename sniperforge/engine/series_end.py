"""Ends the sales of positions that were given up: no attempt on a durable nonce may land years later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.domain.trade import IntentKind, PositionState
from sniperforge.engine.events import Trouble
from sniperforge.errors import SniperForgeError, StorageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.domain.trade import Intent
    from sniperforge.engine.events import SessionEvent
    from sniperforge.engine.executor import Executor
    from sniperforge.ports import Clock
    from sniperforge.store.journal import Journal

LOOK_SECONDS: Final = 2.0
AGAIN_SECONDS: Final = 120.0
"""What was advanced is proved dead once that is final; if it is not by then, the nonce is advanced again."""


class SeriesEnder:
    """Advances the nonce of each series whose position was given up, which makes all its attempts void.

    Should an attempt land first, that is booked like any other sale.

    Args:
        tell: hears every event; must not block.
    """

    def __init__(
        self, *, journal: Journal, executor: Executor, clock: Clock, tell: Callable[[SessionEvent], None]
    ) -> None:
        self._journal = journal
        self._executor = executor
        self._clock = clock
        self._tell = tell
        self._not_before: dict[str, float] = {}

    async def run(self) -> None:
        """Look now and then, until cancelled."""
        while True:
            for intent, nonce_account in self._given_up():
                await self._end(intent, nonce_account)
            await self._clock.sleep(LOOK_SECONDS)

    def _given_up(self) -> list[tuple[Intent, str]]:
        unresolved = self._journal.unresolved()
        ending = {intent.facts.get("ends") for intent, _attempt in unresolved}
        now = self._clock.monotonic()
        return list(
            {
                intent.id: (intent, attempt.nonce.account)
                for intent, attempt in unresolved
                if attempt.nonce is not None
                and intent.id not in ending
                and self._not_before.get(intent.id, now) <= now
                and self._is_given_up(intent)
            }.values()
        )

    def _is_given_up(self, intent: Intent) -> bool:
        if intent.kind is not IntentKind.SELL or intent.position_id is None:
            return False
        position = self._journal.position(intent.position_id)
        return position is not None and position.state is PositionState.WORTHLESS

    async def _end(self, intent: Intent, nonce_account: str) -> None:
        self._not_before[intent.id] = self._clock.monotonic() + AGAIN_SECONDS
        try:
            outcome = await self._executor.end_series(intent, nonce_account)
        except StorageError:
            raise  # nothing can be journalled: the session must end, loudly
        except SniperForgeError as error:
            self._tell(Trouble("series", f"the sale {intent.id} could not be ended: {error.message}"))
            return
        if not outcome.ok:
            self._tell(Trouble("series", f"the sale {intent.id} could not be ended: {outcome.reason}"))
