"""Holding the journal against the chain: finality, dropped slots, and moves that no intent of ours made."""

from __future__ import annotations

import asyncio
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from sniperforge.dex.transaction import parse_transaction
from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.domain.chain import TransactionView
from sniperforge.errors import DecodeError, RpcError, UnavailableError
from sniperforge.execution.settlement import settle
from sniperforge.tokens.addresses import associated_token_address

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sniperforge.chain.answers import SignatureEntry
    from sniperforge.chain.rpc import RpcClient
    from sniperforge.ports import Clock
    from sniperforge.store.journal import Journal

BEGIN_SECONDS: Final = 30.0
"""How long the first look waits for a node to confirm what it has processed."""

READ_AT_ONCE: Final = 8
"""Transactions fetched side by side: thousands may have come while nothing ran."""

_SEEN: Final = "audited_until:"
_PAGE: Final = 1_000
_UNSUPPORTED_VERSION: Final = -32015
_PAUSE_SECONDS: Final = 0.1


class Audit:
    """Reads the chain's history of a wallet and books what the journal does not know.

    Args:
        wallet: base58.
        journal: where finality and foreign moves are noted.
        dropped: whether the slot in which a signature was seen is proved to be rolled back.
    """

    def __init__(
        self,
        *,
        wallet: str,
        rpc: RpcClient,
        journal: Journal,
        clock: Clock,
        dropped: Callable[[str, int], Awaitable[bool]],
    ) -> None:
        self._wallet = wallet
        self._rpc = rpc
        self._journal = journal
        self._clock = clock
        self._dropped = dropped
        # A transfer into an existing wrapped-SOL account does not mention its owner.
        self._addresses = (wallet, associated_token_address(wallet, WSOL_MINT))

    async def begin(self) -> None:
        """Remember where the wallet's history ends now: what came before is not this journal's affair.

        Raises:
            UnavailableError: the node does not answer, or confirms nothing for ``BEGIN_SECONDS``.
        """
        new = [address for address in self._addresses if not self._journal.flag(_SEEN + address)]
        if new:
            await self._confirmed_until_now()
        for address in new:
            newest = await self._rpc.signatures_for_address(address, limit=1)
            self._note(address, newest[0] if newest else None)

    async def finalize(self) -> int:
        """Mark what has become final; returns how many.

        Raises:
            UnavailableError: the node does not answer.
        """
        pending = self._journal.provisional()
        if not pending:
            return 0
        at = await self._rpc.signature_statuses([signature for signature, _ in pending])
        final = [
            signature
            for (signature, slot), status in zip(pending, at.statuses, strict=True)
            if status is not None and status.commitment == "finalized" and status.slot == slot
        ]
        if final:
            self._journal.mark_finalized(*final)
        return len(final)

    async def take_back(self) -> tuple[str, ...]:
        """Take back what was booked from slots that were dropped; recovery books what lands again.

        A fill whose slot is long final is still provisional only if its transaction is final in another
        slot, where it may have moved other amounts, or is proved to be nowhere.

        Returns:
            the signatures, latest first.

        Raises:
            UnavailableError: the node does not answer.
        """
        pending = self._journal.provisional()
        if not pending:
            return ()
        final = await self._rpc.slot("finalized")
        overdue = [(signature, slot) for signature, slot in reversed(pending) if slot < final]
        gone = [signature for signature, slot in overdue if await self._is_elsewhere(signature, slot)]
        for signature in gone:
            self._journal.roll_back(signature)
        return tuple(gone)

    async def _is_elsewhere(self, signature: str, slot: int) -> bool:
        at = await self._rpc.signature_statuses([signature])
        (status,) = at.statuses
        if status is not None:
            return status.commitment == "finalized" and status.slot != slot
        return await self._dropped(signature, slot)

    async def foreign(self) -> tuple[str, ...]:
        """Book moves made by others since the last look; signatures of those that carry our signature.

        A transaction signed with the wallet's key that this journal does not know means that another tool
        holds the key: entries must stop. One that cannot be read counts as signed, with no move booked.

        Raises:
            UnavailableError: the node does not answer; what was read before is booked.
        """
        signed: list[str] = []
        for address in self._addresses:
            signed += await self._scan(address)
        return tuple(dict.fromkeys(signed))

    async def _confirmed_until_now(self) -> None:
        """Histories end at the newest confirmed block: wait until that is as new as what is processed now."""
        now = await self._rpc.slot("processed")
        give_up = self._clock.monotonic() + BEGIN_SECONDS
        while await self._rpc.slot("confirmed") < now:
            if self._clock.monotonic() > give_up:
                raise UnavailableError(f"the node has confirmed no slot for {BEGIN_SECONDS:g} s")
            await self._clock.sleep(_PAUSE_SECONDS)

    async def _scan(self, address: str) -> list[str]:
        entries = await self._new_entries(address)
        signed: list[str] = []
        seen: SignatureEntry | None = None
        try:
            for start in range(0, len(entries), READ_AT_ONCE):
                batch = entries[start : start + READ_AT_ONCE]
                found = await self._strangers(batch)
                for entry in batch:
                    if entry.signature in found:
                        view = found[entry.signature]
                        if view is None:
                            return signed  # listed but not shown yet: the next look starts here again
                        if self._book(entry, view):
                            signed.append(entry.signature)
                    seen = entry
        finally:
            if seen is not None:
                self._note(address, seen)
        return signed

    async def _new_entries(self, address: str) -> list[SignatureEntry]:
        """What came since the last look, oldest first, over as many pages as it takes.

        A node that does not know the last signature lists everything: the slot bounds it too, and where the
        last signature is listed after all, it ends there.
        """
        slot, _, last = self._journal.flag(_SEEN + address).partition(":")
        first, until = int(slot or 0), last or None
        entries: list[SignatureEntry] = []
        while True:
            before = entries[-1].signature if entries else None
            page = await self._rpc.signatures_for_address(address, until=until, before=before, limit=_PAGE)
            news = list(takewhile(lambda entry: entry.signature != until, page))
            entries += news
            if len(news) < _PAGE or page[-1].slot < first:
                return [entry for entry in reversed(entries) if entry.slot >= first]

    async def _strangers(
        self, batch: list[SignatureEntry]
    ) -> dict[str, TransactionView | UnavailableError | DecodeError | None]:
        """Those that are not ours as the node shows them; ``None`` for what it does not show yet."""
        others = [each.signature for each in batch if self._journal.attempt(each.signature) is None]
        async with asyncio.TaskGroup() as group:
            tasks = {signature: group.create_task(self._look_at(signature)) for signature in others}
        return {signature: task.result() for signature, task in tasks.items()}

    async def _look_at(self, signature: str) -> TransactionView | UnavailableError | DecodeError | None:
        try:
            found = await self._rpc.transaction(signature)
            return None if found is None else parse_transaction(found)
        except (UnavailableError, DecodeError) as error:
            return error

    def _book(self, entry: SignatureEntry, found: TransactionView | UnavailableError | DecodeError) -> bool:
        """Book one transaction of others; whether it carries our signature."""
        if isinstance(found, TransactionView):
            done = settle(found, self._wallet)
            moved = done.lamports_delta + done.wsol_delta
            signed = self._wallet in found.accounts[: found.signers]
        elif _is_unreadable(found):
            moved, signed = 0, True
        else:
            raise found
        now = self._clock.now()
        self._journal.record_foreign(entry.signature, entry.slot, moved, signed=signed, at=now)
        return signed

    def _note(self, address: str, entry: SignatureEntry | None) -> None:
        mark = "0:" if entry is None else f"{entry.slot}:{entry.signature}"
        self._journal.set_flag(_SEEN + address, mark, self._clock.now())


def _is_unreadable(error: UnavailableError | DecodeError) -> bool:
    """Whether asking again would not help: the answer is no transaction, or of a version to come."""
    return isinstance(error, DecodeError) or (
        isinstance(error, RpcError) and error.rpc_code == _UNSUPPORTED_VERSION
    )
