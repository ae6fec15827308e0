"""Where locks, inboxes and pointers to journals live."""

from __future__ import annotations

from pathlib import Path

import pytest

from sniperforge.coordination.paths import (
    inbox_path,
    limits_folder,
    lock_path,
    locks_folder,
    pointer_path,
)


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({}, "/home/me/.local/state/sniperforge/locks"),
        ({"XDG_STATE_HOME": ""}, "/home/me/.local/state/sniperforge/locks"),
        ({"XDG_STATE_HOME": "relative"}, "/home/me/.local/state/sniperforge/locks"),
        ({"XDG_STATE_HOME": "/var/me"}, "/var/me/sniperforge/locks"),
    ],
)
def test_one_folder_per_user(environment: dict[str, str], folder: str) -> None:
    """XDG_STATE_HOME counts when it is absolute, as the XDG specification says."""
    assert locks_folder(environment, Path("/home/me")) == Path(folder)


def test_a_lock_is_of_a_wallet_on_a_chain() -> None:
    """Genesis and address name the files; another chain is another lock."""
    folder = Path("/x")
    assert lock_path(folder, "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp", "Wa11et") == folder / "5eykt4Us-Wa11et.lock"
    assert (
        inbox_path(folder, "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp", "Wa11et")
        == folder / "5eykt4Us-Wa11et.inbox.db"
    )
    assert lock_path(folder, "EtWTRABZaYq6", "Wa11et") != lock_path(folder, "5eykt4UsFv8P", "Wa11et")


def test_each_mode_has_a_journal_of_its_own() -> None:
    """The pointer names wallet, chain and mode: paper trades are never found as live ones."""
    folder, genesis = Path("/x"), "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"
    live, paper = (pointer_path(folder, genesis, "Wa11et", mode) for mode in ("live", "paper"))
    assert live == folder / "5eykt4Us-Wa11et.live.journal"
    assert paper != live
    everything = {live, paper, lock_path(folder, genesis, "Wa11et"), inbox_path(folder, genesis, "Wa11et")}
    assert len(everything) == 4


def test_limits_are_beside_the_locks() -> None:
    """One place per user, too."""
    home = Path("/home/me")
    assert limits_folder({}, home) == locks_folder({}, home).parent / "limits"
