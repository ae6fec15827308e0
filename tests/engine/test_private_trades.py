"""Trades that only block engines get: they land unseen, whole or not at all, and never twice."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from sniperforge.domain.trade import PositionState
from sniperforge.execution.mev import Mev, TipPolicy, may_go
from sniperforge.localnet.faults.plan import FaultPlan
from sniperforge.localnet.ledger.refusals import TransactionRefusedError
from sniperforge.localnet.rpc.faults import invalid_params
from tests.engine.kit import SOL, World, outcome_is, unexplained, until
from tests.engine.test_guard import sales, state_of
from tests.engine.test_series import series_of, trading, with_nonces

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.kit import Process

TIP = 100_000
BUNDLE = TipPolicy(Mev.BUNDLE, TIP, 10 * TIP)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A chain with a funded wallet."""
    return World(tmp_path)


class Deaf:
    """A sender that is never heard of again."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    async def send(self, raw: bytes, /) -> str:
        """Swallow it."""
        self.heard.append(raw)
        return "id"


def deaf(process: Process, *where: str) -> Deaf:
    """Put one sender in the place of those at ``where``."""
    sender = Deaf()
    for name in where:
        setattr(process.landing, name, (sender,))
    return sender


async def test_a_buy_by_bundle(world: World) -> None:
    """It lands without any node having had it; the tip is booked as such and part of its maximum."""
    process, before = world.process(tips=BUNDLE), world.lamports()
    node = deaf(process, "_senders", "_tipped")
    token = await world.launch()
    async with world.running():
        position = await process.bought(token)
    (fill,) = process.journal.fills()
    intent = process.journal.intent(position.id)
    assert intent is not None
    assert (fill.settlement.tip, fill.settlement.fee) == (TIP, 5_200)
    assert before - world.lamports() <= intent.max_spend
    assert node.heard == []
    assert position.fees == TIP + 5_200
    assert unexplained(world, process, before) == 0


@pytest.mark.parametrize("mev", list(Mev))
async def test_who_is_traded_around(world: World, mev: Mev) -> None:
    """A trader who sees transactions takes all that the slippage leaves; of a bundle he sees nothing."""
    process = world.process(tips=TipPolicy(mev, TIP, TIP))
    token = await world.launch()
    world.network.faults.set(FaultPlan(sandwich=1.0))
    async with world.running():
        await process.blockhashes.refresh()
        order = process.buy_order(token, 2 * SOL, slippage_bps=2_000)
        quoted = order.state.quote(order.state.quote_mint, 2 * SOL).amount_out
        outcome = await process.executor.buy(order)
    assert outcome.fill is not None
    got = outcome.fill.token_delta
    assert got == quoted if mev is Mev.BUNDLE else got < quoted * 9 // 10
    assert outcome.fill.settlement.tip == (0 if mev is Mev.NONE else TIP)


async def test_a_tip_opens_a_second_way(world: World) -> None:
    """With nodes that drop everything it lands through the block engine."""
    process = world.process(tips=TipPolicy(Mev.TIP, TIP, TIP))
    node = deaf(process, "_senders")
    token = await world.launch()
    async with world.running():
        position = await process.bought(token)
    assert len(node.heard) >= 1
    assert state_of(process, position) is PositionState.OPEN


async def test_a_lost_bundle_is_no_landing(world: World) -> None:
    """It has its id, and nothing else: only the chain proves it dead, and then it has cost nothing."""
    process, before = world.process(tips=BUNDLE), world.lamports()
    token = await world.launch()
    world.network.faults.set(FaultPlan(drop=1.0))
    async with world.running():
        await process.blockhashes.refresh()
        early = await process.executor.buy(process.buy_order(token), deadline=world.clock.monotonic() + 20)
        assert outcome_is(early, "unknown")
        ((intent, attempt),) = process.executor.unwatched()
        assert outcome_is(await process.executor.settle(intent, attempt), "dead")
    assert world.lamports() == before
    assert process.journal.positions() == []


async def test_a_failing_bundle_costs_nothing(world: World) -> None:
    """The price moved beyond the slippage: a plain transaction would have paid its fee for failing."""
    process, before = world.process(tips=BUNDLE), world.lamports()
    token = await world.launch()
    order = process.buy_order(token, slippage_bps=100)
    world.crowd_buys(token, 20 * SOL)
    async with world.running():
        await process.blockhashes.refresh()
        outcome = await process.executor.buy(order)
    assert outcome_is(outcome, "dead")
    assert world.lamports() == before


async def test_a_refusal_is_told_with_its_reason(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A block engine that does not take the tip says so; the trade dies of it, and the reason is shown."""
    process = world.process(tips=TipPolicy(Mev.BUNDLE, TIP, TIP))
    token = await world.launch()
    monkeypatch.setattr(world.network.block_engine._auction, "take", _refuse)
    async with world.running():
        await process.blockhashes.refresh()
        outcome = await process.executor.buy(process.buy_order(token))
    assert outcome_is(outcome, "dead")
    assert outcome.reason.endswith("; first trouble of sending: sendBundle: tip too low today")


def _refuse(_bundle: object) -> None:
    raise invalid_params("tip too low today")


async def test_after_a_restart_it_goes_nowhere_else(world: World, tmp_path: Path) -> None:
    """What was signed for block engines alone is not handed to nodes by a process without such a policy."""
    first = world.process(tips=BUNDLE)
    deaf(first, "_private")
    token = await world.launch()
    async with world.running():
        await first.blockhashes.refresh()
        order, soon = first.buy_order(token), world.clock.monotonic() + 1
        assert outcome_is(await first.executor.buy(order, deadline=soon), "unknown")
        second = world.crash(first, "second")
        node = deaf(second, "_senders", "_tipped")
        ((intent, attempt),) = second.executor.unwatched()
        assert may_go(attempt.raw) is Mev.BUNDLE
        assert outcome_is(await second.executor.settle(intent, attempt), "filled")
    assert node.heard == []


async def test_an_exit_is_not_held_back_by_deaf_engines(world: World) -> None:
    """Two attempts by bundle, then one for everybody, on the same nonce: it is sold once, by the third."""
    process, before = world.process(tips=BUNDLE, nonces=3), world.lamports()
    position = await with_nonces(world, process, {"max_hold_seconds": "5"})
    engine = deaf(process, "_private")
    async with trading(process):
        await until(lambda: state_of(process, position) is PositionState.CLOSED, world)
    attempts = series_of(process, position)[1]
    assert [may_go(each.raw) for each in attempts] == [Mev.BUNDLE, Mev.BUNDLE, Mev.TIP]
    assert set(engine.heard) == {each.raw for each in attempts[:2]}
    (sale,) = sales(process)
    assert (sale.settlement.signature, sale.settlement.tip) == (attempts[2].signature, TIP * 9 // 4)
    assert attempts[2].created_at - attempts[0].created_at < 20
    for each in attempts[:2]:
        with pytest.raises(TransactionRefusedError):
            world.ledger.send(each.raw)
    assert unexplained(world, process, before) == 0


async def test_a_sale_by_hand_may_go_by_bundle_alone(world: World) -> None:
    """While the policy says none: the engine lands it unseen, and the tip is booked; the next goes plainly."""
    process, before = world.process(tips=TipPolicy(Mev.NONE, TIP, TIP)), world.lamports()
    token = await world.launch()
    async with world.running():
        position = await process.bought(token)
        nodes = process.landing._senders
        node = deaf(process, "_senders", "_tipped")
        half = position.raw // 2
        sold = await process.guard.sell(position.id, half, origin="sell", reason="hand", mev=Mev.BUNDLE)
        process.landing._senders = nodes
        rest = await process.guard.sell(position.id, None, origin="sell", reason="hand")
    assert node.heard == []
    attempts = [process.journal.attempt(each.signature) for each in (sold, rest)]
    assert [may_go(each.raw) for each in attempts if each] == [Mev.BUNDLE, Mev.NONE]
    assert [fill.settlement.tip for fill in sales(process)] == [TIP, 0]
    assert state_of(process, position) is PositionState.CLOSED
    assert unexplained(world, process, before) == 0


async def test_a_choice_outlives_attempts_and_restarts(world: World) -> None:
    """Of one sale: private twice, over a restart under another policy, then for everybody; sold once."""
    plain = TipPolicy(Mev.NONE, TIP, 10 * TIP)
    process, before = world.process(tips=plain, nonces=3), world.lamports()
    position = await with_nonces(world, process, {"max_hold_seconds": "9999"})
    deaf(process, "_private")
    async with world.running():
        await process.blockhashes.refresh()
        early = asyncio.create_task(
            process.guard.sell(position.id, None, origin="sell", reason="hand", mev=Mev.BUNDLE)
        )
        await until(process.journal.unresolved, world)
        early.cancel()
        await asyncio.wait([early])
    second = world.crash(process, "second")
    second.tips, second.nonces = plain, 3
    second.__post_init__()
    deaf(second, "_private")
    async with trading(second):
        await until(lambda: state_of(second, position) is PositionState.CLOSED, world)
    attempts = series_of(second, position)[1]
    assert [may_go(each.raw) for each in attempts] == [Mev.BUNDLE, Mev.BUNDLE, Mev.TIP]
    assert [fill.settlement.tip for fill in sales(second)] == [TIP * 9 // 4]
    assert unexplained(world, second, before) == 0


@pytest.mark.parametrize("seed", range(4))
async def test_hard_times(world: World, seed: int) -> None:
    """Bundles are lost, blocks dropped, transactions watched: each trade once or not at all, to the lamport."""
    process, before = world.process(tips=BUNDLE, nonces=4), world.lamports()
    tokens = [await world.launch() for _ in range(4)]
    async with trading(process):
        plan = FaultPlan(drop=0.4, rollback=0.1, sandwich=0.5, delay=0.2, seed=seed)
        world.network.faults.set(plan)
        policy = {"max_hold_seconds": "10"}
        for token in tokens:
            await process.blockhashes.refresh()
            order = process.buy_order(token, SOL // 2, slippage_bps=1_000, exit_policy=policy)
            assert (await process.executor.buy(order)).kind in ("filled", "dead")
        await until(lambda: not process.journal.positions(), world, 600)
        world.network.faults.clear()
        await until(lambda: not process.journal.unresolved(), world, 300)
        await world.clock.sleep(60)
    bought = [fill for fill in process.journal.fills() if fill.kind == "buy"]
    assert len({fill.mint for fill in bought}) == len(bought)
    assert {fill.settlement.tip for fill in bought} <= {TIP}
    assert unexplained(world, process, before) == 0
