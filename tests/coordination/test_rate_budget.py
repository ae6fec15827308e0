"""One budget for many processes: bounds, turns, priorities, refusals, and what happens without its file."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import sniperforge
from sniperforge.coordination.rate_budget import ALONE_SECONDS, Allowance, RateBudget
from sniperforge.coordination.rate_gcra import SECOND, UNLIMITED, rate_of
from sniperforge.domain.priority import Priority
from sniperforge.errors import StorageError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SCRIPT = Path(__file__).with_name("rate_process.py")
ROOT = Path(sniperforge.__file__).parents[1]
ONE = Decimal(1)
READ = Priority.READ
SLOW = rate_of(ONE, Decimal(4), ONE)
"""One a second: the others get one in 1.25 s, sends three at once from the burst."""


class Time:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.ns = 1_000 * SECOND

    def now(self) -> int:
        """Nanoseconds."""
        return self.ns

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.ns += round(seconds * SECOND)
        await asyncio.sleep(0)


class World:
    """Budgets of several processes over one file and clock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.time = Time()
        self.changes: list[StorageError | None] = []
        self.budgets: list[RateBudget] = []

    def budget(self, allowance: Allowance | None = None, **others: Any) -> RateBudget:
        """Another process's budget."""
        given = {"boot": "b", "patience": 20.0, "now": self.time.now, **others}
        self.budgets.append(
            RateBudget(
                self.path,
                allowance or Allowance("node", SLOW),
                sleep=self.time.sleep,
                on_change=self.changes.append,
                **given,
            )
        )
        return self.budgets[-1]

    async def seconds(self, budget: RateBudget, *methods: str, priority: Priority = READ) -> float:
        """How long a request has to wait."""
        before = self.time.ns
        await budget.acquire(methods or ("getSlot",), priority)
        return (self.time.ns - before) / SECOND


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world whose files are closed after the test."""
    made = World(tmp_path / "limits" / "x.db")
    yield made
    for budget in made.budgets:
        budget.close()


async def test_two_processes_share_what_one_could_have(world: World) -> None:
    """They take turns at four fifths of the rate."""
    one, other = world.budget(), world.budget()
    waits = [await world.seconds(each) for each in (one, other, one, other)]
    assert waits == pytest.approx([0, 1.25, 1.25, 1.25])
    assert world.changes == []


async def test_sends_pass_the_crowd(world: World) -> None:
    """The burst is theirs, and after it their fifth of the rate."""
    crowd, exits = world.budget(), world.budget()
    for _ in range(3):
        await world.seconds(crowd)
    waits = [await world.seconds(exits, "sendTransaction", priority=Priority.SEND) for _ in range(3)]
    assert waits == [0, 0, 0]
    assert 0 < await world.seconds(exits, priority=Priority.SEND) <= 1.25


async def test_a_batch_weighs_what_its_methods_weigh(world: World) -> None:
    """Methods without a weight count once."""
    heavy = Allowance("node", rate_of(ONE, Decimal(20), Decimal(3)), {"getBlock": Decimal(3)})
    assert heavy.weight(["getBlock", "getSlot"]) == 4
    budget = world.budget(heavy)
    await world.seconds(budget, "getBlock")
    assert await world.seconds(budget, "getBlock") == pytest.approx(3.75)


async def test_what_would_wait_too_long_fails_at_once_and_takes_nothing(world: World) -> None:
    """With the time after which it is worth another try."""
    patient, hasty = world.budget(), world.budget(patience=1.0)
    await patient.acquire(["getSlot"], READ)
    before = world.time.ns
    for _ in range(3):
        with pytest.raises(UnavailableError, match=r"used up for 1\.2 s") as caught:
            await hasty.acquire(["getSlot"], READ)
    assert world.time.ns == before
    assert caught.value.details == {"endpoint": "node", "retry_after": pytest.approx(1.25)}
    assert await world.seconds(patient) == pytest.approx(1.25)


async def test_a_refusal_pauses_everybody(world: World) -> None:
    """Other processes and sends too; also without any limit of our own."""
    one, other = world.budget(), world.budget(Allowance("node", UNLIMITED))
    assert await world.seconds(other) == 0
    await one.refused(5.0)
    assert await world.seconds(other, priority=Priority.SEND) == pytest.approx(5)
    await other.refused(None)
    assert await world.seconds(one) == pytest.approx(10)  # twice the last pause, for it followed closely


async def test_who_waits_for_a_slot_when_a_refusal_comes_waits_on(world: World) -> None:
    """Its slot is lost; it takes the next one after the pause."""
    one, other = world.budget(), world.budget()
    await one.acquire(["getSlot"], READ)
    waiting = asyncio.create_task(world.seconds(one))
    await asyncio.sleep(0)
    await other.refused(7.0)
    assert await waiting >= 7


async def test_what_the_server_has_left_is_for_sends_and_exits(world: World) -> None:
    """The others wait for its reset."""
    one, other = world.budget(), world.budget()
    await one.running_low(6.0)
    assert await world.seconds(other, priority=Priority.SEND) == 0
    assert await world.seconds(other) >= 6


async def test_a_restart_of_the_machine_begins_anew(world: World) -> None:
    """The clock began again at zero: the old times would hold everybody for days."""
    await world.budget().refused(30.0)
    after = world.budget(boot="c", now=lambda: 5)
    await after.acquire(["getSlot"], READ)


async def test_without_its_file_a_process_keeps_to_the_budget_by_itself(world: World) -> None:
    """It says so once, loses no slot over it, and shares again when the file works again."""
    world.path.parent.mkdir()
    world.path.write_text("no database" * 1000)
    budget = world.budget()
    assert [await world.seconds(budget) for _ in range(2)] == pytest.approx([0, 1.25])
    assert [str(each).partition(": ")[2] for each in world.changes] == ["file is not a database"]
    await world.time.sleep(ALONE_SECONDS)
    await world.seconds(budget)
    assert len(world.changes) == 1
    world.path.unlink()
    await world.time.sleep(ALONE_SECONDS)
    assert await world.seconds(budget) == 0
    assert world.changes[1:] == [None]
    assert await world.seconds(world.budget()) == pytest.approx(1.25)


async def test_a_file_that_stays_locked_holds_nobody_up(world: World) -> None:
    """As by a process stopped in the middle of a step: a quarter of a second, then each by itself."""
    budget = world.budget()
    await budget.acquire(["getSlot"], READ)
    holder = sqlite3.connect(world.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert await world.seconds(budget) == pytest.approx(1.25, abs=0.01)  # what it knew counts on
    assert "keeps the file locked" in str(world.changes[0])
    assert await world.seconds(budget, priority=Priority.SEND) < 0.3
    holder.close()


async def test_a_file_that_breaks_while_it_is_used_holds_nobody_up(world: World) -> None:
    """Its table is gone: reading and writing go on without it."""
    budget, reader = world.budget(), world.budget(Allowance("node", UNLIMITED))
    await budget.acquire(["getSlot"], READ)
    await reader.acquire(["getSlot"], READ)
    with sqlite3.connect(world.path) as other:
        other.execute("DROP TABLE lanes")
    other.close()
    await reader.acquire(["getSlot"], READ)
    await budget.acquire(["getSlot"], READ)
    await budget.refused(2.0)
    assert await world.seconds(budget) >= 2
    assert [type(each) for each in world.changes] == [StorageError, StorageError]


async def test_a_request_given_up_while_it_waits_frees_the_turn(world: World) -> None:
    """Cancelled, it has lost its slot, and nothing else."""
    hour = asyncio.Event()

    async def forever(_: float) -> None:
        await hour.wait()

    budget = world.budget()
    budget._sleep = forever
    await budget.acquire(["getSlot"], READ)
    waiting = asyncio.create_task(budget.acquire(["getSlot"], READ))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    budget._sleep = world.time.sleep
    assert await world.seconds(budget) == pytest.approx(2.5)


# -- real processes ----------------------------------------------------------------------------------------


@contextmanager
def process(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    """One that is ready to ask, and gone afterwards."""
    command = [sys.executable, str(SCRIPT), *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as started:
        try:
            yield started
        finally:
            started.kill()


def answers(path: Path, *, crowd: int, per_second: int, burst: int, seconds: float) -> list[dict[str, Any]]:
    """What a crowd, one more of it that is killed on the way, and one with exits say."""
    kinds = ["crowd"] * (crowd + 1) + ["exits"]
    with ExitStack() as stack:
        started = [stack.enter_context(process(path, per_second, burst, seconds, kind)) for kind in kinds]
        said: Callable[[subprocess.Popen[str]], str] = lambda each: each.stdout.readline()  # type: ignore[union-attr]  # noqa: E731
        assert {said(each) for each in started} == {"ready\n"}
        for each in started:
            each.stdin.write("\n")  # type: ignore[union-attr]
            each.stdin.flush()  # type: ignore[union-attr]
        try:
            started[0].wait(timeout=seconds / 2)
        except subprocess.TimeoutExpired:
            started[0].kill()
        return [json.loads(said(each)) for each in started[1:]]


@pytest.mark.parametrize("crowd", [6, 10])
def test_processes_share_one_budget(tmp_path: Path, crowd: int) -> None:
    """Never above it by more than its burst; turns in order, one killed or not; exits do not wait."""
    per_second, burst = 30, 20
    told = answers(tmp_path / "x.db", crowd=crowd, per_second=per_second, burst=burst, seconds=3.0)
    assert [each["changes"] for each in told] == [[]] * len(told)
    left = sorted(moment for each in told for moment in each["left"])
    for index, first in enumerate(left):
        for count, last in enumerate(left[index:], start=1):
            assert count <= per_second * (last - first) / SECOND + burst
    *crowds, exits = told
    fair_share = (crowd + 1) / (0.8 * per_second)
    assert max(wait for each in crowds for wait in each["waits"]) <= 2 * fair_share
    asked = [len(each["waits"]) for each in crowds]
    assert max(asked) - min(asked) <= 3
    assert max(exits["waits"]) < fair_share
    assert len(left) >= 0.6 * per_second * 3
