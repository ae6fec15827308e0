"""``jsonParsed`` of instructions."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from solders.pubkey import Pubkey

from sniperforge.domain.addresses import (
    ASSOCIATED_TOKEN_PROGRAM,
    MEMO_PROGRAM,
    SYSTEM_PROGRAM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
)
from sniperforge.localnet.rpc.parsed_instructions import parse_instruction
from tests.localnet.kit import address

A, B, C, D = (address(number) for number in (1, 2, 3, 4))
RAW = bytes(Pubkey.from_string(D))
U64 = struct.Struct("<Q").pack


def system(number: int, *parts: bytes) -> bytes:
    return struct.pack("<I", number) + b"".join(parts)


AMOUNT = {"amount": "1500", "decimals": 3, "uiAmount": 1.5, "uiAmountString": "1.5"}
CHECKED = U64(1_500) + b"\3"

CASES: list[tuple[str, bytes, list[str], str, dict[str, Any]]] = [
    (
        SYSTEM_PROGRAM,
        system(0, U64(5), U64(82), RAW),
        [A, B],
        "createAccount",
        {"source": A, "newAccount": B, "lamports": 5, "space": 82, "owner": D},
    ),
    (SYSTEM_PROGRAM, system(1, RAW), [A], "assign", {"account": A, "owner": D}),
    (SYSTEM_PROGRAM, system(2, U64(7)), [A, B], "transfer", {"source": A, "destination": B, "lamports": 7}),
    (
        SYSTEM_PROGRAM,
        system(3, RAW, U64(4), b"seed", U64(5), U64(6), RAW),
        [A, B],
        "createAccountWithSeed",
        {
            "source": A,
            "newAccount": B,
            "base": D,
            "seed": "seed",
            "lamports": 5,
            "space": 6,
            "owner": D,
        },
    ),
    (
        SYSTEM_PROGRAM,
        system(4),
        [A, B, C],
        "advanceNonce",
        {"nonceAccount": A, "recentBlockhashesSysvar": B, "nonceAuthority": C},
    ),
    (SYSTEM_PROGRAM, system(8, U64(9)), [A], "allocate", {"account": A, "space": 9}),
    (
        TOKEN_PROGRAM,
        b"\3" + U64(9),
        [A, B, C],
        "transfer",
        {"source": A, "destination": B, "amount": "9", "authority": C},
    ),
    (
        TOKEN_PROGRAM,
        b"\3" + U64(9),
        [A, B, C, D],
        "transfer",
        {"source": A, "destination": B, "amount": "9", "multisigAuthority": C, "signers": [D]},
    ),
    (
        TOKEN_2022_PROGRAM,
        b"\x0c" + CHECKED,
        [A, B, C, D],
        "transferChecked",
        {"source": A, "mint": B, "destination": C, "tokenAmount": AMOUNT, "authority": D},
    ),
    (TOKEN_PROGRAM, b"\x11", [A], "syncNative", {"account": A}),
    (TOKEN_PROGRAM, b"\x09", [A, B, C], "closeAccount", {"account": A, "destination": B, "owner": C}),
    (
        TOKEN_PROGRAM,
        b"\0\6" + RAW + b"\0",
        [A, B],
        "initializeMint",
        {"mint": A, "decimals": 6, "mintAuthority": D, "rentSysvar": B},
    ),
    (
        TOKEN_PROGRAM,
        b"\x14\6" + RAW + b"\1" + RAW,
        [A],
        "initializeMint2",
        {"mint": A, "decimals": 6, "mintAuthority": D, "freezeAuthority": D},
    ),
    (TOKEN_PROGRAM, b"\x12" + RAW, [A, B], "initializeAccount3", {"account": A, "mint": B, "owner": D}),
    (
        TOKEN_PROGRAM,
        b"\x10" + RAW,
        [A, B, C],
        "initializeAccount2",
        {"account": A, "mint": B, "owner": D, "rentSysvar": C},
    ),
    (
        TOKEN_PROGRAM,
        b"\6\0\0",
        [A, B],
        "setAuthority",
        {"mint": A, "authorityType": "mintTokens", "newAuthority": None, "authority": B},
    ),
    (
        TOKEN_PROGRAM,
        b"\6\2\1" + RAW,
        [A, B],
        "setAuthority",
        {"account": A, "authorityType": "accountOwner", "newAuthority": D, "authority": B},
    ),
    (
        ASSOCIATED_TOKEN_PROGRAM,
        b"\1",
        [A, B, C, D, SYSTEM_PROGRAM, TOKEN_PROGRAM],
        "createIdempotent",
        {
            "source": A,
            "account": B,
            "wallet": C,
            "mint": D,
            "systemProgram": SYSTEM_PROGRAM,
            "tokenProgram": TOKEN_PROGRAM,
        },
    ),
]


@pytest.mark.parametrize(("program", "data", "accounts", "kind", "info"), CASES, ids=[c[3] for c in CASES])
def test_a_known_instruction(
    program: str, data: bytes, accounts: list[str], kind: str, info: dict[str, Any]
) -> None:
    """Type and fields as a validator names them; cut anywhere, or without accounts, it is not read."""
    read = parse_instruction(program, accounts, data)
    assert read is not None
    assert read["parsed"] == {"type": kind, "info": info}
    assert parse_instruction(program, [], data) is None
    for size in range(len(data) if program != ASSOCIATED_TOKEN_PROGRAM else 0):
        assert parse_instruction(program, accounts, data[:size]) is None, size


def test_names_of_programs() -> None:
    """Both token programs have one name."""
    names = {
        program: (parse_instruction(program, accounts, data) or {})["program"]
        for program, data, accounts, *_ in CASES
    }
    assert names == {
        SYSTEM_PROGRAM: "system",
        TOKEN_PROGRAM: "spl-token",
        TOKEN_2022_PROGRAM: "spl-token",
        ASSOCIATED_TOKEN_PROGRAM: "spl-associated-token-account",
    }


def test_memos_and_what_is_not_read() -> None:
    """A memo is its text; no text, unknown numbers and other programs stay as they are."""
    assert parse_instruction(MEMO_PROGRAM, [], b"hello") == {"program": "spl-memo", "parsed": "hello"}
    assert parse_instruction(MEMO_PROGRAM, [], b"\xff") is None
    assert parse_instruction(TOKEN_PROGRAM, [A], b"\xfe") is None
    assert parse_instruction(SYSTEM_PROGRAM, [A], system(99)) is None
    assert parse_instruction(A, [B], b"\0") is None
