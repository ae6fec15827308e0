"""Landed transactions in the encodings of the JSON-RPC."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

from solders.message import MessageV0
from solders.pubkey import Pubkey

from sniperforge.domain import base58
from sniperforge.localnet.rpc.parsed_accounts import ui_amount
from sniperforge.localnet.rpc.parsed_instructions import parse_instruction

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solders.transaction_metadata import TransactionMetadata

    from sniperforge.localnet.ledger.balances import Holding
    from sniperforge.localnet.ledger.envelope import Envelope
    from sniperforge.localnet.ledger.lookups import LoadedKeys
    from sniperforge.localnet.ledger.records import TransactionRecord

ENCODINGS: Final = ("json", "jsonParsed", "base64", "base58", "binary")


def transaction_json(record: TransactionRecord, encoding: str, *, show_version: bool) -> dict[str, Any]:
    """``{"transaction", "meta"}`` and, when the client named one it can read, ``"version"``."""
    parsed = encoding == "jsonParsed"
    shown: dict[str, Any] = {
        "transaction": _transaction(record, encoding),
        "meta": meta_json(record, parsed=parsed),
    }
    if show_version:
        shown["version"] = 0 if record.envelope.versioned else "legacy"
    return shown


def meta_json(record: TransactionRecord, *, parsed: bool) -> dict[str, Any]:
    """The ``meta`` member."""
    meta = record.meta
    shown: dict[str, Any] = {
        "err": record.err,
        "status": status_json(record.err),
        "fee": record.fee,
        "preBalances": record.pre_lamports,
        "postBalances": record.post_lamports,
        "innerInstructions": inner_json(meta, record.loaded, parsed=parsed),
        "logMessages": meta.logs(),
        "preTokenBalances": holdings_json(record.pre_tokens),
        "postTokenBalances": holdings_json(record.post_tokens),
        "rewards": [],
        "computeUnitsConsumed": meta.compute_units_consumed(),
    }
    returned = return_data_json(meta)
    if returned is not None:
        shown["returnData"] = returned
    if not parsed:
        shown["loadedAddresses"] = loaded_json(record.loaded)
    return shown


def status_json(err: Any) -> dict[str, Any]:
    """The older form of an outcome: ``{"Ok": null}`` or ``{"Err": err}``."""
    return {"Ok": None} if err is None else {"Err": err}


def loaded_json(loaded: LoadedKeys) -> dict[str, Any]:
    """Keys that came from lookup tables."""
    static = len(loaded.names) - loaded.loaded_writable - loaded.loaded_readonly
    split = static + loaded.loaded_writable
    return {"writable": loaded.names[static:split], "readonly": loaded.names[split:]}


def return_data_json(meta: TransactionMetadata) -> dict[str, Any] | None:
    """What the last program returned, ``None`` when nothing."""
    returned = meta.return_data()
    if not returned.data:
        return None
    return {
        "programId": str(returned.program_id),
        "data": [base64.b64encode(bytes(returned.data)).decode(), "base64"],
    }


def holdings_json(holdings: Iterable[Holding]) -> list[dict[str, Any]]:
    """``preTokenBalances`` or ``postTokenBalances``."""
    return [
        {
            "accountIndex": holding.position,
            "mint": str(Pubkey.from_bytes(holding.mint)),
            "owner": str(Pubkey.from_bytes(holding.owner)),
            "programId": str(holding.program),
            "uiTokenAmount": ui_amount(holding.amount, holding.decimals),
        }
        for holding in holdings
    ]


def inner_json(meta: TransactionMetadata, loaded: LoadedKeys, *, parsed: bool) -> list[dict[str, Any]]:
    """``innerInstructions``: only of instructions that called others."""
    return [
        {
            "index": index,
            "instructions": [
                instruction_json(inner.instruction(), loaded, inner.stack_height(), parsed=parsed)
                for inner in group
            ],
        }
        for index, group in enumerate(meta.inner_instructions())
        if group
    ]


def instruction_json(
    instruction: Any, loaded: LoadedKeys, height: int | None, *, parsed: bool
) -> dict[str, Any]:
    """One instruction; ``parsed`` reads it, or at least has addresses in place of indexes."""
    data = bytes(instruction.data)
    if not parsed:
        return {
            "programIdIndex": instruction.program_id_index,
            "accounts": list(instruction.accounts),
            "data": base58.encode(data),
            "stackHeight": height,
        }
    program = loaded.names[instruction.program_id_index]
    accounts = [loaded.names[account] for account in instruction.accounts]
    read = parse_instruction(program, accounts, data)
    if read is None:
        read = {"accounts": accounts, "data": base58.encode(data)}
    return {"programId": program, **read, "stackHeight": height}


def account_keys_json(record: TransactionRecord) -> list[dict[str, Any]]:
    """All keys with their roles, as ``jsonParsed`` and ``accounts`` show them."""
    envelope, loaded = record.envelope, record.loaded
    writable, static = set(loaded.writable), len(envelope.names)
    return [
        {
            "pubkey": name,
            "signer": position < envelope.signers,
            "source": "transaction" if position < static else "lookupTable",
            "writable": position in writable,
        }
        for position, name in enumerate(loaded.names)
    ]


def _transaction(record: TransactionRecord, encoding: str) -> Any:
    raw = record.envelope.raw
    if encoding == "base64":
        return [base64.b64encode(raw).decode(), "base64"]
    if encoding == "base58":
        return [base58.encode(raw), "base58"]
    if encoding == "binary":
        return base58.encode(raw)
    signatures = [str(signature) for signature in record.envelope.transaction.signatures]
    message = _parsed_message(record) if encoding == "jsonParsed" else _raw_message(record)
    return {"signatures": signatures, "message": message}


def _raw_message(record: TransactionRecord) -> dict[str, Any]:
    envelope = record.envelope
    message: dict[str, Any] = {
        "header": {
            "numRequiredSignatures": envelope.signers,
            "numReadonlySignedAccounts": envelope.readonly_signed,
            "numReadonlyUnsignedAccounts": envelope.readonly_unsigned,
        },
        "accountKeys": envelope.names,
        "recentBlockhash": envelope.blockhash,
        "instructions": _instructions(record, parsed=False),
    }
    return _with_lookups(message, envelope)


def _parsed_message(record: TransactionRecord) -> dict[str, Any]:
    message: dict[str, Any] = {
        "accountKeys": account_keys_json(record),
        "recentBlockhash": record.envelope.blockhash,
        "instructions": _instructions(record, parsed=True),
    }
    return _with_lookups(message, record.envelope)


def _instructions(record: TransactionRecord, *, parsed: bool) -> list[dict[str, Any]]:
    return [
        instruction_json(instruction, record.loaded, 1, parsed=parsed)
        for instruction in record.envelope.message.instructions
    ]


def _with_lookups(message: dict[str, Any], envelope: Envelope) -> dict[str, Any]:
    if isinstance(envelope.message, MessageV0):
        message["addressTableLookups"] = [
            {
                "accountKey": str(lookup.account_key),
                "writableIndexes": list(lookup.writable_indexes),
                "readonlyIndexes": list(lookup.readonly_indexes),
            }
            for lookup in envelope.message.address_table_lookups
        ]
    return message
