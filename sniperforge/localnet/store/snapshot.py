"""A chain in one file of its own: saved while it runs, loaded in place of another, or looked at."""

from __future__ import annotations

import os
import shutil
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from sniperforge.errors import ConfigError, NotFoundError
from sniperforge.files import PRIVATE, storage_errors
from sniperforge.localnet.store.chain_file import ChainFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BESIDE = ("-wal", "-shm")
"""What SQLite keeps beside a database while it is open, and after a crash."""


def save(chain: Path, target: Path, *, replace: bool = False) -> dict[str, Any]:
    """Write the chain at ``chain``, as of its newest closed block, to ``target``; a network may run on it.

    Returns:
        Its summary; see :meth:`~.chain_file.ChainFile.summary`.

    Raises:
        NotFoundError: there is no chain.
        ConfigError: ``target`` exists and ``replace`` is false, or the chain is damaged.
        StorageError: it cannot be written; ``target`` is as before.
    """
    _require_chain(chain)
    if target.exists() and not replace:
        raise ConfigError(f"{target} exists already; nothing was written", hint="--force replaces it")
    with _temporary(target) as copy:
        with closing(ChainFile(chain)) as source:
            source.copy_to(copy)
        with closing(ChainFile(copy, readonly=True)) as written:
            summary = written.summary()
        _move_into_place(copy, target)
    return summary


def load(source: Path, chain: Path, aside: Path) -> tuple[dict[str, Any], bool]:
    """Put the snapshot ``source`` in place of the chain at ``chain``, on which no network may run.

    Returns:
        Its summary, and whether there was a chain, which is at ``aside`` now.

    Raises:
        NotFoundError: there is no such file.
        ConfigError: it is no usable chain; everything is as before.
        StorageError: it cannot be copied.
    """
    summary = describe(source)
    with _temporary(chain) as copy:
        with storage_errors("copy", source):
            shutil.copyfile(source, copy)
        with closing(ChainFile(copy)) as copied:
            copied.check()
        moved = move_aside(chain, aside)
        _move_into_place(copy, chain)
    return summary, moved


def describe(source: Path) -> dict[str, Any]:
    """The summary of the snapshot ``source``.

    Raises:
        NotFoundError: there is no such file.
        ConfigError: it is no usable chain.
    """
    if not source.is_file():
        raise NotFoundError(f"there is no file {source}")
    try:
        with closing(ChainFile(source, readonly=True)) as chain:
            return chain.summary()
    except ConfigError as error:
        raise ConfigError(error.message, details=error.details) from error  # no chain of ours is broken


def move_aside(chain: Path, aside: Path) -> bool:
    """Move the chain at ``chain``, whatever is in it, to ``aside``, in place of what was there.

    Returns:
        Whether there was one.

    Raises:
        StorageError: it cannot be moved.
    """
    if not chain.exists():
        return False
    with storage_errors("move aside", chain):
        for ending in _BESIDE:  # first of all: a log must never be left beside a new database
            _replace(chain.with_name(chain.name + ending), aside.with_name(aside.name + ending))
        chain.replace(aside)
    return True


def _replace(old: Path, new: Path) -> None:
    if old.exists():
        old.replace(new)
    else:
        new.unlink(missing_ok=True)


def _require_chain(chain: Path) -> None:
    if chain.exists():
        with closing(ChainFile(chain)) as found:
            if found.begun:
                return
    raise NotFoundError("there is no chain to save", hint="sniperforge localnet up --detach begins one")


@contextmanager
def _temporary(target: Path) -> Iterator[Path]:
    """A private file beside ``target``; it is gone afterwards, with what SQLite put beside it."""
    copy = target.with_name(f".{target.name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
    try:
        with storage_errors("write", target):
            os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE))
        yield copy
    finally:
        for ending in ("", *_BESIDE):
            copy.with_name(copy.name + ending).unlink(missing_ok=True)


def _move_into_place(copy: Path, target: Path) -> None:
    with storage_errors("write", target):
        descriptor = os.open(copy, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        copy.replace(target)
