"""The session: recovery, services, halting, drain, and every way it ends."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from solders.keypair import Keypair

from sniperforge.domain.landing import Dead, Landed
from sniperforge.domain.outcome import OutcomeKind
from sniperforge.domain.trade import IntentKind, PositionState
from sniperforge.engine.events import EntriesHalted, Trouble
from sniperforge.engine.kill_switch import HALTED
from sniperforge.engine.orders import TransferOrder
from sniperforge.engine.session import ANSWERED, AUDIT_SECONDS, DRAIN_SECONDS, Session
from sniperforge.errors import DecodeError, StorageError, UnavailableError, WalletBusyError
from sniperforge.localnet.market.actor import Actor
from sniperforge.testing.lander import FakeLander
from sniperforge.tokens.instructions import transfer_lamports
from tests.engine.kit import KEY, SOL, HeldLander, Process, World, flatten, outcome_is, unexplained, until

if TYPE_CHECKING:
    from pathlib import Path

    from sniperforge.domain.trade import Position

SOMEBODY = str(Keypair.from_seed(b"x" * 32).pubkey())
HOLD = {"max_hold_seconds": "3600"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A chain with a funded wallet."""
    return World(tmp_path)


@pytest.fixture
def process(world: World) -> Process:
    """A process that holds the wallet."""
    return world.process()


async def run(process: Process, work: Any = None) -> None:
    """Open the session, run ``work``, drain."""
    async with process.world.running():
        await process.session.open()
        await process.session.run(work or _nothing())


async def _nothing() -> None:
    return


def tasks() -> set[asyncio.Task[Any]]:
    """Everything that runs beside the test."""
    return {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}


def steal(world: World, lamports: int = SOL) -> str:
    """Another tool with our key sends SOL."""
    record = Actor(world.ledger, KEY.reveal()[:32]).send(
        [transfer_lamports(world.wallet, SOMEBODY, lamports)]
    )
    assert record is not None
    world.slots(2)
    return record.signature


class TestEnds:
    async def test_it_ends_with_its_work_and_leaves_nothing_running(
        self, world: World, process: Process
    ) -> None:
        """Every service is over, those that were added too."""
        ended = asyncio.Event()

        async def service() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

        process.session.add_service(service)
        async with world.running():
            await process.session.open()
            before = tasks()
            await process.session.run(world.clock.sleep(30))
            assert ended.is_set()
            assert tasks() == before

    async def test_a_service_that_fails_ends_it_loudly(self, process: Process) -> None:
        """Work is cancelled, the error comes out."""

        async def broken() -> None:
            raise StorageError("the inbox is gone")

        process.session.add_service(broken)
        with pytest.raises(ExceptionGroup) as caught:
            await run(process, asyncio.Event().wait())
        assert [error.message for error in flatten(caught.value)] == ["the inbox is gone"]  # type: ignore[attr-defined]

    async def test_work_that_fails_ends_it(self, world: World, process: Process) -> None:
        """Its error comes out; no drain waits for anything."""

        async def broken() -> None:
            raise UnavailableError("no feed")

        before = world.clock.monotonic()
        with pytest.raises(ExceptionGroup) as caught:
            await run(process, broken())
        assert [type(error) for error in flatten(caught.value)] == [UnavailableError]
        assert world.clock.monotonic() - before < 5

    async def test_a_lost_lock_ends_it_loudly(self, world: World, process: Process) -> None:
        """Within a second or two, whatever runs; nothing leaves meanwhile."""
        began = world.clock.monotonic()

        async def lose() -> None:
            await world.clock.sleep(10)
            process.held = False
            with pytest.raises(WalletBusyError):
                await process.executor.transfer(TransferOrder(SOMEBODY, SOL, "test"))
            await asyncio.Event().wait()

        with pytest.raises(ExceptionGroup) as caught:
            await run(process, lose())
        assert [type(error) for error in flatten(caught.value)] == [WalletBusyError]
        assert world.clock.monotonic() - began < 15
        assert world.lamports(SOMEBODY) == 0

    async def test_a_disk_that_fails_ends_it(self, world: World, process: Process) -> None:
        """An exit that cannot be journalled is not made; the session does not pretend to guard."""
        token = await world.launch()
        async with world.running():
            await process.bought(token, exit_policy={"max_hold_seconds": "20"})

        async def fill_the_disk() -> None:
            await world.clock.sleep(5)
            process.journal._db._connection.execute("PRAGMA query_only=ON")
            await asyncio.Event().wait()

        with pytest.raises(ExceptionGroup) as caught:
            await run(process, fill_the_disk())
        assert {type(error) for error in flatten(caught.value)} == {StorageError}

    async def test_cancelling_it_is_quick_and_loses_nothing(self, world: World, process: Process) -> None:
        """A signal: no drain, no waiting for a lander that hangs; the journal holds what is in flight."""
        process.executor._lander = lander = HeldLander(process.landing)
        token = await world.launch()

        async def buy() -> None:
            await process.executor.buy(process.buy_order(token))

        async with world.running():
            await process.session.open()
            running = asyncio.create_task(process.session.run(buy()))
            await lander.reached.wait()
            before = world.clock.monotonic()
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            assert world.clock.monotonic() - before < 1
        assert [intent.kind for intent, _ in process.journal.unresolved()] == [IntentKind.BUY]
        assert tasks() == set()


class TestOpen:
    async def test_a_node_that_is_down_refuses_the_start(self, process: Process) -> None:
        """Nothing is decided without a blockhash."""
        await process.world.network.transport().aclose()

        async def down() -> None:
            raise UnavailableError("down")

        process.blockhashes.refresh = down  # type: ignore[method-assign]
        with pytest.raises(UnavailableError):
            await run(process)

    async def test_the_past_is_settled_before_the_future(self, world: World, process: Process) -> None:
        """A foreign signature made while nothing ran halts entries before the first decision."""
        await run(process)
        process.close()
        signature = steal(world)
        later = world.process()
        async with world.running():
            await later.session.open()
        assert signature in later.journal.flag(HALTED)


class TestRecovery:
    async def test_the_drain_resolves_what_is_in_flight(self, world: World, process: Process) -> None:
        """Work ends at once with a transfer on its way; the session ends when its outcome is booked."""
        before = world.lamports()

        async def send_and_leave() -> None:
            sending = asyncio.create_task(process.executor.transfer(TransferOrder(SOMEBODY, SOL, "test")))
            await until(process.journal.unresolved, world)
            sending.cancel()

        await run(process, send_and_leave())
        assert process.journal.unresolved() == []
        assert world.lamports(SOMEBODY) == SOL
        assert unexplained(world, process, before) == 0

    async def test_the_drain_is_bounded(self, world: World, process: Process) -> None:
        """A transaction that nobody can tell of does not hold the end up for ever."""
        process.executor._lander = HeldLander(process.landing)

        async def send_and_leave() -> None:
            sending = asyncio.create_task(process.executor.transfer(TransferOrder(SOMEBODY, SOL, "test")))
            await until(process.journal.unresolved, world)
            sending.cancel()

        began = world.clock.monotonic()
        await run(process, send_and_leave())
        assert DRAIN_SECONDS - 1 < world.clock.monotonic() - began < DRAIN_SECONDS + 15
        assert len(process.journal.unresolved()) == 1

    async def test_an_exit_that_begins_during_the_drain_is_resolved_too(
        self, world: World, process: Process
    ) -> None:
        """The guard works on while a transfer is waited for; its sale is not cut off."""
        token, before = await world.launch(), world.lamports()
        async with world.running():
            position = await process.bought(token, exit_policy={"max_hold_seconds": "12"})
        real = process.landing
        gate = asyncio.Event()

        class Slow:
            """Transfers wait at a gate; sales do not."""

            async def land(self, raw: bytes, signature: str, *rest: Any, **options: Any) -> Any:
                attempt = process.journal.attempt(signature)
                assert attempt is not None
                intent = process.journal.intent(attempt.intent_id)
                assert intent is not None
                if intent.kind is IntentKind.TRANSFER:
                    await gate.wait()
                return await real.land(raw, signature, *rest, **options)

            async def transaction(self, signature: str) -> Any:
                if signature in {fill.settlement.signature for fill in process.journal.fills()}:
                    raise AssertionError("booked twice")
                view = await real.transaction(signature)
                if not gate.is_set():
                    gate.set()  # the sale has landed: now the drain's first wait may end
                    await world.clock.sleep(3)  # and the sale's booking takes longer than that
                return view

        process.executor._lander = Slow()  # type: ignore[assignment]

        async def send_and_leave() -> None:
            sending = asyncio.create_task(process.executor.transfer(TransferOrder(SOMEBODY, SOL, "test")))
            await until(process.journal.unresolved, world)
            sending.cancel()

        await run(process, send_and_leave())
        assert process.journal.unresolved() == []
        assert process.position(position.id).state is PositionState.CLOSED
        assert unexplained(world, process, before) == 0

    async def test_nothing_starts_once_the_drain_is_over(self, world: World, process: Process) -> None:
        """Whatever the moment at which an exit falls due, the end leaves no transaction behind."""
        tokens = [await world.launch() for _ in range(8)]
        async with world.running():
            for token in tokens:
                await process.bought(token, exit_policy={"max_hold_seconds": "8"})
                await world.clock.sleep(0.37)
        slow = process.audit.finalize

        async def finalize() -> int:
            await world.clock.sleep(1.1)
            return await slow()

        process.audit.finalize = finalize  # type: ignore[method-assign]
        for _ in range(12):
            await run(process, world.clock.sleep(0.4))
            assert process.journal.unresolved() == []
        assert closed(process)

    async def test_what_starts_while_services_end_is_resolved_too(
        self, world: World, process: Process
    ) -> None:
        """A request was being executed at the very end: what it journalled gets its outcome."""

        async def last_moment() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                order = TransferOrder(SOMEBODY, SOL, "test")
                sending = asyncio.create_task(process.executor.transfer(order))
                await until(process.journal.unresolved, world)
                sending.cancel()

        process.session.add_service(last_moment)
        await run(process, world.clock.sleep(1))
        assert process.journal.unresolved() == []
        assert world.lamports(SOMEBODY) == SOL

    async def test_a_garbled_answer_is_told_and_asked_again(self, world: World, process: Process) -> None:
        """One node's nonsense does not end the session, and is told once."""
        answers = iter([DecodeError("no transaction")] * 3)
        real = process.landing.transaction

        async def garbled(signature: str) -> Any:
            for error in answers:
                raise error
            return await real(signature)

        process.landing.transaction = garbled  # type: ignore[method-assign]

        async def send() -> None:
            with pytest.raises(DecodeError):
                await process.executor.transfer(TransferOrder(SOMEBODY, SOL, "test"))

        await run(process, send())
        assert process.journal.unresolved() == []
        troubles = [event for event in process.told if isinstance(event, Trouble)]
        assert [event.where for event in troubles] == ["recovery"]
        assert troubles[0].text.endswith(": no transaction")

    async def test_an_outcome_that_cannot_be_booked_ends_it(self, world: World, process: Process) -> None:
        """The disk fails while a transfer is on its way: loudly, and the next start settles it."""
        process.executor._lander = lander = HeldLander(process.landing)

        async def send_and_leave() -> None:
            sending = asyncio.create_task(process.executor.transfer(TransferOrder(SOMEBODY, SOL, "test")))
            await lander.reached.wait()
            sending.cancel()
            process.journal._db._connection.execute("PRAGMA query_only=ON")
            lander.before.set()
            lander.between.set()
            await asyncio.Event().wait()

        with pytest.raises(ExceptionGroup) as caught:
            await run(process, send_and_leave())
        assert {type(error) for error in flatten(caught.value)} == {StorageError}
        process.close()
        again = world.process()
        await run(again)
        assert again.journal.unresolved() == []
        assert world.lamports(SOMEBODY) == SOL

    async def test_a_recovered_buy_is_guarded(self, world: World) -> None:
        """It landed while nobody watched; recovery opens the position and the guard takes it over."""
        old = world.process("old")
        old.executor._lander = lander = HeldLander(old.landing)
        lander.before.set()
        token = await world.launch()
        async with world.running():
            await old.blockhashes.refresh()
            order = old.buy_order(token, exit_policy={"max_hold_seconds": "30"})
            buying = asyncio.create_task(old.executor.buy(order))
            await lander.landed.wait()
            new = world.crash(old, "new")
            buying.cancel()
        await run(new, world.clock.sleep(45))
        assert [position.state for position in closed(new)] == [PositionState.CLOSED]


def closed(process: Process) -> list[Position]:
    """Sold positions."""
    return process.journal.positions((PositionState.CLOSED,))


class TestHalting:
    async def test_a_foreign_signature_halts_entries_and_exits_go_on(
        self, world: World, process: Process
    ) -> None:
        """Found while running; told with the signature; the position is sold all the same."""
        one, two = await world.launch(), await world.launch()
        async with world.running():
            await process.bought(one, exit_policy={"max_hold_seconds": "40"})

        async def work() -> None:
            await world.clock.sleep(3)
            signature = steal(world)
            await world.clock.sleep(AUDIT_SECONDS + 3)
            assert signature in process.journal.flag(HALTED)
            refused = await process.executor.buy(process.buy_order(two))
            assert outcome_is(refused, "refused")
            assert "kill switch" in refused.reason
            await world.clock.sleep(40)

        await run(process, work())
        assert len(closed(process)) == 1
        assert len([event for event in process.told if isinstance(event, EntriesHalted)]) == 1

    async def test_halted_survives_a_restart_and_ends_with_resume(
        self, world: World, process: Process
    ) -> None:
        """Nobody but the user switches entries on again; the answered signature does not halt twice."""
        await run(process)
        process.session.halt("by hand")
        process.close()
        again = world.process()
        await run(again)
        assert again.journal.flag(HALTED) == "by hand"
        assert again.door.exposure().halted
        again.session.resume()
        assert not again.door.exposure().halted
        steal(world)
        await run(again)
        assert again.door.exposure().halted
        again.session.resume()
        await run(again)
        assert not again.door.exposure().halted

    async def test_one_found_before_an_outage_is_not_forgotten(self, world: World, process: Process) -> None:
        """It is booked, then the node fails: entries are halted although the look was never finished."""
        await run(process)
        signature = steal(world)
        foreign = process.audit.foreign

        async def broken() -> tuple[str, ...]:
            await foreign()
            raise UnavailableError("down")

        process.audit.foreign = broken  # type: ignore[method-assign]
        await run_open_suppressed(process)
        assert signature in process.journal.flag(HALTED)

    async def test_one_found_before_a_crash_is_not_forgotten(self, world: World, process: Process) -> None:
        """It is booked and its mark moved, then the process is killed before it halts."""
        await run(process)
        signature = steal(world)
        assert await process.audit.foreign() == (signature,)
        process.close()
        again = world.process()
        assert again.journal.flag(HALTED) == ""
        async with world.running():
            await again.session.open()
        assert signature in again.journal.flag(HALTED)
        assert again.journal.flag(ANSWERED) == "1"

    async def test_an_outage_of_the_audit_is_told_once(self, world: World, process: Process) -> None:
        """It goes on for a minute; the log does not fill."""

        async def down() -> int:
            raise UnavailableError("down")

        async with world.running():
            await process.session.open()
            process.audit.finalize = down  # type: ignore[method-assign]
            await process.session.run(world.clock.sleep(60))
        assert process.told == [Trouble("audit", "down")]


async def run_open_suppressed(process: Process) -> None:
    """Open with a node that fails on the way."""
    async with process.world.running():
        with pytest.raises(UnavailableError):
            await process.session.open()


class TestOneOff:
    async def test_a_command_sells_nothing_that_it_was_not_asked_to(self, world: World) -> None:
        """Without the guard positions stay, however due they are."""
        process = world.process()
        token = await world.launch()
        async with world.running():
            await process.bought(token, exit_policy={"max_hold_seconds": "1"})
        process.session = Session(
            journal=process.journal,
            executor=process.executor,
            guard=process.guard,
            audit=process.audit,
            blockhashes=process.blockhashes,
            holds=lambda: True,
            clock=world.clock,
            tell=process.told.append,
            guards=False,
        )
        await run(process, world.clock.sleep(30))
        assert len(process.journal.positions()) == 1

    async def test_accounts_are_left_to_a_command_that_closes_them(self, world: World) -> None:
        """The closer stays out of its way."""
        process = world.process()
        token = await world.launch()
        async with world.running():
            position = await process.bought(token)
            order = process.sell_order(token, position, position.raw)
            assert outcome_is(await process.executor.sell(order), "filled")
        process.session = Session(
            journal=process.journal,
            executor=process.executor,
            guard=process.guard,
            audit=process.audit,
            blockhashes=process.blockhashes,
            holds=lambda: True,
            clock=world.clock,
            tell=process.told.append,
            guards=False,
            closes=False,
        )
        await run(process, world.clock.sleep(30))
        assert IntentKind.CLOSE_ACCOUNT not in {fill.kind for fill in process.journal.fills()}


async def test_recovery_watches_entries_and_sends_the_rest_again(world: World, process: Process) -> None:
    """A buy's price is gone; a transfer, a sale and a closing are wanted all the same."""
    token, other = await world.launch(), await world.launch()
    async with world.running():
        position = await process.bought(token)
        doubtful = FakeLander()
        process.executor._lander = doubtful
        await process.executor.buy(process.buy_order(other))
        await process.executor.transfer(TransferOrder(SOMEBODY, SOL, "test"))
        await process.executor.sell(process.sell_order(token, position, position.raw))
        await process.executor.close_account(position)
        kinds = {attempt.signature: intent.kind for intent, attempt in process.journal.unresolved()}
        dead = FakeLander(lambda handed: Dead("expired") if handed.send else Landed(1, None))
        process.executor._lander = dead
        dead.transaction = process.landing.transaction  # type: ignore[method-assign]
        running = asyncio.create_task(process.session.run(asyncio.Event().wait()))
        await until(lambda: len(dead.handed) >= 4, world)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    sent = {kinds[handed.signature]: handed.send for handed in dead.handed if handed.signature in kinds}
    assert sent == {
        IntentKind.BUY: False,
        IntentKind.TRANSFER: True,
        IntentKind.SELL: True,
        IntentKind.CLOSE_ACCOUNT: True,
    }
    assert OutcomeKind.FILLED not in sent
