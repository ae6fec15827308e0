"""Transfers that a node parsed."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from solders.pubkey import Pubkey

from sniperforge.dex.parsed_transfer import transfer_of
from sniperforge.dex.transaction import parse_transaction
from sniperforge.domain.addresses import TOKEN_PROGRAM

A, B, C, D = (str(Pubkey.from_bytes(bytes([number]) * 32)) for number in range(1, 5))
ENDS = {"source": A, "destination": B, "authority": C}
CHECKED = {**ENDS, "mint": D, "tokenAmount": {"amount": "7", "decimals": 6}}


def test_both_forms() -> None:
    """As the token program got them."""
    assert transfer_of({"type": "transfer", "info": {**ENDS, "amount": "5"}}) == (
        (A, B, C),
        struct.pack("<BQ", 3, 5),
    )
    assert transfer_of({"type": "transferChecked", "info": CHECKED}) == (
        (A, D, B, C),
        struct.pack("<BQB", 12, 7, 6),
    )
    several = {key: value for key, value in CHECKED.items() if key != "authority"} | {"multisigAuthority": C}
    assert transfer_of({"type": "transferChecked", "info": several})[0] == (A, D, B, C)


@pytest.mark.parametrize(
    "parsed",
    [
        None,
        "x",
        {"type": "mintTo", "info": {"authority": C}},
        {"type": "transfer", "info": {"lamports": 1}},
        {"type": "transfer", "info": ENDS},
        {"type": "transfer", "info": {**ENDS, "amount": "-1"}},
        {"type": "transfer", "info": {**ENDS, "amount": str(2**64)}},
        {"type": "transfer", "info": {**ENDS, "authority": None, "amount": "5"}},
        {"type": "transferChecked", "info": {**CHECKED, "tokenAmount": {"amount": "x", "decimals": 6}}},
        {"type": "transferChecked", "info": {**CHECKED, "tokenAmount": 7}},
        {"type": "transferChecked", "info": {**CHECKED, "mint": 7}},
    ],
    ids=str,
)
def test_anything_else_keeps_nothing(parsed: Any) -> None:
    """Other instructions and damaged ones: what the node kept does not suffice."""
    assert transfer_of(parsed) == ((), b"")


def test_a_parsed_transaction_keeps_its_transfers() -> None:
    """What the fallback for missing logs reads."""
    inner = {
        "programId": TOKEN_PROGRAM,
        "parsed": {"type": "transferChecked", "info": CHECKED},
        "program": "x",
    }
    keys = [{"pubkey": key, "signer": False, "writable": False} for key in (A, B, C, D, TOKEN_PROGRAM)]
    view = parse_transaction(
        {
            "slot": 1,
            "transaction": {"signatures": ["s"], "message": {"accountKeys": keys, "instructions": [inner]}},
            "meta": {"err": None, "fee": 0, "preBalances": [0] * 5, "postBalances": [0] * 5},
        }
    )
    assert view.instructions[0].accounts == (A, D, B, C)
    assert view.instructions[0].data[0] == 12
