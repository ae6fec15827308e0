"""Why a transaction never lands, in the words of a validator's ``TransactionError``."""

from __future__ import annotations

from typing import Any, Final

from sniperforge.errors import RejectedError
from sniperforge.localnet.ledger.error_text import describe

BLOCKHASH_NOT_FOUND: Final = "BlockhashNotFound"
ALREADY_PROCESSED: Final = "AlreadyProcessed"
SIGNATURE_FAILURE: Final = "SignatureFailure"
SANITIZE_FAILURE: Final = "SanitizeFailure"

LOAD_FAILURES: Final = frozenset(
    {"ProgramAccountNotFound", "InvalidProgramForExecution", "MaxLoadedAccountsDataSizeExceeded"}
)
"""Errors found while loading accounts: a validator lands such a transaction and takes only the fee."""


class TransactionRefusedError(RejectedError):
    """The network did not take the transaction: no fee, no record.

    Args:
        err: the ``TransactionError`` as JSON, for example ``"BlockhashNotFound"``.
    """

    def __init__(self, err: Any, detail: str = "") -> None:
        super().__init__(detail or describe(err), details={"err": err})
        self.err = err


class BundleRefusedError(RejectedError):
    """A bundle did not land, and with it none of its transactions.

    Args:
        position: of the transaction that would not do.
        err: its ``TransactionError`` as JSON.
    """

    def __init__(self, position: int, err: Any) -> None:
        super().__init__(f"transaction {position + 1} of the bundle: {describe(err)}", details={"err": err})
        self.position = position
        self.err = err


class UnreadableTransactionError(RejectedError):
    """Bytes that are no transaction, or one whose parts contradict each other."""
