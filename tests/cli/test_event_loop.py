"""Which event loop long-running commands get."""

from __future__ import annotations

import builtins
from typing import Any

import pytest

from sniperforge.cli.event_loop import loop_factory


def test_uvloop_when_it_is_installed() -> None:
    """The ``fast`` extra."""
    uvloop = pytest.importorskip("uvloop")
    assert loop_factory() is uvloop.new_event_loop


def test_asyncio_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is optional."""
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "uvloop":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    assert loop_factory() is None
