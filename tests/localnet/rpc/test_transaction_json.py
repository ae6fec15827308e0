"""Landed transactions in all encodings."""

from __future__ import annotations

import base64
import struct

import pytest
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.message import Message
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from sniperforge.domain import base58
from sniperforge.domain.addresses import TOKEN_PROGRAM
from sniperforge.localnet.ledger.records import TransactionRecord
from sniperforge.localnet.rpc.transaction_json import transaction_json
from sniperforge.tokens.addresses import associated_token_address
from sniperforge.tokens.instructions import create_associated_token_account, transfer_checked
from tests.localnet.kit import NOBODY, SOL, Bench, address, holding, mint, pay

MINT, SOURCE = address(100), address(101)


@pytest.fixture
def bench() -> Bench:
    made = Bench(accounts=(mint(MINT, decimals=3, supply=500),))
    made.ledger.set_account(holding(SOURCE, MINT, str(made.payer.pubkey()), 500))
    return made


@pytest.fixture
def record(bench: Bench) -> TransactionRecord:
    """A token transfer into an account that it creates: inner instructions, holdings, logs."""
    owner = str(bench.payer.pubkey())
    target = associated_token_address(address(2), MINT)
    return bench.send(
        create_associated_token_account(owner, address(2), MINT),
        transfer_checked(SOURCE, MINT, target, owner, raw=120, decimals=3),
    )


def test_the_plain_form(record: TransactionRecord) -> None:
    """Indexes into the keys, header, lookups, version; inner instructions with their height."""
    shown = transaction_json(record, "json", show_version=True)
    message, meta = shown["transaction"]["message"], shown["meta"]
    assert shown["version"] == 0
    assert shown["transaction"]["signatures"] == [record.signature]
    assert message["accountKeys"] == record.loaded.names
    assert message["header"] == {
        "numRequiredSignatures": 1,
        "numReadonlySignedAccounts": 0,
        "numReadonlyUnsignedAccounts": len(record.loaded.names) - len(record.loaded.writable),
    }
    assert message["recentBlockhash"] == record.envelope.blockhash
    assert message["addressTableLookups"] == []
    assert [entry["stackHeight"] for entry in message["instructions"]] == [1, 1]
    assert base58.decode(message["instructions"][1]["data"]) == struct.pack("<BQB", 12, 120, 3)
    assert [group["index"] for group in meta["innerInstructions"]] == [0]
    assert {entry["stackHeight"] for entry in meta["innerInstructions"][0]["instructions"]} == {2}
    assert meta["loadedAddresses"] == {"writable": (), "readonly": ()}


def test_the_meta(record: TransactionRecord) -> None:
    """Balances, holdings before and after, logs, units, outcome."""
    meta = transaction_json(record, "json", show_version=False)["meta"]
    assert (meta["err"], meta["status"], meta["fee"]) == (None, {"Ok": None}, 5_000)
    assert sum(meta["preBalances"]) - sum(meta["postBalances"]) == 5_000
    assert [balance["uiTokenAmount"]["amount"] for balance in meta["preTokenBalances"]] == ["500"]
    after = {balance["owner"]: balance for balance in meta["postTokenBalances"]}
    assert after[address(2)]["uiTokenAmount"] == {
        "amount": "120",
        "decimals": 3,
        "uiAmount": 0.12,
        "uiAmountString": "0.12",
    }
    assert (after[address(2)]["mint"], after[address(2)]["programId"]) == (MINT, TOKEN_PROGRAM)
    assert meta["logMessages"] == record.meta.logs()
    assert meta["computeUnitsConsumed"] > 0
    assert "returnData" not in meta


def test_the_parsed_form(record: TransactionRecord) -> None:
    """Addresses in place of indexes, keys with their roles, no loaded addresses apart."""
    shown = transaction_json(record, "jsonParsed", show_version=False)
    message = shown["transaction"]["message"]
    assert "version" not in shown
    assert "loadedAddresses" not in shown["meta"]
    payer = record.loaded.names[0]
    assert message["accountKeys"][0] == {
        "pubkey": payer,
        "signer": True,
        "source": "transaction",
        "writable": True,
    }
    assert message["instructions"][1]["programId"] == TOKEN_PROGRAM
    assert message["instructions"][1]["parsed"]["info"]["source"] == SOURCE
    inner = shown["meta"]["innerInstructions"][0]["instructions"]
    assert inner[-1]["programId"] == TOKEN_PROGRAM


def test_binary_forms(record: TransactionRecord) -> None:
    """The wire bytes, unchanged."""
    forms = {
        name: transaction_json(record, name, show_version=False)["transaction"]
        for name in ("base64", "base58", "binary")
    }
    assert base64.b64decode(forms["base64"][0]) == record.envelope.raw
    assert base58.decode(forms["base58"][0]) == base58.decode(forms["binary"]) == record.envelope.raw
    assert (forms["base64"][1], forms["base58"][1]) == ("base64", "base58")


def test_a_legacy_transaction(bench: Bench) -> None:
    """Its version is a word, and it has no lookups."""
    recent = Hash.from_string(bench.ledger.chain.tip.blockhash)
    message = Message.new_with_blockhash([pay(bench.payer, address(2), SOL)], bench.payer.pubkey(), recent)
    record = bench.ledger.send(bytes(VersionedTransaction(message, [bench.payer])))
    shown = transaction_json(record, "json", show_version=True)
    assert shown["version"] == "legacy"
    assert "addressTableLookups" not in shown["transaction"]["message"]


def test_a_failure(bench: Bench) -> None:
    """Its error in both places."""
    meta = transaction_json(bench.pay(address(2), 10**18), "json", show_version=False)["meta"]
    err = {"InstructionError": [0, {"Custom": 1}]}
    assert (meta["err"], meta["status"]) == (err, {"Err": err})


def test_returned_data(bench: Bench) -> None:
    """What the last program returned: here the size that a token account needs."""
    size = Instruction(
        Pubkey.from_string(TOKEN_PROGRAM), b"\x15", [AccountMeta(Pubkey.from_string(MINT), False, False)]
    )
    meta = transaction_json(bench.send(size), "json", show_version=False)["meta"]
    assert meta["returnData"]["programId"] == TOKEN_PROGRAM
    assert int.from_bytes(base64.b64decode(meta["returnData"]["data"][0]), "little") == 165
    assert NOBODY not in meta["returnData"]["programId"]


def test_looked_up_keys() -> None:
    """They are listed apart, and marked in the parsed form."""
    from tests.localnet.ledger.test_lookups import TABLE, table_account, through_table

    bench = Bench()
    bench.ledger.vm.put(TABLE, table_account())
    recent = Hash.from_string(bench.ledger.chain.tip.blockhash)
    record = bench.ledger.submit(through_table(TABLE, recent, bench.payer))
    assert record.err is None
    plain = transaction_json(record, "json", show_version=True)
    assert plain["meta"]["loadedAddresses"] == {"writable": (address(21),), "readonly": (address(22),)}
    assert plain["transaction"]["message"]["addressTableLookups"] == [
        {"accountKey": str(TABLE), "writableIndexes": [1], "readonlyIndexes": [2]}
    ]
    keys = transaction_json(record, "jsonParsed", show_version=True)["transaction"]["message"]["accountKeys"]
    assert [(key["source"], key["writable"]) for key in keys[-2:]] == [
        ("lookupTable", True),
        ("lookupTable", False),
    ]
