"""Exits on durable nonces: a dearer attempt follows in seconds, and at most one of a series has an effect."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from solders.transaction import VersionedTransaction

from sniperforge.domain.landing import Dead, InDoubt, Landed
from sniperforge.domain.lifecycle import TxState
from sniperforge.domain.outcome import OutcomeKind
from sniperforge.domain.trade import IntentKind, PositionState
from sniperforge.engine.series import DEARER_AFTER_SECONDS
from sniperforge.errors import StorageError
from sniperforge.localnet.faults.plan import FaultPlan
from sniperforge.localnet.ledger.envelope import open_envelope
from sniperforge.localnet.ledger.refusals import TransactionRefusedError
from sniperforge.testing.lander import FakeLander
from tests.engine.kit import World, unexplained, until
from tests.engine.test_guard import HOUR, held, sales, state_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from sniperforge.domain.trade import Attempt, Intent, Position
    from tests.engine.kit import Process

NOTHING_LANDS = FaultPlan(drop=1.0)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A chain with a funded wallet."""
    return World(tmp_path)


@asynccontextmanager
async def trading(process: Process) -> AsyncIterator[None]:
    """A whole session runs, with nonces kept, and is cancelled with the block as by a signal."""
    process.session.add_service(lambda: process.pool.run(process.executor, process.told.append))
    async with process.world.running():
        await process.session.open()
        running = asyncio.create_task(process.session.run(asyncio.Event().wait()))  # type: ignore[arg-type]
        try:
            yield
        finally:
            running.cancel()
            await asyncio.wait([running])


async def with_nonces(world: World, process: Process, policy: dict[str, str]) -> Position:
    """A held position under these exits, and the nonce accounts that came with it."""
    _, position = await held(world, process, policy)
    async with world.running():
        await process.pool.refresh()
        assert (await process.executor.open_nonces(process.pool.wanted())).ok
        await process.pool.refresh()
    return position


def series_of(process: Process, position: Position) -> tuple[Intent, list[Attempt]]:
    """The newest sale of the position with its attempts."""
    signatures = process.journal.known_signatures()
    attempts = [process.journal.attempt(signature) for signature in signatures]
    intents = {each.intent_id: process.journal.intent(each.intent_id) for each in attempts if each}
    sale = max(
        (each for each in intents.values() if each and each.kind is IntentKind.SELL),
        key=lambda each: each.created_at,
    )
    assert sale.position_id == position.id
    return sale, process.journal.attempts(sale.id)


async def test_a_dearer_attempt_follows_a_dropped_one_within_15_seconds(world: World) -> None:
    """It accepts less and offers more; one of the two lands, and the position is sold once."""
    process, before = world.process(nonces=3), world.lamports()
    position = await with_nonces(world, process, {"max_hold_seconds": "5"})
    async with trading(process):
        world.network.faults.set(NOTHING_LANDS)
        await until(lambda: process.journal.in_flight_count(IntentKind.SELL), world)
        await until(lambda: len(series_of(process, position)[1]) == 2, world)
        first, second = series_of(process, position)[1]
        assert DEARER_AFTER_SECONDS <= second.created_at - first.created_at < 15
        assert second.nonce == first.nonce is not None
        assert second.min_out < first.min_out
        world.network.faults.clear()
        await until(lambda: state_of(process, position) is PositionState.CLOSED, world)
    assert [fill.settlement.signature for fill in sales(process)] == [second.signature]
    assert sales(process)[0].settlement.fee > 5_000 + 200
    assert process.journal.attempt(first.signature).state is TxState.SUPERSEDED
    with pytest.raises(TransactionRefusedError):
        world.ledger.send(first.raw)
    assert unexplained(world, process, before) == 0


async def test_the_first_one_may_still_land_after_the_second_was_signed(world: World) -> None:
    """Whichever lands is booked, and the other can have no effect."""
    process, before = world.process(nonces=2), world.lamports()
    position = await with_nonces(world, process, {"max_hold_seconds": "5"})
    async with trading(process):
        world.network.faults.set(NOTHING_LANDS)
        await until(lambda: process.journal.in_flight_count(IntentKind.SELL), world)
        await until(lambda: len(series_of(process, position)[1]) == 2, world)
        first, second = series_of(process, position)[1]
        world.ledger.send(first.raw)
        await until(lambda: state_of(process, position) is PositionState.CLOSED, world)
        world.network.faults.clear()
    assert [fill.settlement.signature for fill in sales(process)] == [first.signature]
    assert process.journal.attempt(second.signature).state is TxState.SUPERSEDED
    with pytest.raises(TransactionRefusedError):
        world.ledger.send(second.raw)
    assert unexplained(world, process, before) == 0


async def test_all_of_a_series_is_durable_before_it_leaves(world: World) -> None:
    """What the lander is given is in the file, on the nonce's value, with the nonce advanced first."""
    process = world.process(nonces=1)
    position = await with_nonces(world, process, HOUR)
    seen: list[Any] = []

    async def look(handed: Any) -> InDoubt:
        attempt = process.journal.attempt(handed.signature)
        assert attempt is not None
        assert attempt.raw == handed.raw
        seen.append(attempt)
        await world.clock.sleep(handed.deadline - world.clock.monotonic())
        return InDoubt("dropped")

    process.executor._series._lander = FakeLander(look)
    await process.blockhashes.refresh()
    outcome = await process.guard.sell(position.id, None, origin="test", reason="hand")
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert outcome.signature == seen[-1].signature
    assert len(seen) > 2
    for attempt in seen:
        message = VersionedTransaction.from_bytes(attempt.raw).message
        assert str(message.recent_blockhash) == attempt.nonce.value
        assert world.ledger.hash_alive(open_envelope(attempt.raw))
    limits = {attempt.raw for attempt in seen}
    assert len(limits) == len(seen), "no two are the same message"


async def test_a_refused_sale_is_followed_by_a_next_series_on_the_same_account(world: World) -> None:
    """The refusal used the nonce's value up; the next value excludes the refused one, final or not."""
    process = world.process(nonces=3)
    token, position = await held(world, process, {"max_hold_seconds": "5"}, archetype="freeze_trap")
    async with world.running():
        await process.pool.refresh()
        await process.executor.open_nonces(process.pool.wanted())
    from sniperforge.localnet.market.strikes import strike

    strike(token)
    async with trading(process):
        await until(lambda: len(sales(process)) >= 3, world)
    used = [process.journal.attempt(fill.settlement.signature).nonce for fill in sales(process)]
    assert len({nonce.account for nonce in used}) == 1
    assert len({nonce.value for nonce in used}) == len(used)
    assert process.position(position.id).exit_attempts >= 3


async def test_after_a_kill_the_series_goes_on(world: World) -> None:
    """The next process re-sends the last attempt, and adds dearer ones; the position is sold once."""
    process, before = world.process(nonces=2), world.lamports()
    position = await with_nonces(world, process, {"max_hold_seconds": "5"})
    async with trading(process):
        world.network.faults.set(NOTHING_LANDS)
        await until(lambda: process.journal.in_flight_count(IntentKind.SELL), world)
        await until(lambda: len(series_of(process, position)[1]) == 2, world)
    again = world.crash(process, "second")
    again.nonces = 2
    async with trading(again):
        await until(lambda: len(series_of(again, position)[1]) == 3, world)
        world.network.faults.clear()
        await until(lambda: state_of(again, position) is PositionState.CLOSED, world)
    intent, attempts = series_of(again, position)
    assert {attempt.nonce for attempt in attempts} == {attempts[0].nonce}
    assert again.journal.decisive(intent.id).state is TxState.CONFIRMED
    assert len(sales(again)) == 1
    assert unexplained(world, again, before) == 0


async def test_without_nonce_accounts_a_sale_is_one_transaction(world: World) -> None:
    """No SOL for them: exits go on a blockhash, and that is told once."""
    process = world.process(nonces=2, micro_lamports=0)
    _, position = await held(world, process, {"max_hold_seconds": "30"})
    process.door._limits = type(process.limits)(
        **{
            **{name: getattr(process.limits, name) for name in process.limits.__slots__},
            "reserve_lamports": world.lamports(),
        }
    )
    async with trading(process):
        await until(lambda: state_of(process, position) is PositionState.CLOSED, world)
    _, (only,) = series_of(process, position)
    assert only.nonce is None
    troubles = [event.text for event in process.told if getattr(event, "where", "") == "nonces"]
    assert len(troubles) == 1
    assert "exits go on a blockhash" in troubles[0]


async def test_many_attempts_that_do_not_land_are_told_as_stuck(world: World) -> None:
    """Once; it goes on, and sells when the network does again."""
    process = world.process(nonces=2)
    position = await with_nonces(world, process, {"max_hold_seconds": "5"})
    async with trading(process):
        world.network.faults.set(NOTHING_LANDS)
        await until(lambda: state_of(process, position) is PositionState.STUCK, world)
        await until(lambda: len(series_of(process, position)[1]) >= 6, world)
        assert process.moves("stuck") == ["stuck"]
        world.network.faults.clear()
        await until(lambda: state_of(process, position) is PositionState.CLOSED, world)


async def test_a_series_whose_nonce_was_advanced_is_dead_and_the_sale_begins_anew(world: World) -> None:
    """By another tool, say: proved from the finalized account and the silence of the signatures."""
    process = world.process(nonces=2)
    position = await with_nonces(world, process, {"max_hold_seconds": "5"})
    async with trading(process):
        world.network.faults.set(NOTHING_LANDS)
        await until(lambda: process.journal.in_flight_count(IntentKind.SELL), world)
        intent, (first, *_) = series_of(process, position)
        advance_by_hand(world, first)
        await until(lambda: process.journal.attempt(first.signature).state is TxState.DEAD, world)
        world.network.faults.clear()
        await until(lambda: state_of(process, position) is PositionState.CLOSED, world)
    assert series_of(process, position)[0].id != intent.id
    assert len(sales(process)) == 1


def advance_by_hand(world: World, attempt: Attempt) -> None:
    """Somebody with the wallet's key advances the nonce of an attempt."""
    from sniperforge.execution.plan import compile_message, signed_transaction
    from sniperforge.tokens.nonce import advance_nonce

    assert attempt.nonce is not None
    message = compile_message(
        world.wallet, [advance_nonce(attempt.nonce.account, world.wallet)], world.ledger.chain.tip.blockhash
    )
    record = world.ledger.send(signed_transaction(message, world.signer.sign(message)))
    assert record.err is None


class TestAlone:
    """The loop over a scripted lander."""

    async def test_a_full_disk_ends_it(self, world: World) -> None:
        """What was journalled may have been sent; nothing else is."""
        process = world.process(nonces=1)
        position = await with_nonces(world, process, HOUR)

        def fail(_handed: Any) -> InDoubt:
            process.journal._db._connection.execute("PRAGMA query_only=ON")
            return InDoubt("dropped")

        lander = FakeLander(fail)
        process.executor._series._lander = lander
        await process.blockhashes.refresh()
        with pytest.raises(StorageError):
            await process.guard.sell(position.id, None, origin="test", reason="hand")
        assert len(lander.handed) == 1

    @pytest.mark.parametrize("trouble", ["lock", "given up", "no pool"])
    async def test_what_stands_in_the_way_of_a_next_one_leaves_the_last(
        self, world: World, trouble: str
    ) -> None:
        """Without the lock nothing is signed; of what is not held nothing more is sold."""
        process = world.process(nonces=1)
        position = await with_nonces(world, process, HOUR)
        fates = iter([InDoubt("1"), InDoubt("2"), Dead("moved on")])

        def script(_handed: Any) -> Any:
            if trouble == "lock":
                process.held = False
            elif trouble == "given up":
                process.journal.set_position_state(position.id, PositionState.WORTHLESS, "", 1.0)
            else:
                process.guard._watch = no_pool
            return next(fates)

        lander = FakeLander(script)
        process.executor._series._lander = lander
        await process.blockhashes.refresh()
        outcome = await process.guard.sell(position.id, None, origin="test", reason="hand")
        assert outcome.kind is OutcomeKind.DEAD
        assert len({handed.signature for handed in lander.handed}) == 1
        assert [handed.send for handed in lander.handed] == [True, *[trouble == "no pool"] * 2]

    async def test_a_landing_names_the_attempt(self, world: World) -> None:
        """The first one, though the second was handed over last."""
        process = world.process(nonces=1)
        position = await with_nonces(world, process, HOUR)
        handed: list[str] = []

        def script(each: Any) -> Any:
            handed.append(each.signature)
            if len(handed) == 1:
                return InDoubt("dropped")
            world.ledger.send(process.journal.attempt(handed[0]).raw)
            world.slots(2)
            return Landed(1, None, "confirmed", handed[0])

        lander = FakeLander(script)
        process.executor._series._lander = lander
        await process.blockhashes.refresh()
        outcome = await process.guard.sell(position.id, None, origin="test", reason="hand")
        assert outcome.ok
        assert outcome.signature == handed[0] != handed[1]


@asynccontextmanager
async def no_pool(_dex: str, _pool: str) -> AsyncIterator[Any]:
    """A watch that never knows anything."""

    class Blind:
        state = None

        def account(self, address: str) -> None:
            """Unknown."""

        async def changed(self, seconds: float) -> None:
            """Not."""

    yield Blind()
