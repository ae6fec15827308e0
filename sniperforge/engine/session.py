"""A process's hold of one wallet: recovery, guard, bot, inbox and audit side by side, then a drain."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from sniperforge.domain.trade import IntentKind
from sniperforge.engine.closing import AccountCloser
from sniperforge.engine.events import EntriesHalted, Trouble
from sniperforge.engine.kill_switch import HALTED
from sniperforge.errors import SniperForgeError, StorageError, UnavailableError, WalletBusyError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
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
DRAIN_SECONDS: Final = 55.0
"""With a bot's last buys before it and the last look after it, an end takes 90 s at most."""

DRAIN_LOOK_SECONDS: Final = 0.1
LAST_LOOK_SECONDS: Final = 5.0
LOCK_SECONDS: Final = 1.0

ANSWERED: Final = "foreign_answered"
"""The journal flag that counts the foreign signatures which entries were halted for."""


class Session:
    """Everything that runs while this process holds a wallet.

    Args:
        holds: whether the lock is still ours; when it is not, the session ends.
        tell: hears every event; must not block.
        guards: whether held positions are put under their exits meanwhile. A one-off command does what it
            was asked and sells nothing else.
        closes: whether the accounts of sold positions are closed meanwhile; not beside a command that closes
            accounts itself.
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
        guards: bool = True,
        closes: bool = True,
    ) -> None:
        self._journal = journal
        self._executor = executor
        self._guard = guard
        self._guards = guards
        self._closes = closes
        self._audit = audit
        self._blockhashes = blockhashes
        self._further: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self._looks: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self._holds = holds
        self._clock = clock
        self._tell = tell
        self._closer = AccountCloser(journal=journal, executor=executor, clock=clock, tell=tell)
        self._reported: dict[str, str] = {}

    def add_service(self, service: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run ``service`` beside the others, from the start of :meth:`run` until its end."""
        self._further.append(service)

    def add_first_look(self, look: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Have ``look`` done by :meth:`open`; an outage is left to the service that looks again."""
        self._looks.append(look)

    async def open(self) -> None:
        """What must be done before any decision: a blockhash, the wallet's history, and what it holds.

        Raises:
            UnavailableError: the node does not answer.
            StorageError: the journal cannot be written.
        """
        await self._blockhashes.refresh()
        await self._audit.begin()
        await self._look_for_foreign()
        for look in self._looks:
            with suppress(UnavailableError):
                await look()

    async def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run ``work`` (a bot, or one command's trade) with all services, then drain what is in flight.

        When ``work`` ends no new entry starts; services go on until every transaction in flight has an
        outcome, at most ``DRAIN_SECONDS``. Cancelling the session skips the drain: the journal holds what
        the next start needs.

        Raises:
            ExceptionGroup: a service failed: the journal cannot be written, or the lock was taken away.
        """
        async with asyncio.TaskGroup() as group:
            settling = [
                group.create_task(service)
                for service in (self._blockhashes.run(), self._recover(), self._watch_lock())
            ]
            starting = [
                group.create_task(service)
                for service in (
                    *((self._guard.run(),) if self._guards else ()),
                    *((self._closer.run(),) if self._closes else ()),
                    self._audits(),
                    *(service() for service in self._further),
                )
            ]
            await work
            await self._drain(starting)
            for service in settling:
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
            while True:
                for intent, attempt in self._executor.unwatched():
                    group.create_task(self._settle(intent, attempt))
                await self._clock.sleep(RECOVERY_SECONDS)

    async def _settle(self, intent: Intent, attempt: Attempt) -> None:
        # An old entry is only watched: its price is gone. Anything else is sent again, the same bytes.
        try:
            await self._executor.settle(
                intent,
                attempt,
                send=intent.kind is not IntentKind.BUY,
                dearer=self._guard.dearer(intent),
            )
        except StorageError:
            raise  # nothing can be journalled: the session must end, loudly
        except SniperForgeError as error:
            self._report("recovery", f"{attempt.signature}: {error.message}")
        self._guard.wake()

    async def _audits(self) -> None:
        while True:
            await self._clock.sleep(AUDIT_SECONDS)
            await self._audit_once()

    async def _audit_once(self) -> None:
        """One look; an outage is told and waited out."""
        try:
            await self._audit.finalize()
            for signature in await self._audit.take_back():
                self._tell(Trouble("audit", f"the slot of {signature} was dropped: it is in flight again"))
            await self._look_for_foreign()
        except UnavailableError as error:
            self._report("audit", error.message)

    async def _look_for_foreign(self) -> None:
        """Halt entries for signatures that are not ours. The journal tells which: an outage loses none."""
        try:
            await self._audit.foreign()
        finally:
            signed = self._journal.foreign_signed()
            answered = int(self._journal.flag(ANSWERED) or 0)
            if len(signed) > answered:
                news = ", ".join(signed[answered:])
                self.halt(f"the wallet signed what this journal does not know: {news}")
                self._journal.set_flag(ANSWERED, str(len(signed)), self._clock.now())

    async def _watch_lock(self) -> None:
        while self._holds():
            await self._clock.sleep(LOCK_SECONDS)
        raise WalletBusyError("the wallet's lock was taken away", hint="was its file deleted?")

    async def _drain(self, starting: list[asyncio.Task[None]]) -> None:
        """Wait for what is in flight; then nothing may start any more, and the last of it is waited for."""
        until = self._clock.monotonic() + DRAIN_SECONDS
        await self._resolved(until)
        for service in starting:
            service.cancel()
        await asyncio.wait(starting)
        await self._resolved(until)
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_LOOK_SECONDS):
                await self._audit_once()

    async def _resolved(self, until: float) -> None:
        while self._journal.unresolved() and self._clock.monotonic() < until:
            await self._clock.sleep(DRAIN_LOOK_SECONDS)

    def _report(self, where: str, text: str) -> None:
        """Tell of trouble once, not every time it is met again."""
        if self._reported.get(where) != text:
            self._reported[where] = text
            self._tell(Trouble(where, text))
