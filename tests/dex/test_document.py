"""The shapes in which a recording may hold a transaction."""

from __future__ import annotations

from typing import Any

import pytest

from sniperforge.dex.document import parse_document
from sniperforge.domain.chain import LogsNotice, TransactionView
from sniperforge.errors import DecodeError
from sniperforge.testing.fixtures import read_recording, recordings

LANDED = read_recording(recordings("raydium_cpmm")["swap_clmm_2EawktQ9"])
A, B = "11111111111111111111111111111111", "So11111111111111111111111111111111111111112"


def transaction(document: Any) -> TransactionView:
    """The transaction in ``document``."""
    parsed = parse_document(document)
    assert isinstance(parsed, TransactionView)
    return parsed


def test_a_simulation_is_a_transaction() -> None:
    """The reply's value is a ``meta`` with another name for its logs."""
    meta = LANDED["result"]["meta"]
    value = {**meta, "logs": meta["logMessages"]}
    document = {
        "wire_base64": LANDED["wire_base64"],
        "response": {"result": {"context": {"slot": 5}, "value": value}},
    }
    simulated, landed = transaction(document), transaction(LANDED)
    assert (simulated.instructions, simulated.logs) == (landed.instructions, landed.logs)
    assert simulated.slot == 5


@pytest.mark.parametrize(
    "fields",
    [{"data_hex": "00ff"}, {"data": "00ff"}, {"data_base58": "1" + "5Q"}, {"data_hex": None, "data": "00ff"}],
    ids=str,
)
def test_one_instruction_alone(fields: dict[str, Any]) -> None:
    """It becomes a transaction of one; accounts are texts or objects."""
    view = transaction(
        {"signature": "s", "instruction": {"program_id": A, "accounts": [B, {"pubkey": A}], **fields}}
    )
    assert view.instructions[0].accounts == (B, A)
    assert view.instructions[0].data == b"\x00\xff"
    assert (view.signature, view.accounts) == ("s", (B, A))


def test_logs_alone() -> None:
    """A notice without signature."""
    assert parse_document({"logs": ["a", "b"]}) == LogsNotice("", 0, None, ("a", "b"))


def test_a_transaction_reduced_to_its_instructions() -> None:
    """Keys are those that instructions name; token balances point nowhere and are left out."""
    outer = {"programId": A, "accounts": [B], "data": "2"}
    document = {
        "meta": {
            "err": None,
            "innerInstructions": [{"index": 0, "instructions": [outer]}],
            "postTokenBalances": [1],
        },
        "transaction": {"signatures": ["s"], "message": {"accountKeys": [], "instructions": [outer]}},
    }
    view = transaction({"result": document})
    assert view.accounts == (A, B)
    assert [instruction.path for instruction in view.instructions] == [(0,), (0, 0)]
    assert transaction(document) == view


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"instruction": {"program_id": A, "accounts": []}},
        {"instruction": {"program_id": A, "accounts": [], "data_hex": "zz"}},
        {"instruction": {"program_id": "x", "accounts": [], "data_hex": ""}},
        {"logs": [1]},
        {"wire_base64": "AA==", "response": {}},
        {"result": {"meta": {}, "transaction": {"message": {"instructions": [3]}}}},
        {"result": None},
        {"error": {"code": 1}},
    ],
    ids=str,
)
def test_what_is_refused(document: Any) -> None:
    """With the decoder's own error."""
    with pytest.raises(DecodeError):
        parse_document(document)
