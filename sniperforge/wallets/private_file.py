"""Reading files that hold secrets: bounded, strict, and with errors that never repeat what the file says."""

from __future__ import annotations

import json
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from sniperforge.errors import ConfigError, NotFoundError
from sniperforge.files import storage_error, wider_than_private

if TYPE_CHECKING:
    from pathlib import Path

MAX_SIZE = 64 * 1024
"""Bytes; no key, keystore or password file is anywhere near."""


@dataclass(frozen=True, slots=True, repr=False)
class PrivateFile:
    """What was read.

    Attributes:
        path: where from.
        text: the content, secret.
        mode: permission bits.
        modified_at: Unix seconds.
    """

    path: Path
    text: str
    mode: int
    modified_at: float

    def __repr__(self) -> str:
        return f"PrivateFile({self.path})"

    @property
    def warning(self) -> str:
        """What is wrong with the file's mode; empty when only the owner can read it."""
        if not wider_than_private(self.mode):
            return ""
        return f"{self.path} can be read by others (mode {self.mode:04o}); run: chmod 600 {self.path}"

    def json(self) -> Any:
        """The content as JSON.

        Raises:
            ConfigError: not JSON; the message holds the position only.
        """
        try:
            return json.loads(self.text, parse_constant=_refuse_constant)
        except json.JSONDecodeError as error:
            where = f"{self.path}:{error.lineno}:{error.colno}"
            raise ConfigError(f"{where}: not valid JSON", details={"path": str(self.path)}) from None
        except (ValueError, RecursionError):
            raise ConfigError(f"{self.path}: not valid JSON", details={"path": str(self.path)}) from None


def read_private(path: Path) -> PrivateFile:
    """Read a small text file that holds a secret.

    Raises:
        NotFoundError: nothing is there.
        ConfigError: not a regular file, larger than 64 KiB, or not UTF-8.
        StorageError: it cannot be read.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ConfigError(f"{path} is not a file")
        with path.open("rb") as file:
            data = file.read(MAX_SIZE + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise NotFoundError(f"no such file: {path}", details={"path": str(path)}) from None
    except OSError as error:
        raise storage_error("read", path, error) from error
    if len(data) > MAX_SIZE:
        raise ConfigError(f"{path} is too large for a key file")
    return PrivateFile(path, _decode(data, path), stat.S_IMODE(status.st_mode), status.st_mtime)


def _decode(data: bytes, path: Path) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not a text file") from None


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")
