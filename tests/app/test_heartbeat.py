"""What ``status`` shows of a running process."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sniperforge.app.heartbeat import BEAT_SECONDS, heartbeat
from sniperforge.errors import StorageError
from sniperforge.store.shared import SessionRow, SharedStore
from sniperforge.testing.clock import FakeClock, settle

START = 1_790_000_000.0


@pytest.fixture
def clock() -> FakeClock:
    """Time that the test moves."""
    return FakeClock(START)


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[SharedStore]:
    """The chain's shared record."""
    store = SharedStore(tmp_path / "shared.db")
    yield store
    store.close()


@asynccontextmanager
async def beating(clock: FakeClock, shared: Any, seen: list[int]) -> AsyncIterator[asyncio.Task[None]]:
    """A heartbeat whose health counts how often it was asked; cancelled at the end."""

    def health() -> dict[str, Any]:
        seen.append(len(seen))
        return {"beats": len(seen)}

    node: Any = SimpleNamespace(clock=clock)
    task = asyncio.create_task(heartbeat(node, "wallet", "lp-sniper", shared, health))
    await settle()
    yield task
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_it_beats_at_once_and_then_regularly(clock: FakeClock, shared: SharedStore) -> None:
    """The row has the facts of the last beat; its start stays."""
    async with beating(clock, shared, []):
        for beats in (1, 2, 3):
            assert shared.session("wallet") == SessionRow(
                wallet="wallet",
                pid=os.getpid(),
                bot="lp-sniper",
                started_at=START,
                updated_at=START + (beats - 1) * BEAT_SECONDS,
                ended_at=None,
                health={"beats": beats},
            )
            await clock.advance(BEAT_SECONDS)


async def test_the_end_is_written(clock: FakeClock, shared: SharedStore) -> None:
    """With the time, and the health as it was then."""
    async with beating(clock, shared, []):
        await clock.advance(BEAT_SECONDS * 2.5)
    row = shared.session("wallet")
    assert row is not None
    assert row.ended_at == row.updated_at == START + BEAT_SECONDS * 2.5
    assert row.health == {"beats": 4}


async def test_a_failing_disk_does_not_end_it(clock: FakeClock, shared: SharedStore) -> None:
    """Trading does not rest on this row: the next beat is tried like any other."""

    class Full:
        broken = True

        def beat(self, row: SessionRow) -> None:
            if self.broken:
                raise StorageError("no space left")
            shared.beat(row)

    disk, seen = Full(), list[int]()
    async with beating(clock, disk, seen) as task:
        await clock.advance(BEAT_SECONDS * 2)
        assert not task.done()
        assert len(seen) == 3
        assert shared.session("wallet") is None
        disk.broken = False
        await clock.advance(BEAT_SECONDS)
        assert shared.session("wallet") is not None
        disk.broken = True


async def test_a_fault_in_the_facts_is_no_secret(clock: FakeClock, shared: SharedStore) -> None:
    """Only a failing disk is forgiven."""

    def broken() -> dict[str, Any]:
        raise ZeroDivisionError

    node: Any = SimpleNamespace(clock=clock)
    with pytest.raises(ZeroDivisionError):
        await heartbeat(node, "wallet", "lp-sniper", shared, broken)
