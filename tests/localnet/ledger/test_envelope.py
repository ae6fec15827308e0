"""Decoding transactions."""

from __future__ import annotations

import contextlib
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from solders.hash import Hash
from solders.message import Message, MessageV1
from solders.transaction import VersionedTransaction

from sniperforge.localnet.ledger.envelope import open_envelope
from sniperforge.localnet.ledger.refusals import TransactionRefusedError, UnreadableTransactionError
from tests.localnet.kit import address, keypair, pay

A = keypair(1)
RECENT = Hash.from_bytes(bytes([7] * 32))
LEGACY = bytes(
    VersionedTransaction(Message.new_with_blockhash([pay(A, address(2), 1)], A.pubkey(), RECENT), [A])
)


def test_a_transaction_is_described_once() -> None:
    """Keys, header, hash, signature and digest of the message."""
    envelope = open_envelope(LEGACY)
    assert envelope.names == (address(1), address(2), "1" * 32)
    assert (envelope.signers, envelope.readonly_signed, envelope.readonly_unsigned) == (1, 0, 1)
    assert [envelope.is_writable(index) for index in range(3)] == [True, True, False]
    assert envelope.blockhash == str(RECENT)
    assert envelope.signature == str(VersionedTransaction.from_bytes(LEGACY).signatures[0])
    assert envelope.digest == hashlib.sha256(LEGACY[65:]).digest()
    assert not envelope.versioned


def test_trailing_bytes_do_not_count() -> None:
    """A validator ignores them too; with them a transaction is still the same one."""
    assert open_envelope(LEGACY + b"\0\1") == open_envelope(LEGACY)
    assert open_envelope(LEGACY + b"\0").raw == LEGACY


def test_signatures_are_checked() -> None:
    """A changed message no longer verifies."""
    open_envelope(LEGACY).verify()
    forged = open_envelope(LEGACY[:-1] + b"\x01")
    assert not forged.signatures_valid()
    with pytest.raises(TransactionRefusedError) as refusal:
        forged.verify()
    assert refusal.value.err == "SignatureFailure"


@pytest.mark.parametrize("raw", [b"", b"\x01", LEGACY[:-1], LEGACY[:65], b"\xff" * 200])
def test_bytes_that_are_no_transaction(raw: bytes) -> None:
    """They are refused in words, never with another exception."""
    with pytest.raises(UnreadableTransactionError):
        open_envelope(raw)


def test_contradictory_parts_are_refused() -> None:
    """An account index behind the last key fails to sanitize."""
    broken = bytearray(LEGACY)
    broken[-13 - 3] = 9  # first account index of the only instruction
    with pytest.raises(UnreadableTransactionError, match="sanitize"):
        open_envelope(bytes(broken))


def test_newer_message_versions_are_refused() -> None:
    """Only legacy and version 0 messages are known to clients here."""
    message = MessageV1.try_compile(A.pubkey(), [pay(A, address(2), 1)], RECENT)
    with pytest.raises(UnreadableTransactionError):
        open_envelope(bytes(VersionedTransaction(message, [A])))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_mutated_bytes_never_raise_anything_else(data: st.DataObject) -> None:
    """Whatever bytes arrive, the answer is an envelope or a refusal."""
    raw = bytearray(LEGACY)
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(UnreadableTransactionError):
        open_envelope(bytes(raw)).signatures_valid()
