"""The door: what is at stake, from the journal and the chain, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sniperforge.chain.clock import SystemClock
from sniperforge.chain.retries import NO_RETRY
from sniperforge.chain.rpc import RpcClient
from sniperforge.domain.lifecycle import TxEvent
from sniperforge.domain.trade import IntentKind, PositionState
from sniperforge.engine.door import MAX_BALANCE_AGE_SECONDS, Door, level_of
from sniperforge.engine.kill_switch import HALTED, KillSwitch
from sniperforge.errors import RefusedError, UnavailableError
from sniperforge.risk.limits import Limits
from sniperforge.store.journal import Journal
from sniperforge.testing.clock import FakeClock
from sniperforge.testing.rpc import FakeRpc
from sniperforge.testing.trades import make_attempt, make_fill, make_intent, make_position, make_settlement

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAY = 86_400
MIDNIGHT = 19_700 * DAY
LIMITS = Limits(
    max_trade_lamports=5_000_000,
    max_open_positions=3,
    max_exposure_lamports=8_000_000,
    max_daily_loss_lamports=100_000,
    reserve_lamports=1_000_000,
)


class Scene:
    """A door over a journal and a balance that the test sets."""

    def __init__(self, path: Path, limits: Limits = LIMITS) -> None:
        self.path = path
        self.clock = FakeClock(MIDNIGHT + 3_600.0)
        self.journal = Journal(path)
        self.node = FakeRpc({"getBalance": self.balance(10_000_000)})
        self.door = Door(
            wallet="W",
            limits=limits,
            journal=self.journal,
            rpc=RpcClient(self.node, self.clock, retry=NO_RETRY),
            clock=self.clock,
            switch=KillSwitch(self.journal, path.with_name("KILL")),
        )

    def admit(self, mint: str, max_spend: int, **facts: Any) -> None:
        """Ask for a buy."""
        self.door.admit_buy(make_intent("asked", mint=mint, max_spend=max_spend, facts=facts))

    @staticmethod
    def balance(lamports: int) -> dict[str, Any]:
        """``getBalance``."""
        return {"context": {"slot": 1}, "value": lamports}

    def intend(self, name: str, kind: IntentKind = IntentKind.BUY, **changes: Any) -> Any:
        """Journal an intent that nothing is known of."""
        intent = make_intent(name, kind, **changes)
        self.journal.record_intent(intent, make_attempt(intent))
        return intent

    def hold(self, name: str, *, cost: int = 900_000, mint: str = "held") -> None:
        """A position that was bought before the balance was read."""
        intent = self.intend(name, mint=mint)
        settlement = make_settlement(f"signature of {name}", trade=-cost)
        fill = make_fill(intent, settlement, tokens=10, position_id=name, booked_at=MIDNIGHT + 10.0)
        self.journal.open_position(make_position(fill), fill)

    def land(self, intent: Any, lamports: int) -> None:
        """Book that it cost ``lamports``, now."""
        settlement = make_settlement(f"signature of {intent.id}", trade=-lamports + 5_000, err={"E": 1})
        fill = make_fill(intent, settlement, booked_at=self.clock.now())
        self.journal.book(fill, TxEvent.FAILED)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """An empty journal, 0.01 SOL."""
    made = Scene(tmp_path / "journal.db")
    yield made
    made.journal.close()


async def test_everything_at_stake_is_counted(scene: Scene) -> None:
    """Positions at cost less proceeds; buys in flight at their maximum; everything else in flight apart."""
    await scene.door.refresh()
    scene.hold("a", cost=900_000)
    scene.hold("b", cost=800_000, mint="other")
    part = scene.intend("part", IntentKind.SELL, position_id="a")
    sold = make_fill(part, make_settlement("signature of part", trade=300_000), tokens=-3)
    scene.journal.book(sold, TxEvent.LANDED)
    scene.intend("c", mint="third", max_spend=700_000)
    scene.intend("d", IntentKind.SELL, max_spend=5_000, position_id="a")
    scene.intend("e", IntentKind.TRANSFER, max_spend=60_000)
    scene.intend("f", IntentKind.CLOSE_ACCOUNT, max_spend=5_000)
    exposure = scene.door.exposure()
    assert (exposure.open_positions, exposure.open_cost_lamports) == (2, 1_400_000)
    assert (exposure.entries_in_flight, exposure.entries_in_flight_lamports) == (1, 700_000)
    assert exposure.others_in_flight_lamports == 70_000
    assert exposure.balance_lamports == 10_000_000
    assert not exposure.halted


async def test_a_day_is_utc(scene: Scene) -> None:
    """What was lost before midnight does not count, what was lost after it does."""
    lost = scene.intend("yesterday")
    fill = make_fill(
        lost, make_settlement("signature of yesterday", trade=0, fee=70_000), booked_at=MIDNIGHT - 1.0
    )
    scene.journal.book(fill, TxEvent.FAILED)
    assert scene.door.exposure().realised_loss_today_lamports == 0
    lost = scene.intend("today")
    fill = make_fill(lost, make_settlement("signature of today", trade=0, fee=90_000), booked_at=MIDNIGHT)
    scene.journal.book(fill, TxEvent.FAILED)
    assert scene.door.exposure().realised_loss_today_lamports == 90_000


async def test_a_mint_is_bought_once(scene: Scene) -> None:
    """Held or in flight, it is refused; once it is sold it may be bought again."""
    await scene.door.refresh()
    scene.hold("a", mint="M")
    scene.intend("b", mint="N")
    for mint in ("M", "N"):
        with pytest.raises(RefusedError, match="already held") as caught:
            scene.admit(mint, 1_000)
        assert caught.value.details == {"limit": "one_per_mint"}
    scene.journal.set_position_state("a", PositionState.CLOSED, "", 0.0)
    scene.admit("M", 1_000)


async def test_a_refusal_names_every_limit_with_its_numbers(scene: Scene) -> None:
    """Whoever was refused can see by how much."""
    await scene.door.refresh()
    scene.journal.set_flag(HALTED, "by hand", 0.0)
    with pytest.raises(RefusedError) as caught:
        scene.admit("M", 9_500_000)
    assert set(caught.value.details) == {"halted", "max_trade", "max_exposure", "reserve"}
    assert caught.value.details["reserve"]["balance_lamports"] == 10_000_000
    assert "kill switch" in caught.value.message


async def test_closing_accounts_may_use_the_reserve(scene: Scene) -> None:
    """It brings rent back: only what cannot be paid at all is refused."""
    await scene.door.refresh()
    scene.journal.set_flag(HALTED, "by hand", 0.0)
    scene.door.admit_closing(10_000_000)
    with pytest.raises(RefusedError, match="cannot be paid"):
        scene.door.admit_closing(10_000_001)


async def test_a_transfer_leaves_the_reserve_and_what_is_in_flight(scene: Scene) -> None:
    """To the lamport."""
    await scene.door.refresh()
    scene.intend("a", mint="M", max_spend=2_000_000)
    scene.door.admit_transfer(7_000_000)
    with pytest.raises(RefusedError, match="reserved"):
        scene.door.admit_transfer(7_000_001)
    scene.journal.set_flag(HALTED, "by hand", 0.0)
    scene.door.admit_transfer(7_000_000)


async def test_without_a_balance_nothing_passes(scene: Scene) -> None:
    """Missing data fails closed; an outage is the caller's to see."""
    with pytest.raises(RefusedError, match="not known"):
        scene.admit("M", 1_000)
    scene.node.answer("getBalance", UnavailableError("down"))
    with pytest.raises(UnavailableError):
        await scene.door.refresh()
    with pytest.raises(RefusedError, match="not known"):
        scene.door.admit_transfer(1_000)


async def test_what_was_booked_while_the_balance_was_read_counts_against_it(scene: Scene) -> None:
    """The answer may be from before; what came in meanwhile is not counted on."""
    intent = scene.intend("a", mint="M", max_spend=3_000_000)

    async def late(_params: Any) -> Any:
        scene.land(intent, 3_000_000)
        return scene.balance(10_000_000)

    scene.node.answer("getBalance", late)
    await scene.door.refresh()
    assert scene.door.exposure().balance_lamports == 7_000_000
    await scene.clock.advance(1)
    scene.node.answer("getBalance", scene.balance(7_000_000))
    await scene.door.refresh()
    assert scene.door.exposure().balance_lamports == 7_000_000


async def test_an_older_question_does_not_overwrite_a_newer_answer(scene: Scene) -> None:
    """Two orders read side by side; the reading that was asked for later stays."""

    async def slow(_params: Any) -> Any:
        await scene.clock.advance(1)
        scene.node.answer("getBalance", scene.balance(4_000_000))
        await scene.door.refresh()
        return scene.balance(10_000_000)

    scene.node.answer("getBalance", slow)
    await scene.door.refresh()
    assert scene.door.exposure().balance_lamports == 4_000_000


async def test_a_reading_serves_until_something_changes(scene: Scene) -> None:
    """A buy takes the balance read while it was judged, unless it is old or something was booked since."""
    await scene.clock.advance(100)
    await scene.door.refresh()
    await scene.clock.advance(0.5)
    await scene.door.refresh(since=100.0)
    assert scene.node.count("getBalance") == 1
    await scene.door.refresh(since=100.2)
    assert scene.node.count("getBalance") == 2, "asked for before the judgement began"
    await scene.clock.advance(MAX_BALANCE_AGE_SECONDS + 0.1)
    await scene.door.refresh(since=100.2)
    assert scene.node.count("getBalance") == 3, "too old"
    scene.land(scene.intend("a"), 100_000)
    await scene.door.refresh(since=100.2)
    assert scene.node.count("getBalance") == 4, "something was booked"


BRAKES = replace(
    LIMITS,
    max_exposure_lamports=8_000_000,
    max_token_lamports=1_000_000,
    max_creator_lamports=1_500_000,
    max_creator_positions=2,
    max_trades_per_hour=3,
    max_losing_streak=2,
    losing_streak_pause_seconds=600,
    max_fees_per_hour_lamports=40_000,
    max_priority_fee_micro_lamports=1_000,
)


@pytest.fixture
def braked(tmp_path: Path) -> Iterator[Scene]:
    """The same under all limits."""
    made = Scene(tmp_path / "journal.db", BRAKES)
    yield made
    made.journal.close()


def refused(scene: Scene, max_spend: int = 1_000, level: int | None = 0, **facts: Any) -> set[str]:
    """The limits that refuse a buy of another token."""
    intent = make_intent("asked", mint="M", max_spend=max_spend, facts={"creator": "C", **facts})
    try:
        scene.door.admit_buy(intent, level)
    except RefusedError as refusal:
        return set(refusal.details)
    return set()


async def test_a_creators_tokens_count_together(braked: Scene) -> None:
    """Two mints of one creator fill its room; another creator has its own, and nobody has none."""
    await braked.door.refresh()
    assert refused(braked) == set()
    assert refused(braked, creator="") == {"max_creator", "max_creator_positions"}
    braked.intend("a", mint="x", max_spend=900_000, facts={"creator": "C"})
    assert refused(braked, 600_000) == set()
    assert refused(braked, 600_001) == {"max_creator"}
    braked.intend("b", mint="y", max_spend=100_000, facts={"creator": "C"})
    assert refused(braked) == {"max_creator_positions"}
    assert refused(braked, creator="D") == set()
    assert refused(braked, 1_000_001, creator="D") == {"max_token"}


async def test_a_losing_streak_pauses_entries_until_resume(braked: Scene) -> None:
    """Over a restart too; a transfer passes; the pause ends by itself, or at once by command."""
    await braked.door.refresh()
    for name in ("a", "b"):
        braked.hold(name, mint=name)
        braked.journal.set_position_state(name, PositionState.WORTHLESS, "", braked.clock.now())
    assert "losing_streak" in refused(braked)
    braked.journal.close()
    again = Scene(braked.path, replace(BRAKES, max_daily_loss_lamports=10**9))
    await again.door.refresh()
    assert refused(again) == {"losing_streak"}
    again.door.admit_transfer(1_000)
    await again.clock.advance(599)
    assert refused(again) == {"losing_streak"}
    await again.clock.advance(2)
    assert refused(again) == set()
    again.hold("c", mint="c")
    again.journal.set_position_state("c", PositionState.WORTHLESS, "", again.clock.now())
    assert refused(again) == {"losing_streak"}, "one more loss after the pause"
    await again.clock.advance(1)
    again.journal.set_flag(HALTED, "", again.clock.now())
    assert refused(again) == set()
    again.journal.close()


async def test_entries_of_an_hour(braked: Scene) -> None:
    """The fourth is refused, unless one is proved dead; an hour later there is room."""
    await braked.door.refresh()
    now = braked.clock.now()
    for name in ("a", "b", "c"):
        braked.intend(name, mint=name, max_spend=5_000, created_at=now)
    assert refused(braked) == {"max_open_positions", "trades_per_hour"}
    braked.journal.mark_dead("signature of a", now)
    assert refused(braked) == set()


async def test_network_fees_of_an_hour(braked: Scene) -> None:
    """Paid ones, those in flight at their maximum, and its own."""
    await braked.door.refresh()
    braked.land(braked.intend("paid"), 10_000)
    braked.intend("flying", IntentKind.TRANSFER, max_spend=500, facts={"max_fee": 20_000})
    assert refused(braked, max_fee=15_000) == set()
    assert refused(braked, max_fee=15_001) == {"fees_per_hour"}


async def test_the_level_of_priority_fees(braked: Scene, scene: Scene) -> None:
    """Asked of the pool's recent transactions; what nobody can say refuses; without a limit nobody asks."""
    await braked.door.refresh()
    fees = [{"slot": slot, "prioritizationFee": fee} for slot, fee in enumerate((0, 900, 1_001, 5_000))]
    braked.node.answer("getRecentPrioritizationFees", fees)
    assert await braked.door.fee_level("pool") == 1_001
    assert refused(braked, level=1_001) == {"priority_fee"}
    assert refused(braked, level=1_000) == set()
    braked.node.answer("getRecentPrioritizationFees", UnavailableError("down"))
    assert await braked.door.fee_level("pool") is None
    assert refused(braked, level=None) == {"priority_fee"}
    assert await scene.door.fee_level("pool") is None
    assert scene.node.count("getRecentPrioritizationFees") == 0


@pytest.mark.parametrize(("fees", "level"), [([], 0), ([7], 7), ([0, 0, 0, 9], 0), ([1, 2, 3, 4, 5], 4)])
def test_a_level_is_what_is_paid_while_it_is_busy(fees: list[int], level: int) -> None:
    """The third quartile; no transactions, no fees."""
    assert level_of(fees) == level


async def test_the_file_stops_entries_at_once(scene: Scene) -> None:
    """The next decision sees it, without a restart or a command; a transfer passes."""
    await scene.door.refresh()
    scene.admit("M", 1_000)
    file = scene.path.with_name("KILL")
    file.touch()
    with pytest.raises(RefusedError, match="KILL is there since") as caught:
        scene.admit("M", 1_000)
    assert set(caught.value.details) == {"halted"}
    scene.door.admit_transfer(1_000)
    file.unlink()
    scene.admit("M", 1_000)


@pytest.mark.parametrize("step", [-90_000.0, 90_000.0])
async def test_setting_the_systems_clock_opens_nothing(tmp_path: Path, step: float) -> None:
    """A day forwards or back while a bot runs: the hour, the day, the pause and the balance stay what they are."""
    wall, ticks = [MIDNIGHT + 3_600.0], [50.0]
    scene = Scene(tmp_path / "journal.db", replace(BRAKES, max_daily_loss_lamports=4_000))
    scene.door._clock = scene.clock = SystemClock(lambda: wall[0], lambda: ticks[0])  # type: ignore[assignment]
    for name in ("a", "b", "c"):
        scene.intend(name, mint=name, max_spend=5_000, created_at=scene.clock.now())
    scene.land(scene.intend("lost", mint="lost", created_at=scene.clock.now()), 10_000)
    ticks[0] += 1.0
    await scene.door.refresh()
    before = refused(scene)
    assert before == {"max_open_positions", "trades_per_hour", "daily_loss"}
    wall[0] += step
    ticks[0] += 1.0
    assert refused(scene) == before
    scene.land(scene.intend("later", mint="later", created_at=scene.clock.now()), 3_000_000)
    assert scene.door.exposure().balance_lamports == 7_000_000, "booked after the balance was read"
    scene.journal.close()
