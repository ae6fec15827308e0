"""Signing and the write-ahead commit: what these return is durable, and only then may a byte of it leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sniperforge.domain.lifecycle import TxState
from sniperforge.domain.trade import NEVER_EXPIRES, Attempt
from sniperforge.errors import WalletBusyError
from sniperforge.execution.plan import (
    compile_message,
    signature_text,
    signed_transaction,
    unsigned_transaction,
)
from sniperforge.tokens.nonce import advance_nonce

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.domain.trade import DurableNonce
    from sniperforge.engine.planner import Plan
    from sniperforge.ports import Clock, Signer
    from sniperforge.store.journal import Journal


class Blockhashes(Protocol):
    """A recent blockhash, kept fresh by someone else."""

    def latest(self) -> tuple[str, int]:
        """``(blockhash, last valid block height)``. Raises ``UnavailableError`` when it is too old."""
        ...


class WriteAhead:
    """Signs plans with one wallet's key and journals them.

    Args:
        journal: the wallet's write-ahead record; this is its only writer.
        holds: whether this process still holds the wallet's lock; asked before each signature.
    """

    def __init__(
        self,
        *,
        signer: Signer,
        journal: Journal,
        blockhashes: Blockhashes,
        clock: Clock,
        holds: Callable[[], bool],
    ) -> None:
        self._signer = signer
        self._journal = journal
        self._blockhashes = blockhashes
        self._clock = clock
        self._holds = holds
        # As many as were ever signed: also two processes with one blockhash never sign equal messages.
        self.salt = len(journal.known_signatures())

    def first(self, plan: Plan, nonce: DurableNonce | None = None) -> Attempt:
        """The first transaction of an intent, on ``nonce`` or else on a recent blockhash.

        Raises:
            StorageError: the journal cannot be written; nothing may be sent.
            UnavailableError: no recent blockhash; nothing was signed.
            WalletBusyError: the lock was lost; nothing was signed.
        """
        attempt = self._signed(plan, 1, nonce)
        self._journal.record_intent(plan.intent, attempt)
        self.salt += 1
        return attempt

    def further(self, plan: Plan, last: Attempt) -> Attempt:
        """The next transaction of a series, on the nonce of its ``last`` one. Raises like :meth:`first`."""
        attempt = self._signed(plan, last.number + 1, last.nonce)
        self._journal.add_attempt(attempt, plan.intent.max_spend)
        self.salt += 1
        return attempt

    def unsigned(self, plan: Plan) -> bytes:
        """A plan's transaction without a signature, for simulation. Raises ``UnavailableError``."""
        blockhash, _height = self._blockhashes.latest()
        return unsigned_transaction(compile_message(self._signer.pubkey, plan.instructions, blockhash))

    def _signed(self, plan: Plan, number: int, nonce: DurableNonce | None) -> Attempt:
        if not self._holds():
            raise WalletBusyError("the wallet's lock was taken away; nothing was sent")
        wallet, instructions = self._signer.pubkey, list(plan.instructions)
        if nonce is None:
            blockhash, last_valid_height = self._blockhashes.latest()
        else:
            blockhash, last_valid_height = nonce.value, NEVER_EXPIRES
            instructions.insert(0, advance_nonce(nonce.account, wallet))
        message = compile_message(wallet, instructions, blockhash)
        signature = self._signer.sign(message)
        return Attempt(
            signature=signature_text(signature),
            intent_id=plan.intent.id,
            number=number,
            raw=signed_transaction(message, signature),
            last_valid_height=last_valid_height,
            state=TxState.SUBMITTED,
            created_at=self._clock.now(),
            min_out=plan.min_out,
            nonce=nonce,
        )
