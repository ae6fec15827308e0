"""A recorded or fetched document -> the transaction or logs notice in it, whatever that means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sniperforge.dex.checked_json import list_at, mapping_at, text_at
from sniperforge.dex.message import addresses_at
from sniperforge.dex.transaction import parse_logs_notice, parse_transaction
from sniperforge.domain import base58
from sniperforge.domain.chain import InstructionView, LogsNotice, TransactionView
from sniperforge.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Mapping

_DATA_FIELDS: Final = (("data_base58", base58.decode), ("data_hex", bytes.fromhex), ("data", bytes.fromhex))


def parse_document(document: object) -> TransactionView | LogsNotice:
    """Read a recorded file or what a node said.

    That is: a recorded file with ``result``, with the ``wire_base64`` and ``response`` of a simulation, with
    one ``instruction`` or with ``logs`` alone; a bare ``getTransaction`` result; a JSON-RPC reply; a
    ``logsNotification``. Fields that a recording derives from these are ignored.

    Raises:
        DecodeError: it is none of these.
    """
    body = mapping_at(document, "the document")
    if body.get("method") == "logsNotification":
        params = mapping_at(body.get("params"), "params")
        return parse_logs_notice(mapping_at(params.get("result"), "params.result"))
    if "error" in body and body.get("result") is None:
        raise DecodeError("the document is an error reply of a node", hint="record it again")
    if "result" in body:
        return _of_result(body["result"])
    if "meta" in body and "transaction" in body:
        return _of_landed(body)
    if "response" in body and "wire_base64" in body:
        return _of_simulation(body["wire_base64"], body["response"])
    if "instruction" in body:
        return _of_instruction(body)
    if "logs" in body:
        lines = [text_at(line, "logs") for line in list_at(body["logs"], "logs")]
        return LogsNotice("", 0, None, tuple(lines))
    raise DecodeError(
        "the document holds neither a transaction nor a logs notification",
        hint="give the result of getTransaction or a logsNotification message",
    )


def _of_result(result: object) -> TransactionView | LogsNotice:
    if result is None:
        raise DecodeError("the reply is empty: the node knows no such transaction")
    body = mapping_at(result, "result")
    if "context" in body and "value" in body and "meta" not in body:
        return parse_logs_notice(body)
    return _of_landed(body)


def _of_landed(body: Mapping[str, Any]) -> TransactionView:
    """A recording may be reduced to its instructions: no balances, no keys but those that instructions name.

    Token balances point at keys by number: without the keys they tell nothing.
    """
    meta = mapping_at(body.get("meta"), "meta")
    if not {"preBalances", "postBalances"} & meta.keys():
        gone = ("preBalances", "postBalances", "preTokenBalances", "postTokenBalances")
        body = {**body, "meta": {**meta, **{name: [] for name in gone}}}
        transaction = body.get("transaction")
        if isinstance(transaction, dict) and isinstance(message := transaction.get("message"), dict):
            keys = message.get("accountKeys") or _named_in(message, meta)
            body["transaction"] = {**transaction, "message": {**message, "accountKeys": keys}}
    return parse_transaction(body)


def _named_in(message: Mapping[str, Any], meta: Mapping[str, Any]) -> list[str]:
    """Addresses that instructions name instead of pointing at keys."""
    groups = list_at(meta.get("innerInstructions") or [], "meta.innerInstructions")
    instructions = [
        *list_at(message.get("instructions") or [], "message.instructions"),
        *(
            one
            for group in groups
            for one in list_at(mapping_at(group, "inner").get("instructions"), "inner")
        ),
    ]
    named: dict[str, None] = {}
    for entry in instructions:
        fields = mapping_at(entry, "an instruction")
        for name in (fields.get("programId"), *list_at(fields.get("accounts") or [], "instruction accounts")):
            if isinstance(name, str):
                named[name] = None
    return list(named)


def _of_simulation(wire: object, response: object) -> TransactionView:
    """The value of a ``simulateTransaction`` reply is a ``meta`` but for the name of its logs."""
    reply = mapping_at(response, "response")
    result = mapping_at(reply.get("result", reply), "response.result")
    value = mapping_at(result.get("value"), "response.value")
    context = result.get("context")
    return parse_transaction(
        {
            "slot": context.get("slot", 0) if isinstance(context, dict) else 0,
            "transaction": [text_at(wire, "wire_base64"), "base64"],
            "meta": {**value, "logMessages": value.get("logs"), "fee": value.get("fee") or 0},
        }
    )


def _of_instruction(body: Mapping[str, Any]) -> TransactionView:
    """One instruction without its transaction: an outer one, of which nothing else is known."""
    fields = mapping_at(body["instruction"], "instruction")
    entries = list_at(fields.get("accounts"), "instruction.accounts")
    raw = [entry.get("pubkey") if isinstance(entry, dict) else entry for entry in entries]
    program, *accounts = addresses_at([fields.get("program_id"), *raw], "the instruction")
    view = InstructionView(program, tuple(accounts), _data_of(fields), (0,), 1)
    signature = body.get("signature")
    return TransactionView(
        signature=signature if isinstance(signature, str) else "",
        slot=0,
        block_time=None,
        err=None,
        fee=0,
        accounts=tuple(dict.fromkeys((*accounts, program))),
        instructions=(view,),
        logs=(),
        pre_balances=(),
        post_balances=(),
        pre_tokens=(),
        post_tokens=(),
    )


def _data_of(fields: Mapping[str, Any]) -> bytes:
    for name, decode in _DATA_FIELDS:
        if fields.get(name) is not None:
            text = text_at(fields[name], f"instruction.{name}")
            try:
                return decode(text)
            except ValueError:
                raise DecodeError(f"instruction.{name} cannot be read") from None
    raise DecodeError("the instruction has no data", hint="give data_base58 or data_hex")
