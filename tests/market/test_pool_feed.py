"""New pools from notifications and from history, on fakes."""

from __future__ import annotations

import asyncio
import copy
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from sniperforge.chain.retries import NO_RETRY
from sniperforge.chain.rpc import RpcClient
from sniperforge.dex.transaction import parse_transaction
from sniperforge.domain import base58
from sniperforge.domain.events import NewPool
from sniperforge.domain.pool import EventKind
from sniperforge.errors import RpcError, UnavailableError
from sniperforge.market.feed_sources import notice_of
from sniperforge.market.pool_feed import FeedLimits, PoolFeed
from sniperforge.testing.clock import FakeClock, settle
from sniperforge.testing.fixtures import read_recording, recordings
from sniperforge.testing.pubsub import FakePubSub
from sniperforge.testing.rpc import FakeRpc

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LOGS = "logsSubscribe"
PROGRAM = "CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C"
LAUNCHLAB = "LanMV9sAd7wArD4vJFi2qDdfnVhFxYSUg6eADduJ3uj"
CREATION: dict[str, Any] = read_recording(
    recordings("raydium_cpmm")["create_via_launchlab_migration_mainnet"]
)["result"]
SWAP: dict[str, Any] = read_recording(recordings("raydium_cpmm")["swap_clmm_2EawktQ9"])["result"]
OUTAGE = UnavailableError("down")


def signature(number: int) -> str:
    """A base58 signature of its own for each number."""
    original = str(CREATION["transaction"]["signatures"][0])
    letters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    return original[:-3] + letters[number // 58 % 58] + letters[number % 58] + original[-1]


def landed(number: int, result: dict[str, Any] = CREATION, err: Any = None) -> dict[str, Any]:
    """A recorded transaction under another signature."""
    found = copy.deepcopy(result)
    found["transaction"]["signatures"][0] = signature(number)
    found["meta"]["err"] = err
    return found


def notice(number: int, *, logs: list[str] | None = None, err: Any = None, slot: int = 500) -> dict[str, Any]:
    """The logs notification of ``landed(number)``."""
    lines = CREATION["meta"]["logMessages"] if logs is None else logs
    return {"context": {"slot": slot}, "value": {"signature": signature(number), "err": err, "logs": lines}}


class Scene:
    """A node that knows the transactions put into it, its PubSub, and a feed."""

    def __init__(
        self,
        *,
        limits: FeedLimits | None = None,
        commitment: str = "confirmed",
        autojump: bool = True,
        address: str = PROGRAM,
        migrations: bool = False,
    ) -> None:
        self.clock = FakeClock(autojump=autojump)
        self.known: dict[str, Any] = {}
        self.node = FakeRpc({"getTransaction": lambda params: self.known.get(params[0])})
        self.pubsub = FakePubSub(self.clock)
        client = RpcClient(self.node, self.clock, retry=NO_RETRY)
        self.feed = PoolFeed(
            [address],
            history=client,
            pubsub=self.pubsub,
            clock=self.clock,
            commitment=commitment,
            limits=limits,
            migrations=migrations,
        )

    def land(self, *numbers: int, **options: Any) -> None:
        for number in numbers:
            self.known[signature(number)] = landed(number, **options)

    def push(self, *numbers: int, **options: Any) -> None:
        for number in numbers:
            self.pubsub.push(LOGS, notice(number, **options))

    @property
    def counts(self) -> dict[str, int]:
        """Counters that are not zero."""
        counts = self.feed.health().counts
        return {name: value for name in counts.__slots__ if (value := getattr(counts, name))}

    async def take(self, count: int = 1) -> list[NewPool]:
        async with asyncio.timeout(2):
            return [await anext(self.feed) for _ in range(count)]


@asynccontextmanager
async def running(scene: Scene) -> AsyncIterator[Scene]:
    """The feed runs while the block does."""
    task = asyncio.create_task(scene.feed.run())
    await settle()
    try:
        yield scene
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    """A running feed on a clock that jumps."""
    async with running(Scene()) as made:
        yield made


async def test_a_creation_is_told_with_its_transaction(scene: Scene) -> None:
    """One notification, one ``getTransaction``, one pool; a migration's creation counts once."""
    scene.land(1)
    await scene.clock.sleep(5)
    scene.push(1)
    (pool,) = await scene.take()
    assert pool.event.kind is EventKind.POOL_CREATED
    assert (pool.event.dex, pool.event.program_id) == ("raydium_cpmm", PROGRAM)
    assert pool.event.signature == signature(1)
    assert pool.transaction == parse_transaction(landed(1))
    assert (pool.received_at, pool.filled) == (5.0, False)
    assert pool.decoded_at >= pool.received_at
    assert scene.node.count("getTransaction") == 1
    assert scene.counts == {"relevant": 1, "created": 1}


async def test_a_migration_is_told_where_it_is_wanted() -> None:
    """Old pool and new one, each once, also to whom only the old venue's stream tells of it."""
    async with running(Scene(address=LAUNCHLAB, migrations=True)) as scene:
        scene.land(1)
        scene.push(1, 1)
        kinds = [(pool.event.dex, pool.event.kind) for pool in await scene.take(2)]
        assert sorted(kinds) == [
            ("raydium_cpmm", EventKind.POOL_CREATED),
            ("raydium_launchlab", EventKind.MIGRATED),
        ]
        assert scene.counts["duplicates"] == 1


async def test_it_subscribes_at_its_commitment(scene: Scene) -> None:
    """Transactions are asked for at what nodes offer."""
    scene.land(1)
    scene.push(1)
    await scene.take()
    assert scene.pubsub.subscribed == [(LOGS, [{"mentions": [PROGRAM]}, {"commitment": "confirmed"}])]
    assert scene.node.params("getTransaction")[0][1]["commitment"] == "confirmed"


@pytest.mark.parametrize(("commitment", "shown"), [("processed", "confirmed"), ("finalized", "finalized")])
async def test_other_commitments(commitment: str, shown: str) -> None:
    """A node has no processed transactions; a finalized feed wants final ones."""
    async with running(Scene(commitment=commitment)) as scene:
        scene.land(1)
        scene.push(1)
        await scene.take()
        assert scene.pubsub.subscribed[0][1][1] == {"commitment": commitment}
        assert scene.node.params("getTransaction")[0][1]["commitment"] == shown


async def test_noise_is_dropped_before_it_is_decoded(scene: Scene) -> None:
    """Swaps are counted as noise, and nothing is fetched for them."""
    for number in range(5):
        scene.push(number, logs=SWAP["meta"]["logMessages"])
    await settle()
    assert scene.counts == {"noise": 5}
    assert scene.feed.health().counts.frames == 5
    assert scene.node.calls == []


async def test_anothers_creation_line_is_unrelated(scene: Scene) -> None:
    """A line counts only when the venue's own program wrote it."""
    other = "11111111111111111111111111111111"
    lines = [
        f"Program {other} invoke [1]",
        "Program log: Instruction: Initialize",
        f"Program {other} success",
    ]
    scene.push(1, logs=lines)
    await settle()
    assert scene.counts == {"relevant": 1, "unrelated": 1}
    assert scene.node.calls == []


async def test_a_failed_creation_is_no_pool(scene: Scene) -> None:
    """Failed transactions stream too; nothing is fetched for them."""
    scene.push(1, err={"InstructionError": [0, {"Custom": 1}]})
    await settle()
    assert scene.counts == {"relevant": 1, "failed": 1}
    assert scene.node.calls == []


async def test_the_transaction_has_the_last_word_on_failure(scene: Scene) -> None:
    """A notification that says success beside a transaction that failed announces nothing."""
    scene.land(1, err={"InstructionError": [0, {"Custom": 1}]})
    scene.push(1)
    await settle(100)
    assert scene.counts == {"relevant": 1, "unrecognised": 1}


async def test_truncated_logs_are_looked_into(scene: Scene) -> None:
    """What is missing proves nothing: the transaction tells. A swap among them is no mistake."""
    scene.land(1)
    scene.land(2, result=SWAP)
    cut = [f"Program {PROGRAM} invoke [1]", "Log truncated"]
    scene.push(1, logs=cut)
    scene.push(2, logs=cut)
    (pool,) = await scene.take()
    await settle(100)
    assert pool.event.signature == signature(1)
    assert scene.counts == {"relevant": 2, "truncated": 2, "created": 1}


async def test_duplicates_are_told_once(scene: Scene) -> None:
    """Two notifications of one transaction make one fetch and one pool."""
    scene.land(1)
    scene.push(1, 1)
    await scene.take()
    scene.push(1)
    await settle(100)
    assert scene.counts == {"relevant": 3, "created": 1, "duplicates": 2}
    assert scene.node.count("getTransaction") == 1


async def test_a_pool_is_told_once_even_when_its_signature_was_forgotten() -> None:
    """Pools are fewer than signatures and remembered longer."""
    async with running(Scene(limits=FeedLimits(remembered=1))) as scene:
        scene.land(1)
        scene.land(2, result=SWAP)
        scene.push(1)
        await scene.take()
        scene.push(2, logs=["Log truncated"])
        await settle(100)
        scene.push(1)
        await settle(100)
        assert scene.counts == {"relevant": 3, "truncated": 1, "created": 1, "duplicates": 1}
        assert scene.node.count("getTransaction") == 3


async def test_a_transaction_that_is_not_shown_yet_is_asked_for_again(scene: Scene) -> None:
    """The notification may be quicker than the node's own store."""
    scene.node.answer("getTransaction", None, OUTAGE, None, landed(1))
    scene.push(1)
    (pool,) = await scene.take()
    assert pool.event.signature == signature(1)
    assert scene.clock.monotonic() == pytest.approx(0.01 + 0.015 + 0.0225)
    assert scene.feed.health().last_error == "down"
    assert ("signatureSubscribe", [signature(1), {"commitment": "confirmed"}]) in scene.pubsub.subscribed


async def test_a_transaction_that_is_never_shown_is_counted_and_may_come_again(scene: Scene) -> None:
    """After the patience it is lost; a later notification of it is not a duplicate."""
    scene.push(1)
    await scene.clock.sleep(30)
    assert scene.counts == {"relevant": 1, "lost": 1}
    scene.land(1)
    scene.push(1)
    await scene.take()
    assert scene.counts["created"] == 1


@pytest.mark.parametrize("result", [{"slot": 1}, {"slot": "x", "meta": {}, "transaction": {}}])
async def test_a_damaged_transaction_is_counted(scene: Scene, result: dict[str, Any]) -> None:
    """The feed goes on, and says what was wrong."""
    scene.known[signature(1)] = result
    scene.land(2)
    scene.push(1, 2)
    (pool,) = await scene.take()
    await settle(100)
    assert pool.event.signature == signature(2)
    assert scene.counts == {"relevant": 2, "created": 1, "unrecognised": 1}
    assert scene.feed.health().last_error


async def test_an_unknown_form_of_a_known_program_is_counted(scene: Scene) -> None:
    """The pool is told all the same; what could not be read beside it is not dropped silently."""
    found = landed(1)
    program = parse_transaction(found).accounts.index(PROGRAM)
    strange = {
        "programIdIndex": program,
        "accounts": [],
        "data": base58.encode(b"unknown!"),
        "stackHeight": 2,
    }
    found["meta"]["innerInstructions"][-1]["instructions"].append(strange)
    scene.known[signature(1)] = found
    scene.push(1)
    await scene.take()
    assert scene.counts == {"relevant": 1, "created": 1, "unrecognised": 1}


@pytest.mark.parametrize(
    "item",
    [
        None,
        5,
        {"value": None},
        {"context": {"slot": 1}, "value": "x"},
        {"context": {"slot": "1"}, "value": {"signature": "s", "logs": []}},
        {"context": {"slot": 1}, "value": {"signature": 5, "logs": []}},
        {"context": {"slot": 1}, "value": {"signature": "s", "logs": None}},
        {"context": {"slot": 1}, "value": {"signature": "s", "logs": [1]}},
        {"context": {"slot": 1}, "value": ["signature"]},
    ],
)
async def test_a_malformed_notification_is_counted(scene: Scene, item: Any) -> None:
    """It disturbs nothing."""
    assert notice_of(item) is None
    (stream,) = scene.pubsub.of(LOGS)
    stream.put(item, 0.0)
    await settle()
    assert scene.counts == {"relevant": 1, "unrecognised": 1}


async def test_a_gap_is_filled_from_history(scene: Scene) -> None:
    """From the last delivered signature and the gap's slot on; what was seen is not fetched again."""
    scene.land(1, 2, 3)
    scene.land(4, result=SWAP)
    scene.node.answer("getSignaturesForAddress", history(4, 3, 2, 1))
    scene.push(1)
    await scene.take()
    scene.pubsub.gap(490)
    pools = await scene.take(2)
    await settle(100)
    assert {pool.event.signature for pool in pools} == {signature(2), signature(3)}
    assert all(pool.filled for pool in pools)
    assert scene.node.params("getSignaturesForAddress") == [
        [PROGRAM, {"limit": 1000, "commitment": "confirmed", "until": signature(1)}]
    ]
    assert scene.counts == {"relevant": 1, "created": 3, "gaps": 1, "filled": 4}
    assert scene.node.count("getTransaction") == 4


async def test_news_during_a_gap_do_not_move_its_edge(scene: Scene) -> None:
    """The first notification after the gap must not become the signature at which history stops."""
    scene.land(1, 2, 3)
    scene.node.answer("getSignaturesForAddress", history(3, 2, 1))
    scene.push(1)
    await scene.take()
    scene.pubsub.gap(490)
    scene.push(3)
    await scene.take(2)
    assert scene.node.params("getSignaturesForAddress")[0][1]["until"] == signature(1)


async def test_a_gap_without_an_edge_is_counted_as_unfilled(scene: Scene) -> None:
    """Nothing is known of where to stop."""
    scene.pubsub.gap(0)
    await settle(100)
    assert scene.counts == {"gaps": 1, "unfilled": 1}
    assert scene.node.calls == []


async def test_a_gap_that_history_cannot_tell_is_counted(scene: Scene) -> None:
    """An outage of history is no reason to stop following."""
    scene.node.answer("getSignaturesForAddress", OUTAGE)
    scene.pubsub.gap(490)
    await settle(100)
    assert scene.counts == {"gaps": 1, "unfilled": 1}
    scene.land(1)
    scene.push(1)
    await scene.take()


async def test_a_large_gap_is_filled_from_its_newest() -> None:
    """Old pools are of little use; the rest is said to be unfilled."""
    async with running(Scene(limits=FeedLimits(gap_transactions=2))) as scene:
        scene.land(1, 2, 3)
        scene.node.answer("getSignaturesForAddress", history(3, 2, 1))
        scene.pubsub.gap(490)
        pools = await scene.take(2)
        assert {pool.event.signature for pool in pools} == {signature(3), signature(2)}
        assert scene.counts == {"created": 2, "gaps": 1, "filled": 2, "unfilled": 1}


async def test_a_refused_subscription_is_asked_for_again() -> None:
    """At start there is no gap: what was before is not the feed's affair."""
    scene = Scene()
    scene.pubsub.refusals[LOGS] = [OUTAGE, OUTAGE]
    async with running(scene):
        await scene.clock.sleep(3)
        health = scene.feed.health()
        assert (health.subscribed, health.wanted, health.last_error) == (1, 1, "down")
        assert scene.counts == {}
        assert len(scene.pubsub.subscribed) == 3


async def test_a_subscription_that_ended_is_renewed_and_its_hole_filled(scene: Scene) -> None:
    """A node that refuses to renew is asked again; history has what was missed."""
    scene.land(1, 2)
    scene.node.answer("getSignaturesForAddress", history(2, 1))
    scene.push(1, slot=500)
    await scene.take()
    scene.pubsub.end(LOGS, RpcError("too many", rpc_code=-32005))
    await settle()
    assert scene.feed.health().subscribed == 0
    await scene.clock.sleep(2)
    (pool,) = await scene.take()
    assert (pool.event.signature, pool.filled) == (signature(2), True)
    assert scene.feed.health().subscribed == 1
    assert scene.counts["gaps"] == 1


async def test_a_subscription_that_ended_before_anything_came_has_no_edge(scene: Scene) -> None:
    """The hole is counted."""
    scene.pubsub.end(LOGS)
    await scene.clock.sleep(2)
    assert scene.counts == {"gaps": 1, "unfilled": 1}


async def test_fetches_are_bounded() -> None:
    """With two at a time, the third notification waits; nothing is lost."""
    scene = Scene(limits=FeedLimits(concurrency=2))
    gate, busy, most = asyncio.Event(), 0, 0

    async def slow(params: Any) -> Any:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await gate.wait()
        busy -= 1
        return scene.known[params[0]]

    scene.node.answer("getTransaction", slow)
    async with running(scene):
        scene.land(*range(6))
        scene.push(*range(6))
        await settle()
        assert most == 2
        gate.set()
        pools = await scene.take(6)
        assert len({pool.event.signature for pool in pools}) == 6
        assert most == 2


async def test_a_consumer_that_does_not_take_holds_the_feed_back() -> None:
    """Nothing is dropped: the stream waits, and would mark a gap when it overflows."""
    async with running(Scene(limits=FeedLimits(concurrency=1, waiting=2))) as scene:
        scene.land(*range(6))
        scene.push(*range(6))
        await settle(200)
        assert scene.feed.health().waiting == 2
        assert len(await scene.take(6)) == 6


async def test_the_iteration_ends_with_the_feed() -> None:
    """A consumer is not left waiting; a full queue does not hold the end back."""
    scene = Scene(limits=FeedLimits(waiting=1))
    async with running(scene):
        scene.land(1)
        scene.push(1)
        await settle(100)
    assert [pool async for pool in scene.feed] == []
    assert [pool async for pool in scene.feed] == []
    assert scene.pubsub.streams == []


async def test_age_is_that_of_the_connection(scene: Scene) -> None:
    """A quiet program on a live node is no stale feed."""
    scene.pubsub.frame_age = 7.0
    assert scene.feed.health().age == 7.0


def history(*numbers: int) -> list[dict[str, Any]]:
    """``getSignaturesForAddress``: the given transactions, newest first, all in slot 500."""
    return [{"signature": signature(number), "slot": 500, "err": None, "blockTime": 1} for number in numbers]
