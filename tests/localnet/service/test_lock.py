"""An OS lock on a file."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from sniperforge.errors import StorageError, UnavailableError
from sniperforge.localnet.service.lock import hold


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    """The second is told; after the block the lock is free; the file stays."""
    path = tmp_path / "new" / "x.lock"
    with hold(path, busy="taken"), pytest.raises(UnavailableError, match="taken"), hold(path, busy="taken"):
        pass
    with hold(path, busy="taken"):
        assert path.stat().st_mode & 0o777 == 0o600


def test_an_error_inside_frees_it(tmp_path: Path) -> None:
    """Whatever ends the block."""
    path = tmp_path / "x.lock"
    with pytest.raises(ZeroDivisionError), hold(path, busy="taken"):
        raise ZeroDivisionError
    with hold(path, busy="taken"):
        pass


def test_patience_waits_for_the_holder(tmp_path: Path) -> None:
    """And gives up when it lasts too long."""
    path, held, free = tmp_path / "x.lock", threading.Event(), threading.Event()

    def other() -> None:
        with hold(path, busy="taken"):
            held.set()
            free.wait(5)

    thread = threading.Thread(target=other)
    thread.start()
    held.wait(5)
    with pytest.raises(UnavailableError), hold(path, busy="taken", patience_seconds=0.05):
        pass
    threading.Timer(0.05, free.set).start()
    started = time.monotonic()
    with hold(path, busy="taken", patience_seconds=5):
        assert time.monotonic() - started < 5
    thread.join()


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    """A storage error naming it."""
    (tmp_path / "x.lock").mkdir()
    with pytest.raises(StorageError, match=r"x\.lock"), hold(tmp_path / "x.lock", busy="taken"):
        pass
