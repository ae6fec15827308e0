"""A process's hold of one wallet: recovery, guard, bot, inbox and audit side by side, then a drain."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from sniperforge.domain.trade import IntentKind, PositionState
from sniperforge.engine.door import HALTED
from sniperforge.engine.events import EntriesHalted, PositionMoved, Trouble
from sniperforge.errors import SniperForgeError, StorageError, UnavailableError, WalletBusyError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from typing import Any

    from sniperforge.domain.trade import Attempt, Intent
    from sniperforge.engine.audit import Audit
    from sniperforge.engine.blockhash_cache import BlockhashCache
    from sniperforge.engine.events import SessionEvent
    from sniperforge.engine.executor import Executor
    from sniperforge.engine.guard import Guard
    from sniperforge.ports import Clock
    from sniperforge.store.journal import Journal

RECOVERY_SECONDS: Final = 0.5
AUDIT_SECONDS: Final = 5.0
DRAIN_SECONDS: Final = 90.0
LOCK_SECONDS: Final = 1.0


class Session:
    """Everything that runs while this process holds a wallet.

    Args:
        holds: whether the lock is still ours; when it is not, the session ends.
        tell: hears every event; must not block.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        executor: Executor,
        guard: Guard,
        audit: Audit,
        blockhashes: BlockhashCache,
        holds: Callable[[], bool],
        clock: Clock,
        tell: Callable[[SessionEvent], None],
    ) -> None:
        self._journal = journal
        self._executor = executor
        self._guard = guard
        self._audit = audit
        self._blockhashes = blockhashes
        self._further: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self._holds = holds
        self._clock = clock
        self._tell = tell

    def add_service(self, service: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run ``service`` beside the others, from the start of :meth:`run` until its end."""
        self._further.append(service)

    async def open(self) -> None:
        """What must be done before any decision: a blockhash, and where the wallet's history stands.

        Raises:
            UnavailableError: the node does not answer.
            StorageError: the journal cannot be written.
        """
        await self._blockhashes.refresh()
        await self._audit.begin()
        await self._look_for_foreign()

    async def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run ``work`` (a bot, or one command's trade) with all services, then drain what is in flight.

        When ``work`` ends or is cancelled no new entry starts; services go on until every transaction in
        flight has an outcome, at most ``DRAIN_SECONDS``. Cancelling the session itself skips the drain:
        the journal holds what the next start needs.

        Raises:
            ExceptionGroup: a service failed: the journal cannot be written, or the lock was taken away.
        """
        async with asyncio.TaskGroup() as group:
            services = [
                group.create_task(service)
                for service in (
                    self._blockhashes.run(),
                    self._recover(),
                    self._guard.run(),
                    self._close_accounts(),
                    self._audits(),
                    self._watch_lock(),
                    *(service() for service in self._further),
                )
            ]
            await work
            await self._drain()
            for service in services:
                service.cancel()

    def halt(self, reason: str) -> None:
        """Stop entries, now and over restarts, until :meth:`resume`. Exits go on."""
        self._journal.set_flag(HALTED, reason, self._clock.now())
        self._tell(EntriesHalted(reason))

    def resume(self) -> None:
        """Allow entries again."""
        self._journal.set_flag(HALTED, "", self._clock.now())

    # -- services ------------------------------------------------------------------------------------------

    async def _recover(self) -> None:
        """Settle every journalled transaction that nobody waits for: after a crash, and after a cancel."""
        async with asyncio.TaskGroup() as group:
            started: set[str] = set()
            while True:
                for intent, attempt in self._executor.unwatched():
                    if attempt.signature not in started:
                        started.add(attempt.signature)
                        group.create_task(self._settle(intent, attempt))
                await self._clock.sleep(RECOVERY_SECONDS)

    async def _settle(self, intent: Intent, attempt: Attempt) -> None:
        # An old entry is only watched: its price is gone. Anything else is sent again, the same bytes.
        await self._executor.settle(intent, attempt, send=intent.kind is not IntentKind.BUY)
        self._guard.wake()

    async def _close_accounts(self) -> None:
        """Close the token accounts of sold positions, each once per run, best effort."""
        tried: set[str] = set()
        while True:
            for position in self._journal.positions((PositionState.CLOSED,)):
                if position.id not in tried and not self._journal.account_closed(position.id):
                    tried.add(position.id)
                    await self._best_effort(
                        "close account", self._executor.close_account(position), position.mint
                    )
                    self._tell(PositionMoved("closed account", position, position.token_account))
            await self._clock.sleep(1.0)

    async def _audits(self) -> None:
        while True:
            await self._clock.sleep(AUDIT_SECONDS)
            with suppress(UnavailableError):
                await self._audit.finalize()
                await self._look_for_foreign()

    async def _look_for_foreign(self) -> None:
        signed = await self._audit.foreign()
        if signed:
            self.halt(f"the wallet signed what this journal does not know: {', '.join(signed)}")

    async def _watch_lock(self) -> None:
        while self._holds():
            await self._clock.sleep(LOCK_SECONDS)
        raise WalletBusyError("the wallet's lock was taken away", hint="was its file deleted?")

    async def _drain(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                while self._journal.unresolved():
                    await self._clock.sleep(0.1)
        with suppress(UnavailableError):
            await self._audit.finalize()
            await self._look_for_foreign()

    async def _best_effort(self, what: str, work: Awaitable[object], subject: str) -> None:
        try:
            await work
        except StorageError:
            raise
        except SniperForgeError as error:
            self._tell(Trouble(what, f"{subject}: {error.message}"))
