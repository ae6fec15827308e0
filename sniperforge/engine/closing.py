"""Closing the token accounts of sold positions: best effort, apart from sales, each refused at most once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.domain.outcome import OutcomeKind
from sniperforge.domain.trade import PositionState
from sniperforge.engine.events import PositionMoved, Trouble
from sniperforge.errors import SniperForgeError, StorageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.domain.outcome import Outcome
    from sniperforge.domain.trade import Position
    from sniperforge.engine.events import SessionEvent
    from sniperforge.engine.executor import Executor
    from sniperforge.ports import Clock
    from sniperforge.store.journal import Journal

LOOK_SECONDS: Final = 1.0
PATIENCE_SECONDS: Final = 10.0
"""A slow transaction is left to recovery after this long, so that it does not hold up the next."""


class AccountCloser:
    """Returns the rent of what was sold.

    Dust or withheld fees make a closing fail; that costs its fee and nothing else, and the journal remembers
    it: ``wallet reclaim`` is for those.

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
        self._due: dict[str, Position] = {}
        self._tried: set[str] = set()

    async def run(self) -> None:
        """Close accounts until cancelled: those that earlier runs left, then those of each sale."""
        since = self._clock.now()
        for position in self._journal.positions((PositionState.CLOSED,)):
            self._note(position)
        while True:
            for position in tuple(self._due.values()):
                if not self._in_use(position):
                    await self._close(position)
                await self._clock.sleep(0)  # thousands may be left from earlier runs
            await self._clock.sleep(LOOK_SECONDS)
            looked_at = self._clock.now()
            self._note_sales(since)
            since = looked_at

    def _note_sales(self, since: float) -> None:
        for fill in self._journal.fills(since=since):
            position = self._journal.position(fill.position_id) if fill.position_id else None
            if position is not None and position.state is PositionState.CLOSED:
                self._note(position)

    def _note(self, position: Position) -> None:
        """Only what paid for its account and did not get it back; the account is closed on its behalf."""
        if position.rent > 0 and position.id not in self._tried:
            self._due[position.token_account] = position

    def _in_use(self, position: Position) -> bool:
        """Whether the same token is held, or being bought, again: its account is not empty then."""
        return self._journal.held_mint(position.mint) is not None or self._journal.buying(position.mint)

    async def _close(self, position: Position) -> None:
        self._due.pop(position.token_account, None)
        self._tried.add(position.id)
        if self._journal.close_tried(position):
            return
        try:
            outcome = await self._executor.close_account(
                position, deadline=self._clock.monotonic() + PATIENCE_SECONDS
            )
        except StorageError:
            raise  # nothing can be journalled: the session must end, loudly
        except SniperForgeError as error:
            self._tell(Trouble("close account", f"{position.mint}: {error.message}"))
            return
        if outcome.ok:
            self._tell(PositionMoved("closed account", position, position.token_account))
        else:
            self._tell(Trouble("close account", f"{position.mint}: {outcome.reason}{_left_to(outcome)}"))


def _left_to(outcome: Outcome) -> str:
    """What happens to an account that the chain did not let go of."""
    if outcome.kind is not OutcomeKind.REJECTED:
        return ""
    return "; not tried again, `sniperforge wallet reclaim --dry-run` says why"
