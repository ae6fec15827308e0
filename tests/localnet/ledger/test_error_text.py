"""A validator's sentences."""

from __future__ import annotations

from typing import Any

import pytest

from sniperforge.localnet.ledger.error_text import describe


@pytest.mark.parametrize(
    ("err", "text"),
    [
        ("BlockhashNotFound", "Blockhash not found"),
        ("SomethingNew", "SomethingNew"),
        (
            {"InstructionError": [2, {"Custom": 6005}]},
            "Error processing Instruction 2: custom program error: 0x1775",
        ),
        (
            {"InstructionError": [0, "InvalidAccountData"]},
            "Error processing Instruction 0: invalid account data for instruction",
        ),
        ({"InstructionError": [0, "BrandNew"]}, "Error processing Instruction 0: BrandNew"),
        ({"InstructionError": [1, {"BorshIoError": "x"}]}, "Error processing Instruction 1: BorshIoError: x"),
        (
            {"InsufficientFundsForRent": {"account_index": 1}},
            "Transaction results in an account (1) with insufficient funds for rent",
        ),
        ({"DuplicateInstruction": 3}, "Transaction contains a duplicate instruction (3) that is not allowed"),
        ({"Unheard": 1}, "Unheard: 1"),
    ],
)
def test_errors_read_as_on_a_validator(err: Any, text: str) -> None:
    """Known errors get their sentence, unknown ones keep their name."""
    assert describe(err) == text
