"""Where the journal of a wallet is, whatever folder a command runs in: a pointer beside the lock.

A wallet has one journal per chain and mode. The first project folder that trades it keeps it; a process that
starts in another folder goes on with that one, so that what it left in flight and holds is not orphaned.
"""

from __future__ import annotations

from pathlib import Path

from sniperforge.errors import StorageError
from sniperforge.files import PRIVATE, make_folder, storage_errors, write_atomic

_SAME_PARTS = 5
"""``<cluster>/<mode>/wallets/<pubkey>/journal.db``: what any folder's journal of a wallet is called."""


def journal_in_use(pointer: Path, own: Path) -> Path:
    """The journal that ``pointer`` names, or ``own`` when it names none that exists.

    Args:
        pointer: from :func:`sniperforge.coordination.paths.pointer_path`.
        own: the journal's path in the folder of this process.

    Raises:
        StorageError: the pointer exists and cannot be read.
    """
    try:
        with storage_errors("read", pointer):
            named = Path(pointer.read_text(encoding="utf-8", errors="replace").rstrip("\n"))
    except StorageError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return own
        raise
    same_name = named.is_absolute() and named.parts[-_SAME_PARTS:] == own.parts[-_SAME_PARTS:]
    return named if same_name and named.is_file() else own


def remember_journal(pointer: Path, journal: Path) -> None:
    """Let every folder know. Only the holder of the wallet's lock may call it.

    Raises:
        StorageError: the pointer cannot be written.
    """
    text = f"{journal}\n"
    with storage_errors("read", pointer):
        if pointer.is_file() and pointer.read_text(encoding="utf-8", errors="replace") == text:
            return
    make_folder(pointer.parent)
    write_atomic(pointer, text, mode=PRIVATE)
