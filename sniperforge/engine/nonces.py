"""The wallet's durable nonce accounts: which are free, what they store, and making enough of them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from sniperforge.domain.trade import DurableNonce
from sniperforge.engine.events import Trouble
from sniperforge.errors import SniperForgeError, StorageError, UnavailableError
from sniperforge.market.waits import event_or_time
from sniperforge.tokens.nonce import MAX_NONCES, nonce_addresses, stored_nonce

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.chain.rpc import RpcClient
    from sniperforge.engine.events import SessionEvent
    from sniperforge.engine.executor import Executor
    from sniperforge.ports import Clock
    from sniperforge.store.journal import Journal

LOOK_SECONDS: Final = 2.0
RETRY_SECONDS: Final = 60.0
"""Accounts that could not be made are asked for again after this long."""

A_TRANSACTION: Final = 4
"""Nonce accounts that are made, or closed, in one transaction: more would not surely fit."""


class NoncePool:
    """Leases nonces to sales.

    An account serves one series at a time, and a value one intent for ever: the journal tells which were
    used, so a node that lags cannot make one be used again.

    Args:
        size: accounts to have; 0 makes none, and uses those that are there.
    """

    def __init__(self, *, wallet: str, journal: Journal, rpc: RpcClient, clock: Clock, size: int) -> None:
        self._wallet = wallet
        self._journal = journal
        self._rpc = rpc
        self._clock = clock
        self._size = min(size, MAX_NONCES)
        self._addresses = nonce_addresses(wallet)
        self._stored: dict[str, DurableNonce] = {}
        self._missing: tuple[int, ...] | None = None
        self._wake = asyncio.Event()
        self.lamports: dict[str, int] = {}
        """What each account that is there holds, as last read."""

    async def refresh(self) -> None:
        """Read what is stored now. Raises ``UnavailableError``; what was read before stays."""
        at = await self._rpc.accounts(self._addresses, "confirmed")
        found = {address: stored_nonce(account) for address, account in at.accounts.items()}
        self._stored = {
            address: DurableNonce(address, stored.value, at.slot)
            for address, stored in found.items()
            if stored is not None and stored.authority == self._wallet
        }
        accounts = {address: at.accounts[address] for address in self._stored}
        self.lamports = {address: account.lamports for address, account in accounts.items() if account}
        self._missing = tuple(
            index for index, address in enumerate(self._addresses) if at.accounts[address] is None
        )

    async def lease(self, position_id: str) -> DurableNonce | None:
        """A nonce for a sale of the position, ``None`` when there is no free one.

        Raises:
            UnavailableError: only one account may serve the position now, and it cannot.
        """
        nonce = self._free(position_id)
        if nonce is None and (self._stored or self._is_stale()):
            with suppress(UnavailableError):
                await self.refresh()
            nonce = self._free(position_id)
        if nonce is None and position_id in self._journal.busy_nonces().values():
            raise UnavailableError("the nonce of its last sale, which is not final, cannot be read yet")
        return nonce

    def _free(self, position_id: str) -> DurableNonce | None:
        busy = self._journal.busy_nonces()
        own = [account for account, holder in busy.items() if holder == position_id]
        for account in own or (each for each in self._stored if each not in busy):
            nonce = self._stored.get(account)
            if nonce is not None and not self._journal.nonce_used(nonce.value):
                return nonce
        return None

    def idle(self) -> dict[str, int]:
        """``{account: lamports}`` of those that no series needs, which may be closed."""
        busy = self._journal.busy_nonces()
        return {account: held for account, held in self.lamports.items() if account not in busy}

    def wanted(self) -> tuple[int, ...]:
        """Indexes of the accounts to make now: none before something is held that may have to be sold."""
        if self._missing is None or not self._journal.positions():
            return ()
        made = self._journal.nonce_accounts()  # a node that lags does not show them yet
        missing = [index for index in self._missing if self._addresses[index] not in made]
        there = len(self._stored.keys() | made.keys())
        return tuple(missing[: min(max(self._size - there, 0), A_TRANSACTION)])

    def wake(self) -> None:
        """Look now: a series has ended."""
        self._wake.set()

    async def run(self, executor: Executor, tell: Callable[[SessionEvent], None]) -> None:
        """Keep what is stored fresh, and make missing accounts, until cancelled."""
        told, not_before = "", 0.0
        while True:
            if self._is_stale():
                with suppress(UnavailableError):
                    await self.refresh()
            if self.wanted() and self._clock.monotonic() >= not_before:
                trouble = await self._make(executor)
                not_before = self._clock.monotonic() + (RETRY_SECONDS if trouble else 0.0)
                if trouble and trouble != told:
                    tell(Trouble("nonces", f"{trouble}; exits go on a blockhash, one after another"))
                told = trouble
            await event_or_time(self._wake, self._clock, LOOK_SECONDS)
            self._wake.clear()

    def _is_stale(self) -> bool:
        """Whether there is more than was read: a value that was used, or accounts that were made since."""
        return (
            self._missing is None
            or any(self._journal.nonce_used(nonce.value) for nonce in self._stored.values())
            or not self._journal.nonce_accounts().keys() <= self._stored.keys()
        )

    async def _make(self, executor: Executor) -> str:
        """Make the missing accounts; what went wrong, or nothing."""
        try:
            outcome = await executor.open_nonces(self.wanted())
            await self.refresh()
        except StorageError:
            raise  # nothing can be journalled: the session must end, loudly
        except SniperForgeError as error:
            return f"no nonce accounts could be made: {error.message}"
        return "" if outcome.ok else f"no nonce accounts could be made: {outcome.reason}"
