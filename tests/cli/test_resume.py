"""``sniperforge resume``: more in test_halt."""

from __future__ import annotations

from tests.trading import Shell


def test_resuming_what_was_never_halted(shell: Shell) -> None:
    """It is true afterwards, so it is no mistake."""
    assert shell("resume", "--json").data == {"halted": False}
