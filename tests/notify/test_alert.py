"""Alerts as values."""

from __future__ import annotations

from sniperforge.notify.alert import Alert, AlertKind


def test_kinds_are_their_words() -> None:
    """They stand in lines and texts as they are."""
    alert = Alert(AlertKind.STUCK, "p", "exit is stuck", "why")
    assert f"{alert.kind}" == "stuck"
    assert alert == Alert(AlertKind("stuck"), "p", "exit is stuck", "why")
