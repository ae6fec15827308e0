"""Closing token accounts: once, apart from sales, whatever stands in the way."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from sniperforge.domain.trade import IntentKind, PositionState
from sniperforge.engine.closing import PATIENCE_SECONDS, AccountCloser
from sniperforge.engine.events import PositionMoved, Trouble
from sniperforge.errors import StorageError, UnavailableError
from sniperforge.localnet.market.strikes import strike
from tests.engine.kit import SOL, HeldLander, Process, World, flatten, outcome_is, unexplained, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from sniperforge.domain.trade import Fill, Position
    from sniperforge.localnet.market.launchpad import LaunchedToken


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A chain with a funded wallet."""
    return World(tmp_path)


@asynccontextmanager
async def closing(process: Process) -> AsyncIterator[None]:
    """The closer runs; it ends with the block."""
    closer = AccountCloser(
        journal=process.journal,
        executor=process.executor,
        clock=process.world.clock,
        tell=process.told.append,
    )
    async with process.world.running(), asyncio.TaskGroup() as group:
        tasks = [group.create_task(process.blockhashes.run()), group.create_task(closer.run())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


async def sold(process: Process, token: LaunchedToken) -> Position:
    """A position bought and sold."""
    async with process.world.running():
        position = await process.bought(token)
        order = process.sell_order(token, position, position.raw)
        assert outcome_is(await process.executor.sell(order), "filled")
    return process.position(position.id)


def closings(process: Process) -> list[Fill]:
    """Every landed closing, refused ones included."""
    return [fill for fill in process.journal.fills() if fill.kind is IntentKind.CLOSE_ACCOUNT]


async def test_the_rent_comes_back_once(world: World) -> None:
    """Those that an earlier run left, then those of this run; a restart closes nothing again."""
    process, before = world.process(), world.lamports()
    first = await sold(process, await world.launch())
    async with closing(process):
        await until(lambda: len(closings(process)) == 1, world)
        second = await sold(process, await world.launch())
        await until(lambda: len(closings(process)) == 2, world)
        await world.clock.sleep(20)
    async with closing(process):
        await world.clock.sleep(20)
    assert len(closings(process)) == 2
    assert [process.position(each.id).rent for each in (first, second)] == [0, 0]
    assert [world.lamports(each.token_account) for each in (first, second)] == [0, 0]
    assert unexplained(world, process, before) == 0
    moved = [event for event in process.told if isinstance(event, PositionMoved)]
    assert [(event.what, event.text) for event in moved] == [
        ("closed account", first.token_account),
        ("closed account", second.token_account),
    ]


async def test_dust_costs_a_fee_and_nothing_else(world: World) -> None:
    """Tokens were sent to the account: the sale stands, the closing is refused, told, and never repeated."""
    process, before = world.process(), world.lamports()
    token = await world.launch("dust")
    position = await sold(process, token)
    assert strike(token) is not None
    async with closing(process):
        await until(lambda: closings(process), world)
        await world.clock.sleep(20)
    async with closing(process):  # a later start remembers
        await world.clock.sleep(20)
    (refused,) = closings(process)
    assert refused.settlement.err is not None
    assert process.position(position.id).state is PositionState.CLOSED
    assert unexplained(world, process, before) == 0
    (trouble,) = process.told
    assert isinstance(trouble, Trouble)
    assert trouble.where == "close account"
    assert position.mint in trouble.text
    assert "wallet reclaim" in trouble.text


async def test_a_slow_one_does_not_hold_up_the_next(world: World) -> None:
    """After a while it is left to recovery."""
    process = world.process()
    tokens = [await world.launch(), await world.launch()]
    for token in tokens:
        await sold(process, token)
    process.landing._senders = ()
    async with closing(process):
        await until(lambda: len(process.journal.unresolved()) == 2, world, PATIENCE_SECONDS + 5)
        assert len(process.executor.unwatched()) == 1


async def test_an_account_in_use_again_is_left_alone(world: World) -> None:
    """The same token is held again: its account is closed after the last sale, once."""
    process = world.process()
    token = await world.launch()
    await sold(process, token)
    async with world.running():
        position = await process.bought(token)
    async with closing(process):
        await world.clock.sleep(10)
        assert closings(process) == []
        order = process.sell_order(token, position, position.raw)
        assert outcome_is(await process.executor.sell(order), "filled")
        await until(lambda: closings(process), world)
        await world.clock.sleep(10)
    async with closing(process):
        await world.clock.sleep(10)
    (closed,) = closings(process)
    assert closed.settlement.err is None
    assert closed.position_id != position.id, "the rent goes back to the position that paid it"


async def test_what_is_closed_is_not_looked_at_again(world: World) -> None:
    """A start reads the closed positions once, and asks nothing more about those that have their rent back."""
    process = world.process()
    await sold(process, await world.launch())
    async with closing(process):
        await until(lambda: closings(process), world)
    asked: list[str] = []
    tried = process.journal.close_tried
    process.journal.close_tried = lambda each: asked.append(each.id) or tried(each)  # type: ignore[func-returns-value,method-assign]
    async with closing(process):
        await world.clock.sleep(5)
    assert asked == []


async def test_an_outage_is_told_and_does_not_end_it(world: World) -> None:
    """No blockhash for the first; the second is closed."""
    process = world.process()
    await sold(process, await world.launch())
    real, failing = process.blockhashes.latest, [True]

    def latest() -> tuple[str, int]:
        if failing.pop() if failing else False:
            raise UnavailableError("no recent blockhash")
        return real()

    process.blockhashes.latest = latest  # type: ignore[method-assign]
    async with closing(process):
        await until(lambda: process.told, world)
        await sold(process, await world.launch())
        await until(lambda: len(closings(process)) == 1, world)
    assert isinstance(process.told[0], Trouble)
    assert process.told[0].text.endswith("no recent blockhash")


async def test_a_disk_that_fails_ends_it(world: World) -> None:
    """What cannot be journalled is not sent."""
    process = world.process()
    await sold(process, await world.launch())
    process.executor._lander = lander = HeldLander(process.landing)
    process.journal._db._connection.execute("PRAGMA query_only=ON")
    with pytest.raises(ExceptionGroup) as caught:
        async with closing(process):
            await world.clock.sleep(10)
    assert {type(error) for error in flatten(caught.value)} == {StorageError}
    assert lander.handed == []


async def test_a_part_sold_closes_nothing(world: World) -> None:
    """The rest is still held."""
    process = world.process()
    token = await world.launch()
    async with world.running():
        position = await process.bought(token, SOL)
    async with closing(process):
        await process.executor.sell(process.sell_order(token, position, position.raw // 2))
        await world.clock.sleep(10)
    assert closings(process) == []


async def test_idle_seconds_cost_no_look_at_old_positions(world: World) -> None:
    """Thousands may have been sold: what is closed is read once, not every second."""
    process = world.process()
    await sold(process, await world.launch())
    reads: list[str] = []
    async with closing(process):
        await until(lambda: closings(process), world)
        await world.clock.sleep(3)
        process.journal._db._connection.set_trace_callback(reads.append)
        await world.clock.sleep(10)
        process.journal._db._connection.set_trace_callback(None)
    assert not [sql for sql in reads if "positions" in sql]


async def test_one_in_flight_from_before_a_crash_is_not_made_again(world: World) -> None:
    """Recovery sends the journalled one; the closer leaves it alone."""
    old = world.process("old")
    await sold(old, await world.launch())
    old.executor._lander = lander = HeldLander(old.landing)
    async with closing(old):
        await lander.reached.wait()
        new = world.crash(old, "new")
    async with closing(new):
        await world.clock.sleep(10)
        assert len(new.journal.unresolved()) == 1
        ((intent, attempt),) = new.executor.unwatched()
        assert outcome_is(await new.executor.settle(intent, attempt), "filled")
    assert len(closings(new)) == 1
