"""Holding the journal against the chain: finality, and moves of the wallet that no intent of ours made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.dex.transaction import parse_transaction
from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.execution.settlement import settle
from sniperforge.tokens.addresses import associated_token_address

if TYPE_CHECKING:
    from sniperforge.chain.rpc import RpcClient
    from sniperforge.domain.chain import TransactionView
    from sniperforge.ports import Clock
    from sniperforge.store.journal import Journal

_SEEN = "audited_until:"
_PAGE = 1_000


class Audit:
    """Reads the chain's history of a wallet and books what the journal does not know.

    Args:
        wallet: base58.
        journal: where finality and foreign moves are noted.
    """

    def __init__(self, *, wallet: str, rpc: RpcClient, journal: Journal, clock: Clock) -> None:
        self._wallet = wallet
        self._rpc = rpc
        self._journal = journal
        self._clock = clock
        # A transfer into an existing wrapped-SOL account does not mention its owner.
        self._addresses = (wallet, associated_token_address(wallet, WSOL_MINT))

    async def begin(self) -> None:
        """Remember where the wallet's history ends now: what came before is not this journal's affair.

        Raises:
            UnavailableError: the node does not answer.
        """
        for address in self._addresses:
            if not self._journal.flag(_SEEN + address):
                newest = await self._rpc.signatures_for_address(address, limit=1)
                self._note(address, newest[0].signature if newest else "-")

    async def finalize(self) -> int:
        """Mark what has become final; returns how many.

        Raises:
            UnavailableError: the node does not answer.
        """
        pending = self._journal.unfinalized()
        if not pending:
            return 0
        statuses = await self._rpc.signature_statuses(pending)
        final = [
            signature
            for signature, status in zip(pending, statuses.statuses, strict=True)
            if status is not None and status.commitment == "finalized"
        ]
        for signature in final:
            self._journal.mark_finalized(signature)
        return len(final)

    async def foreign(self) -> tuple[str, ...]:
        """Book moves made by others since the last look; signatures of those that carry our signature.

        A transaction signed with the wallet's key that this journal does not know means that another tool
        holds the key: entries must stop.

        Raises:
            UnavailableError: the node does not answer.
        """
        signed: list[str] = []
        for address in self._addresses:
            signed += await self._scan(address)
        return tuple(dict.fromkeys(signed))

    async def _scan(self, address: str) -> list[str]:
        entries = await self._new_entries(address)
        known = self._journal.known_signatures() if entries else set()
        signed = []
        for entry in reversed(entries):
            if entry not in known:
                found = await self._rpc.transaction(entry)
                if found is None:
                    break  # listed but not shown yet: the next look starts here again
                if self._book_foreign(parse_transaction(found)):
                    signed.append(entry)
            self._note(address, entry)
        return signed

    async def _new_entries(self, address: str) -> list[str]:
        """Signatures since the last look, newest first, over as many pages as it takes."""
        last = self._journal.flag(_SEEN + address)
        until = last if last not in ("", "-") else None
        entries: list[str] = []
        while True:
            before = entries[-1] if entries else None
            page = await self._rpc.signatures_for_address(address, until=until, before=before, limit=_PAGE)
            entries += [entry.signature for entry in page]
            if len(page) < _PAGE:
                return entries

    def _book_foreign(self, view: TransactionView) -> bool:
        done = settle(view, self._wallet)
        signed = self._wallet in view.accounts[: view.signers]
        self._journal.record_foreign(
            view.signature,
            view.slot,
            done.lamports_delta + done.wsol_delta,
            signed=signed,
            at=self._clock.now(),
        )
        return signed

    def _note(self, address: str, signature: str) -> None:
        self._journal.set_flag(_SEEN + address, signature, self._clock.now())
