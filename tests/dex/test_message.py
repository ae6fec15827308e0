"""The signed part of a transaction in its encodings."""

from __future__ import annotations

import base64
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.message import Message as LegacyMessage
from solders.message import MessageV0
from solders.transaction import VersionedTransaction

from sniperforge.dex.message import addresses_at, parse_message
from sniperforge.errors import DecodeError

KEY = Keypair.from_seed(bytes(32))
PROGRAM = Keypair.from_seed(bytes([1] * 32)).pubkey()
INSTRUCTION = Instruction(PROGRAM, b"data", [AccountMeta(KEY.pubkey(), is_signer=True, is_writable=True)])


def base58_of(data: bytes) -> str:
    """The textbook encoder."""
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[digit] + text
    return text


def signed(message: LegacyMessage | MessageV0) -> VersionedTransaction:
    """The message with its one signature."""
    return VersionedTransaction(message, [KEY])


@pytest.fixture(params=["legacy", "v0"])
def transaction(request: pytest.FixtureRequest) -> VersionedTransaction:
    """One instruction, as a legacy and as a version 0 transaction."""
    if request.param == "legacy":
        return signed(LegacyMessage.new_with_blockhash([INSTRUCTION], KEY.pubkey(), Hash.default()))
    return signed(MessageV0.try_compile(KEY.pubkey(), [INSTRUCTION], [], Hash.default()))


def test_wire_bytes_in_both_encodings(transaction: VersionedTransaction) -> None:
    """base64 and base58 wire bytes give signature, keys, signer count and instructions."""
    wire = bytes(transaction)
    for pair in ([base64.b64encode(wire).decode(), "base64"], [base58_of(wire), "base58"]):
        message = parse_message(pair)
        assert message.signature == str(transaction.signatures[0])
        assert message.keys == [str(KEY.pubkey()), str(PROGRAM)]
        assert message.signers == 1
        assert [(program, bytes(data)) for program, _, data in message.instructions] == [(1, b"data")]
        assert not message.resolved


def document(**changes: Any) -> dict[str, Any]:
    """A transaction in json encoding."""
    message: dict[str, Any] = {"accountKeys": [str(KEY.pubkey()), str(PROGRAM)], "instructions": []}
    return {"signatures": ["sig"], "message": message | changes}


def test_signers_come_from_the_header_else_from_the_keys_else_from_the_signatures() -> None:
    """Each shape tells the number of signers in its own way."""
    keys = [{"pubkey": str(KEY.pubkey()), "signer": True}, {"pubkey": str(PROGRAM), "signer": False}]
    assert parse_message(document(header={"numRequiredSignatures": 2})).signers == 2
    assert parse_message(document(accountKeys=keys)).signers == 1
    assert parse_message(document()).signers == 1


def test_keys_with_looked_up_ones_among_them_are_marked() -> None:
    """Parsed JSON lists the looked-up keys with the others."""
    keys = [{"pubkey": str(KEY.pubkey()), "source": "transaction"}]
    assert not parse_message(document(accountKeys=keys)).resolved
    keys.append({"pubkey": str(PROGRAM), "source": "lookupTable"})
    assert parse_message(document(accountKeys=keys)).resolved


@pytest.mark.parametrize(
    "transaction",
    [
        None,
        "text",
        ["AAAA"],
        ["AAAA", "hex"],
        ["!", "base64"],
        ["AAAA", "base64"],
        ["", "base64"],
        [None, "base64"],
        ["0", "base58"],
        {},
        {"signatures": [], "message": {}},
        {"signatures": [1], "message": {"accountKeys": [], "instructions": []}},
        document(accountKeys=["not an address"]),
        document(accountKeys=[{"key": str(PROGRAM)}]),
        document(header={}),
        document(instructions=None),
    ],
)
def test_other_shapes_are_refused(transaction: object) -> None:
    """What is no transaction raises DecodeError."""
    with pytest.raises(DecodeError):
        parse_message(transaction)


def test_wire_bytes_without_a_signature_are_refused(transaction: VersionedTransaction) -> None:
    """A transaction whose signature list is empty has no name."""
    body = bytes(transaction.message)
    prefix = b"\x80" if isinstance(transaction.message, MessageV0) and body[0] != 0x80 else b""
    wire = b"\x00" + prefix + body
    with pytest.raises(DecodeError):
        parse_message([base64.b64encode(wire).decode(), "base64"])


def test_damaged_wire_bytes_raise_only_decode_errors() -> None:
    """Flipped, cut and repeated bytes of a real transaction never raise anything else."""
    wire = bytes(signed(MessageV0.try_compile(KEY.pubkey(), [INSTRUCTION], [], Hash.default())))
    chance = random.Random(5)
    refused = 0
    for _ in range(3_000):
        damaged = bytearray(wire)
        for _ in range(chance.randint(1, 4)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        cut = chance.randrange(len(damaged)) if chance.random() < 0.3 else len(damaged)
        try:
            parse_message([base64.b64encode(bytes(damaged[:cut])).decode(), "base64"])
        except DecodeError:
            refused += 1
    assert refused > 500


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_raise_only_decode_errors(data: bytes) -> None:
    """Bytes from nowhere are refused or read, never anything else."""
    try:
        parse_message([base64.b64encode(data).decode(), "base64"])
    except DecodeError:
        return


def test_addresses_are_all_checked() -> None:
    """One bad entry refuses the list and names the place."""
    assert addresses_at([str(PROGRAM)], "here") == [str(PROGRAM)]
    for bad in (1, None, "1", "1" * 45, [str(PROGRAM)]):
        with pytest.raises(DecodeError, match="here"):
            addresses_at([str(PROGRAM), bad], "here")
