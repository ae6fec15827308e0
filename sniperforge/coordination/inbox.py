"""The holder's inbox: how a command reaches the process that holds the wallet, and how that one answers.

A command posts and waits; a request that nobody takes in time is withdrawn, so that no holder can execute
it later. What a request means is not decided here.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from sniperforge.coordination.request_table import SETTLED, Request, RequestTable, State
from sniperforge.coordination.wallet_lock import busy_error
from sniperforge.errors import (
    ConfigError,
    NotFoundError,
    RefusedError,
    RejectedError,
    SniperForgeError,
    StorageError,
    UnavailableError,
    UnknownOutcomeError,
    UsageError,
    WalletBusyError,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from pathlib import Path

    from sniperforge.coordination.wallet_lock import Holder
    from sniperforge.ports import Clock

CLIENT_POLL_SECONDS: Final = 0.01
SERVER_POLL_SECONDS: Final = 0.02
TROUBLE_SECONDS: Final = 1.0
_ERRORS: Final = {
    kind.code: kind
    for kind in (
        *(UsageError, ConfigError, RefusedError, WalletBusyError, UnavailableError, RejectedError),
        *(UnknownOutcomeError, NotFoundError, SniperForgeError),
    )
}


class InboxClient:
    """The sender's side: one request at a time to whoever holds the wallet.

    Args:
        path: from :func:`sniperforge.coordination.paths.inbox_path`.
        clock: wall and monotonic time.
        new_id: gives a fresh unique text, for example ``lambda: str(uuid.uuid4())``.
        holder: who holds the wallet, for the errors; asked only when one is needed.
    """

    def __init__(
        self, path: Path, *, clock: Clock, new_id: Callable[[], str], holder: Callable[[], Holder | None]
    ) -> None:
        self._path = path
        self._clock = clock
        self._new_id = new_id
        self._holder = holder

    async def post(
        self,
        kind: str,
        payload: Mapping[str, Any],
        *,
        wait_seconds: float = 1.0,
        claimed_wait_seconds: float = 10.0,
        on_claimed: Callable[[], None] | None = None,
    ) -> dict[str, Any]:
        """Ask the holder and wait for its answer.

        Args:
            kind: what is asked, for example ``sell``.
            payload: JSON object.
            wait_seconds: how long the request may stay untaken before it is withdrawn.
            claimed_wait_seconds: how much longer to wait when the holder has taken it by then.
            on_claimed: called once when that further wait begins.

        Raises:
            WalletBusyError: nobody took it; it is withdrawn and will never be executed.
            UnknownOutcomeError: taken and not answered in time, or the holder ended while it had it.
            SniperForgeError: the holder's own refusal, of the class it was raised with.
            StorageError: the inbox cannot be written.
        """
        now = self._clock.now()
        request = Request(self._new_id(), kind, payload, now, now + wait_seconds)
        table = RequestTable(self._path)
        try:
            table.post(request)
            state, answer = await self._settled(table, request.id, wait_seconds)
            if state is State.POSTED and not table.withdraw(request.id, self._clock.now()):
                state, answer = table.read(request.id)
            if state is State.CLAIMED:
                if on_claimed is not None:
                    on_claimed()
                state, answer = await self._settled(table, request.id, claimed_wait_seconds)
            return self._outcome(request, state, answer)
        except asyncio.CancelledError:
            table.withdraw(request.id, self._clock.now())  # Ctrl-C: nobody waits for it any more
            raise
        finally:
            table.close()

    async def _settled(
        self, table: RequestTable, request_id: str, seconds: float
    ) -> tuple[State, dict[str, Any] | None]:
        deadline = self._clock.monotonic() + seconds
        state, answer = table.read(request_id)
        while state not in SETTLED and self._clock.monotonic() < deadline:
            await self._clock.sleep(CLIENT_POLL_SECONDS)
            if table.changed():
                state, answer = table.read(request_id)
        return table.read(request_id) if state not in SETTLED else (state, answer)

    def _outcome(self, request: Request, state: State, answer: dict[str, Any] | None) -> dict[str, Any]:
        if state is State.ANSWERED and answer is not None:
            if "error" in answer:
                raise error_from_json(answer["error"])
            return dict(answer["payload"])
        holder = self._holder()
        if state in {State.CLAIMED, State.LOST}:
            raise _unknown(request, holder, lost=state is State.LOST)
        raise busy_error(holder)


class InboxServer:
    """The holder's side. Only the process that holds the wallet's lock may make one.

    Args:
        path: from :func:`sniperforge.coordination.paths.inbox_path`.
        clock: wall time and sleep.

    Raises:
        StorageError: the inbox cannot be opened; so does every method.

    Attributes:
        leftovers: how many requests a dead predecessor left; they are settled as lost or expired.
    """

    def __init__(self, path: Path, *, clock: Clock) -> None:
        self._clock = clock
        self._table = RequestTable(path)
        self._look = True
        self.leftovers = self._table.clean(clock.now())

    async def requests(
        self, *, on_trouble: Callable[[StorageError], None], poll_seconds: float = SERVER_POLL_SECONDS
    ) -> AsyncIterator[Request]:
        """Requests as they come, each claimed for this process, until cancelled.

        A failing inbox does not end it, so that it cannot end the trading either: ``on_trouble`` is told,
        and the next look comes a second later.
        """
        while True:
            try:
                claimed, pause = await self.claim_new(), poll_seconds
            except StorageError as error:
                on_trouble(error)
                claimed, pause = [], TROUBLE_SECONDS
            for request in claimed:
                yield request
            await self._clock.sleep(pause)

    async def claim_new(self) -> list[Request]:
        """What was posted since the last call, oldest first; each is ours to execute and to answer."""
        if not (self._table.changed() or self._look):
            return []
        self._look = True  # a failure or cancellation below must not lose the notice
        claimed = await asyncio.to_thread(self._table.claim_all, self._clock.now())
        self._look = False
        return claimed

    async def answer(self, request_id: str, payload: Mapping[str, Any]) -> bool:
        """Tell the sender what was done; false when it was settled already."""
        return await self._reply(request_id, {"payload": dict(payload)})

    async def refuse(self, request_id: str, error: SniperForgeError) -> bool:
        """Tell the sender why not: it raises the same class of error."""
        return await self._reply(request_id, {"error": error_to_json(error)})

    async def _reply(self, request_id: str, document: dict[str, Any]) -> bool:
        return await asyncio.to_thread(self._table.answer, request_id, document, self._clock.now())

    def close(self) -> None:
        """Settle what was claimed and never answered as lost, and close. Before the lock is released."""
        try:
            self._table.lose_claimed(self._clock.now())
        finally:
            self._table.close()


def error_to_json(error: SniperForgeError) -> dict[str, Any]:
    """An error's document form: code, message, hint, details."""
    return {"code": error.code, "message": error.message, "hint": error.hint, "details": error.details}


def error_from_json(document: Mapping[str, Any]) -> SniperForgeError:
    """The error of a document by :func:`error_to_json`; an unknown code gives the tree's root."""
    kind = _ERRORS.get(document.get("code", ""), SniperForgeError)
    return kind(
        str(document.get("message", "")), hint=str(document.get("hint", "")), details=document.get("details")
    )


def _unknown(request: Request, holder: Holder | None, *, lost: bool) -> UnknownOutcomeError:
    why = "ended before it answered" if lost else "took it and has not answered yet"
    return UnknownOutcomeError(
        f"the process that holds this wallet {why}: {request.kind}",
        hint="`sniperforge status` shows what became of it",
        details={"request": request.id, "kind": request.kind, "pid": holder.pid if holder else None},
    )
