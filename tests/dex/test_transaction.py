"""Transactions and notices in every shape that nodes and recordings have."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sniperforge.dex.document import parse_document
from sniperforge.dex.registry import creations_in, events_of, events_of_logs
from sniperforge.dex.transaction import parse_logs_notice, parse_transaction
from sniperforge.domain.chain import LogsNotice, TransactionView
from sniperforge.errors import DecodeError
from sniperforge.testing.fixtures import read_recording, recordings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FOLDERS = (
    "raydium_cpmm",
    "raydium_launchlab",
    "raydium_amm_v4",
    "raydium_clmm",
    "pumpfun",
    "pumpswap",
    "orca_whirlpool",
    "meteora_dlmm",
    "meteora_damm_v1",
    "meteora_damm_v2",
    "risk_mints",
)
REDUCED = "create_via_migrate_boost_5pQ8Mp6V_reduced"
"""Its source left out the account keys and balances, so it is no getTransaction result any more."""

DOCUMENTS = {
    name: read_recording(path)
    for folder in FOLDERS
    for name, path in recordings(folder).items()
    if name != REDUCED
}
TRANSACTIONS = {
    name: document
    for name, document in DOCUMENTS.items()
    if isinstance(document.get("result"), dict) and "meta" in document["result"]
}
MIGRATION = read_recording(recordings("raydium_cpmm")["create_via_launchlab_migration_mainnet"])


def view_of(document: Any) -> TransactionView:
    """The document as a transaction."""
    view = parse_document(document)
    assert isinstance(view, TransactionView)
    return view


def logs_notification(result: dict[str, Any]) -> dict[str, Any]:
    """What ``logsSubscribe`` would have sent for a result."""
    value = {"signature": "sig", "err": result["meta"]["err"], "logs": result["meta"]["logMessages"]}
    params = {"result": {"context": {"slot": 3}, "value": value}, "subscription": 1}
    return {"jsonrpc": "2.0", "method": "logsNotification", "params": params}


def as_parsed(result: dict[str, Any]) -> dict[str, Any]:
    """The result as ``jsonParsed`` shows it: key objects with looked-up ones among them, programs by name."""
    parsed = copy.deepcopy(result)
    message, meta = parsed["transaction"]["message"], parsed["meta"]
    loaded = meta.pop("loadedAddresses", None) or {"writable": [], "readonly": []}
    static = message["accountKeys"]
    message.pop("header", None)
    signers = len(parsed["transaction"]["signatures"])
    looked_up = [*loaded["writable"], *loaded["readonly"]]
    keys = [*static, *looked_up]
    message["accountKeys"] = [
        {
            "pubkey": key,
            "signer": index < signers,
            "writable": True,
            "source": "lookupTable" if index >= len(static) else "transaction",
        }
        for index, key in enumerate(keys)
    ]
    for instruction in [
        *message["instructions"],
        *(nested for group in meta["innerInstructions"] or [] for nested in group["instructions"]),
    ]:
        instruction["programId"] = keys[instruction.pop("programIdIndex")]
        instruction["accounts"] = [keys[index] for index in instruction["accounts"]]
    return parsed


def test_every_recording_resolves(capsys: pytest.CaptureFixture[str]) -> None:
    """All recorded transactions are read; their balances and paths are whole."""
    for name, document in TRANSACTIONS.items():
        view = view_of(document)
        assert view.signature == document["result"]["transaction"]["signatures"][0], name
        assert len(view.accounts) == len(view.pre_balances) == len(view.post_balances), name
        assert [instruction.path for instruction in view.instructions] == sorted(
            instruction.path for instruction in view.instructions
        ), name
        assert all(instruction.program_id in view.accounts for instruction in view.instructions), name
    with capsys.disabled():
        print(f"\ntransactions resolved: matched {len(TRANSACTIONS)} of {len(TRANSACTIONS)}")


def test_wire_bytes_give_the_same_view_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """For every recording that carries its wire bytes, both ways lead to equal views."""
    matched = 0
    for name, document in TRANSACTIONS.items():
        if "wire_base64" not in document:
            continue
        from_wire = parse_transaction(
            document["result"] | {"transaction": [document["wire_base64"], "base64"]}
        )
        assert from_wire == view_of(document), name
        matched += 1
    with capsys.disabled():
        print(f"\nwire bytes against JSON: matched {matched} of {matched}")
    assert matched >= 2


def test_parsed_json_gives_the_same_view() -> None:
    """Key objects and instructions by name lead to the view that indexes lead to."""
    matched = 0
    for name, document in TRANSACTIONS.items():
        keys = document["result"]["transaction"]["message"]["accountKeys"]
        if isinstance(keys[0], str):
            assert parse_transaction(as_parsed(document["result"])) == view_of(document), name
            matched += 1
    assert matched >= 6


def test_looked_up_keys_follow_the_static_ones() -> None:
    """The recorded migration names accounts that only its lookup tables hold."""
    view = view_of(MIGRATION)
    loaded = MIGRATION["result"]["meta"]["loadedAddresses"]
    assert loaded["readonly"]
    assert list(view.accounts[-len(loaded["readonly"]) :]) == loaded["readonly"]
    used = {account for instruction in view.instructions for account in instruction.accounts}
    assert used & set(loaded["readonly"])


def test_inner_instructions_follow_their_outer_one() -> None:
    """Paths and stack heights say who called what."""
    view = view_of(MIGRATION)
    inner = [instruction for instruction in view.instructions if len(instruction.path) == 2]
    assert {instruction.path[0] for instruction in inner} == {2}
    assert [instruction.path[1] for instruction in inner] == list(range(len(inner)))
    assert {instruction.stack_height for instruction in inner} == {2, 3, 4}
    assert view.instructions[3].path == (2, 0)


def test_an_instruction_that_the_node_parsed_keeps_its_place() -> None:
    """Parsed instructions have neither accounts nor data, but later ones keep their paths."""
    result = as_parsed(MIGRATION["result"])
    nested = result["meta"]["innerInstructions"][0]["instructions"]
    nested[0] = {"program": "system", "programId": nested[0]["programId"], "parsed": {"type": "transfer"}}
    view = parse_transaction(result)
    assert (view.instructions[3].accounts, view.instructions[3].data) == ((), b"")
    assert view.instructions[3].stack_height == 2
    assert view.instructions[4] == view_of(MIGRATION).instructions[4]


def test_token_balances_are_exact() -> None:
    """Raw amounts come from decimal text, owners may be missing in old transactions."""
    result = copy.deepcopy(MIGRATION["result"])
    del result["meta"]["postTokenBalances"][0]["owner"]
    balance = parse_transaction(result).post_tokens[0]
    entry = MIGRATION["result"]["meta"]["postTokenBalances"][0]
    assert (balance.mint, balance.raw, balance.owner) == (
        entry["mint"],
        int(entry["uiTokenAmount"]["amount"]),
        "",
    )


def test_what_a_node_leaves_out_is_empty() -> None:
    """No inner instructions, logs, token balances, block time and slot are no errors."""
    result = copy.deepcopy(MIGRATION["result"])
    del result["blockTime"], result["slot"]
    result["meta"] |= {
        "innerInstructions": None,
        "logMessages": None,
        "preTokenBalances": None,
        "postTokenBalances": None,
    }
    view = parse_transaction(result)
    assert (view.block_time, view.slot, view.logs, view.pre_tokens) == (None, 0, (), ())
    assert len(view.instructions) == 3


def test_every_kind_of_document() -> None:
    """A recorded file, its result, a reply and a stream's message are all read."""
    view = view_of(MIGRATION)
    result = MIGRATION["result"]
    assert view_of(result) == view
    assert view_of({"jsonrpc": "2.0", "id": 1, "result": result}) == view
    notice = parse_document(logs_notification(result))
    assert notice == LogsNotice("sig", 3, None, view.logs)
    assert parse_document(logs_notification(result)["params"]) == notice
    assert parse_logs_notice(logs_notification(result)["params"]["result"]) == notice


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "text",
        {},
        {"account": {}},
        {"jsonrpc": "2.0", "id": 1, "result": None},
        {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "no"}},
        {"result": {"context": {"slot": 1}, "value": {}}},
        {"method": "logsNotification"},
        {
            "method": "logsNotification",
            "params": {"result": {"context": {"slot": 1}, "value": {"logs": [1]}}},
        },
        {"result": {"meta": {}, "transaction": {}}},
    ],
)
def test_other_documents_are_refused(document: object) -> None:
    """Documents without a transaction raise DecodeError."""
    with pytest.raises(DecodeError):
        parse_document(document)


def changed(path: list[str | int], value: object) -> dict[str, Any]:
    """The recorded migration with one place replaced."""
    result = copy.deepcopy(MIGRATION["result"])
    node = result
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    return result


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["meta", "preBalances"], []),
        (["meta", "preBalances", 0], -1),
        (["meta", "loadedAddresses", "writable"], []),
        (["meta", "innerInstructions", 0, "index"], 9),
        (["meta", "innerInstructions", 0, "instructions", 0, "stackHeight"], "2"),
        (["transaction", "message", "instructions", 0, "programIdIndex"], 99),
        (["transaction", "message", "instructions", 0, "programIdIndex"], -1),
        (["transaction", "message", "instructions", 0, "programIdIndex"], True),
        (["transaction", "message", "instructions", 2, "accounts", 0], 99),
        (["transaction", "message", "instructions", 2, "accounts", 0], -1),
        (["transaction", "message", "instructions", 2, "accounts", 0], "0"),
        (["transaction", "message", "instructions", 2, "accounts"], 5),
        (["transaction", "message", "instructions", 2, "data"], "0"),
        (["transaction", "message", "instructions", 2, "data"], None),
        (["meta", "postTokenBalances", 0, "accountIndex"], 99),
        (["meta", "postTokenBalances", 0, "uiTokenAmount", "amount"], "1.5"),
        (["slot"], "1"),
        (["blockTime"], -5),
    ],
)
def test_contradictions_are_refused(path: list[str | int], value: object) -> None:
    """Indexes outside the keys, missing keys and impossible numbers raise DecodeError."""
    with pytest.raises(DecodeError):
        parse_transaction(changed(path, value))


@pytest.mark.parametrize("accounts", [["1" * 44], [[]], "text", [1]])
def test_named_addresses_must_be_among_the_keys(accounts: object) -> None:
    """An instruction by name cannot bring in an address that the transaction does not list."""
    result = as_parsed(MIGRATION["result"])
    result["transaction"]["message"]["instructions"][2]["accounts"] = accounts
    with pytest.raises(DecodeError):
        parse_transaction(result)


def test_two_groups_of_one_outer_instruction_are_refused() -> None:
    """A node that sends inner instructions of one outer instruction twice is not believed."""
    result = copy.deepcopy(MIGRATION["result"])
    result["meta"]["innerInstructions"] *= 2
    with pytest.raises(DecodeError, match="already"):
        parse_transaction(result)


def test_mutated_recordings_raise_only_decode_errors(
    mutations: Callable[[Any, int, int], Iterator[Any]],
) -> None:
    """Recorded documents with random places removed, replaced or swapped are read or refused."""
    read = refused = 0
    names = sorted(recordings("raydium_cpmm"))
    for seed, name in enumerate(names):
        document = read_recording(recordings("raydium_cpmm")[name])
        if "result" not in document:
            continue
        result = document["result"]
        sources = [result, as_parsed(result), logs_notification(result)]
        if "wire_base64" in document:
            sources.append(result | {"transaction": [document["wire_base64"], "base64"]})
        for source in sources:
            for mutated in mutations(source, 60, seed):
                try:
                    parsed = parse_document(mutated)
                except DecodeError:
                    refused += 1
                    continue
                read += 1
                use(parsed)
    assert read > 100
    assert refused > 100


def use(parsed: TransactionView | LogsNotice) -> None:
    """Whatever was read yields events that can be shown, or nothing."""
    if isinstance(parsed, TransactionView):
        notice = LogsNotice(parsed.signature, parsed.slot, parsed.err, parsed.logs)
        events = events_of(parsed)
        assert events_of(replace(parsed, err={"InstructionError": [0, "x"]})) is not None
    else:
        notice, events = parsed, ()
    creations_in(notice)
    for event in (*events, *events_of_logs(notice)):
        json.dumps(event.to_json())
