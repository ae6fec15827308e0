"""What other commands may ask of the process that holds a wallet, and how it answers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from sniperforge.domain.trade import IntentKind, PositionState
from sniperforge.engine.events import Trouble
from sniperforge.errors import NotFoundError, RefusedError, SniperForgeError, StorageError, UsageError
from sniperforge.execution.mev import Mev

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

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

    Args:
        may_pay: raises ``ConfigError`` for a policy that this process has no block engine for.
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
        may_pay: Callable[[Mev], None],
    ) -> None:
        self._inbox = inbox
        self._may_pay = may_pay
        self._journal = journal
        self._guard = guard
        self._halt = halt
        self._resume = resume
        self._clock = clock
        self._tell = tell

    async def run(self) -> None:
        """Answer requests until cancelled. An inbox that cannot be written does not end the trading.

        Raises:
            StorageError: the journal cannot be written; the sender is told first.
        """
        async with asyncio.TaskGroup() as group:
            async for request in self._inbox.requests(on_trouble=self._trouble):
                try:
                    answer = self.execute(request.kind, request.payload, group)
                except SniperForgeError as error:
                    await self._reply(self._inbox.refuse(request.id, error))
                    if isinstance(error, StorageError):
                        raise
                else:
                    await self._reply(self._inbox.answer(request.id, answer))

    async def _reply(self, reply: Awaitable[bool]) -> None:
        try:
            await reply
        except StorageError as error:
            self._trouble(error)

    def execute(self, kind: str, payload: Mapping[str, Any], group: asyncio.TaskGroup) -> dict[str, Any]:
        """Do, or start, what is asked; the answer for the sender.

        Raises:
            NotFoundError: no such held position.
            RefusedError: more is to be sold than is held.
            UsageError: an unknown kind of request or policy, an amount that is none, a key of another intent.
            ConfigError: the policy needs a block engine, and there is none.
            StorageError: the journal cannot be written.
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
        key = None if payload.get("client_key") is None else str(payload["client_key"])
        sold = self._sold_before(key, str(payload.get("position", "")))
        if sold is not None:
            return {"accepted": True, "position_id": sold.id, "client_key": key}
        position = self._position(payload)
        raw = sale_amount(position, payload)
        if raw is not None and raw > position.raw:
            raise RefusedError(
                f"{raw} raw units asked for, {position.raw} held", details={"held": str(position.raw)}
            )
        mev = sale_mev(payload)
        if mev is not None:
            self._may_pay(mev)
        origin = str(payload.get("origin", "sell"))
        group.create_task(self._run_sale(position, raw, origin, key, mev))
        return {"accepted": True, "position_id": position.id, "client_key": key}

    def _sold_before(self, key: str | None, name: str) -> Position | None:
        """The position that an earlier request with this key sold of; its sender follows the outcome."""
        intent = self._journal.intent_by_key(key) if key else None
        if intent is None:
            return None
        position = self._journal.position(intent.position_id) if intent.position_id else None
        is_its = position is not None and any(each.startswith(name) for each in _names(position))
        if position is None or not name or not is_its or intent.kind is not IntentKind.SELL:
            raise UsageError(
                f"the key {key} was used before for something else: {intent.kind} {intent.reason}",
                hint="one key is one intent: give a new one",
            )
        return position

    async def _run_sale(
        self, position: Position, raw: int | None, origin: str, key: str | None, mev: Mev | None
    ) -> None:
        try:
            await self._guard.sell(
                position.id, raw, origin=origin, reason=BY_COMMAND, client_key=key, mev=mev
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
        raise not_held(name)
    if len(begins) > 1:
        mints = ", ".join(position.mint for position in begins)
        raise NotFoundError(
            f"{len(begins)} held positions begin with {name}: {mints}", hint="write more of it"
        )
    return begins[0]


def not_held(name: str) -> NotFoundError:
    """The error of a name that means no held position."""
    return NotFoundError(f"no held position of {name}", hint="`sniperforge positions` lists what is held")


def _names(position: Position) -> tuple[str, str, str]:
    return position.id, position.mint, position.pool


def sale_amount(position: Position, payload: Mapping[str, Any]) -> int | None:
    """Raw units to sell, from ``raw`` or ``percent``; ``None`` is all.

    Raises:
        UsageError: not a positive whole number, or a percentage that is not in 1..100.
    """
    if payload.get("raw") is not None:
        raw = _whole(payload["raw"], "the amount to sell")
        if raw <= 0:
            raise UsageError("the amount to sell must be above 0")
        return raw
    percent = _whole(payload.get("percent", 100), "the percentage to sell")
    if not 1 <= percent <= 100:
        raise UsageError(f"{percent} % is not between 1 and 100")
    return None if percent == 100 else max(position.raw * percent // 100, 1)


def sale_mev(payload: Mapping[str, Any]) -> Mev | None:
    """What ``mev`` chooses for one sale; ``None`` leaves it to the configuration.

    Raises:
        UsageError: no such policy.
    """
    chosen = payload.get("mev")
    if chosen is None:
        return None
    try:
        return Mev(chosen)
    except ValueError:
        known = ", ".join(Mev)
        raise UsageError(f"mev is {chosen!r}, not one of {known}") from None


def _whole(value: object, what: str) -> int:
    """A whole number as JSON brings it: an integer, or its digits as text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and len(value) < 40 and value.isascii() and value.removeprefix("-").isdigit():
        return int(value)
    raise UsageError(f"{what} is {value!r}, not a whole number")
