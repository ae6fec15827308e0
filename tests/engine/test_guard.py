"""The guard on real pools: every exit rule fires, failed exits are retried, nothing held is dropped."""

from __future__ import annotations

import asyncio
import dataclasses
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from sniperforge.domain.outcome import OutcomeKind
from sniperforge.domain.trade import IntentKind, PositionState
from sniperforge.engine.events import PositionMoved, Trouble
from sniperforge.engine.guard import MAX_PAUSE_SECONDS, STUCK_AFTER
from sniperforge.errors import NotFoundError, RefusedError, StorageError, UnavailableError
from sniperforge.localnet.market.strikes import strike
from sniperforge.localnet.market.token_admin import freeze
from sniperforge.orders.slippage import SlippagePolicy
from sniperforge.testing.clock import FakeClock
from tests.engine.kit import SOL, HeldLander, Process, World, flatten, outcome_is, unexplained, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from sniperforge.domain.trade import Fill, Position
    from sniperforge.localnet.market.launchpad import LaunchedToken

HOUR = {"max_hold_seconds": "3600"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A chain with a funded wallet."""
    return World(tmp_path)


@asynccontextmanager
async def guarding(process: Process) -> AsyncIterator[None]:
    """The guard runs, as do the blockhashes; both end with the block."""
    async with process.world.running(), asyncio.TaskGroup() as group:
        tasks = [group.create_task(process.blockhashes.run()), group.create_task(process.guard.run())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


def sales(process: Process) -> list[Fill]:
    """Every landed sale, rejected ones included."""
    return [fill for fill in process.journal.fills() if fill.kind is IntentKind.SELL]


def state_of(process: Process, position: Position) -> PositionState:
    """As journalled."""
    return process.position(position.id).state


async def held(
    world: World, process: Process, policy: dict[str, str], *, spend: int = SOL, archetype: str = "organic"
) -> tuple[LaunchedToken, Position]:
    """A token and a position in it, under these exits."""
    token = await world.launch(archetype)
    async with world.running():
        return token, await process.bought(token, spend, exit_policy=policy)


class TestRules:
    async def test_take_profit(self, world: World) -> None:
        """The crowd buys until the exit value is 50 % above the cost, not before."""
        process, before = world.process(), world.lamports()
        token, position = await held(world, process, {**HOUR, "take_profit_percent": "50"})
        async with guarding(process):
            world.crowd_buys(token, 6 * SOL)
            await world.clock.sleep(5)
            assert state_of(process, position) is PositionState.OPEN
            world.crowd_buys(token, 8 * SOL, trader=1)
            await until(lambda: state_of(process, position) is PositionState.CLOSED, world)
        (sale,) = sales(process)
        assert sale.settlement.trade >= SOL * 3 // 2 * 97 // 100
        intent = process.journal.intent(sale.intent_id)
        assert intent is not None
        assert intent.reason.startswith("take_profit: worth ")
        assert intent.origin == "test", "an exit belongs to who bought"
        assert unexplained(world, process, before) == 0
        assert process.moves() == ["exiting", "sold"]

    async def test_stop_loss(self, world: World) -> None:
        """Somebody sells a lot."""
        process = world.process()
        token = await world.launch()
        world.crowd_buys(token, 10 * SOL)
        async with world.running():
            position = await process.bought(token, SOL, exit_policy={**HOUR, "stop_loss_percent": "20"})
        async with guarding(process):
            world.crowd_sells(token, percent=20)
            await world.clock.sleep(5)
            assert state_of(process, position) is PositionState.OPEN
            world.crowd_sells(token)
            await until(lambda: state_of(process, position) is PositionState.CLOSED, world)
        assert process.position(position.id).note.startswith("stop_loss: ")

    async def test_trailing_stop_over_a_restart(self, world: World) -> None:
        """The peak is journalled: a process that did not see it sells at the fall from it."""
        process = world.process()
        policy = {**HOUR, "trailing_percent": "15", "trailing_activation_percent": "20"}
        token, position = await held(world, process, policy)
        async with guarding(process):
            world.crowd_buys(token, 8 * SOL)
            await until(lambda: process.position(position.id).peak_value > SOL * 13 // 10, world)
            assert state_of(process, position) is PositionState.OPEN
        process.close()
        again = world.process()
        async with guarding(again):
            await world.clock.sleep(3)
            assert state_of(again, position) is PositionState.OPEN
            world.crowd_sells(token, percent=60)
            await until(lambda: state_of(again, position) is PositionState.CLOSED, world)
        assert again.position(position.id).note.startswith("trailing_stop: ")

    async def test_max_hold(self, world: World) -> None:
        """Time alone is a reason, on a pool that does not move."""
        process = world.process()
        _, position = await held(world, process, {"max_hold_seconds": "60"})
        async with guarding(process):
            await world.clock.sleep(50)
            assert state_of(process, position) is PositionState.OPEN
            await until(lambda: state_of(process, position) is PositionState.CLOSED, world, 20)
        assert process.position(position.id).note.startswith("max_hold: held for 6")

    async def test_pulled_liquidity(self, world: World) -> None:
        """Other liquidity leaves; what is left is sold into at once, with room for the price."""
        process = world.process()
        token, position = await held(
            world, process, {**HOUR, "liquidity_drop_percent": "30"}, archetype="lp_pull"
        )
        async with guarding(process):
            pull(token, percent=60)
            await until(lambda: state_of(process, position) is PositionState.CLOSED, world)
        (sale,) = sales(process)
        assert process.position(position.id).note.startswith("liquidity_pulled: ")
        assert floor_bps(process, sale) == 1_000, "urgent exits start wider"

    async def test_normal_exits_start_narrow(self, world: World) -> None:
        """Who takes a profit has time."""
        process = world.process()
        _, _position = await held(world, process, {"max_hold_seconds": "5"})
        async with guarding(process):
            await until(lambda: sales(process), world)
        assert floor_bps(process, sales(process)[0]) == 300

    async def test_a_new_position_is_guarded_when_it_is_told_of(self, world: World) -> None:
        """A position bought while the guard runs is under its exits at once."""
        process = world.process()
        token = await world.launch()
        async with guarding(process):
            await world.clock.sleep(1)
            await world.clock.sleep(0.1)
            position = await process.bought(token, exit_policy={"max_hold_seconds": "2"})
            process.guard.wake()
            await until(lambda: process.guard.values, world, 0.2)
            await until(lambda: state_of(process, position) is PositionState.CLOSED, world, 30)

    async def test_fees_are_part_of_the_cost(self, world: World) -> None:
        """A gain that only pays for the fees is no profit."""
        process = world.process(micro_lamports=10**12)
        token = await world.launch()
        async with world.running():
            policy = {**HOUR, "take_profit_percent": "5"}
            position = await process.bought(token, SOL // 10, exit_policy=policy)
        assert position.fees > SOL // 101
        async with guarding(process):
            world.crowd_buys(token, SOL * 9 // 5)
            await until(lambda: process.guard.values.get(position.id, 0) > SOL * 107 // 1_000, world)
            await world.clock.sleep(10)
            assert process.guard.values[position.id] < SOL * 112 // 1_000
            assert state_of(process, position) is PositionState.OPEN
            world.crowd_buys(token, SOL * 2, trader=1)
            await until(lambda: state_of(process, position) is PositionState.CLOSED, world)

    async def test_small_moves_are_not_written(self, world: World) -> None:
        """The peak is journalled in steps of a percent: each write is an fsync."""
        process = world.process()
        token, position = await held(world, process, HOUR, spend=SOL // 10)
        raised: list[int] = []
        write = process.journal.raise_peak
        process.journal.raise_peak = lambda name, value: (raised.append(value), write(name, value))  # type: ignore[func-returns-value,method-assign]
        async with guarding(process):
            await until(lambda: raised, world)
            for trader in range(4):
                world.crowd_buys(token, SOL // 50, trader)
                await world.clock.sleep(1)
            assert len(raised) == 1
            world.crowd_buys(token, SOL)
            await until(lambda: len(raised) == 2, world)
        assert process.position(position.id).peak_value == raised[-1]

    async def test_values_are_kept_for_what_is_held(self, world: World) -> None:
        """What a position is worth now; nothing for what is sold."""
        process = world.process()
        token, position = await held(world, process, HOUR)
        async with guarding(process):
            await until(lambda: process.guard.values, world)
            assert process.guard.values[position.id] == pytest.approx(SOL, rel=0.02)
            world.crowd_buys(token, 4 * SOL)
            await until(lambda: process.guard.values[position.id] > SOL * 11 // 10, world)
            await process.guard.sell(position.id, None, origin="t", reason="r")
            await until(lambda: not process.guard.values, world)


def pull(token: LaunchedToken, percent: int) -> None:
    """The creator withdraws this share of the liquidity."""
    from sniperforge.localnet.program.cpmm.instructions import withdraw

    held_lp = token.actor.balance(token.lp)
    record = token.actor.send(
        [
            withdraw(
                token.pool,
                owner=token.creator,
                lp_account=token.lp,
                token_0=token.own_account(token.pool.mint_0),
                token_1=token.own_account(token.pool.mint_1),
                lp_amount=held_lp * percent // 100,
            )
        ]
    )
    assert record is not None
    assert record.err is None


def floor_bps(process: Process, sale: Fill) -> int:
    """Slippage that a sale allowed, from its journalled floor and quote."""
    attempt = process.journal.attempt(sale.settlement.signature)
    intent = process.journal.intent(sale.intent_id)
    assert attempt is not None
    assert intent is not None
    quoted = int(intent.facts["expected_out"])
    return round((quoted - attempt.min_out) * 10_000 / quoted)


class TestFailedExits:
    async def test_a_slipped_exit_widens_until_it_is_sold(self, world: World) -> None:
        """The price falls on every try, a little more than is allowed; each try allows more."""
        process = world.process()
        policy = SlippagePolicy(start_bps=0, urgent_start_bps=0, step_bps=200, max_bps=5_000)
        process.guard._slippage = policy
        token = await world.launch()
        for trader in range(4):
            world.crowd_buys(token, 2 * SOL, trader)
        async with world.running():
            position = await process.bought(token, exit_policy={"max_hold_seconds": "1"})
        process.executor._lander = lander = HeldLander(process.landing)
        lander.between.set()
        async with guarding(process):
            for trader in range(2):
                await lander.reached.wait()
                lander.reached.clear()
                world.crowd_sells(token, trader)
                lander.before.set()
                await until(lambda n=trader: len(sales(process)) == n + 1, world)
                lander.before.clear()
            lander.before.set()
            await until(lambda: state_of(process, position) is PositionState.CLOSED, world)
        assert [sale.settlement.err is None for sale in sales(process)] == [False, False, True]
        assert [floor_bps(process, sale) for sale in sales(process)] == [0, 200, 400]
        assert process.moves() == ["exiting", "exit failed", "exiting", "exit failed", "exiting", "sold"]
        assert process.position(position.id).exit_attempts == 2

    async def test_a_frozen_account_is_shown_as_stuck_and_never_dropped(self, world: World) -> None:
        """The program refuses every sale; after three it is stuck, and it is tried on, ever less often."""
        process, before = world.process(), world.lamports()
        token, position = await held(world, process, {"max_hold_seconds": "1"}, archetype="freeze_trap")
        assert strike(token) is not None
        async with guarding(process):
            await until(lambda: state_of(process, position) is PositionState.STUCK, world)
            assert process.position(position.id).exit_attempts == STUCK_AFTER
            await world.clock.sleep(600)
            tried = process.position(position.id).exit_attempts
            assert state_of(process, position) is PositionState.STUCK
            assert STUCK_AFTER + 5 <= tried <= 9 + 600 / MAX_PAUSE_SECONDS
            await world.clock.sleep(600)
            assert process.position(position.id).exit_attempts > tried
        note = process.position(position.id).note
        assert note.startswith("max_hold: ")
        assert "the chain refused it" in note
        assert len(sales(process)) == process.position(position.id).exit_attempts
        assert unexplained(world, process, before) == 0, "every refused try's fee is booked"
        assert process.moves("stuck", "exit failed")[:4] == ["exit failed", "exit failed", "stuck", "stuck"]

    async def test_it_is_sold_once_it_can_be(self, world: World) -> None:
        """A thawed account: the stuck position is sold without anybody's doing."""
        process = world.process()
        token, position = await held(world, process, {"max_hold_seconds": "1"}, archetype="freeze_trap")
        strike(token)
        async with guarding(process):
            await until(lambda: state_of(process, position) is PositionState.STUCK, world)
            thaw(world, token, position)
            await until(lambda: state_of(process, position) is PositionState.CLOSED, world, 300)

    async def test_one_stuck_position_does_not_block_another(self, world: World) -> None:
        """While one is refused again and again, another one takes its profit at once."""
        process = world.process()
        frozen, stuck = await held(world, process, {"max_hold_seconds": "1"}, archetype="freeze_trap")
        strike(frozen)
        token, good = await held(world, process, {**HOUR, "take_profit_percent": "10"})
        async with guarding(process):
            await until(lambda: state_of(process, stuck) is PositionState.STUCK, world)
            began = world.clock.monotonic()
            world.crowd_buys(token, 6 * SOL)
            await until(lambda: state_of(process, good) is PositionState.CLOSED, world)
            assert world.clock.monotonic() - began < 5

    async def test_a_pool_that_cannot_be_read_counts_and_is_waited_for(self, world: World) -> None:
        """An outage while exiting: stuck is shown, and the first state that comes is sold on."""
        watch = BlindWatch(world)
        process = world.process(watch=lambda dex, pool: watch.on(dex, pool, process))
        _, position = await held(world, process, {"max_hold_seconds": "1"})
        watch.blind = True
        async with guarding(process):
            await until(lambda: state_of(process, position) is PositionState.STUCK, world)
            assert "the pool cannot be read now" in process.position(position.id).note
            assert sales(process) == []
            watch.blind = False
            await until(lambda: state_of(process, position) is PositionState.CLOSED, world, 300)

    async def test_an_outage_of_blockhashes_is_counted_and_told(self, world: World) -> None:
        """Nothing can be signed: the position is kept."""
        process = world.process()
        _, position = await held(world, process, {"max_hold_seconds": "1"})

        def none() -> tuple[str, int]:
            raise UnavailableError("no recent blockhash")

        process.blockhashes.latest = none  # type: ignore[method-assign]
        async with guarding(process):
            await until(lambda: process.position(position.id).exit_attempts == 1, world)
        assert state_of(process, position) is PositionState.EXITING
        assert process.position(position.id).note.endswith("; no recent blockhash")

    async def test_an_emptied_pool_gives_no_price_and_no_sale(self, world: World) -> None:
        """All liquidity is gone: the value is unknown, the position stays and is shown."""
        process = world.process()
        token, position = await held(world, process, {"max_hold_seconds": "5"}, archetype="lp_pull")
        strike(token)
        async with guarding(process):
            await until(lambda: process.position(position.id).exit_attempts > 0, world)
        assert state_of(process, position) in (PositionState.EXITING, PositionState.STUCK)
        assert process.position(position.id).raw == position.raw

    async def test_a_disk_that_fails_ends_the_guard_loudly(self, world: World) -> None:
        """What cannot be journalled must not be traded."""
        process = world.process()
        _, _position = await held(world, process, {"max_hold_seconds": "1"})
        process.journal._db._connection.execute("PRAGMA query_only=ON")
        with pytest.raises(ExceptionGroup) as caught:
            async with guarding(process):
                await world.clock.sleep(60)
        assert {type(error) for error in flatten(caught.value)} == {StorageError}

    async def test_unreadable_rules_are_one_positions_trouble(self, world: World) -> None:
        """A journal of another version: that position is told of, the other one is guarded."""
        process = world.process()
        _, odd = await held(world, process, {"sell_when": "moon"})
        _, good = await held(world, process, {"max_hold_seconds": "1"})
        async with guarding(process):
            await until(lambda: state_of(process, good) is PositionState.CLOSED, world)
            await world.clock.sleep(MAX_PAUSE_SECONDS * 2)
        assert state_of(process, odd) is PositionState.OPEN
        troubles = [event for event in process.told if isinstance(event, Trouble)]
        assert len(troubles) >= 2, "it is looked at again"
        assert {event.where for event in troubles} == {"guard"}
        assert all(odd.id in event.text and "sell_when" in event.text for event in troubles)

    async def test_a_venue_that_is_gone_is_one_positions_trouble(self, world: World) -> None:
        """The same for a position whose venue this version does not know."""

        def nowhere(_dex: str, _pool: str) -> Any:
            raise NotFoundError("no such venue")

        process = world.process(watch=nowhere)
        _, position = await held(world, process, {"max_hold_seconds": "1"})
        async with guarding(process):
            await world.clock.sleep(5)
        assert state_of(process, position) is PositionState.OPEN
        assert Trouble("guard", f"position {position.id}: no such venue") in process.told


class BlindWatch:
    """Watches that show nothing while :attr:`blind`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.blind = False

    @asynccontextmanager
    async def on(self, dex: str, pool: str, process: Process) -> AsyncIterator[Any]:
        """A real watch behind a shutter."""
        outer = self
        async with process._watch(dex, pool) as real:

            class Shutter:
                """What the guard sees."""

                @property
                def state(self) -> Any:
                    """Nothing while blind."""
                    return None if outer.blind else real.state

                def account(self, address: str) -> Any:
                    """Nothing while blind."""
                    return None if outer.blind else real.account(address)

                async def changed(self, seconds: float) -> None:
                    """As it is."""
                    await real.changed(seconds)

            yield Shutter()


def thaw(world: World, token: LaunchedToken, position: Position) -> None:
    """The creator lets the holder go."""
    from solders.instruction import Instruction
    from solders.pubkey import Pubkey

    account = Pubkey.from_string(position.token_account)
    frozen = freeze(account, token.mint, token.creator, token.program)
    record = token.actor.send([Instruction(frozen.program_id, bytes([11]), frozen.accounts)])
    assert record is not None
    assert record.err is None


class TestRestart:
    async def test_an_exit_that_had_begun_goes_on(self, world: World) -> None:
        """A position left exiting is sold by the next process, whatever its rules say now."""
        process = world.process()
        _, position = await held(world, process, HOUR)
        process.journal.set_position_state(position.id, PositionState.EXITING, "stop_loss: fell; failed", 0.0)
        process.close()
        again = world.process()
        async with guarding(again):
            await until(lambda: state_of(again, position) is PositionState.CLOSED, world)
        intent = again.journal.intent(sales(again)[0].intent_id)
        assert intent is not None
        assert intent.reason == "stop_loss: fell"
        assert floor_bps(again, sales(again)[0]) == 1_000

    async def test_no_second_sale_while_the_first_is_recovered(self, world: World) -> None:
        """The journal holds a sale without an outcome: the guard waits for it, then sells if it died."""
        old = world.process("old")
        _, position = await held(world, old, {"max_hold_seconds": "1"})
        old.executor._lander = lander = HeldLander(old.landing)
        async with guarding(old):
            await lander.reached.wait()
            new = world.crash(old, "new")
        new.executor._lander = watched = HeldLander(new.landing)
        watched.between.set()
        async with guarding(new):
            await world.clock.sleep(10)
            assert watched.handed == [], "recovery has not looked yet, so nothing may be signed"
            ((intent, attempt),) = new.executor.unwatched()
            assert intent.position_id == position.id
            settling = asyncio.create_task(new.executor.settle(intent, attempt))
            await world.clock.sleep(10)
            assert [signature for signature, _ in watched.handed] == [attempt.signature]
            watched.before.set()
            assert outcome_is(await settling, "filled")
            await until(lambda: state_of(new, position) is PositionState.CLOSED, world)
        assert len(sales(new)) == 1

    async def test_positions_found_at_start_are_guarded(self, world: World) -> None:
        """Those of an earlier run, several at once."""
        process = world.process()
        positions = [(await held(world, process, {"max_hold_seconds": "1"}))[1] for _ in range(3)]
        process.close()
        again = world.process()
        async with guarding(again):
            await until(lambda: not again.journal.positions(), world)
        assert {sale.position_id for sale in sales(again)} == {position.id for position in positions}


class TestByHand:
    async def test_a_part_leaves_the_rest_guarded_and_open(self, world: World) -> None:
        """Also with a trailing stop: less is held, which is no fall of the price."""
        process = world.process()
        policy = {**HOUR, "trailing_percent": "15", "take_profit_percent": "40", "stop_loss_percent": "30"}
        token, position = await held(world, process, policy)
        async with guarding(process):
            world.crowd_buys(token, 5 * SOL)
            await until(lambda: process.position(position.id).peak_value > SOL * 12 // 10, world)
            half = position.raw // 2
            assert outcome_is(
                await process.guard.sell(position.id, half, origin="cli", reason="by hand"), "filled"
            )
            await world.clock.sleep(20)
            rest = process.position(position.id)
            assert (rest.state, rest.raw) == (PositionState.OPEN, position.raw - half)
            world.crowd_buys(token, 4 * SOL, trader=1)
            await until(lambda: state_of(process, position) is PositionState.CLOSED, world)
        assert process.position(position.id).note.startswith("take_profit: worth 0.7")
        assert [sale.origin for sale in sales(process)] == ["cli", "test"]

    async def test_the_rest_still_stops_its_loss(self, world: World) -> None:
        """The proceeds of a part do not pay for the loss of the rest."""
        process = world.process()
        token = await world.launch()
        world.crowd_buys(token, 10 * SOL)
        async with world.running():
            policy = {**HOUR, "stop_loss_percent": "25"}
            position = await process.bought(token, SOL, exit_policy=policy)
        async with guarding(process):
            world.crowd_buys(token, 20 * SOL, trader=1)
            await world.clock.sleep(2)
            await process.guard.sell(position.id, position.raw * 3 // 4, origin="cli", reason="by hand")
            rest = process.position(position.id)
            assert rest.proceeds > rest.cost, "the cost is long back"
            world.crowd_sells(token, trader=1)
            world.crowd_sells(token, percent=80)
            await until(lambda: state_of(process, position) is PositionState.CLOSED, world)
        assert process.position(position.id).note.startswith("stop_loss: ")

    async def test_a_sale_by_hand_and_an_exit_at_once_sell_once(self, world: World) -> None:
        """Whoever is second finds it sold, without a transaction of its own."""
        process = world.process()
        _, position = await held(world, process, {"max_hold_seconds": "30"})
        process.executor._lander = lander = HeldLander(process.landing)
        lander.between.set()
        async with guarding(process):
            await lander.reached.wait()
            by_hand = asyncio.create_task(process.guard.sell(position.id, None, origin="cli", reason="hand"))
            await world.clock.sleep(5)
            lander.before.set()
            with pytest.raises(NotFoundError, match="no held position"):
                await by_hand
        assert len(sales(process)) == len(lander.handed) == 1

    async def test_two_sales_by_hand_at_once_sell_once(self, world: World) -> None:
        """Both were asked for all of it."""
        process = world.process()
        _, position = await held(world, process, HOUR)
        async with guarding(process):
            both = [process.guard.sell(position.id, None, origin="cli", reason="hand") for _ in range(2)]
            results = await asyncio.gather(*both, return_exceptions=True)
        assert sorted(type(result).__name__ for result in results) == ["NotFoundError", "Outcome"]
        assert len(sales(process)) == 1

    async def test_all_means_what_is_held_when_its_turn_comes(self, world: World) -> None:
        """A part is sold while a sale of all waits: the rest is all."""
        process = world.process()
        _, position = await held(world, process, HOUR)
        process.executor._lander = lander = HeldLander(process.landing)
        lander.between.set()
        async with guarding(process):
            part = asyncio.create_task(
                process.guard.sell(position.id, position.raw // 3, origin="cli", reason="part")
            )
            await lander.reached.wait()
            rest = asyncio.create_task(process.guard.sell(position.id, None, origin="cli", reason="all"))
            await world.clock.sleep(1)
            lander.before.set()
            assert outcome_is(await part, "filled")
            assert outcome_is(await rest, "filled")
        assert state_of(process, position) is PositionState.CLOSED
        assert sum(-sale.token_delta for sale in sales(process)) == position.raw

    async def test_it_waits_for_a_sale_of_an_earlier_process(self, world: World) -> None:
        """An unresolved sale in the journal: nothing is signed until recovery knows its end."""
        old = world.process("old")
        token, position = await held(world, old, HOUR)
        old.executor._lander = lander = HeldLander(old.landing)
        async with world.running():
            await old.blockhashes.refresh()
            order = old.sell_order(token, position, position.raw)
            selling = asyncio.create_task(old.executor.sell(order))
            await lander.reached.wait()
            new = world.crash(old, "new")
            selling.cancel()
            await new.blockhashes.refresh()
            by_hand = asyncio.create_task(new.guard.sell(position.id, None, origin="cli", reason="hand"))
            await world.clock.sleep(10)
            assert not by_hand.done()
            ((intent, attempt),) = new.executor.unwatched()
            await new.executor.settle(intent, attempt)
            with pytest.raises(NotFoundError):
                await by_hand
        assert len(sales(new)) == 1

    async def test_a_whole_sale_that_fails_is_kept_exiting(self, world: World) -> None:
        """The user wanted out: the guard goes on trying."""
        process = world.process()
        token, position = await held(world, process, HOUR, archetype="freeze_trap")
        strike(token)
        async with guarding(process):
            outcome = await process.guard.sell(position.id, None, origin="cli", reason="by hand")
            assert outcome_is(outcome, "rejected")
            await until(lambda: process.position(position.id).exit_attempts > 3, world)
        assert state_of(process, position) is PositionState.STUCK
        assert process.position(position.id).note.startswith("by hand; ")

    async def test_a_part_that_fails_changes_nothing(self, world: World) -> None:
        """The position stays open under its rules, and is not called stuck."""
        process = world.process()
        token, position = await held(world, process, HOUR, archetype="freeze_trap")
        strike(token)
        async with guarding(process):
            for _ in range(STUCK_AFTER + 1):
                outcome = await process.guard.sell(position.id, 10**9, origin="cli", reason="part")
                assert outcome_is(outcome, "rejected")
        assert state_of(process, position) is PositionState.OPEN
        assert set(process.moves()) == {"exiting", "exit failed"}

    async def test_exactly_what_is_held_is_all_of_it(self, world: World) -> None:
        """By its number; the position is closed, and kept exiting if it fails."""
        process = world.process()
        _, position = await held(world, process, HOUR)
        async with guarding(process):
            outcome = await process.guard.sell(position.id, position.raw, origin="cli", reason="by hand")
        assert outcome_is(outcome, "filled")
        assert state_of(process, position) is PositionState.CLOSED

    async def test_more_than_is_held_is_refused(self, world: World) -> None:
        """With what is held in the details; nothing is signed."""
        process = world.process()
        _, position = await held(world, process, HOUR)
        async with world.running():
            with pytest.raises(RefusedError) as caught:
                await process.guard.sell(position.id, position.raw + 1, origin="cli", reason="by hand")
        assert caught.value.details == {"held": str(position.raw)}
        assert sales(process) == []

    async def test_what_is_not_held_is_not_found(self, world: World) -> None:
        """An id that never was, and one that was given up."""
        process = world.process()
        _, position = await held(world, process, HOUR)
        process.journal.set_position_state(position.id, PositionState.WORTHLESS, "by hand", 1.0)
        for name in ("nobody", position.id):
            with pytest.raises(NotFoundError):
                await process.guard.sell(name, None, origin="cli", reason="by hand")

    @pytest.mark.parametrize("archetype", ["organic", "freeze_trap"])
    async def test_a_key_trades_once_and_changes_nothing_the_second_time(
        self, world: World, archetype: str
    ) -> None:
        """The outcome comes back, also when it was a refusal; no try is counted, no exit begun."""
        process = world.process()
        token, position = await held(world, process, HOUR, archetype=archetype)
        strike(token)
        half = position.raw // 2
        async with guarding(process):
            first = await process.guard.sell(position.id, half, origin="c", reason="r", client_key="k")
            moves, before = process.moves(), process.position(position.id)
            again = await process.guard.sell(position.id, None, origin="c", reason="r", client_key="k")
        assert (first.kind, first.signature) == (again.kind, again.signature)
        assert process.position(position.id) == before
        assert process.moves() == moves

    async def test_a_key_that_comes_twice_at_once_trades_once(self, world: World) -> None:
        """The second waits for its turn and finds the first's outcome."""
        process = world.process()
        _, position = await held(world, process, HOUR)
        third = position.raw // 3
        async with guarding(process):
            both = [
                process.guard.sell(position.id, third, origin="c", reason="r", client_key="k")
                for _ in range(2)
            ]
            first, second = await asyncio.gather(*both)
        assert first.signature == second.signature
        assert process.position(position.id).raw == position.raw - third

    async def test_an_unreadable_pool_fails_a_sale_by_hand(self, world: World) -> None:
        """It is told, counted, and kept exiting."""
        watch = BlindWatch(world)
        watch.blind = True
        process = world.process(watch=lambda dex, pool: watch.on(dex, pool, process))
        _, position = await held(world, process, HOUR)
        async with world.running():
            outcome = await process.guard.sell(position.id, None, origin="cli", reason="by hand")
        assert outcome_is(outcome, "refused")
        assert outcome.reason == "by hand; the pool cannot be read now"
        assert state_of(process, position) is PositionState.EXITING


async def test_an_unknown_sale_is_no_failure(world: World) -> None:
    """Neither sold nor failed: it is not counted, and no second one is signed."""
    process = world.process()
    _, position = await held(world, process, {"max_hold_seconds": "1"})

    class Doubtful:
        """Never knows."""

        handed = 0

        async def land(self, *_: Any, **__: Any) -> Any:
            """In doubt at once."""
            from sniperforge.domain.landing import InDoubt

            self.handed += 1
            return InDoubt("late")

    process.executor._lander = lander = Doubtful()  # type: ignore[assignment]
    async with guarding(process):
        await world.clock.sleep(30)
    assert lander.handed == 1
    assert process.position(position.id).exit_attempts == 0
    assert state_of(process, position) is PositionState.EXITING
    assert OutcomeKind.UNKNOWN not in process.moves()


def test_what_is_told_names_the_position(world: World) -> None:
    """Listeners get the position itself, as it is in the journal."""
    names = {field.name for field in dataclasses.fields(PositionMoved)}
    assert names == {"what", "position", "text"}
    assert isinstance(world.clock, FakeClock)


async def test_a_ladder_over_a_restart(world: World) -> None:
    """The first step is sold by one process, the second by the next: what is held tells how far it came."""
    process, before = world.process(), world.lamports()
    policy = {**HOUR, "take_profit_ladder": "10:40,60:30"}
    token, position = await held(world, process, policy)
    async with guarding(process):
        world.crowd_buys(token, 4 * SOL)
        await until(lambda: process.position(position.id).raw < position.raw, world)
        await world.clock.sleep(10)
    first = process.position(position.id)
    assert first.state is PositionState.OPEN
    assert first.raw == position.raw - position.raw * 40 // 100
    process.close()
    again = world.process()
    async with guarding(again):
        await world.clock.sleep(5)
        assert again.position(position.id).raw == first.raw
        world.crowd_buys(token, 12 * SOL, trader=1)
        await until(lambda: again.position(position.id).raw < first.raw, world)
        await world.clock.sleep(10)
    last = again.position(position.id)
    assert last.raw == position.raw - position.raw * 70 // 100
    assert len(sales(again)) == 2
    assert unexplained(world, again, before) == 0
