"""A transaction as it arrives: decoded and sanitised once, with what every later step asks of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from solders.message import Message, MessageV0
from solders.transaction import SanitizeError, VersionedTransaction

from sniperforge.localnet.ledger.refusals import (
    SIGNATURE_FAILURE,
    TransactionRefusedError,
    UnreadableTransactionError,
)

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

MAX_TRANSACTION_BYTES: Final = 1232


@dataclass(frozen=True, slots=True)
class Envelope:
    """One decoded transaction.

    Attributes:
        raw: the wire bytes, nothing trailing.
        transaction, message: solders objects; legacy and version 0 only.
        signature: base58 of the first signature.
        digest: SHA-256 of the message bytes: two transactions with one message are duplicates.
        blockhash: base58; a durable nonce's value for transactions that use one.
        keys, names: static account keys as objects and as base58.
        signers, readonly_signed, readonly_unsigned: the message header.
    """

    raw: bytes
    transaction: VersionedTransaction
    message: Message | MessageV0
    signature: str
    digest: bytes
    blockhash: str
    keys: tuple[Pubkey, ...]
    names: tuple[str, ...]
    signers: int
    readonly_signed: int
    readonly_unsigned: int

    @property
    def versioned(self) -> bool:
        """Whether it is a version 0 transaction."""
        return isinstance(self.message, MessageV0)

    def signatures_valid(self) -> bool:
        """Whether every signature verifies; about 45 us each."""
        return all(self.transaction.verify_with_results())

    def verify(self) -> None:
        """Check every signature.

        Raises:
            TransactionRefusedError: one does not verify.
        """
        if not self.signatures_valid():
            raise TransactionRefusedError(SIGNATURE_FAILURE)

    def is_writable(self, index: int) -> bool:
        """Whether the header lets static key ``index`` be written."""
        if index < self.signers:
            return index < self.signers - self.readonly_signed
        return index < len(self.keys) - self.readonly_unsigned


def open_envelope(raw: bytes) -> Envelope:
    """Decode ``raw``.

    Raises:
        UnreadableTransactionError: no transaction, an unsupported version, or contradictory parts.
    """
    try:
        transaction = VersionedTransaction.from_bytes(raw)
        transaction.sanitize()
    except SanitizeError as error:
        raise UnreadableTransactionError(
            f"invalid transaction: Transaction failed to sanitize accounts offsets correctly ({error})"
        ) from None
    except ValueError as error:
        raise UnreadableTransactionError(f"failed to deserialize transaction: {error}") from None
    return _describe(transaction)


def _describe(transaction: VersionedTransaction) -> Envelope:
    raw = bytes(transaction)  # without what may trail: it must not make a duplicate look new
    message = transaction.message
    if not isinstance(message, Message | MessageV0):
        raise UnreadableTransactionError("failed to deserialize transaction: unsupported version")
    signatures, header, keys = transaction.signatures, message.header, tuple(message.account_keys)
    return Envelope(
        raw=raw,
        transaction=transaction,
        message=message,
        signature=str(signatures[0]),
        digest=hashlib.sha256(raw[1 + 64 * len(signatures) :]).digest(),
        blockhash=str(message.recent_blockhash),
        keys=keys,
        names=tuple(map(str, keys)),
        signers=header.num_required_signatures,
        readonly_signed=header.num_readonly_signed_accounts,
        readonly_unsigned=header.num_readonly_unsigned_accounts,
    )
