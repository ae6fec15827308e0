"""An OS lock on a file, freed by the kernel when its holder ends, however it ends."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sniperforge.errors import UnavailableError
from sniperforge.files import PRIVATE, make_folder, refuse_network_filesystem, storage_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_RETRY_SECONDS = 0.02


@contextmanager
def hold(path: Path, *, busy: str, patience_seconds: float = 0.0) -> Iterator[None]:
    """Hold the lock at ``path`` inside the block.

    Args:
        path: the lock file; it is created and stays.
        busy: what to say when another process holds it.
        patience_seconds: how long to wait for that process.

    Raises:
        UnavailableError: another process still holds it.
        StorageError: the file cannot be opened, or is on a network file system.
    """
    make_folder(path.parent)
    refuse_network_filesystem(path)
    with storage_errors("open", path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
    try:
        deadline = time.monotonic() + patience_seconds
        while not _try_lock(descriptor):
            if time.monotonic() >= deadline:
                raise UnavailableError(busy)
            time.sleep(_RETRY_SECONDS)
        yield
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
