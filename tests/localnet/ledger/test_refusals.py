"""Refused transactions."""

from __future__ import annotations

from sniperforge.errors import RejectedError
from sniperforge.localnet.ledger.refusals import TransactionRefusedError


def test_a_refusal_carries_the_error_and_its_words() -> None:
    """The JSON error is kept for machines, the sentence for people."""
    error = TransactionRefusedError("AlreadyProcessed")
    assert isinstance(error, RejectedError)
    assert (error.err, error.message) == ("AlreadyProcessed", "This transaction has already been processed")
    assert error.details == {"err": "AlreadyProcessed"}
