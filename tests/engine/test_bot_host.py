"""The bot's host: pools until it stops, buys that settle, and one pool's trouble kept to that pool."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from sniperforge.bots.lp_sniper import LpSniper, exit_policy, risk_policy
from sniperforge.config.lp_sniper import LpSniperConfig
from sniperforge.domain.outcome import Outcome, OutcomeKind
from sniperforge.engine.bot_host import MAX_AGE_SECONDS, SETTLE_SECONDS, STOPPING, BotHost
from sniperforge.engine.events import BuyEnded, PoolJudged, PoolSeen, Trouble
from sniperforge.engine.facts import FactGatherer
from sniperforge.engine.judge import Judge
from sniperforge.errors import DecodeError, NotFoundError, StorageError, UnavailableError
from sniperforge.store.shared import SharedStore
from tests.engine.kit import SOL, SPEND, HeldLander, World, flatten, outcome_is, until
from tests.engine.test_compute_units import limit_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path

    from sniperforge.domain.events import NewPool
    from sniperforge.plugin import Bot, BotContext, Judgement

CONFIG = LpSniperConfig()


class Feed:
    """Pools that the test puts in."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[NewPool | Exception | None] = asyncio.Queue()

    def __aiter__(self) -> AsyncIterator[NewPool]:
        return self

    async def __anext__(self) -> NewPool:
        pool = await self.queue.get()
        if pool is None:
            raise StopAsyncIteration
        if isinstance(pool, Exception):
            raise pool
        return pool


class Scripted:
    """A bot made of one coroutine function."""

    def __init__(self, body: Callable[[BotContext], Awaitable[None]]) -> None:
        self.body = body

    async def run(self, context: BotContext) -> None:
        """As it says."""
        await self.body(context)


class Scene:
    """A chain, a process that holds the wallet, a feed, and a host."""

    def __init__(self, folder: Path) -> None:
        self.world = World(folder)
        self.process = self.world.process()
        self.feed = Feed()
        self.shared = SharedStore(folder / "shared.db")

    def host(self, bot: Bot | None = None) -> BotHost:
        """A host of ``bot``, the sniper by default."""
        world, process = self.world, self.process
        judge = Judge(
            gatherer=FactGatherer(
                rpc=world.rpc, wallet=world.wallet, account_rent=world.rent, clock=world.clock
            ),
            policy=risk_policy(CONFIG),
            spend=SPEND,
            shared=self.shared,
            wallet=world.wallet,
            bot="lp-sniper",
            clock=world.clock,
        )
        return BotHost(
            name="lp-sniper",
            bot=bot or LpSniper(CONFIG),
            pools=self.feed,
            judge=judge,
            executor=process.executor,
            guard=process.guard,
            exits=exit_policy(CONFIG),
            slippage_bps=500,
            clock=world.clock,
            tell=process.told.append,
        )

    async def pool(self, archetype: str = "organic") -> NewPool:
        """A launched pool that is open, put into the feed."""
        pool = self.world.new_pool(await self.world.launch(archetype))
        self.feed.queue.put_nowait(pool)
        return pool

    def told(self, kind: type) -> list[Any]:
        """Events of a kind."""
        return [event for event in self.process.told if isinstance(event, kind)]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A chain with a funded wallet; its blockhashes are fresh."""
    made = Scene(tmp_path)
    yield made
    made.shared.close()


async def fresh(scene: Scene) -> None:
    """A blockhash to sign with."""
    await scene.process.blockhashes.refresh()


class TestTrading:
    async def test_a_pool_is_seen_judged_bought_and_guarded(self, scene: Scene) -> None:
        """Every step is told; the position carries the bot's exits."""
        pool = await scene.pool()
        host = scene.host()
        async with scene.world.running():
            await fresh(scene)
            running = asyncio.create_task(host.run())
            await until(lambda: scene.told(BuyEnded), scene.world)
            host.stop()
            await running
        assert scene.told(PoolSeen) == [PoolSeen(pool)]
        assert [event.judgement.verdict.accepted for event in scene.told(PoolJudged)] == [True]
        (position,) = scene.process.journal.positions()
        assert (position.mint, position.origin) == (pool.event.base_mint, "lp-sniper")
        assert position.exit_policy == exit_policy(CONFIG).to_json()
        intent = scene.process.journal.intent(position.id)
        assert intent is not None
        assert intent.facts["powers"] == {}, "what the mint said at the judgement"
        (attempt,) = scene.process.journal.attempts(position.id)
        assert limit_of(attempt.raw) < 100_000, "what the simulation took, with room"
        assert scene.process.guard._wake.is_set()
        assert host.pools_seen == 1
        assert host.clock is scene.world.clock

    async def test_a_rug_is_refused(self, scene: Scene) -> None:
        """Judged, told, not bought."""
        await scene.pool("mint_dump")
        host = scene.host()
        async with scene.world.running():
            running = asyncio.create_task(host.run())
            await until(lambda: scene.told(PoolJudged), scene.world)
            host.stop()
            await running
        assert scene.told(BuyEnded) == []
        assert scene.process.journal.known_signatures() == set()

    async def test_only_news_is_told(self, scene: Scene) -> None:
        """A pool that is looked at ten times is told of twice: pending, then bought."""
        pool = scene.world.new_pool(scene.world.create())
        scene.feed.queue.put_nowait(pool)
        host = scene.host()
        async with scene.world.running():
            await fresh(scene)
            running = asyncio.create_task(host.run())
            await until(lambda: scene.told(BuyEnded), scene.world)
            host.stop()
            await running
        assert [event.judgement.verdict.accepted for event in scene.told(PoolJudged)] == [False, True]

    async def test_the_feed_may_end(self, scene: Scene) -> None:
        """The bot ends with it, after its buys."""
        await scene.pool()
        scene.feed.queue.put_nowait(None)
        async with scene.world.running():
            await fresh(scene)
            await scene.host().run()
        assert len(scene.process.journal.positions()) == 1

    async def test_a_feed_that_fails_is_the_bots_failure(self, scene: Scene) -> None:
        """It comes out."""
        scene.feed.queue.put_nowait(UnavailableError("feed"))
        with pytest.raises(ExceptionGroup) as caught:
            await scene.host().run()
        assert [type(error) for error in flatten(caught.value)] == [UnavailableError]


class TestRefusals:
    async def bought(self, scene: Scene, change: Callable[[Judgement], Judgement]) -> Outcome:
        """Judge a good pool, change the judgement, buy on it."""
        outcomes: list[Outcome] = []

        async def body(context: BotContext) -> None:
            async for pool in context.new_pools():
                judgement = await context.judge(pool)
                outcomes.append(await context.buy(change(judgement), SPEND, reason="test"))
                return

        await scene.pool()
        async with scene.world.running():
            await fresh(scene)
            await scene.host(Scripted(body)).run()
        return outcomes[0]

    async def test_only_what_was_accepted(self, scene: Scene) -> None:
        """A bot cannot buy past the checks, nor with an opportunity of its own making."""
        refused = dataclasses.replace
        outcome = await self.bought(scene, lambda given: refused(given, opportunity=object()))
        assert outcome_is(outcome, "refused")
        assert "only an accepted pool" in outcome.reason

    async def test_only_what_is_fresh(self, scene: Scene) -> None:
        """Facts of a quarter of a minute ago are gone."""

        def old(judgement: Judgement) -> Judgement:
            return dataclasses.replace(judgement, started_at=judgement.started_at - MAX_AGE_SECONDS - 1)

        outcome = await self.bought(scene, old)
        assert outcome_is(outcome, "refused")
        assert "judge again" in outcome.reason

    async def test_an_outage_is_a_refusal(self, scene: Scene) -> None:
        """Nothing was signed, so the bot gets an answer and no exception; it is told."""

        def none() -> tuple[str, int]:
            raise UnavailableError("no recent blockhash")

        scene.process.blockhashes.latest = none  # type: ignore[method-assign]
        outcome = await self.bought(scene, lambda given: given)
        assert outcome_is(outcome, "refused")
        assert outcome.reason == "no recent blockhash"
        assert scene.told(BuyEnded)[0].outcome == outcome

    async def test_a_limit_is_a_refusal(self, scene: Scene) -> None:
        """As the executor says it."""
        scene.process.journal.set_flag("halted", "by hand", 0.0)
        outcome = await self.bought(scene, lambda given: given)
        assert outcome_is(outcome, "refused")
        assert "kill switch" in outcome.reason


class TestTrouble:
    @pytest.mark.parametrize("error", [NotFoundError("gone"), DecodeError("odd"), UnavailableError("down")])
    async def test_one_pools_trouble_is_not_the_bots(self, scene: Scene, error: Exception) -> None:
        """It is told; the next pool is bought."""
        bad = await scene.pool()
        await scene.pool()
        scene.feed.queue.put_nowait(None)
        host = scene.host()
        judge = host.judge

        async def judged(pool: NewPool) -> Judgement:
            if pool is bad:
                raise error
            return await judge(pool)

        host.judge = judged  # type: ignore[method-assign]
        async with scene.world.running():
            await fresh(scene)
            await host.run()
        assert [(event.where, event.text) for event in scene.told(Trouble)] == [("lp-sniper", str(error))]
        assert len(scene.process.journal.positions()) == 1

    async def test_a_disk_that_fails_is_everybodys_trouble(self, scene: Scene) -> None:
        """What cannot be journalled must not be traded."""
        await scene.pool()
        scene.shared._db._connection.execute("PRAGMA query_only=ON")
        with pytest.raises(ExceptionGroup) as caught:
            async with scene.world.running():
                await scene.host().run()
        assert [type(error) for error in flatten(caught.value)] == [StorageError]

    async def test_a_bug_of_the_bot_comes_out(self, scene: Scene) -> None:
        """It is not swallowed as one pool's trouble."""

        async def body(context: BotContext) -> None:
            async def bug() -> None:
                raise ZeroDivisionError

            context.spawn(bug())

        with pytest.raises(ExceptionGroup) as caught:
            await scene.host(Scripted(body)).run()
        assert [type(error) for error in flatten(caught.value)] == [ZeroDivisionError]

    async def test_nothing_is_spawned_before_or_after(self, scene: Scene) -> None:
        """A task needs an owner."""
        host = scene.host(Scripted(_at_once))
        for _ in range(2):
            with pytest.raises(RuntimeError, match="not running"):
                host.spawn(_forever())
            await host.run()


async def _at_once(_context: BotContext) -> None:
    return


async def _forever() -> None:
    await asyncio.Event().wait()


class TestStopping:
    async def test_it_ends_the_feed(self, scene: Scene) -> None:
        """Also while no pool comes; a pool that comes at that moment is not taken up."""
        host = scene.host()
        running = asyncio.create_task(host.run())
        await scene.world.clock.sleep(1)
        scene.feed.queue.put_nowait(scene.world.new_pool(scene.world.create()))
        host.stop()
        await running
        assert scene.told(PoolSeen) == []
        assert host.pools_seen == 0
        await scene.world.clock.sleep(1)
        assert {task for task in asyncio.all_tasks() if not task.done()} == {asyncio.current_task()}

    async def test_it_refuses_entries_and_lets_running_buys_settle(self, scene: Scene) -> None:
        """One buy is on its way: it is waited for, booked and told. Another one is refused."""
        outcomes: list[Outcome] = []
        scene.process.executor._lander = lander = HeldLander(scene.process.landing)
        lander.between.set()
        stopping = asyncio.Event()

        async def body(context: BotContext) -> None:
            judgements = [await context.judge(pool) for pool in (first, second)]
            context.spawn(buy(context, judgements[0]))
            context.spawn(late(context, judgements[1]))
            await _forever()

        async def buy(context: BotContext, judgement: Judgement) -> None:
            outcomes.append(await context.buy(judgement, SPEND, reason="in time"))

        async def late(context: BotContext, judgement: Judgement) -> None:
            try:
                await _forever()
            except asyncio.CancelledError:
                outcomes.append(await context.buy(judgement, SPEND, reason="late"))
                raise

        first, second = await scene.pool(), await scene.pool()
        host = scene.host(Scripted(body))
        async with scene.world.running():
            await fresh(scene)
            running = asyncio.create_task(host.run())
            await lander.reached.wait()
            host.stop()
            stopping.set()
            await scene.world.clock.sleep(3)
            assert not running.done(), "the running buy is waited for"
            lander.before.set()
            await running
        assert [outcome.kind for outcome in outcomes] == [OutcomeKind.REFUSED, OutcomeKind.FILLED]
        assert outcomes[0].reason == STOPPING
        assert len(scene.process.journal.positions()) == 1

    async def test_a_bot_that_goes_on_after_its_buy_is_not_waited_for(self, scene: Scene) -> None:
        """The buy settles, is told, and that is the end of it."""
        scene.process.executor._lander = lander = HeldLander(scene.process.landing)
        lander.between.set()

        async def body(context: BotContext) -> None:
            async for pool in context.new_pools():
                judgement = await context.judge(pool)
                await context.buy(judgement, SPEND, reason="test")
                await _forever()

        await scene.pool()
        host = scene.host(Scripted(body))
        async with scene.world.running():
            await fresh(scene)
            running = asyncio.create_task(host.run())
            await lander.reached.wait()
            began = scene.world.clock.monotonic()
            host.stop()
            lander.before.set()
            await running
            assert scene.world.clock.monotonic() - began < 3
        assert [event.outcome.kind for event in scene.told(BuyEnded)] == [OutcomeKind.FILLED]

    async def test_what_is_not_buying_is_not_waited_for(self, scene: Scene) -> None:
        """A bot that would look again for an hour ends at once."""
        config = CONFIG.model_copy(update={"risk": CONFIG.risk.model_copy(update={"recheck_seconds": 3_600})})
        scene.feed.queue.put_nowait(scene.world.new_pool(scene.world.create()))
        scene.process.world.ledger.set_account(
            dataclasses.replace(scene.world.ledger.account(scene.world.wallet), lamports=1_000_000)  # type: ignore[type-var]
        )
        host = scene.host(LpSniper(config))
        async with scene.world.running():
            running = asyncio.create_task(host.run())
            await scene.world.clock.sleep(20)
            assert scene.told(PoolJudged), "it keeps looking"
            began = scene.world.clock.monotonic()
            host.stop()
            await running
            assert scene.world.clock.monotonic() - began < 1

    async def test_a_buy_that_never_settles_is_left_to_recovery(self, scene: Scene) -> None:
        """The end is bounded, the journal has it."""
        scene.process.executor._lander = lander = HeldLander(scene.process.landing)
        await scene.pool()
        host = scene.host()
        async with scene.world.running():
            await fresh(scene)
            running = asyncio.create_task(host.run())
            await lander.reached.wait()
            began = scene.world.clock.monotonic()
            host.stop()
            await running
            assert SETTLE_SECONDS <= scene.world.clock.monotonic() - began < SETTLE_SECONDS + 2
        assert len(scene.process.executor.unwatched()) == 1

    async def test_cancelling_it_leaves_nothing_running(self, scene: Scene) -> None:
        """A signal: the host, the bot and all that it spawned."""
        scene.process.executor._lander = lander = HeldLander(scene.process.landing)
        await scene.pool()
        async with scene.world.running():
            await fresh(scene)
            running = asyncio.create_task(scene.host().run())
            await lander.reached.wait()
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert {task for task in asyncio.all_tasks() if not task.done()} == {asyncio.current_task()}
        assert len(scene.process.journal.unresolved()) == 1


async def test_the_amount_is_the_bots(scene: Scene) -> None:
    """What it says is what goes into the pool."""

    async def body(context: BotContext) -> None:
        async for pool in context.new_pools():
            await context.buy(await context.judge(pool), SOL, reason="big")
            return

    await scene.pool()
    async with scene.world.running():
        await fresh(scene)
        await scene.host(Scripted(body)).run()
    (position,) = scene.process.journal.positions()
    assert position.cost == SOL
