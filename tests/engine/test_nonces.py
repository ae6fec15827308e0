"""The wallet's nonce accounts: made when something is held, leased once per value, booked as rent."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from sniperforge.chain.retries import NO_RETRY
from sniperforge.chain.rpc import RpcClient
from sniperforge.domain.addresses import SYSTEM_PROGRAM
from sniperforge.domain.chain import Account
from sniperforge.domain.landing import InDoubt
from sniperforge.domain.outcome import Outcome, OutcomeKind
from sniperforge.domain.trade import IntentKind
from sniperforge.engine.nonces import A_TRANSACTION, RETRY_SECONDS, NoncePool
from sniperforge.errors import RefusedError, StorageError, UnavailableError
from sniperforge.testing.lander import FakeLander
from sniperforge.testing.rpc import FakeRpc
from sniperforge.tokens.nonce import MAX_NONCES, nonce_addresses
from tests.engine.kit import Process, World, unexplained, until
from tests.engine.test_guard import HOUR, held
from tests.engine.test_series import with_nonces

if TYPE_CHECKING:
    from pathlib import Path

RENT = 1_447_680


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A chain with a funded wallet."""
    return World(tmp_path)


async def test_they_are_made_once_something_is_held(world: World) -> None:
    """As many as wanted, in one transaction whose cost is rent and fee alone; then no more."""
    process, before = world.process(nonces=3), world.lamports()
    keeping = asyncio.create_task(process.pool.run(process.executor, process.told.append))
    async with world.running():
        await process.blockhashes.refresh()
        await world.clock.sleep(10)
        assert process.pool.lamports == {}
        await held(world, process, HOUR)
    async with world.running():
        await until(lambda: len(process.pool.lamports) == 3, world)
        await world.clock.sleep(10)
    keeping.cancel()
    (fill,) = [fill for fill in process.journal.fills() if fill.kind is IntentKind.NONCE]
    done = fill.settlement
    assert (done.trade, done.rent_paid, done.rent_returned) == (0, 3 * RENT, 0)
    assert set(process.pool.lamports) == set(nonce_addresses(world.wallet)[:3])
    assert set(process.pool.lamports.values()) == {RENT}
    assert unexplained(world, process, before) == 0
    assert process.journal.realized_since(0.0) == -done.fee, "the rent is still the wallet's"
    intent = process.journal.intent(fill.intent_id)
    assert intent is not None
    assert intent.facts["accounts"] == list(process.pool.lamports)
    assert process.told == []


async def test_what_was_made_since_the_last_read_is_read_when_it_is_needed(world: World) -> None:
    """The read after the making may have been one that lags; sales go on nonces all the same."""
    process = world.process(nonces=2)
    await held(world, process, HOUR)
    await process.pool.refresh()
    async with world.running():
        await process.blockhashes.refresh()
        assert (await process.executor.open_nonces(process.pool.wanted())).ok
    assert process.pool.idle() == {}
    assert await process.pool.lease("a position") is not None
    assert len(process.pool.idle()) == 2


async def test_a_node_that_lags_makes_none_be_made_twice(world: World) -> None:
    """What the journal booked is there, whatever a read shows; a dropped slot takes it back."""
    process = world.process(nonces=2)
    await held(world, process, HOUR)
    await process.pool.refresh()
    indexes = process.pool.wanted()
    assert len(indexes) == 2
    async with world.running():
        await process.blockhashes.refresh()
        outcome = await process.executor.open_nonces(indexes)
    assert outcome.ok
    assert process.pool.wanted() == (), "not read since: as a node shows it that is behind"
    process.journal.roll_back(outcome.signature)
    assert process.pool.wanted() == indexes


async def test_they_are_closed_for_their_rent(world: World) -> None:
    """All that no series needs; what is in use stays."""
    process, before = world.process(nonces=3), world.lamports()
    position = await with_nonces(world, process, HOUR)
    async with world.running():
        await process.blockhashes.refresh()
        process.executor._series._lander = FakeLander(lambda _handed: InDoubt("dropped"))
        process.guard.dearer = lambda _intent: None  # type: ignore[method-assign]
        lease = await process.pool.lease(position.id)
        assert lease is not None
        order = process.sell_order(await_token(world, process), position, position.raw // 2)
        outcome = await process.executor.sell(order)
        assert outcome.kind is OutcomeKind.UNKNOWN
        await world.clock.sleep(5)
        await process.blockhashes.refresh()
        closed = await process.executor.close_nonces()
    assert closed is not None
    assert closed.ok
    assert closed.fill.settlement.rent_returned == 2 * RENT
    assert closed.fill.settlement.trade == 0
    async with world.running():
        assert await process.executor.close_nonces() is None
    assert unexplained(world, process, before) == 0
    assert await world.process("another").executor.close_nonces() is None


def await_token(world: World, process: Process) -> Any:
    """The token of the only position, for an order on its pool."""
    (position,) = process.journal.positions()

    class Known:
        class Pool:
            pool = position.pool

        pool = Pool()

    return Known()


async def test_a_value_is_leased_once(world: World) -> None:
    """However often a node that lags shows it: the journal knows what was signed on it."""
    process = world.process(nonces=1)
    position = await with_nonces(world, process, HOUR)
    lease = await process.pool.lease(position.id)
    assert lease is not None
    assert lease == await process.pool.lease("another"), "nothing was signed on it yet"
    process.executor._series._lander = FakeLander(lambda _handed: InDoubt("dropped"))
    await process.blockhashes.refresh()
    outcome = await process.executor.sell(
        process.sell_order(await_token(world, process), position, position.raw // 2)
    )
    assert await process.pool.lease("another") is None, "its account is busy"
    process.journal.mark_dead(outcome.signature, 1.0)
    assert await process.pool.lease("another") is None, "its value was used"
    assert process.pool.idle() == {lease.account: RENT}


async def test_a_position_waits_for_the_account_of_its_refusal(world: World) -> None:
    """While that is not final; other positions are not served by it meanwhile."""
    process = world.process(nonces=2)
    position = await with_nonces(world, process, HOUR)
    account = nonce_addresses(world.wallet)[0]
    process.journal.busy_nonces = lambda: {account: position.id}  # type: ignore[method-assign]
    lease = await process.pool.lease(position.id)
    assert lease is not None
    assert lease.account == account
    other = await process.pool.lease("another")
    assert other is not None
    assert other.account != account
    process.journal.nonce_used = lambda value: value == lease.value  # type: ignore[method-assign]
    with pytest.raises(UnavailableError, match="not final"):
        await process.pool.lease(position.id)


async def test_what_is_not_there_or_not_ours_is_not_used(world: World) -> None:
    """Dust at an address: the next one is made in its place."""
    process = world.process(nonces=2)
    first, *_ = nonce_addresses(world.wallet)
    world.ledger.set_account(Account(first, SYSTEM_PROGRAM, 1_000_000, b""))
    await with_nonces(world, process, HOUR)
    assert set(process.pool.lamports) == set(nonce_addresses(world.wallet)[1:3])


async def test_a_pool_is_never_larger_than_its_addresses(world: World) -> None:
    """A few per transaction."""
    process = world.process(nonces=99)
    await held(world, process, HOUR)
    await process.pool.refresh()
    assert len(process.pool.wanted()) == A_TRANSACTION
    async with world.running():
        for _ in range(MAX_NONCES // A_TRANSACTION):
            await process.blockhashes.refresh()
            assert (await process.executor.open_nonces(process.pool.wanted())).ok
            await process.pool.refresh()
    assert process.pool.wanted() == ()
    assert len(process.pool.lamports) == MAX_NONCES


async def test_an_outage_leaves_a_sale_to_its_blockhash(world: World) -> None:
    """What was never read is asked for once, and not waited for."""
    node = FakeRpc({"getMultipleAccounts": UnavailableError("down")})
    rpc = RpcClient(node, world.clock, retry=NO_RETRY)
    pool = NoncePool(wallet=world.wallet, journal=world.process().journal, rpc=rpc, clock=world.clock, size=2)
    assert await pool.lease("p") is None
    assert node.count("getMultipleAccounts") == 1
    assert pool.wanted() == ()


@pytest.mark.parametrize("trouble", ["refused", "rejected"])
async def test_what_cannot_be_made_is_told_once_and_tried_on(world: World, trouble: str) -> None:
    """Once a minute; exits go on without."""
    process = world.process(nonces=2)
    await held(world, process, HOUR)
    tries: list[float] = []

    class Executor:
        async def open_nonces(self, _indexes: Any) -> Outcome:
            tries.append(world.clock.monotonic())
            if trouble == "refused":
                raise RefusedError("no SOL")
            return Outcome(OutcomeKind.REJECTED, reason="no SOL")

    keeping = asyncio.create_task(process.pool.run(Executor(), process.told.append))  # type: ignore[arg-type]
    await until(lambda: len(tries) == 3, world, 300)
    keeping.cancel()
    assert tries[1] - tries[0] >= RETRY_SECONDS
    (told,) = process.told
    assert told.text == "no nonce accounts could be made: no SOL; exits go on a blockhash, one after another"


async def test_a_full_disk_ends_the_session(world: World) -> None:
    """Nothing can be journalled."""
    process = world.process(nonces=2)
    await held(world, process, HOUR)

    class Executor:
        async def open_nonces(self, _indexes: Any) -> Outcome:
            raise StorageError("full")

    with pytest.raises(StorageError):
        await process.pool.run(Executor(), process.told.append)  # type: ignore[arg-type]
