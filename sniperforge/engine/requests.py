"""What other commands may ask of the process that holds a wallet, and how it answers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from sniperforge.domain.trade import PositionState
from sniperforge.engine.events import Trouble
from sniperforge.errors import NotFoundError, SniperForgeError, StorageError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sniperforge.coordination.inbox import InboxServer
    from sniperforge.domain.trade import Position
    from sniperforge.engine.events import SessionEvent
    from sniperforge.engine.guard import Guard
    from sniperforge.ports import Clock
    from sniperforge.store.journal import Journal
    from sniperforge.store.journal_reader import JournalReader

SELL, ABANDON, HALT, RESUME = "sell", "abandon", "halt", "resume"
"""Kinds of requests."""

BY_COMMAND: Final = "sold by command"
"""Why such a sale is made: what its position's note begins with when it fails."""

SHORTEST_NAME: Final = 6
"""Letters of an address from which on its beginning is enough; tables show eight."""


class RequestDesk:
    """Executes requests on behalf of other commands.

    A sale is accepted at once and runs on; its sender follows it in the journal by ``client_key``.
    """

    def __init__(
        self,
        *,
        inbox: InboxServer,
        journal: Journal,
        guard: Guard,
        halt: Callable[[str], None],
        resume: Callable[[], None],
        clock: Clock,
        tell: Callable[[SessionEvent], None],
    ) -> None:
        self._inbox = inbox
        self._journal = journal
        self._guard = guard
        self._halt = halt
        self._resume = resume
        self._clock = clock
        self._tell = tell

    async def run(self) -> None:
        """Answer requests until cancelled."""
        async with asyncio.TaskGroup() as group:
            async for request in self._inbox.requests(on_trouble=self._trouble):
                try:
                    answer = self.execute(request.kind, request.payload, group)
                except SniperForgeError as error:
                    await self._inbox.refuse(request.id, error)
                else:
                    await self._inbox.answer(request.id, answer)

    def execute(self, kind: str, payload: Mapping[str, Any], group: asyncio.TaskGroup) -> dict[str, Any]:
        """Do, or start, what is asked; the answer for the sender.

        Raises:
            NotFoundError: no such held position.
            UsageError: an unknown kind of request.
        """
        match kind:
            case "sell":
                return self._sell(payload, group)
            case "abandon":
                return self._abandon(payload)
            case "halt":
                self._halt(str(payload.get("reason", "by command")))
                return {"halted": True}
            case "resume":
                self._resume()
                return {"halted": False}
        raise UsageError(f"this process does not know the request {kind!r}")

    def _sell(self, payload: Mapping[str, Any], group: asyncio.TaskGroup) -> dict[str, Any]:
        position = self._position(payload)
        raw = sale_amount(position, payload)
        group.create_task(self._run_sale(position, raw, payload))
        return {"accepted": True, "position_id": position.id, "client_key": payload.get("client_key")}

    async def _run_sale(self, position: Position, raw: int | None, payload: Mapping[str, Any]) -> None:
        try:
            await self._guard.sell(
                position.id,
                raw,
                origin=str(payload.get("origin", "sell")),
                reason=BY_COMMAND,
                client_key=payload.get("client_key"),
            )
        except StorageError:
            raise
        except SniperForgeError as error:
            self._tell(Trouble("sell", f"{position.mint}: {error.message}"))

    def _abandon(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        position = self._position(payload)
        now = self._clock.now()
        self._journal.set_position_state(position.id, PositionState.WORTHLESS, "abandoned by command", now)
        return {"abandoned": position.id}

    def _position(self, payload: Mapping[str, Any]) -> Position:
        return find_position(self._journal, str(payload.get("position", "")))

    def _trouble(self, error: StorageError) -> None:
        self._tell(Trouble("inbox", error.message))


def find_position(journal: JournalReader, name: str) -> Position:
    """The held position with this id, mint or pool, or with the only one that begins so.

    Raises:
        NotFoundError: none is held, or several begin so.
    """
    held = journal.positions()
    for position in held:
        if name in _names(position):
            return position
    begins = [position for position in held if any(each.startswith(name) for each in _names(position))]
    if len(name) < SHORTEST_NAME or not begins:
        raise NotFoundError(f"no held position of {name}", hint="`sniperforge positions` lists what is held")
    if len(begins) > 1:
        mints = ", ".join(position.mint for position in begins)
        raise NotFoundError(
            f"{len(begins)} held positions begin with {name}: {mints}", hint="write more of it"
        )
    return begins[0]


def _names(position: Position) -> tuple[str, str, str]:
    return position.id, position.mint, position.pool


def sale_amount(position: Position, payload: Mapping[str, Any]) -> int | None:
    """Raw units to sell, from ``raw`` or ``percent``; ``None`` is all.

    Raises:
        UsageError: not a positive amount, or a percentage that is not in 1..100.
    """
    if payload.get("raw") is not None:
        raw = int(payload["raw"])
        if raw <= 0:
            raise UsageError("the amount to sell must be above 0")
        return raw
    percent = int(payload.get("percent", 100))
    if not 1 <= percent <= 100:
        raise UsageError(f"{percent} % is not between 1 and 100")
    return None if percent == 100 else max(position.raw * percent // 100, 1)
