"""Accounts and programs for a network's genesis, read from files that other tools write."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from sniperforge.domain.chain import Account
from sniperforge.errors import ConfigError
from sniperforge.files import storage_error

if TYPE_CHECKING:
    from pathlib import Path


def read_account_file(path: Path) -> Account:
    """An account as ``solana account --output json-compact`` and ``getAccountInfo`` recordings have it.

    ``{"pubkey": …, "account": {"lamports", "data": [base64, "base64"], "owner", "executable"}}``

    Raises:
        ConfigError: the file is no such document.
        StorageError: it cannot be read.
    """
    try:
        document = json.loads(_read(path))
        return _account(document["pubkey"], document["account"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ConfigError(
            f"{path} is not an account file: {type(error).__name__} at {error}",
            hint='it must hold {"pubkey": …, "account": {"lamports", "data": [base64, "base64"], "owner"}}',
        ) from None


def read_program_file(address: str, path: Path) -> tuple[str, bytes]:
    """``address`` with the program's ELF bytes.

    Raises:
        ConfigError: ``address`` is none, or the file is no ELF file.
        StorageError: it cannot be read.
    """
    try:
        Pubkey.from_string(address)
    except ValueError:
        raise ConfigError(f"{address!r} is not a program's address") from None
    elf = _read(path)
    if not elf.startswith(b"\x7fELF"):
        raise ConfigError(f"{path} is not a compiled program (ELF file)")
    return address, elf


def _account(address: Any, account: Any) -> Account:
    data, encoding = account["data"]
    if encoding != "base64":
        raise ValueError(f"encoding {encoding!r}, not base64")
    return Account(
        address=str(Pubkey.from_string(address)),
        owner=str(Pubkey.from_string(account["owner"])),
        lamports=_u64(account["lamports"]),
        data=base64.b64decode(data, validate=True),
        executable=bool(account.get("executable", False)),
    )


def _u64(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**64:
        raise ValueError(f"lamports {value!r}")
    return value


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise storage_error("read", path, error) from error
