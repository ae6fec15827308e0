"""What a node tells about one transaction -> TransactionView or LogsNotice. Says nothing about what it means.

Encodings: ``json``, ``jsonParsed`` and streams shaped like it, wire bytes (base64, base58) beside ``meta``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sniperforge.dex.checked_json import amount_at, count_at, list_at, mapping_at, text_at
from sniperforge.dex.message import Message, addresses_at, parse_message
from sniperforge.dex.parsed_transfer import transfer_of
from sniperforge.domain import base58
from sniperforge.domain.addresses import TOKEN_PROGRAMS
from sniperforge.domain.chain import InstructionView, LogsNotice, TokenBalance, TransactionView
from sniperforge.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_DEFAULT_INNER_HEIGHT: Final = 2


def parse_transaction(result: Mapping[str, Any]) -> TransactionView:
    """Resolve the ``result`` of ``getTransaction``: looked-up keys, inner instructions in order of execution.

    An entry of a block, which does not tell its slot, gets slot 0.

    Raises:
        DecodeError: it is not such a result, or its parts contradict each other.
    """
    body = mapping_at(result, "the transaction")
    meta = mapping_at(body.get("meta"), "meta")
    message = parse_message(body.get("transaction"))
    pre = _balances(meta, "preBalances")
    post = _balances(meta, "postBalances")
    if len(pre) != len(post):
        raise DecodeError(f"{len(pre)} balances before but {len(post)} after")
    accounts = _all_keys(message, meta, len(pre))
    block_time = body.get("blockTime")
    return TransactionView(
        signature=message.signature,
        slot=count_at(body.get("slot") or 0, "slot"),
        block_time=None if block_time is None else count_at(block_time, "blockTime"),
        err=meta.get("err"),
        fee=count_at(meta.get("fee", 0), "meta.fee"),
        accounts=tuple(accounts),
        instructions=_instructions(message.instructions, meta, accounts),
        logs=_log_lines(meta.get("logMessages")),
        pre_balances=pre,
        post_balances=post,
        pre_tokens=_token_balances(meta, "preTokenBalances", accounts),
        post_tokens=_token_balances(meta, "postTokenBalances", accounts),
        signers=message.signers,
    )


def parse_logs_notice(result: Mapping[str, Any]) -> LogsNotice:
    """The ``params.result`` of a ``logsNotification``.

    Raises:
        DecodeError: a field is missing or of another kind.
    """
    context = mapping_at(result.get("context"), "context")
    value = mapping_at(result.get("value"), "value")
    lines = list_at(value.get("logs"), "value.logs")
    return LogsNotice(
        signature=text_at(value.get("signature"), "value.signature"),
        slot=count_at(context.get("slot"), "context.slot"),
        err=value.get("err"),
        logs=tuple([text_at(line, "value.logs") for line in lines]),
    )


def _all_keys(message: Message, meta: Mapping[str, Any], balances: int) -> list[str]:
    loaded = meta.get("loadedAddresses")
    keys = message.keys
    if loaded is not None and not message.resolved and len(keys) != balances:
        tables = mapping_at(loaded, "meta.loadedAddresses")
        for part in ("writable", "readonly"):
            keys = keys + addresses_at(list_at(tables.get(part, []), f"loadedAddresses.{part}"), part)
    if balances and len(keys) != balances:
        raise DecodeError(f"{len(keys)} account keys but {balances} balances")
    return keys


def _balances(meta: Mapping[str, Any], name: str) -> tuple[int, ...]:
    return tuple([count_at(lamports, name) for lamports in list_at(meta.get(name), name)])


def _log_lines(lines: object) -> tuple[str, ...]:
    if lines is None:
        return ()
    return tuple([text_at(line, "meta.logMessages") for line in list_at(lines, "meta.logMessages")])


def _instructions(
    outer: Sequence[Any], meta: Mapping[str, Any], keys: list[str]
) -> tuple[InstructionView, ...]:
    inner = _inner_by_outer(meta, len(outer))
    known = frozenset(keys)
    views: list[InstructionView] = []
    for index, instruction in enumerate(outer):
        views.append(_view(instruction, keys, known, (index,), 1))
        for position, nested in enumerate(inner.get(index, ())):
            views.append(_view(nested, keys, known, (index, position), _DEFAULT_INNER_HEIGHT))
    return tuple(views)


def _inner_by_outer(meta: Mapping[str, Any], outer: int) -> dict[int, Sequence[Any]]:
    groups: dict[int, Sequence[Any]] = {}
    for entry in list_at(meta.get("innerInstructions") or [], "meta.innerInstructions"):
        group = mapping_at(entry, "meta.innerInstructions")
        index = count_at(group.get("index"), "innerInstructions.index")
        if index >= outer or index in groups:
            raise DecodeError(
                f"inner instructions of outer instruction {index}, which has none or has them already"
            )
        groups[index] = list_at(group.get("instructions"), "innerInstructions.instructions")
    return groups


def _view(
    instruction: Any, keys: list[str], known: frozenset[str], path: tuple[int, ...], height: int
) -> InstructionView:
    if type(instruction) is tuple:
        program_index, indexes, data = instruction
        return InstructionView(_key(keys, program_index), _keys(keys, indexes), bytes(data), path, height)
    fields = mapping_at(instruction, "an instruction")
    if len(path) == 2:
        height = _height(fields.get("stackHeight"), height)
    if "programId" in fields:
        return _view_by_name(fields, known, path, height)
    return InstructionView(
        _key(keys, fields.get("programIdIndex")),
        _keys(keys, fields.get("accounts")),
        base58.decode(text_at(fields.get("data"), "instruction data")),
        path,
        height,
    )


def _view_by_name(
    fields: Mapping[str, Any], known: frozenset[str], path: tuple[int, ...], height: int
) -> InstructionView:
    """An instruction that names addresses; of what the node parsed only token transfers keep contents."""
    program = text_at(fields.get("programId"), "programId")
    accounts = list_at(fields.get("accounts") or [], "instruction accounts")
    payload = b""
    if "parsed" in fields and program in TOKEN_PROGRAMS:
        accounts, payload = transfer_of(fields["parsed"])
    try:
        strange = program not in known or not known.issuperset(accounts)
    except TypeError:
        strange = True
    if strange:
        raise DecodeError("an instruction names an address that is not among the account keys")
    data = fields.get("data")
    if data is not None:
        payload = base58.decode(text_at(data, "instruction data"))
    return InstructionView(program, tuple(accounts), payload, path, height)


def _height(value: object, default: int) -> int:
    return default if value is None else count_at(value, "stackHeight")


def _key(keys: list[str], index: Any) -> str:
    if type(index) is int and 0 <= index < len(keys):
        return keys[index]
    raise DecodeError("an instruction points outside the account keys")


def _keys(keys: list[str], indexes: Any) -> tuple[str, ...]:
    try:
        if len(indexes) and min(indexes) < 0:
            raise IndexError
        return tuple([keys[index] for index in indexes])
    except (IndexError, TypeError):
        raise DecodeError("an instruction points outside the account keys") from None


def _token_balances(meta: Mapping[str, Any], name: str, keys: list[str]) -> tuple[TokenBalance, ...]:
    return tuple([_token_balance(entry, keys) for entry in list_at(meta.get(name) or [], name)])


def _token_balance(entry: object, keys: list[str]) -> TokenBalance:
    fields = mapping_at(entry, "a token balance")
    amount = mapping_at(fields.get("uiTokenAmount"), "uiTokenAmount")
    return TokenBalance(
        account=_key(keys, fields.get("accountIndex")),
        mint=text_at(fields.get("mint"), "token balance mint"),
        owner=text_at(fields.get("owner") or "", "token balance owner"),
        raw=amount_at(amount.get("amount"), "uiTokenAmount.amount"),
        decimals=count_at(amount.get("decimals"), "uiTokenAmount.decimals"),
    )
