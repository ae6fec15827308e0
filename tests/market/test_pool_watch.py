"""A pool's state kept fresh, with a venue of two accounts."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from sniperforge.chain.retries import NO_RETRY
from sniperforge.chain.rpc import RpcClient
from sniperforge.errors import DecodeError, NotFoundError, RpcError, UnavailableError
from sniperforge.market.pool_watch import PoolWatch, WatchPace
from sniperforge.testing.clock import FakeClock, settle
from sniperforge.testing.pubsub import FakePubSub
from sniperforge.testing.rpc import FakeRpc

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.domain.chain import Account

PACE = WatchPace(refresh=2.0, rest=0.1, max_age=5.0, epoch=60.0, retry=1.0)
OUTAGE = UnavailableError("down")


@dataclass(frozen=True)
class State:
    """What the venue makes of the pool and its vault."""

    pool: bytes
    vault: bytes
    epoch: int


class Vaulted:
    """A venue whose pool names its vault."""

    def required_accounts(self, pool: str, known: Mapping[str, Account | None]) -> tuple[str, ...]:
        account = known[pool]
        if account is None:
            raise NotFoundError("no such pool")
        vault = account.data.decode().split(":")[0]
        return () if vault in known else (vault,)

    def load(self, pool: str, accounts: Mapping[str, Account | None], *, epoch: int) -> State:
        account, vault = accounts[pool], accounts["Vault"]
        assert account is not None
        if vault is None:
            raise DecodeError("the vault is gone")
        return State(account.data, vault.data, epoch)


class Scene:
    """A node with a pool and its vault, and a watch."""

    def __init__(self, *, venue: Any = None, pubsub: bool = True) -> None:
        self.clock = FakeClock()
        self.slot = 100
        self.data: dict[str, bytes | None] = {"Pool": b"Vault:1", "Vault": b"10"}
        self.node = FakeRpc({"getMultipleAccounts": self.accounts, "getEpochInfo": self.epoch(3)})
        self.pubsub = FakePubSub(self.clock)
        self.watch = PoolWatch(
            venue or Vaulted(),
            "Pool",
            source=RpcClient(self.node, self.clock, retry=NO_RETRY),
            pubsub=self.pubsub if pubsub else None,
            clock=self.clock,
            pace=PACE,
        )

    def accounts(self, params: Any) -> Any:
        found = [self.info(self.data[address]) for address in params[0]]
        return {"context": {"slot": self.slot}, "value": found}

    @staticmethod
    def info(data: bytes | None) -> Any:
        if data is None:
            return None
        return {
            "owner": "O",
            "lamports": 1,
            "data": [b64encode(data).decode(), "base64"],
            "executable": False,
        }

    @staticmethod
    def epoch(number: int) -> Any:
        return {"absoluteSlot": 1, "blockHeight": 1, "epoch": number, "slotIndex": 1, "slotsInEpoch": 1}

    def move(self, vault: bytes, slot: int) -> None:
        self.data["Vault"] = vault
        self.slot = slot

    @property
    def reads(self) -> int:
        return self.node.count("getMultipleAccounts")


async def test_the_state_is_loaded_from_one_slot() -> None:
    """The pool first, then all of it in one request, so that nothing is of two moments."""
    scene = Scene()
    assert (scene.watch.state, scene.watch.age, scene.watch.problem) == (None, None, "not read yet")
    async with scene.watch as watch:
        await settle()
        assert watch.state == State(b"Vault:1", b"10", 3)
        assert (watch.slot, watch.age, watch.problem) == (100, 0.0, "")
        asked = [params[0] for params in scene.node.params("getMultipleAccounts")]
        assert asked[:2] == [["Pool"], ["Pool", "Vault"]]
        assert scene.node.params("getMultipleAccounts")[0][1]["commitment"] == "processed"


async def test_a_notification_makes_it_read_at_once() -> None:
    """Whichever account moved; several notifications of one swap are one read."""
    scene = Scene()
    async with scene.watch as watch:
        await settle()
        await scene.clock.advance(0.2)
        before = scene.reads
        scene.move(b"11", 101)
        for _ in range(3):
            scene.pubsub.push("accountSubscribe", {"context": {"slot": 101}, "value": None})
        await settle()
        assert watch.state == State(b"Vault:1", b"11", 3)
        assert scene.reads == before + 1
        assert sorted(params[0] for _, params in scene.pubsub.subscribed) == ["Pool", "Vault"]
        assert scene.pubsub.subscribed[0][1][1] == {"encoding": "base64", "commitment": "processed"}


async def test_a_busy_pool_is_not_read_more_often_than_the_rest_allows() -> None:
    """A storm of notifications for half a second is at most six reads."""
    scene = Scene()
    async with scene.watch:
        await settle()
        await scene.clock.advance(0.2)
        before = scene.reads
        for _ in range(50):
            scene.pubsub.push("accountSubscribe", {"v": 1})
            await scene.clock.advance(0.01)
        assert 4 <= scene.reads - before <= 6


async def test_without_notifications_it_is_read_at_intervals() -> None:
    """A silent subscription hides nothing for longer than the interval."""
    scene = Scene(pubsub=False)
    async with scene.watch as watch:
        await settle()
        scene.move(b"12", 105)
        await scene.clock.advance(1.9)
        assert watch.state == State(b"Vault:1", b"10", 3)
        await scene.clock.advance(0.2)
        assert watch.state == State(b"Vault:1", b"12", 3)
        assert scene.pubsub.subscribed == []


async def test_an_older_answer_is_ignored() -> None:
    """A node that is behind does not turn the price back, nor make the state look fresh."""
    scene = Scene()
    async with scene.watch as watch:
        await settle()
        scene.move(b"9", 99)
        await scene.clock.advance(2.5)
        assert watch.state == State(b"Vault:1", b"10", 3)
        assert watch.slot == 100
        assert watch.age is not None
        assert watch.age >= 2.0


async def test_an_outage_leaves_the_state_until_it_is_too_old() -> None:
    """For five seconds it is traded on, then it is none; the problem is named, and it recovers."""
    scene = Scene()
    async with scene.watch as watch:
        await settle()
        await scene.clock.advance(1.0)
        scene.node.answer("getMultipleAccounts", OUTAGE)
        await scene.clock.advance(3.0)
        assert watch.state is not None
        assert watch.problem == "down"
        await scene.clock.advance(3.0)
        assert watch.state is None
        scene.node.answer("getMultipleAccounts", scene.accounts)
        await scene.clock.advance(2.0)
        assert (watch.state, watch.problem) == (State(b"Vault:1", b"10", 3), "")


@pytest.mark.parametrize(("gone", "problem"), [("Pool", "no such pool"), ("Vault", "the vault is gone")])
async def test_a_pool_that_is_gone_has_no_state(gone: str, problem: str) -> None:
    """Whoever waits for a change is told; when it is back, so is the state."""
    scene = Scene()
    async with scene.watch as watch:
        await settle()
        await watch.changed(0.0)
        kept, scene.data[gone] = scene.data[gone], None
        task = asyncio.create_task(watch.changed(100))
        await scene.clock.advance(2.5)
        assert task.done()
        assert (watch.state, watch.problem) == (None, problem)
        scene.data[gone] = kept
        await scene.clock.advance(2.5)
        assert watch.state == State(b"Vault:1", b"10", 3)


async def test_a_venue_that_never_has_enough_is_a_problem() -> None:
    """Three rounds, then it is said."""

    class Greedy(Vaulted):
        def required_accounts(self, pool: str, known: Mapping[str, Account | None]) -> tuple[str, ...]:
            return (f"More{len(known)}",)

    scene = Scene(venue=Greedy())
    scene.data |= {f"More{number}": b"x" for number in range(9)}
    async with scene.watch as watch:
        await settle()
        assert watch.problem == "pool Pool wants ever more accounts"
        assert scene.reads == 3
        assert scene.pubsub.subscribed == []


async def test_changed_returns_for_a_change_and_after_its_time() -> None:
    """A change between two calls is not missed; without one the time passes on the clock."""
    scene = Scene()
    async with scene.watch as watch:
        await settle()
        async with asyncio.timeout(1):
            await watch.changed(60)
        task = asyncio.create_task(watch.changed(0.5))
        await settle()
        assert not task.done()
        await scene.clock.advance(0.6)
        assert task.done()
        scene.move(b"11", 101)
        scene.pubsub.push("accountSubscribe", {"v": 1})
        await settle()
        async with asyncio.timeout(1):
            await watch.changed(60)
        assert watch.state == State(b"Vault:1", b"11", 3)


async def test_equal_reads_are_no_change() -> None:
    """A refresh that finds the same is not told."""
    scene = Scene()
    async with scene.watch as watch:
        await settle()
        await watch.changed(0.0)
        task = asyncio.create_task(watch.changed(60))
        await scene.clock.advance(10)
        assert not task.done()
        assert watch.state is not None
        task.cancel()


async def test_the_iteration_gives_the_newest_state() -> None:
    """A slow consumer skips what lies between; a lost state is not yielded."""
    scene = Scene()
    async with scene.watch as watch:
        await settle()
        states = aiter(watch)
        assert await anext(states) == State(b"Vault:1", b"10", 3)
        for vault, slot in ((b"11", 101), (b"12", 102)):
            scene.move(vault, slot)
            await scene.clock.advance(2.5)
        assert await anext(states) == State(b"Vault:1", b"12", 3)
        scene.data["Vault"] = None
        await scene.clock.advance(2.5)
        task = asyncio.create_task(anext(states))  # type: ignore[arg-type]
        await settle()
        assert not task.done()
        scene.move(b"13", 103)
        await scene.clock.advance(2.5)
        assert await task == State(b"Vault:1", b"13", 3)
        await states.aclose()  # type: ignore[attr-defined]


async def test_a_new_epoch_is_a_new_state() -> None:
    """Transfer fees change with it, though no account did; an outage of it leaves the old one."""
    scene = Scene()
    async with scene.watch as watch:
        await settle()
        scene.node.answer("getEpochInfo", OUTAGE)
        await scene.clock.advance(70)
        assert watch.state == State(b"Vault:1", b"10", 3)
        scene.node.answer("getEpochInfo", scene.epoch(4))
        await scene.clock.advance(2.5)
        assert watch.state == State(b"Vault:1", b"10", 4)


async def test_without_an_epoch_there_is_no_first_state() -> None:
    """A quote without the transfer fee in force would be wrong."""
    scene = Scene()
    scene.node.answer("getEpochInfo", OUTAGE)
    async with scene.watch as watch:
        await settle()
        assert (watch.state, watch.problem) == (None, "down")


async def test_a_refused_subscription_is_asked_for_again() -> None:
    """Reads at intervals go on meanwhile; after the renewal it is read at once."""
    scene = Scene()
    scene.pubsub.refusals["accountSubscribe"] = [RpcError("too many", rpc_code=-32005)]
    async with scene.watch as watch:
        await settle()
        assert len(scene.pubsub.of("accountSubscribe")) == 1
        await scene.clock.advance(1.0)
        assert len(scene.pubsub.of("accountSubscribe")) == 2
        assert watch.state is not None


async def test_leaving_ends_everything() -> None:
    """No task, no subscription; an error of the block comes out as it is."""
    scene = Scene()
    before = asyncio.all_tasks()

    async def fail() -> None:
        async with scene.watch:
            await settle()
            raise KeyError("mine")

    with pytest.raises(KeyError):
        await fail()
    assert scene.pubsub.streams == []
    assert asyncio.all_tasks() == before


async def test_a_cancelled_block_is_cancelled() -> None:
    """A stop reaches the owner as such."""
    scene = Scene()

    async def run() -> None:
        async with scene.watch:
            await asyncio.Event().wait()

    task = asyncio.create_task(run())
    await settle()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
