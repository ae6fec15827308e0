"""Where locks, inboxes and rate limits live: one place per user, whatever the working folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def locks_folder(environment: Mapping[str, str], home: Path) -> Path:
    """``${XDG_STATE_HOME:-~/.local/state}/sniperforge/locks``; a relative ``XDG_STATE_HOME`` does not count.

    Args:
        environment: the process's environment.
        home: the user's home folder.
    """
    given = Path(environment.get("XDG_STATE_HOME", ""))
    state = given if given.is_absolute() else home / ".local" / "state"
    return state / "sniperforge" / "locks"


def lock_path(folder: Path, genesis: str, pubkey: str) -> Path:
    """The lock of one wallet on one chain: the same key on two chains is two wallets.

    Args:
        folder: from :func:`locks_folder`.
        genesis: the chain's genesis hash, base58.
        pubkey: the wallet's address, base58.
    """
    return folder / f"{genesis[:8]}-{pubkey}.lock"


def inbox_path(folder: Path, genesis: str, pubkey: str) -> Path:
    """The inbox of the process that holds the lock, beside it. Arguments as :func:`lock_path`."""
    return folder / f"{genesis[:8]}-{pubkey}.inbox.db"


def pointer_path(folder: Path, genesis: str, pubkey: str, mode: str) -> Path:
    """The file that says where the wallet's journal is; ``live`` and ``paper`` have a journal each.

    Other arguments as :func:`lock_path`.
    """
    return folder / f"{genesis[:8]}-{pubkey}.{mode}.journal"


def limits_folder(environment: Mapping[str, str], home: Path) -> Path:
    """``${XDG_STATE_HOME:-~/.local/state}/sniperforge/limits``: rate budgets. As :func:`locks_folder`."""
    return locks_folder(environment, home).with_name("limits")
