"""Solana CLI keypair files: a JSON array of 64 numbers, seed then public key, mode 0600."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sniperforge.domain import base58
from sniperforge.errors import ConfigError
from sniperforge.files import PRIVATE, create_exclusive
from sniperforge.wallets.private_file import PrivateFile, read_private
from sniperforge.wallets.secret import KEY_SIZE, SEED_SIZE, SecretKey

if TYPE_CHECKING:
    from pathlib import Path


def read_keypair_file(path: Path) -> SecretKey:
    """Read and check a keypair file, the public half included.

    Raises:
        NotFoundError: nothing is there.
        ConfigError: not exactly 64 numbers of 0-255, or a public half that does not match.
        StorageError: it cannot be read.
    """
    return parse_keypair(read_private(path))


def parse_keypair(file: PrivateFile) -> SecretKey:
    """The key in a file already read. Raises ``ConfigError`` like :func:`read_keypair_file`."""
    return SecretKey.from_bytes(keypair_bytes(file.json(), file.path), where=str(file.path))


def write_keypair_file(path: Path, key: SecretKey) -> None:
    """Write ``key`` to a new file of mode 0600.

    Raises:
        FileExistsError: something is there.
        StorageError: it cannot be written.
    """
    create_exclusive(path, json.dumps(list(key.reveal()), separators=(",", ":")) + "\n", mode=PRIVATE)


def pubkey_of(document: Any, path: Path) -> str:
    """The address that a keypair file claims, base58; the claim is checked only when the key is loaded.

    Raises:
        ConfigError: ``document`` is not an array of 64 bytes.
    """
    return base58.encode(keypair_bytes(document, path)[SEED_SIZE:])


def keypair_bytes(document: Any, path: Path) -> bytes:
    """The 64 bytes of a keypair document. Raises ``ConfigError``, never repeating a number."""
    if not isinstance(document, list) or len(document) != KEY_SIZE:
        size = f"an array of {len(document)}" if isinstance(document, list) else "not an array"
        raise ConfigError(
            f"{path}: a Solana keypair file is a JSON array of {KEY_SIZE} numbers; this is {size}",
            details={"path": str(path)},
        )
    for index, number in enumerate(document):
        if type(number) is not int or not 0 <= number <= 255:
            raise ConfigError(
                f"{path}: entry {index} is not a number from 0 to 255", details={"path": str(path)}
            )
    return bytes(document)
