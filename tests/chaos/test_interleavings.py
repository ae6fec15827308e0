"""Task interleavings: a few seeds of every run, and what shows that a broken rule would be found."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.chaos.interleavings import play
from tests.chaos.shuffled_loop import ShuffledLoop
from tests.engine.kit import Process, flatten

SEEDS = range(1, 9)
MORE_SEEDS = range(1, 60)
STALE_SECONDS = 0.3


@pytest.mark.parametrize("seed", SEEDS)
def test_no_order_of_tasks_breaks_a_rule(seed: int) -> None:
    """Limits, one effect per intent, one sale per position, write-ahead; then the audit from the chain."""
    played = play(seed)
    assert played.figures["intents"] > 0
    assert len(played.trace) == played.figures["intents"]


def test_a_seed_repeats() -> None:
    """The same intents of the same size at the same moments."""
    first, again, other = play(3), play(3), play(4)
    assert first.trace == again.trace
    assert first.figures == again.figures
    assert first.trace != other.trace


def test_the_loop_runs_what_is_ready_in_another_order() -> None:
    """Twenty callbacks that are ready at once: each seed has its order, and repeats it."""

    async def order() -> list[int]:
        ran: list[int] = []

        async def note(number: int) -> None:
            ran.append(number)

        async with asyncio.TaskGroup() as group:
            for number in range(20):
                group.create_task(note(number))
        return ran

    def of(seed: int) -> list[int]:
        with asyncio.Runner(loop_factory=lambda: ShuffledLoop(seed)) as runner:
            return runner.run(order())

    assert of(1) == of(1)
    assert len({tuple(of(seed)) for seed in range(10)}) == 10
    assert sorted(of(1)) == list(range(20))


def decide_early(process: Process) -> None:
    """The limits are held against what was at stake a while ago."""
    door, stale = process.door, {}

    def exposure(*args: Any) -> Any:
        now = process.world.clock.monotonic()
        if not stale or now - stale["at"] > STALE_SECONDS:
            stale.update(at=now, exposure=read(*args))
        return stale["exposure"]

    read = door.exposure
    door.exposure = exposure  # type: ignore[method-assign]


def sell_twice(process: Process) -> None:
    """Nobody asks whether a sale is in flight."""
    process.executor.selling = lambda _position: ""  # type: ignore[method-assign]


def send_first(process: Process) -> None:
    """The bytes that leave are not those that are on record."""
    record, connection = process.journal.record_intent, process.journal._db._connection

    def recorded(intent: Any, attempt: Any) -> None:
        record(intent, attempt)
        connection.execute("UPDATE transactions SET raw = x'00' WHERE signature = ?", (attempt.signature,))

    process.journal.record_intent = recorded  # type: ignore[method-assign]


def forget_outcomes(process: Process) -> None:
    """A transfer that landed is taken for dead."""
    book = process.journal.book

    def booked(fill: Any, event: Any) -> None:
        if fill.kind == "transfer":
            process.journal.mark_dead(fill.settlement.signature, 0.0)
        else:
            book(fill, event)

    process.journal.book = booked  # type: ignore[method-assign]


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (decide_early, "allowed"),
        (sell_twice, "a second sale"),
        (send_first, "bytes leave"),
        (forget_outcomes, "lost"),
    ],
    ids=["limits", "sales", "write-ahead", "outcomes"],
)
def test_a_broken_rule_is_found(broken: Callable[[Process], None], says: str) -> None:
    """Each rule is taken out once, and some order of tasks shows that it is missing."""
    found = next(filter(None, (breach(seed, broken) for seed in MORE_SEEDS)), "")
    assert says in found


def breach(seed: int, broken: Callable[[Process], None]) -> str:
    """What is wrong with a seed, if anything."""
    try:
        play(seed, broken)
    except BaseException as error:  # noqa: BLE001 - of a group, whichever comes first
        return "; ".join(str(each) for each in flatten(error))
    return ""
