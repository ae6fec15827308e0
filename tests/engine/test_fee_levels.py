"""Recent priority fees, read ahead."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from sniperforge.chain.retries import NO_RETRY
from sniperforge.chain.rpc import RpcClient
from sniperforge.domain.trade import Urgency
from sniperforge.engine.fee_levels import MAX_AGE_SECONDS, MAX_POOLS, REFRESH_SECONDS, FeeLevels
from sniperforge.engine.planner import Planner
from sniperforge.errors import UnavailableError
from sniperforge.execution.mev import Mev, TipPolicy
from sniperforge.testing.rpc import FakeRpc
from tests.engine.kit import SOL, World
from tests.engine.test_guard import HOUR, held

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A chain with a funded wallet."""
    return World(tmp_path)


def levels(world: World, node: FakeRpc) -> FeeLevels:
    """Of a node, for what the first process holds."""
    journal: Any = world.process("another").journal
    return FeeLevels(rpc=RpcClient(node, world.clock, retry=NO_RETRY), journal=journal, clock=world.clock)


def fees(*paid: int) -> list[dict[str, int]]:
    """``getRecentPrioritizationFees``."""
    return [{"slot": slot, "prioritizationFee": fee} for slot, fee in enumerate(paid)]


async def test_what_was_read_is_known_for_a_while(world: World) -> None:
    """In rising order, of that pool alone; an outage leaves it, age ends it."""
    node = FakeRpc({"getRecentPrioritizationFees": fees(5, 1, 3)})
    known = levels(world, node)
    await known.look("pool")
    assert node.params("getRecentPrioritizationFees") == [[["pool"]]]
    node.answer("getRecentPrioritizationFees", UnavailableError("down"))
    await known.look("pool")
    await world.clock.sleep(MAX_AGE_SECONDS)
    assert known.recent("pool") == (1, 3, 5)
    assert known.recent("other") == ()
    await world.clock.sleep(1)
    assert known.recent("pool") == ()


async def test_what_is_competed_for_is_all_that_a_sale_writes(world: World) -> None:
    """Pool, vaults and observations, once the guard has measured a sale; nothing of our own, no tip account."""
    process = world.process(tips=TipPolicy(Mev.TIP, 10_000, 20_000))
    token, position = await held(world, process, HOUR)
    node = FakeRpc({"getRecentPrioritizationFees": fees(5)})
    known = FeeLevels(
        rpc=RpcClient(node, world.clock, retry=NO_RETRY), journal=process.journal, clock=world.clock
    )
    process.executor._levels = known
    await process.blockhashes.refresh()
    await process.executor.measure(process.sell_order(token, position, position.raw))
    await known.look(position.pool)
    ((asked,),) = node.params("getRecentPrioritizationFees")
    state = world.state(token)
    assert asked[0] == position.pool
    assert {str(each) for each in (token.pool.vault_0, token.pool.vault_1)} < set(asked)
    assert len(asked) == 4
    assert state.address in asked


async def test_it_forgets_the_oldest(world: World) -> None:
    """A day of launches does not fill the memory."""
    known = levels(world, FakeRpc({"getRecentPrioritizationFees": fees(5)}))
    for number in range(MAX_POOLS + 1):
        known.learn(f"pool {number}", ("vault",))
        await known.look(f"pool {number}")
    assert known.recent("pool 0") == ()
    assert known.recent("pool 1") == (5,)
    assert len(known._written) == MAX_POOLS


async def test_pools_that_may_have_to_be_sold_on_are_kept_fresh(world: World) -> None:
    """And an exit offers what others pay there, by its urgency."""
    process = world.process()
    token, position = await held(world, process, HOUR)
    node = FakeRpc({"getRecentPrioritizationFees": fees(*range(0, 100_000, 1_000))})
    rpc = RpcClient(node, world.clock, retry=NO_RETRY)
    known = FeeLevels(rpc=rpc, journal=process.journal, clock=world.clock)
    running = asyncio.create_task(known.run())
    await world.clock.sleep(3 * REFRESH_SECONDS - 1)
    running.cancel()
    assert node.params("getRecentPrioritizationFees") == [[[position.pool]]] * 3
    planner = Planner(
        wallet=world.wallet,
        policy=process.executor._planner._policy,
        clock=world.clock,
        new_id=str,
        recent_fees=known.recent,
    )
    spends = [
        planner.sell(process.sell_order(token, position, position.raw, urgency=urgency), 0).intent.max_spend
        for urgency in Urgency
    ]
    assert spends == [5_000 + 200_000 * price // 1_000_000 for price in (49_000, 74_000, 89_000)]
    assert planner.buy(process.buy_order(token, SOL), 0).intent.facts["max_fee"] == spends[1]
