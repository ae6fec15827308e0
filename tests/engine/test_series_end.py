"""Sales of positions that were given up: their nonce is advanced, and nothing of them lands afterwards."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from sniperforge.domain.lifecycle import TxState
from sniperforge.domain.outcome import Outcome, OutcomeKind
from sniperforge.domain.trade import IntentKind, PositionState
from sniperforge.engine.events import Trouble
from sniperforge.engine.series_end import AGAIN_SECONDS, SeriesEnder
from sniperforge.errors import StorageError, UnavailableError
from sniperforge.localnet.ledger.refusals import TransactionRefusedError
from tests.engine.kit import World, flatten, unexplained, until
from tests.engine.test_series import NOTHING_LANDS, series_of, trading, with_nonces

if TYPE_CHECKING:
    from pathlib import Path

    from sniperforge.domain.trade import Attempt, Position
    from tests.engine.kit import Process


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A chain with a funded wallet."""
    return World(tmp_path)


def ender(process: Process, executor: Any = None) -> SeriesEnder:
    """As the composition root makes it."""
    return SeriesEnder(
        journal=process.journal,
        executor=executor or process.executor,
        clock=process.world.clock,
        tell=process.told.append,
    )


def abandon(process: Process, position: Position) -> None:
    """As ``positions abandon`` does it."""
    now = process.world.clock.now()
    process.journal.set_position_state(position.id, PositionState.WORTHLESS, "abandoned", now)


async def test_after_it_was_given_up_no_attempt_can_land(world: World) -> None:
    """The advance is tried until it lands; then the series is dead by proof and its account free again."""
    process, before = world.process(nonces=2), world.lamports()
    position = await with_nonces(world, process, {"max_hold_seconds": "5"})
    process.session.add_service(ender(process).run)
    async with trading(process):
        world.network.faults.set(NOTHING_LANDS)
        await until(lambda: process.journal.in_flight_count(IntentKind.SELL), world)
        await until(lambda: len(series_of(process, position)[1]) == 2, world)
        abandon(process, position)
        await world.clock.sleep(AGAIN_SECONDS + 10)
        attempts: list[Attempt] = series_of(process, position)[1]
        assert len(attempts) == 2, "no dearer one follows"
        world.network.faults.clear()
        await until(lambda: not process.journal.unresolved(), world, 600)
        assert {each.state for each in series_of(process, position)[1]} == {TxState.DEAD}
        await until(lambda: len(process.pool.idle()) == 2, world)
    for attempt in attempts:
        with pytest.raises(TransactionRefusedError):
            world.ledger.send(attempt.raw)
    ended = process.position(position.id)
    assert (ended.state, ended.raw) == (PositionState.WORTHLESS, position.raw)
    assert len(process.journal.nonce_accounts()) == 2, "the accounts are still there"
    assert unexplained(world, process, before) == 0


async def test_what_lands_before_is_booked(world: World) -> None:
    """Given up is not gone: the sale's proceeds count."""
    process, before = world.process(nonces=2), world.lamports()
    position = await with_nonces(world, process, {"max_hold_seconds": "5"})
    process.session.add_service(ender(process).run)
    async with trading(process):
        world.network.faults.set(NOTHING_LANDS)
        await until(lambda: process.journal.in_flight_count(IntentKind.SELL), world)
        abandon(process, position)
        world.ledger.send(series_of(process, position)[1][0].raw)
        world.network.faults.clear()
        await until(lambda: not process.journal.unresolved(), world, 600)
    assert process.position(position.id).proceeds > 0
    assert unexplained(world, process, before) == 0


async def given_up(world: World) -> tuple[Process, Position]:
    """A process with a series in flight whose position was given up."""
    process = world.process(nonces=2)
    position = await with_nonces(world, process, {"max_hold_seconds": "5"})
    async with trading(process):
        world.network.faults.set(NOTHING_LANDS)
        await until(lambda: process.journal.in_flight_count(IntentKind.SELL), world)
    abandon(process, position)
    return process, position


class Executor:
    """Ends series as it is told to."""

    def __init__(self, answer: Outcome | Exception) -> None:
        self.answer = answer
        self.asked = 0

    async def end_series(self, _ended: object, _account: str) -> Outcome:
        """Whatever was said."""
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    "answer",
    [UnavailableError("no SOL"), Outcome(OutcomeKind.REFUSED, reason="no SOL")],
    ids=["raises", "says"],
)
async def test_what_stands_in_its_way_is_told_and_tried_again(
    world: World, answer: Outcome | Exception
) -> None:
    """After a while, for as long as it takes."""
    process, _position = await given_up(world)
    executor = Executor(answer)
    running = asyncio.create_task(ender(process, executor).run())
    await world.clock.sleep(AGAIN_SECONDS + 5)
    running.cancel()
    assert executor.asked == 2
    told = [event.text for event in process.told if isinstance(event, Trouble) and event.where == "series"]
    assert len(told) == 2
    assert told[0].endswith("could not be ended: no SOL")


async def test_a_full_disk_ends_the_session(world: World) -> None:
    """Nothing can be journalled."""
    process, _position = await given_up(world)
    with pytest.raises(StorageError) as caught:
        await ender(process, Executor(StorageError("full"))).run()
    assert list(flatten(caught.value))


async def test_sales_of_what_is_held_go_on(world: World) -> None:
    """Only what was given up is ended."""
    process = world.process(nonces=2)
    await with_nonces(world, process, {"max_hold_seconds": "5"})
    executor = Executor(UnavailableError("asked"))
    process.session.add_service(ender(process, executor).run)
    async with trading(process):
        world.network.faults.set(NOTHING_LANDS)
        await until(lambda: process.journal.in_flight_count(IntentKind.SELL), world)
        await world.clock.sleep(30)
    assert executor.asked == 0
