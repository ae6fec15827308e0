"""Positions whose tokens left by another hand: marked on evidence, never because something failed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sniperforge.domain.landing import InDoubt
from sniperforge.domain.trade import Move, PositionState
from sniperforge.engine.holdings import LOOK_SECONDS, Holdings
from sniperforge.errors import UnavailableError
from sniperforge.testing.lander import FakeLander
from tests.engine.kit import SOL, World, unexplained
from tests.engine.test_guard import HOUR, held

if TYPE_CHECKING:
    from pathlib import Path

    from sniperforge.domain.trade import Position
    from sniperforge.localnet.market.launchpad import LaunchedToken
    from tests.engine.kit import Process


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A chain with a funded wallet."""
    return World(tmp_path)


def holdings(process: Process, rpc: Any = None) -> Holdings:
    """As the composition root makes it."""
    return Holdings(
        wallet=process.world.wallet,
        rpc=rpc or process.world.rpc,
        journal=process.journal,
        clock=process.world.clock,
        selling=process.executor.selling,
        tell=process.told.append,
    )


async def final(world: World, process: Process) -> None:
    """Until what has landed is final."""
    async with world.running():
        await world.clock.sleep(5)
        await process.audit.finalize()


async def sold_elsewhere(
    world: World, token: LaunchedToken, position: Position, *, part: int = 0, close: bool = True
) -> None:
    """Another tool, with a journal of its own, sells the wallet's tokens: all, or a part."""
    other = world.process("other tool")
    if other.journal.position(position.id) is None:
        other.journal.adopt(position, [Move("S", position.id, position.raw, -position.cost, 0, 0, 1)])
    async with world.running():
        await other.blockhashes.refresh()
        order = other.sell_order(token, position, part or position.raw)
        assert (await other.executor.sell(order)).ok
        if close:
            assert (await other.executor.close_account(position)).ok
        await world.clock.sleep(5)


@pytest.mark.parametrize("close", [True, False], ids=["account gone", "account empty"])
async def test_sold_by_another_tool(world: World, close: bool) -> None:
    """The position ends, the note says by which transaction and for how much; the books still agree."""
    process, before = world.process(), world.lamports()
    token, position = await held(world, process, HOUR)
    await final(world, process)
    async with world.running():
        await process.audit.begin()
    await sold_elsewhere(world, token, position, close=close)
    await holdings(process).look()
    ended = process.position(position.id)
    assert ended.state is PositionState.WORTHLESS
    assert ended.note.startswith("sold elsewhere for 0.9")
    assert ended.closed_at is not None
    assert process.moves("gone") == ["gone"]
    async with world.running():
        await process.audit.foreign()
    assert unexplained(world, process, before) == 0


async def test_moved_away(world: World) -> None:
    """A burn or a transfer brings nothing; the note says so."""
    from sniperforge.execution.plan import compile_message, signed_transaction
    from sniperforge.tokens.instructions import burn

    process = world.process()
    _token, position = await held(world, process, HOUR)
    await final(world, process)
    instruction = burn(
        position.token_account,
        position.mint,
        world.wallet,
        raw=position.raw,
        token_program=position.token_program,
    )
    message = compile_message(world.wallet, [instruction], world.ledger.chain.tip.blockhash)
    record = world.ledger.send(signed_transaction(message, world.signer.sign(message)))
    assert record.err is None
    await final(world, process)
    await holdings(process).look()
    assert process.position(position.id).note == f"moved or burned elsewhere by {record.signature}"


async def test_a_part_sold_by_another_tool(world: World) -> None:
    """The position is what is left, with what the part brought; selling all of it then sells what is there."""
    process = world.process()
    token, position = await held(world, process, HOUR)
    await final(world, process)
    third = position.raw // 3
    for _ in range(2):
        await sold_elsewhere(world, token, position, part=third, close=False)
    looking = holdings(process)
    await looking.look()
    await looking.look()
    reduced = process.position(position.id)
    assert reduced.state is PositionState.OPEN
    assert reduced.raw == position.raw - 2 * third
    assert reduced.note.startswith("a part was sold elsewhere for 0.3")
    assert process.moves("reduced") == ["reduced"], "told once"
    moves = process.journal.moves(position.id)
    assert [move.token_delta for move in moves] == [-third, -third]
    assert reduced.proceeds == sum(move.trade for move in moves) > position.cost * 6 // 10
    assert reduced.cost == position.cost
    async with world.running():
        await process.blockhashes.refresh()
        outcome = await process.guard.sell(position.id, None, origin="test", reason="hand")
    assert outcome.ok
    assert process.position(position.id).state is PositionState.CLOSED


async def test_only_what_is_missing_is_taken_out(world: World) -> None:
    """Tokens beyond the position may have left too; those are nobody's loss."""
    process = world.process()
    token, position = await held(world, process, HOUR)
    await final(world, process)
    other = world.process("other tool")
    async with world.running():
        extra = await other.bought(token)
    other.close()
    await sold_elsewhere(world, token, position, part=extra.raw + 10**9, close=False)
    await holdings(process).look()
    assert process.position(position.id).raw == position.raw - 10**9
    (move,) = process.journal.moves(position.id)
    assert 0 < move.trade < SOL // 1_000, "its share of what the sale brought"


async def test_what_is_held_stays(world: World) -> None:
    """Also what is not final yet, and what a sale of ours is selling."""
    process = world.process()
    token, position = await held(world, process, HOUR)
    await holdings(process).look()
    await final(world, process)
    await holdings(process).look()
    assert process.position(position.id).state is PositionState.OPEN
    await sold_elsewhere(world, token, position)
    lander = FakeLander(lambda _handed: InDoubt("in flight"))
    process.executor._lander = lander
    await process.blockhashes.refresh()
    order = process.sell_order(token, replace(position), position.raw)
    await process.executor.sell(order)
    await holdings(process).look()
    assert process.position(position.id).state is PositionState.EXITING


class Forgetful:
    """A node that shows accounts, and of transactions only what it is told to."""

    def __init__(self, world: World, *, listed: bool, shown: Any) -> None:
        self._rpc = world.rpc
        self._listed = listed
        self._shown = shown

    async def accounts(self, *arguments: Any) -> Any:
        """As they are."""
        return await self._rpc.accounts(*arguments)

    async def signatures_for_address(self, *arguments: Any, **named: Any) -> Any:
        """As they are, or none."""
        return await self._rpc.signatures_for_address(*arguments, **named) if self._listed else ()

    async def transaction(self, _signature: str) -> Any:
        """Whatever it shows."""
        return self._shown


@pytest.mark.parametrize(
    ("listed", "shown"), [(False, None), (True, None), (True, {"slot": 1})], ids=["list", "body", "rubbish"]
)
async def test_without_evidence_it_stays_and_is_told_once(world: World, listed: bool, shown: Any) -> None:
    """A node without history is no reason to write anything off."""
    process = world.process()
    token, position = await held(world, process, HOUR)
    await final(world, process)
    await sold_elsewhere(world, token, position)
    looking = holdings(process, Forgetful(world, listed=listed, shown=shown))
    await looking.look()
    await looking.look()
    assert process.position(position.id).state is PositionState.OPEN
    (told,) = [event for event in process.told if getattr(event, "where", "") == "holdings"]
    assert position.mint in told.text


async def test_an_outage_is_waited_out(world: World) -> None:
    """And looked at again."""
    process, asked = world.process(), []
    await held(world, process, HOUR)
    await final(world, process)

    class Down:
        async def accounts(self, *_arguments: Any) -> Any:
            asked.append(world.clock.monotonic())
            raise UnavailableError("down")

    running = asyncio.create_task(holdings(process, Down()).run())
    await world.clock.sleep(2 * LOOK_SECONDS + 1)
    running.cancel()
    assert len(asked) == 3
