"""Judging real launches with the shipped policy: what is readable on chain is refused, what is missing too."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from sniperforge.bots.lp_sniper import risk_policy
from sniperforge.chain.retries import NO_RETRY
from sniperforge.chain.rpc import RpcClient
from sniperforge.config.lp_sniper import LpSniperConfig
from sniperforge.domain.verdict import Decided, Outcome
from sniperforge.engine.facts import FactGatherer
from sniperforge.engine.judge import REMEMBERED, Judge
from sniperforge.errors import StorageError, UnavailableError
from sniperforge.localnet.market.archetypes import ARCHETYPES
from sniperforge.localnet.market.crowd import SIZE
from sniperforge.localnet.market.launchpad import LaunchedToken
from sniperforge.localnet.market.schedule import launches
from sniperforge.store.shared import SharedStore
from sniperforge.testing.rpc import FakeRpc
from tests.engine.kit import SPEND, World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

POLICY = risk_policy(LpSniperConfig())


class Node(FakeRpc):
    """The chain's node; the n-th request fails."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.asked: list[tuple[str, Any]] = []
        self.fails_at = -1

    async def post(self, payload: bytes) -> bytes:
        """The chain's answer, unless it is its turn to fail."""
        request = msgspec.json.decode(payload)
        self.asked.append((request["method"], request["params"][0]))
        if len(self.asked) - 1 == self.fails_at:
            raise UnavailableError("down")
        return self.world.network.dispatcher.dispatch(payload)


class Bench:
    """A judge with its decision journal."""

    def __init__(self, world: World, **changes: Any) -> None:
        self.world = world
        self.node = Node(world)
        self.shared = SharedStore(world.folder / "shared.db")
        self.changes = changes

    def judge(self) -> Judge:
        """One without a memory."""
        world = self.world
        rpc = RpcClient(self.node, world.clock, retry=NO_RETRY)
        values: dict[str, Any] = {
            "gatherer": FactGatherer(
                rpc=rpc, wallet=world.wallet, account_rent=world.rent, clock=world.clock
            ),
            "policy": POLICY,
            "spend": SPEND,
            "shared": self.shared,
            "wallet": world.wallet,
            "bot": "lp-sniper",
            "clock": world.clock,
            **self.changes,
        }
        return Judge(**values)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A chain, a judge and an empty journal of decisions."""
    made = Bench(World(tmp_path))
    yield made
    made.shared.close()


REFUSED_BY = {
    "organic": None,
    "fading": None,
    "dust": None,
    "wash": None,
    "lp_pull": "lp_locked",
    "mint_dump": "mint_authority",
    "freeze_trap": "freeze_authority",
    "transfer_fee_trap": "token_extensions",
    "concentrated": "holder_concentration",
    "permanent_delegate": "token_extensions",
    "default_frozen": "token_extensions",
    "mint_close": "token_extensions",
    "scheduled_fee": "token_extensions",
    "transfer_hook": "token_extensions",
    "look_alike": "canonical_pool",
    "bundled": "holder_concentration",
    "slow_rug": "lp_locked",
}
"""Of the kinds that a pool can hold."""


@pytest.mark.parametrize(("archetype", "refused_by"), REFUSED_BY.items(), ids=REFUSED_BY)
async def test_every_kind_of_launch(bench: Bench, archetype: str, refused_by: str | None) -> None:
    """What its creator keeps is what it is refused for; the verdict is journalled with its facts."""
    token = await bench.world.launch(archetype)
    judgement = await bench.judge().judge(bench.world.new_pool(token))
    verdict = judgement.verdict
    if refused_by is None:
        assert verdict.accepted, verdict.summary
        assert judgement.opportunity is not None
    else:
        assert verdict.decided is Decided.REFUSED
        assert refused_by in verdict.grounds
        assert verdict.result(refused_by).outcome is Outcome.FAIL
    (row,) = bench.shared.decisions_on(str(token.mint))
    assert (row.bot, row.wallet, row.dex) == ("lp-sniper", bench.world.wallet, "raydium_cpmm")
    assert (row.pool, row.decided) == (str(token.pool.pool), verdict.decided.value)
    assert row.refused_by == verdict.grounds
    assert {result["name"] for result in row.verdict["results"]} >= {"lp_locked", "round_trip"}


def test_every_archetype_is_judged_above() -> None:
    """A new kind of launch needs its line in the table."""
    assert {archetype.name for archetype in ARCHETYPES} - set(REFUSED_BY) == {"non_transferable"}


async def test_each_missing_read_refuses(bench: Bench) -> None:
    """A pool that passes is refused for want of any single answer, never for another reason."""
    token = await bench.world.launch()
    pool = bench.world.new_pool(token)
    assert (await bench.judge().judge(pool)).verdict.accepted
    reads = len(bench.node.asked)
    for number in range(reads):
        bench.node.asked, bench.node.fails_at = [], number
        verdict = (await bench.judge().judge(pool)).verdict
        failed = bench.node.asked[number]
        if failed == ("getTokenLargestAccounts", str(token.pool.lp_mint)):
            assert verdict.accepted, "nearly all of it is burned, whoever holds the rest"
            continue
        assert verdict.decided is Decided.REFUSED, failed
        assert verdict.pending, (failed, verdict.summary)
        assert {verdict.result(name).outcome for name in verdict.refusals} == {Outcome.UNKNOWN}


async def test_not_open_yet_is_pending_then_judged(bench: Bench) -> None:
    """Time helps; both verdicts are journalled, repetitions are not."""
    token, judge = bench.world.create(), bench.judge()
    pool = bench.world.new_pool(token)
    early = await judge.judge(pool)
    assert early.verdict.pending
    assert early.verdict.refusals == ("round_trip",)
    assert early.is_news
    assert not (await judge.judge(pool)).is_news
    await bench.world.clock.sleep(2)
    bench.world.slots()
    late = await judge.judge(pool)
    assert late.verdict.accepted
    assert late.is_news
    decided = [row.decided for row in bench.shared.decisions_on(str(token.mint))]
    assert decided == ["accepted", "refused"]
    assert late.started_at >= early.started_at + 2


async def test_a_rug_that_is_not_open_yet_is_refused_at_once(bench: Bench) -> None:
    """What is bad is bad now: nobody needs to look again."""
    token = bench.world.create("mint_dump")
    verdict = (await bench.judge().judge(bench.world.new_pool(token))).verdict
    assert not verdict.pending
    assert "mint_authority" in verdict.grounds


async def test_numbers_alone_are_no_news(bench: Bench) -> None:
    """A refused pool whose share moves a little is journalled once."""
    token, judge = await bench.world.launch("concentrated"), bench.judge()
    pool = bench.world.new_pool(token)
    assert (await judge.judge(pool)).is_news
    bench.world.crowd_buys(token, 10**9)
    again = await judge.judge(pool)
    assert not again.is_news
    assert len(bench.shared.decisions_on(str(token.mint))) == 1


async def test_its_memory_is_bounded(bench: Bench) -> None:
    """The oldest pool is forgotten first; to be journalled twice is no harm."""
    judge = bench.judge()
    token = await bench.world.launch()
    pool = bench.world.new_pool(token)
    judge._last = {f"pool {number}": "" for number in range(REMEMBERED)}
    await judge.judge(pool)
    assert len(judge._last) == REMEMBERED
    assert "pool 0" not in judge._last
    assert list(judge._last)[-1] == str(token.pool.pool)
    judge._last = {str(token.pool.pool): "another verdict", "other pool": ""}
    await judge.judge(pool)
    assert list(judge._last) == ["other pool", str(token.pool.pool)], "the last one judged is kept longest"


async def test_a_verdict_that_cannot_be_journalled_raises(bench: Bench) -> None:
    """What cannot be explained later must not be traded."""
    token = await bench.world.launch()
    bench.shared._db._connection.execute("PRAGMA query_only=ON")
    with pytest.raises(StorageError):
        await bench.judge().judge(bench.world.new_pool(token))


async def test_what_a_buy_needs_is_read_beside_the_facts(tmp_path: Path) -> None:
    """Once for each look."""
    looked: list[tuple[str, ...]] = []

    async def look_ahead(*accounts: str) -> None:
        looked.append(accounts)

    bench = Bench(World(tmp_path), look_ahead=look_ahead)
    token = await bench.world.launch()
    pool = bench.world.new_pool(token)
    await bench.judge().judge(pool)
    assert looked == [(pool.event.pool, pool.event.base_vault, pool.event.quote_vault)]
    bench.shared.close()


@pytest.mark.parametrize("seed", [3, 7, 2_024])
async def test_nothing_readable_is_ever_accepted(tmp_path: Path, seed: int) -> None:
    """Forty launches of a seed, judged as they come: no rug gets through, and honest ones are not refused."""
    bench = Bench(World(tmp_path))
    judge, seen, refused = bench.judge(), 0, []
    for launch in itertools.islice(launches(seed, per_minute=60, crowd=SIZE), 40):
        token = LaunchedToken(bench.world.ledger, launch)
        bench.world.network.faucet.drip(str(token.creator), token.funds)
        assert token.create()
        if not token.has_pool:
            continue
        bench.world.slots(2)
        await bench.world.clock.sleep(2)
        bench.world.slots()
        for step in launch.trades[:2]:
            bench.world.crowd.trade(token, step)
        verdict = (await judge.judge(bench.world.new_pool(token))).verdict
        seen += 1
        if launch.archetype.readable:
            assert not verdict.accepted, (launch.number, launch.archetype.name)
            assert not verdict.pending, verdict.summary
        elif not verdict.accepted:
            refused.append((launch.number, launch.archetype.name, verdict.summary))
    assert seen >= 38
    assert refused == []
    bench.shared.close()
