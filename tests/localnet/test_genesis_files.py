"""Accounts and programs from files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sniperforge.domain.chain import Account
from sniperforge.errors import ConfigError, StorageError
from sniperforge.localnet.genesis_files import read_account_file, read_program_file
from sniperforge.localnet.program.binary import program_bytes
from tests.localnet.kit import address

GOOD: dict[str, Any] = {
    "pubkey": address(1),
    "account": {
        "lamports": 2**64 - 1,
        "data": ["YWJj", "base64"],
        "owner": address(2),
        "executable": False,
        "rentEpoch": 2**64 - 1,
        "space": 3,
    },
}


def test_an_account_as_the_solana_tool_writes_it(tmp_path: Path) -> None:
    """Large numbers are exact."""
    path = tmp_path / "account.json"
    path.write_text(json.dumps(GOOD))
    assert read_account_file(path) == Account(address(1), address(2), 2**64 - 1, b"abc")


@pytest.mark.parametrize(
    "change",
    [
        {"pubkey": "x"},
        {"pubkey": None},
        {"account": None},
        {"account": {**GOOD["account"], "lamports": -1}},
        {"account": {**GOOD["account"], "lamports": 2**64}},
        {"account": {**GOOD["account"], "lamports": "5"}},
        {"account": {**GOOD["account"], "owner": "x"}},
        {"account": {**GOOD["account"], "data": ["YWJj", "base58"]}},
        {"account": {**GOOD["account"], "data": ["*", "base64"]}},
        {"account": {**GOOD["account"], "data": "YWJj"}},
        {"account": {"lamports": 1}},
    ],
)
def test_wrong_documents_name_the_file(tmp_path: Path, change: dict[str, Any]) -> None:
    """A configuration error, with the form that is wanted."""
    path = tmp_path / "account.json"
    path.write_text(json.dumps({**GOOD, **change}))
    with pytest.raises(ConfigError, match=r"account\.json") as error:
        read_account_file(path)
    assert "base64" in error.value.hint


def test_wrong_files(tmp_path: Path) -> None:
    """No JSON is a configuration error, no file a storage error."""
    path = tmp_path / "account.json"
    path.write_bytes(b"\xff{")
    with pytest.raises(ConfigError):
        read_account_file(path)
    with pytest.raises(StorageError):
        read_account_file(tmp_path / "missing.json")


def test_a_program(tmp_path: Path) -> None:
    """ELF bytes with their address; anything else is refused."""
    path = tmp_path / "program.so"
    path.write_bytes(program_bytes())
    assert read_program_file(address(1), path) == (address(1), program_bytes())
    with pytest.raises(ConfigError, match="not a program's address"):
        read_program_file("x", path)
    path.write_bytes(b"#!/bin/sh")
    with pytest.raises(ConfigError, match="ELF"):
        read_program_file(address(1), path)
