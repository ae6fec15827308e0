"""Taking the wallet: the lock and the inbox beside it, in one place per user whatever the folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.coordination.journal_place import remember_journal
from sniperforge.coordination.paths import inbox_path, lock_path
from sniperforge.coordination.wallet_lock import Holder, WalletLock, busy_error, read_holder
from sniperforge.store.journal import Journal

if TYPE_CHECKING:
    from pathlib import Path

    from sniperforge.app.node import Node


def lock_file(node: Node, wallet: str) -> Path:
    """The lock of a wallet on this node's chain."""
    return lock_path(node.locks, node.genesis_hash, wallet)


def inbox_file(node: Node, wallet: str) -> Path:
    """The inbox of whoever holds the lock."""
    return inbox_path(node.locks, node.genesis_hash, wallet)


def refuse_held(node: Node, wallet: str) -> None:
    """Raise ``WalletBusyError`` when another process has the wallet: the lock itself decides later."""
    holder = read_holder(lock_file(node, wallet))
    if holder is not None:
        raise busy_error(holder)


def take(node: Node, wallet: str, *, bot: str, command: str) -> WalletLock:
    """Lock a wallet for this process.

    Raises:
        WalletBusyError: another process has it; ``details`` says which.
        StorageError: the lock file cannot be written.
    """
    folder = node.settings.root.path
    holder = Holder.this_process(bot=bot, command=command, folder=folder, now=node.clock.now())
    return WalletLock.acquire(lock_file(node, wallet), holder)


def open_journal(node: Node, wallet: str) -> Journal:
    """The wallet's journal, made when there is none; every folder finds it from now on.

    Only for the holder of the lock.

    Raises:
        StorageError: it cannot be written.
        ConfigError: the file is no journal.
    """
    path = node.journal_path(wallet)
    journal = Journal(path)
    try:
        remember_journal(node.journal_pointer(wallet), path)
    except BaseException:
        journal.close()
        raise
    return journal
