"""Accounts as other tools record them."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from sniperforge.domain.chain import Account
from sniperforge.errors import ConfigError
from sniperforge.localnet.recording import CLOCK, OWN, Recording, parse_recording
from tests.localnet.kit import Bench, address, base64_of

RAW: dict[str, Any] = {
    "lamports": 2**64 - 1,
    "data": ["YWJj", "base64"],
    "owner": address(2),
    "executable": False,
    "rentEpoch": 2**64 - 1,
    "space": 3,
}
GOOD: dict[str, Any] = {"pubkey": address(1), "account": RAW}
MINE = Account(address(1), address(2), 2**64 - 1, b"abc")
OTHER = Account(address(3), address(2), 2**64 - 1, b"abc")


def response(value: Any, slot: int = 5) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "result": {"context": {"slot": slot}, "value": value}}


def clock(slot: int, time: int) -> dict[str, Any]:
    data = struct.pack("<QqQQq", slot, 0, slot // 432_000, 0, time)
    raw = {"lamports": 1, "data": [base64_of(data), "base64"], "owner": min(OWN, key=lambda o: o[0] != "S")}
    return {"pubkey": CLOCK, "account": raw}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (GOOD, Recording((MINE,))),
        ({"pubkey": address(1), **RAW}, Recording((MINE,))),
        ([GOOD, {**GOOD, "pubkey": address(3)}], Recording((MINE, OTHER))),
        ({**GOOD, "context": {"slot": 7}}, Recording((MINE,), 7)),
        ({"pubkey": address(1), **response(RAW)}, Recording((MINE,), 5)),
        (
            {"pubkeys": [address(1), address(4), address(3)], **response([RAW, None, RAW])},
            Recording((MINE, OTHER), 5),
        ),
        (response([GOOD]), Recording((MINE,), 5)),
        ({"result": [GOOD]}, Recording((MINE,))),
        (
            [{"pubkey": address(1), **response(RAW, 9)}, {"pubkey": address(3), **response(RAW, 8)}],
            Recording((MINE, OTHER), 9),
        ),
        ([GOOD, clock(70, 1_700_000_000)], Recording((MINE,), 70, 1_700_000_000)),
        (clock(70, -1), Recording((), 70, -1)),
        ([GOOD, {**GOOD, "pubkey": address(4), "account": {**RAW, "owner": min(OWN)}}], Recording((MINE,))),
    ],
    ids=[
        *("keyed", "flat", "array", "with its slot", "getAccountInfo", "getMultipleAccounts"),
        *("getProgramAccounts", "without context", "responses", "clock", "only the clock", "native program"),
    ],
)
def test_every_form(document: Any, expected: Recording) -> None:
    """Large numbers are exact; what did not exist is left out, and what each network has of its own."""
    assert parse_recording(document, "x.json") == expected


def test_the_address_may_come_from_outside() -> None:
    """A response of ``getAccountInfo`` does not name its account; a name inside comes first."""
    assert parse_recording(response(RAW), "x", address(3)).accounts == (OTHER,)
    assert parse_recording(GOOD, "x", address(3)).accounts == (MINE,)


def test_what_this_network_answers_is_read_again() -> None:
    """A response of its own RPC, and with it its clock."""
    bench = Bench()
    names = [CLOCK, str(bench.payer.pubkey())]
    bench.ledger.advance(3)
    answer = {
        "pubkeys": names,
        "result": bench.ask("getMultipleAccounts", names, {"commitment": "processed"}),
    }
    found = parse_recording(answer, "x")
    payer, tip = bench.ledger.account(names[1]), bench.ledger.chain.tip
    assert payer is not None
    assert found == Recording((payer,), tip.slot, tip.time)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({**GOOD, "pubkey": "x"}, r"account: pubkey 'x' is no address"),
        ({**GOOD, "pubkey": None}, r"account does not say its pubkey"),
        ({**GOOD, "pubkey": 5}, r"pubkey 5 is no address"),
        ({"account": RAW}, r"account does not say its pubkey"),
        ({**GOOD, "account": None}, r"^x.json holds no account"),
        ({**GOOD, "account": 5}, r"x.json.account is no account"),
        ({**GOOD, "account": {**RAW, "lamports": -1}}, r"account: lamports is -1"),
        ({**GOOD, "account": {**RAW, "lamports": 2**64}}, r"lamports is 18446744073709551616"),
        ({**GOOD, "account": {**RAW, "lamports": "5"}}, r"lamports is '5'"),
        ({**GOOD, "account": {**RAW, "lamports": True}}, r"lamports is True"),
        ({**GOOD, "account": {**RAW, "owner": "x"}}, r"owner 'x' is no address"),
        ({**GOOD, "account": {**RAW, "data": ["YWJj", "base58"]}}, r"data is not \[text, \"base64\"\]"),
        ({**GOOD, "account": {**RAW, "data": {"parsed": {}}}}, r"data is not \[text, \"base64\"\]"),
        ({**GOOD, "account": {**RAW, "data": ["*", "base64"]}}, r"data is not base64"),
        ({**GOOD, "account": {**RAW, "space": 9}}, r"has 3 of 9 bytes"),
        ([GOOD, {"pubkey": address(1), "account": {}}], r"x.json\[1\].account: "),
        (response([RAW]), r"x.json.result.value\[0\] does not say its pubkey"),
        ({"pubkeys": [address(1)], **response([RAW, RAW])}, r"value\[1\] does not say its pubkey"),
        ({"pubkeys": 7, **response([RAW])}, r"value\[0\] does not say its pubkey"),
        ({"pubkey": address(1), **response(RAW, -1)}, r"context: slot is -1"),
        (response(None), r"holds no account"),
        (
            {"jsonrpc": "2.0", "id": 1, "error": {"code": 429, "message": "Too many"}},
            r"holds an error .*Too many",
        ),
        ([], r"holds no account"),
        ("abc", r"is no account"),
        ({"pubkey": CLOCK, "account": RAW}, r"clock Sysvar.* has 3 bytes, not 40"),
    ],
)
def test_wrong_documents_name_the_place(document: Any, says: str) -> None:
    """A configuration error."""
    with pytest.raises(ConfigError, match=says):
        parse_recording(document, "x.json")
