"""Alerts as lines."""

from __future__ import annotations

import threading

import pytest

from sniperforge.errors import UnknownOutcomeError
from sniperforge.notify.alert import Alert, AlertKind
from sniperforge.notify.console import ConsoleChannel


async def test_a_line_for_each_but_fills() -> None:
    """The view shows fills anyway."""
    lines: list[str] = []
    channel = ConsoleChannel(lines.append, timeout=10)
    for kind in AlertKind:
        await channel.send(Alert(kind, "s", "title", "text"))
    assert lines == [f"ALERT {kind}: title: text" for kind in ("stuck", "unknown", "halt", "test")]


async def test_a_stopped_terminal_keeps_nobody_waiting() -> None:
    """A write that blocks is left to its thread."""
    release = threading.Event()
    channel = ConsoleChannel(lambda _line: bool(release.wait(20)) and None, timeout=0.05)
    with pytest.raises(UnknownOutcomeError, match="console did not answer"):
        await channel.send(Alert(AlertKind.HALT, "s", "title", "text"))
    release.set()
