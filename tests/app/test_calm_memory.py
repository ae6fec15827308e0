"""The garbage collector while a process trades."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path

import pytest

from sniperforge.app.calm_memory import OLD_GENERATION_EVERY, calm_memory
from tests.app.session_kit import bot, place


def test_what_is_alive_is_not_searched_again() -> None:
    """Inside the block the collector has set aside what was there, and looks through the rest rarely."""
    before = gc.get_freeze_count()
    with calm_memory():
        assert gc.get_freeze_count() > before + 1_000
        assert gc.get_threshold()[2] == OLD_GENERATION_EVERY


def test_garbage_made_inside_is_still_found() -> None:
    """A cycle of the run itself is no leak."""
    with calm_memory():
        cycle: list[object] = []
        cycle.append(cycle)
        del cycle
        assert gc.collect() >= 1


def test_it_ends_as_it_began() -> None:
    """Afterwards the collector is as before, also when the run failed."""
    thresholds = gc.get_threshold()
    with pytest.raises(ValueError, match="the run failed"), calm_memory():
        raise ValueError("the run failed")
    assert gc.get_threshold() == thresholds
    assert gc.get_freeze_count() == 0


async def test_a_bot_runs_inside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs a bot gets it, `start` and `demo` alike; with the bot it ends."""
    async with place(tmp_path, monkeypatch) as (_, project), bot(project):
        await asyncio.sleep(0)
        assert gc.get_freeze_count() > 1_000
    assert gc.get_freeze_count() == 0
