"""The signed part of a transaction, from JSON or from wire bytes: keys, signers, unresolved instructions."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from solders.errors import BincodeError
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from sniperforge.dex.checked_json import count_at, list_at, mapping_at, text_at
from sniperforge.domain import base58
from sniperforge.errors import DecodeError


@dataclass(frozen=True, slots=True)
class Message:
    """What the signed part says, before looked-up keys are added.

    Attributes:
        signature: the first one, base58.
        keys: account keys, base58.
        signers: how many leading keys signed.
        instructions: JSON objects, or ``(program index, account indexes, data)`` from wire bytes.
        resolved: the keys already hold the looked-up ones.
    """

    signature: str
    keys: list[str]
    signers: int
    instructions: Sequence[Any]
    resolved: bool


def parse_message(transaction: object) -> Message:
    """Read the ``transaction`` member of a ``getTransaction`` result, in any encoding.

    Raises:
        DecodeError: it is neither an object nor ``[text, encoding]``, or not well formed.
    """
    if isinstance(transaction, Mapping):
        return _message_of_json(transaction)
    if isinstance(transaction, list | tuple) and len(transaction) == 2:
        text, encoding = transaction
        return _message_of_wire(_wire_bytes(text_at(text, "transaction"), encoding))
    raise DecodeError(
        "transaction is neither an object nor [text, encoding]",
        hint="ask for it with encoding json, jsonParsed or base64",
    )


def _wire_bytes(text: str, encoding: object) -> bytes:
    if encoding == "base58":
        return base58.decode(text)
    if encoding != "base64":
        raise DecodeError("transaction has an encoding other than base64 and base58")
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise DecodeError("transaction is not valid base64") from None


def _message_of_wire(wire: bytes) -> Message:
    try:
        transaction = VersionedTransaction.from_bytes(wire)
    except (BincodeError, ValueError) as exc:
        raise DecodeError(f"transaction is not wire bytes of a transaction: {exc}") from None
    message = transaction.message
    signatures = transaction.signatures
    if not signatures:
        raise DecodeError("transaction has no signature")
    return Message(
        signature=str(signatures[0]),
        keys=[str(key) for key in message.account_keys],
        signers=message.header.num_required_signatures,
        instructions=[
            (instruction.program_id_index, instruction.accounts, instruction.data)
            for instruction in message.instructions
        ],
        resolved=False,
    )


def _message_of_json(transaction: Mapping[str, Any]) -> Message:
    signatures = list_at(transaction.get("signatures"), "transaction.signatures")
    if not signatures:
        raise DecodeError("transaction has no signature")
    message = mapping_at(transaction.get("message"), "transaction.message")
    raw_keys = list_at(message.get("accountKeys"), "message.accountKeys")
    entries = [entry for entry in raw_keys if isinstance(entry, Mapping)]
    keys = [entry.get("pubkey") if isinstance(entry, Mapping) else entry for entry in raw_keys]
    return Message(
        signature=text_at(signatures[0], "transaction.signatures[0]"),
        keys=addresses_at(keys, "message.accountKeys"),
        signers=_signer_count(message, entries, len(signatures)),
        instructions=list_at(message.get("instructions"), "message.instructions"),
        resolved=any(entry.get("source") == "lookupTable" for entry in entries),
    )


def _signer_count(message: Mapping[str, Any], entries: Sequence[Mapping[str, Any]], signatures: int) -> int:
    header = message.get("header")
    if isinstance(header, Mapping):
        return count_at(header.get("numRequiredSignatures"), "header.numRequiredSignatures")
    return sum(entry.get("signer") is True for entry in entries) or signatures


def addresses_at(values: Sequence[object], where: str) -> list[str]:
    """``values`` as addresses. Raises :class:`DecodeError` naming ``where``."""
    try:
        for value in values:
            Pubkey.from_string(value)  # type: ignore[arg-type]  # anything but an address raises
    except (TypeError, ValueError):
        raise DecodeError(f"{where} holds something that is not an address") from None
    return list(values)  # type: ignore[arg-type]  # every one was just parsed
