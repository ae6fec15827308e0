"""Who holds a port."""

from __future__ import annotations

import errno
import os
import socket
import sys
from pathlib import Path

import psutil
import pytest

from sniperforge.localnet.port_holder import find_holder, port_taken


@pytest.fixture
def taken() -> int:
    """A port that this process listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]  # type: ignore[misc]


def test_the_holder_is_named(taken: int) -> None:
    """Pid and command; options are left out, for they may hold secrets."""
    holder = find_holder(taken)
    assert holder is not None
    assert holder["pid"] == os.getpid()
    assert Path(sys.executable).name.split(".")[0] in holder["command"]
    assert "--" not in holder["command"]
    error = port_taken("127.0.0.1", taken, OSError(errno.EADDRINUSE, "x"))
    assert f"port {taken} is taken by" in error.message
    assert f"(pid {os.getpid()})" in error.message
    assert error.details == {"port": taken, "holder": holder}


def test_nobody_visible(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another user's process cannot be named; the error still says what is wrong."""

    def denied(kind: str) -> list[object]:
        raise psutil.AccessDenied

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assert find_holder(free.getsockname()[1]) is None
    monkeypatch.setattr(psutil, "net_connections", denied)
    assert find_holder(1) is None
    assert port_taken("127.0.0.1", 1, OSError(errno.EADDRINUSE, "x")).message == "port 1 is taken"


def test_other_reasons_keep_their_words() -> None:
    """For example a privileged port."""
    error = port_taken("127.0.0.1", 1, OSError(errno.EACCES, "x"))
    assert error.message == "cannot listen on 127.0.0.1:1: Permission denied"
    assert "odd" in port_taken("127.0.0.1", 1, OSError("odd")).message
