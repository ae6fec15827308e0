"""Who is asked, and who next."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sniperforge.chain.endpoint_health import FAILURES_TO_REST
from sniperforge.chain.retries import NO_RETRY
from sniperforge.chain.rpc import RpcClient
from sniperforge.chain.rpc_endpoint import ALL_ROLES, RpcEndpoint
from sniperforge.chain.rpc_pool import MAX_LAG_SLOTS, PATIENCE_SECONDS, SLOW_SECONDS, PoolMember, RpcPool
from sniperforge.errors import RpcError, UnavailableError
from sniperforge.testing.clock import FakeClock, settle
from sniperforge.testing.rpc import FakeRpc

DOWN = UnavailableError("down")
BALANCE = {"context": {"slot": 5}, "value": 9}


class Scene:
    """A pool over fakes, a client on it, and a clock."""

    def __init__(
        self, *fakes: FakeRpc, roles: tuple[frozenset[str], ...] = (), autojump: bool = True
    ) -> None:
        self.clock = FakeClock(autojump=autojump)
        self.fakes = fakes
        self.endpoints = []
        for number, fake in enumerate(fakes):
            fake.answer("getGenesisHash", "genesis")
            role = roles[number] if roles else ALL_ROLES
            self.endpoints.append(RpcEndpoint(fake, self.clock, name=f"http://{number}", roles=role))
            self.endpoints[-1].expect("genesis")
        self.pool = RpcPool(self.endpoints, self.clock)
        self.rpc = RpcClient(self.pool, self.clock, retry=NO_RETRY)

    def asked(self, method: str) -> list[int]:
        """How often each endpoint was."""
        return [fake.count(method) for fake in self.fakes]

    async def after(self, seconds: float, answer: Any) -> Any:
        """An answer that takes a while."""
        await self.clock.sleep(seconds)
        return answer


async def test_the_first_one_that_does_well_is_asked() -> None:
    """One request, one endpoint."""
    scene = Scene(FakeRpc({"getBalance": BALANCE}), FakeRpc({"getBalance": BALANCE}))
    assert await scene.rpc.balance("A") == 9
    assert scene.asked("getBalance") == [1, 0]


async def test_a_failure_goes_to_the_next_at_once() -> None:
    """Also a node that is behind, and one that does not offer the method."""
    for error in (DOWN, RpcError("behind", rpc_code=-32005), RpcError("no such", rpc_code=-32601)):
        scene = Scene(FakeRpc({"getBalance": error}), FakeRpc({"getBalance": BALANCE}))
        assert await scene.rpc.balance("A") == 9
        assert (scene.asked("getBalance"), scene.clock.monotonic()) == ([1, 1], 0.0)


async def test_a_wrong_question_is_asked_once() -> None:
    """Every node would say the same."""
    scene = Scene(FakeRpc({"getBalance": RpcError("Invalid param", rpc_code=-32602)}), FakeRpc())
    with pytest.raises(RpcError, match="Invalid param"):
        await scene.rpc.balance("A")
    assert scene.asked("getBalance") == [1, 0]


async def test_all_fail_with_the_first_ones_reason() -> None:
    """The preferred endpoint is the one to mend."""
    scene = Scene(FakeRpc({"getBalance": DOWN}), FakeRpc({"getBalance": UnavailableError("also")}))
    with pytest.raises(UnavailableError, match="down"):
        await scene.rpc.balance("A")


async def test_a_hot_read_is_hedged() -> None:
    """After the time in which 19 of 20 were answered the second one is asked too; the first good answer wins."""
    scene = Scene(FakeRpc({"getBalance": BALANCE}), FakeRpc({"getBalance": BALANCE}))
    for _ in range(30):
        scene.endpoints[0].health.answered(0.04)
    scene.fakes[0].answer("getBalance", lambda _: scene.after(9.0, BALANCE))
    assert await scene.rpc.balance("A") == 9
    assert (scene.asked("getBalance"), scene.clock.monotonic()) == ([1, 1], pytest.approx(0.04))


async def test_the_first_one_may_still_win() -> None:
    """Both are under way; the loser is given up, and a failure of the hedge is nobody's."""
    for late in (lambda scene: scene.after(5.0, BALANCE), lambda _: DOWN):
        scene = Scene(FakeRpc(), FakeRpc())
        scene.fakes[0].answer("getBalance", lambda _, scene=scene: scene.after(0.4, BALANCE))
        scene.fakes[1].answer("getBalance", lambda _, scene=scene, late=late: late(scene))
        assert await scene.rpc.balance("A") == 9
        assert (scene.asked("getBalance"), scene.clock.monotonic()) == ([1, 1], 0.4)


async def test_other_reads_wait_longer() -> None:
    """They may be heavy; still, a silent endpoint does not hold them."""
    scene = Scene(FakeRpc(), FakeRpc({"getRecentPrioritizationFees": []}))
    scene.fakes[0].answer("getRecentPrioritizationFees", lambda _: scene.after(60.0, []))
    assert await scene.rpc.recent_fees() == ()
    assert scene.clock.monotonic() == PATIENCE_SECONDS


async def test_what_has_effects_goes_to_one_once() -> None:
    """Two airdrops would be two; sending to several is the landing's work."""
    scene = Scene(FakeRpc({"requestAirdrop": DOWN}), FakeRpc({"requestAirdrop": "Sig"}))
    with pytest.raises(UnavailableError):
        await scene.rpc.request_airdrop("A", 1)
    assert scene.asked("requestAirdrop") == [1, 0]


async def test_roles_are_kept() -> None:
    """Sends, history and other reads go where they may."""
    fakes = [FakeRpc({"getBalance": BALANCE, "getTransaction": None, "sendTransaction": "S"}) for _ in "abc"]
    roles = tuple(frozenset({role}) for role in ("read", "send", "history"))
    scene = Scene(*fakes, roles=roles)
    await scene.rpc.balance("A")
    await scene.rpc.send(b"x")
    await scene.rpc.transaction("S")
    assert [scene.asked(method) for method in ("getBalance", "sendTransaction", "getTransaction")] == [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
    ]


async def test_an_endpoint_that_rests_is_asked_last() -> None:
    """Its circuit is open: it is not asked while another one is up, and is when none is left."""
    scene = Scene(FakeRpc({"getBalance": DOWN}), FakeRpc({"getBalance": BALANCE}), autojump=False)
    for _ in range(FAILURES_TO_REST + 2):
        await scene.rpc.balance("A")
    assert scene.asked("getBalance") == [FAILURES_TO_REST, FAILURES_TO_REST + 2]
    assert [report.state for report in scene.pool.report()] == ["resting", "ok"]
    scene.fakes[1].answer("getBalance", DOWN)
    for _ in range(FAILURES_TO_REST):
        with pytest.raises(UnavailableError):
            await scene.rpc.balance("A")
    scene.fakes[0].answer("getBalance", BALANCE)
    assert await scene.rpc.balance("A") == 9


async def test_a_member_that_rests_fails_at_once() -> None:
    """Whoever sends to all does not wait for a dead one; when all are dead, it is tried like the others."""
    scene = Scene(FakeRpc({"sendTransaction": DOWN}), FakeRpc({"sendTransaction": "Sig"}), autojump=False)
    members = [PoolMember(scene.pool, each) for each in scene.endpoints]
    first, second = (RpcClient(each, scene.clock, retry=NO_RETRY) for each in members)
    for _ in range(FAILURES_TO_REST):
        with pytest.raises(UnavailableError, match="down"):
            await first.send(b"x")
    with pytest.raises(UnavailableError, match="http://0 rests after failures: down"):
        await first.send(b"x")
    assert await second.send(b"x") == "Sig"
    assert scene.asked("sendTransaction") == [FAILURES_TO_REST, 1]
    scene.endpoints[1].distrust = "it lies"
    scene.fakes[0].answer("sendTransaction", "Sig")
    assert await first.send(b"x") == "Sig"


@pytest.mark.parametrize("trouble", ["lagging", "slow"])
async def test_one_that_lags_or_is_slow_comes_after_the_others(trouble: str) -> None:
    """It is not left out: the others may fail."""
    scene = Scene(FakeRpc({"getBalance": BALANCE}), FakeRpc({"getBalance": BALANCE}))
    first, second = (endpoint.health for endpoint in scene.endpoints)
    second.slot, second.latency = 1_000, 0.01
    first.slot = 1_000 - MAX_LAG_SLOTS
    assert await scene.rpc.balance("A") == 9
    if trouble == "lagging":
        first.slot -= 1
    else:
        first.latency = SLOW_SECONDS + 0.01
    await scene.rpc.balance("A")
    assert scene.asked("getBalance") == [1, 1]
    report = scene.pool.report()[0]
    assert (report.state, report.lag) == (trouble, MAX_LAG_SLOTS + (trouble == "lagging"))
    scene.fakes[1].answer("getBalance", DOWN)
    assert await scene.rpc.balance("A") == 9


async def test_one_that_is_not_trusted_is_never_asked() -> None:
    """With nobody else left the reason is told."""
    scene = Scene(FakeRpc({"getBalance": BALANCE}), FakeRpc({"getBalance": DOWN}))
    scene.endpoints[0].distrust = "it lies"
    scene.endpoints[0].health.slot = 10**9
    with pytest.raises(UnavailableError, match="down"):
        await scene.rpc.balance("A")
    scene.endpoints[1].distrust = "it lies too"
    with pytest.raises(UnavailableError, match="http://0: it lies; http://1: it lies too"):
        await scene.rpc.balance("A")
    assert scene.asked("getBalance") == [0, 1]
    assert [report.state for report in scene.pool.report()] == ["distrusted", "distrusted"]


async def test_a_role_that_nobody_has() -> None:
    """The error says which."""
    scene = Scene(FakeRpc(), roles=(frozenset({"read"}),))
    with pytest.raises(UnavailableError, match="asked to send: none has that role"):
        await scene.rpc.send(b"x")


async def test_the_report_names_what_is_known() -> None:
    """Before and after the first answers; times in milliseconds."""
    scene = Scene(FakeRpc({"getBalance": BALANCE}))
    assert scene.pool.report()[0].state == "unproved"
    for _ in range(30):
        await scene.rpc.balance("A")
    report = scene.pool.report()[0]
    assert (report.name, report.roles, report.state) == ("http://0", tuple(sorted(ALL_ROLES)), "ok")
    assert (report.latency_ms, report.p95_ms, report.answers, report.failures) == (0.0, 0.0, 31, 0)


async def test_a_cancelled_race_leaves_nothing_behind() -> None:
    """Every task of it ends."""
    scene = Scene(FakeRpc(), FakeRpc(), autojump=False)
    for fake in scene.fakes:
        fake.answer("getBalance", lambda _: scene.after(60.0, BALANCE))
    race = asyncio.create_task(scene.rpc.balance("A"))
    await settle()
    await scene.clock.advance(1.0)
    assert scene.asked("getBalance") == [1, 1]
    race.cancel()
    with pytest.raises(asyncio.CancelledError):
        await race
    assert len(asyncio.all_tasks()) == 1


def test_a_pool_needs_an_endpoint() -> None:
    """There is nobody to ask."""
    with pytest.raises(ValueError, match="needs an endpoint"):
        RpcPool([], FakeClock())
