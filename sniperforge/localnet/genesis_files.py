"""Recorded accounts and program binaries for a network's genesis, read from files that other tools write."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from sniperforge.errors import ConfigError
from sniperforge.localnet.recording import HINT, Recording, parse_recording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sniperforge.domain.chain import Account


def read_recording(paths: Iterable[Path]) -> Recording:
    """The accounts of all files and of all ``*.json`` in all folders, as of the newest slot among them.

    A file that holds the response of one ``getAccountInfo`` may be named by the account: ``ADDRESS.json``.

    Raises:
        ConfigError: a file is unreadable or no such document, a folder has none, or two differ about an
            account.
    """
    accounts: dict[str, tuple[Account, Path]] = {}
    slots: list[int] = []
    times: list[int] = []
    for path in _files(paths):
        found = _read_document(path)
        slots += [] if found.slot is None else [found.slot]
        times += [] if found.time is None else [found.time]
        for account in found.accounts:
            earlier, elsewhere = accounts.setdefault(account.address, (account, path))
            if earlier != account:
                raise ConfigError(f"{elsewhere} and {path} differ about {account.address}")
    kept = tuple(account for account, _ in accounts.values())
    return Recording(kept, max(slots, default=None), max(times, default=None))


def read_program_file(address: str, path: Path) -> tuple[str, bytes]:
    """``address`` with the program's ELF bytes.

    Raises:
        ConfigError: ``address`` is none, or the file is unreadable or no ELF file.
    """
    if not _is_address(address):
        raise ConfigError(f"{address!r} is not a program's address")
    elf = _read(path)
    if not elf.startswith(b"\x7fELF"):
        raise ConfigError(f"{path} is not a compiled program (ELF file)")
    return address, elf


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = sorted(path.glob("*.json"))
        if not found:
            raise ConfigError(f"{path} holds no *.json")
        yield from found


def _read_document(path: Path) -> Recording:
    try:
        document = json.loads(_read(path))
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path} is not JSON: {error}", hint=HINT) from None
    return parse_recording(document, str(path), path.stem if _is_address(path.stem) else None)


def _is_address(text: str) -> bool:
    try:
        Pubkey.from_string(text)
    except ValueError:
        return False
    return True


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from None
