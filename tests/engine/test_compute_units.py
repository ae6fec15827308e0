"""Limits from simulation: enough for the sale, less than the whole, and never in its way."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from solders.transaction import VersionedTransaction

from sniperforge.chain.answers import Simulation
from sniperforge.domain.landing import InDoubt
from sniperforge.domain.trade import PositionState
from sniperforge.engine.compute_units import MARGIN_PERCENT, MAX_POOLS, SPARE_UNITS, ComputeUnits
from sniperforge.errors import UnavailableError
from sniperforge.testing.lander import FakeLander
from tests.engine.kit import World, until
from tests.engine.test_guard import HOUR, guarding, held, sales, state_of

if TYPE_CHECKING:
    from pathlib import Path

MOST = 200_000


class Node:
    """Simulates to whatever it is told."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)

    async def simulate(self, _transaction: bytes) -> Simulation:
        """The next answer."""
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            await asyncio.Event().wait()
        return Simulation(1, answer[0], (), answer[1])


def units(*answers: Any) -> ComputeUnits:
    """Of a node with these answers."""
    return ComputeUnits(Node(*answers), most=MOST)  # type: ignore[arg-type]


async def test_a_margin_is_added() -> None:
    """Of that pool alone."""
    known = units((None, 50_000))
    await known.measure("pool", b"")
    assert known.limit("pool") == 50_000 * (100 + MARGIN_PERCENT) // 100 + SPARE_UNITS
    assert known.limit("other") == MOST


@pytest.mark.parametrize(
    "answer",
    [({"x": 1}, 50_000), (None, 0), UnavailableError("down"), None],
    ids=["fails", "0", "down", "slow"],
)
async def test_what_cannot_be_told_leaves_the_whole(answer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exit does not wait for it."""
    monkeypatch.setattr("sniperforge.engine.compute_units.PATIENCE_SECONDS", 0.01)
    known = units(answer)
    await known.measure("pool", b"")
    assert known.limit("pool") == MOST


async def test_it_never_asks_for_more_than_the_whole() -> None:
    """And forgets the oldest pools."""
    known = units(*[(None, MOST)] * (MAX_POOLS + 1))
    for number in range(MAX_POOLS + 1):
        await known.measure(f"pool {number}", b"")
    assert known.limit("pool 1") == MOST
    assert "pool 0" not in known._limits


async def test_an_exit_asks_for_what_was_measured_and_then_for_the_whole(tmp_path: Path) -> None:
    """The sale lands with the measured limit on the real program; a further attempt has room."""
    world = World(tmp_path)
    process = world.process()
    known = ComputeUnits(world.rpc, most=MOST)
    process.executor._units = known
    process.executor._planner._sale_units = known.limit
    token, position = await held(world, process, HOUR)
    async with guarding(process):
        await until(lambda: known.limit(position.pool) < MOST, world)
        outcome = await process.guard.sell(position.id, None, origin="test", reason="hand")
        assert outcome.ok, outcome
        assert state_of(process, position) is PositionState.CLOSED
    (sale,) = sales(process)
    raw = process.journal.attempt(sale.settlement.signature).raw
    assert known.limit(position.pool) <= limit_of(raw) < known.limit(position.pool) + 1_000
    assert limit_of(raw) < 150_000
    order = process.sell_order(token, position, position.raw)
    plan = process.executor._planner.sell_again(process.journal.intent(sale.intent_id), order, 0, 2)
    assert plan.instructions[0].data[1:5] == MOST.to_bytes(4, "little")


def limit_of(raw: bytes) -> int:
    """The compute-unit limit that a transaction asks for."""
    message = VersionedTransaction.from_bytes(raw).message
    (data,) = (each.data for each in message.instructions if each.data[:1] == b"\x02" and len(each.data) == 5)
    return int.from_bytes(data[1:], "little")


async def test_a_sale_without_a_quote_or_a_blockhash_is_not_measured(tmp_path: Path) -> None:
    """Nothing is journalled, nothing raised."""
    world = World(tmp_path)
    process = world.process(lander=FakeLander(lambda _handed: InDoubt("")))
    token, position = await held(world, world.process("first one"), HOUR)
    process.executor._units = units()
    order = process.sell_order(token, position, position.raw)
    await process.executor.measure(order)
    await process.blockhashes.refresh()
    await process.executor.measure(process.sell_order(token, position, 0))
    process.executor._units = None
    await process.executor.measure(order)
    assert process.journal.known_signatures() == set()
