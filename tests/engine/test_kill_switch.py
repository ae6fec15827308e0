"""The kill switch: a flag of one wallet, a file for all of them."""

from __future__ import annotations

import asyncio
import getpass
import os
from typing import TYPE_CHECKING

import pytest

from sniperforge.engine.events import EntriesHalted, SessionEvent
from sniperforge.engine.kill_switch import HALTED, LOOK_SECONDS, KillSwitch, _owner
from sniperforge.errors import RefusedError
from sniperforge.store.journal import Journal
from sniperforge.testing.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    made = Journal(tmp_path / "journal.db")
    yield made
    made.close()


def test_the_flag_says_why(journal: Journal) -> None:
    """Set and cleared by the commands; without a journal nothing was ever switched."""
    switch = KillSwitch(journal, None)
    assert switch.why() == ""
    journal.set_flag(HALTED, "lunch", 1.0)
    assert switch.why() == "lunch"
    switch.require_no_file()
    assert KillSwitch(None, None).why() == ""


def test_the_file_says_who_and_when(journal: Journal, tmp_path: Path) -> None:
    """Its presence is enough; it comes before the flag, and goes with the file."""
    file = tmp_path / "KILL"
    switch = KillSwitch(journal, file)
    assert switch.why() == ""
    file.touch()
    os.utime(file, (1_700_000_000, 1_700_000_000))
    assert switch.why() == f"{file} is there since 2023-11-14 22:13:20 UTC, by {getpass.getuser()}"
    with pytest.raises(RefusedError, match="entries stay halted") as caught:
        switch.require_no_file()
    assert caught.value.hint == f"remove {file}, then resume"
    file.unlink()
    assert switch.why() == ""


def test_a_folder_will_do_and_a_missing_one_is_nothing(tmp_path: Path) -> None:
    """Whatever has the name stops entries; a path that cannot exist is not there."""
    (tmp_path / "KILL").mkdir()
    assert "is there since" in KillSwitch(None, tmp_path / "KILL").why()
    (tmp_path / "file").touch()
    assert KillSwitch(None, tmp_path / "file" / "KILL").why() == ""


def test_what_cannot_be_looked_at_counts_as_there(tmp_path: Path) -> None:
    """Fails closed."""
    assert "cannot be looked at" in KillSwitch(None, tmp_path / ("x" * 300)).why()


def test_an_owner_without_a_name() -> None:
    """The number is told."""
    assert _owner(2**31 - 7) == f"user {2**31 - 7}"


async def test_each_appearance_is_told_once(tmp_path: Path) -> None:
    """A running bot says when the file comes; not every second that it stays."""
    clock, file, told = FakeClock(), tmp_path / "KILL", list[SessionEvent]()
    watching = asyncio.create_task(KillSwitch(None, file).watch(clock, told.append))
    await clock.advance(LOOK_SECONDS)
    assert told == []
    for count in (1, 2):
        file.touch()
        await clock.advance(3 * LOOK_SECONDS)
        assert [type(event) for event in told] == [EntriesHalted] * count
        file.unlink()
        await clock.advance(LOOK_SECONDS)
    watching.cancel()
    await asyncio.wait([watching])
