"""The door: what is at stake, from the journal and the chain, and what it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sniperforge.chain.retries import NO_RETRY
from sniperforge.chain.rpc import RpcClient
from sniperforge.domain.lifecycle import TxEvent
from sniperforge.domain.trade import IntentKind, PositionState
from sniperforge.engine.door import MAX_BALANCE_AGE_SECONDS, Door
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

    def __init__(self, path: Path) -> None:
        self.clock = FakeClock(MIDNIGHT + 3_600.0)
        self.journal = Journal(path)
        self.node = FakeRpc({"getBalance": self.balance(10_000_000)})
        self.door = Door(
            wallet="W",
            limits=LIMITS,
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
