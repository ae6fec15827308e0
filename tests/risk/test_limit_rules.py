"""The one door: bounds, boundaries, and any sequence of orders."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sniperforge.domain.trade import IntentKind
from sniperforge.risk.limit_rules import check_limits
from sniperforge.risk.limits import Exposure, Limits, OrderRequest

LIMITS = Limits(
    max_trade_lamports=100,
    max_open_positions=3,
    max_exposure_lamports=250,
    max_daily_loss_lamports=50,
    reserve_lamports=20,
)
BRAKES = replace(
    LIMITS,
    max_token_lamports=120,
    max_creator_lamports=150,
    max_creator_positions=2,
    max_trades_per_hour=10,
    max_losing_streak=3,
    max_fees_per_hour_lamports=30,
    max_fees_per_day_lamports=60,
    max_priority_fee_micro_lamports=1_000,
)
RICH = Exposure(balance_lamports=10_000)


def buy(spend: int = 100, **fields: Any) -> OrderRequest:
    """An entry."""
    return OrderRequest(kind=IntentKind.BUY, max_spend_lamports=spend, **fields)


def names(exposure: Exposure, request: OrderRequest, limits: Limits = LIMITS) -> list[str]:
    """The limits that refuse."""
    return [refusal.limit for refusal in check_limits(limits, exposure, request)]


@pytest.mark.parametrize(
    ("exposure", "spend", "refused"),
    [
        ({}, 100, []),
        ({}, 101, ["max_trade"]),
        ({"halted": True}, 100, ["halted"]),
        ({"open_positions": 2}, 1, []),
        ({"open_positions": 3}, 1, ["max_open_positions"]),
        ({"open_positions": 1, "entries_in_flight": 2}, 1, ["max_open_positions"]),
        ({"open_cost_lamports": 150}, 100, []),
        ({"open_cost_lamports": 151}, 100, ["max_exposure"]),
        ({"open_cost_lamports": 100, "entries_in_flight_lamports": 51}, 100, ["max_exposure"]),
        ({"realised_loss_today_lamports": 49}, 1, []),
        ({"realised_loss_today_lamports": 50}, 1, ["daily_loss"]),
        ({"realised_loss_today_lamports": -999}, 1, []),
        ({"balance_lamports": 120}, 100, []),
        ({"balance_lamports": 119}, 100, ["reserve"]),
        ({"balance_lamports": 170, "entries_in_flight_lamports": 50}, 100, []),
        ({"balance_lamports": 170, "others_in_flight_lamports": 51}, 100, ["reserve"]),
        ({"balance_lamports": None}, 1, ["reserve"]),
    ],
)
def test_entries_stop_one_unit_beyond_each_limit(
    exposure: dict[str, Any], spend: int, refused: list[str]
) -> None:
    """Each limit allows itself and refuses the next unit."""
    assert names(Exposure(**{"balance_lamports": 10_000, **exposure}), buy(spend)) == refused


@pytest.mark.parametrize(
    ("exposure", "fee", "refused"),
    [
        ({}, 5, []),
        ({"token_lamports": 20}, 5, []),
        ({"token_lamports": 21}, 5, ["max_token"]),
        ({"creator_lamports": 50}, 5, []),
        ({"creator_lamports": 51}, 5, ["max_creator"]),
        ({"creator_positions": 1}, 5, []),
        ({"creator_positions": 2}, 5, ["max_creator_positions"]),
        ({"entries_last_hour": 9}, 5, []),
        ({"entries_last_hour": 10}, 5, ["trades_per_hour"]),
        ({"losing_streak": 2, "pause_left_seconds": 9.0}, 5, []),
        ({"losing_streak": 3, "pause_left_seconds": 0.1}, 5, ["losing_streak"]),
        ({"losing_streak": 3, "pause_left_seconds": 0.0}, 5, []),
        ({"fees_last_hour_lamports": 20, "fees_in_flight_lamports": 5}, 5, []),
        ({"fees_last_hour_lamports": 20, "fees_in_flight_lamports": 5}, 6, ["fees_per_hour"]),
        ({"fees_last_day_lamports": 55}, 5, []),
        ({"fees_last_day_lamports": 55, "fees_in_flight_lamports": 1}, 5, ["fees_per_day"]),
        ({"priority_fee_micro_lamports": 1_000}, 5, []),
        ({"priority_fee_micro_lamports": 1_001}, 5, ["priority_fee"]),
        ({"priority_fee_micro_lamports": None}, 5, ["priority_fee"]),
    ],
)
def test_entries_brake_one_unit_beyond_each_limit(
    exposure: dict[str, Any], fee: int, refused: list[str]
) -> None:
    """Tokens, creators, counts, losses and fees: each allows itself, refuses the next, and can be left out."""
    seen = Exposure(**{"balance_lamports": 10_000, "priority_fee_micro_lamports": 0, **exposure})
    request = buy(100, creator="C", max_fee_lamports=fee)
    assert names(seen, request, BRAKES) == refused
    assert names(seen, request) == []
    for refusal in check_limits(BRAKES, seen, request):
        assert refusal.text
        assert refusal.numbers["limit" if "limit" in refusal.numbers else "limit_lamports"] > 0


def test_a_creator_that_is_not_known_is_refused() -> None:
    """What cannot be counted does not pass; without a limit on creators nobody asks."""
    calm = Exposure(balance_lamports=10_000, priority_fee_micro_lamports=0)
    assert names(calm, buy(), BRAKES) == ["max_creator", "max_creator_positions"]
    assert names(calm, buy()) == []


def test_adding_to_a_creators_position_opens_none() -> None:
    """The count of positions is for what opens one."""
    full = Exposure(balance_lamports=10_000, priority_fee_micro_lamports=0, creator_positions=2)
    assert names(full, buy(creator="C", opens_position=False), BRAKES) == []


def test_the_switch_says_who_turned_it() -> None:
    """The refusal repeats it."""
    exposure = Exposure(balance_lamports=10_000, halted=True, halted_by="lunch")
    (refusal,) = check_limits(LIMITS, exposure, buy())
    assert refusal.text == "the kill switch is on (lunch): no entries until `resume`"


def test_every_broken_limit_is_reported() -> None:
    """The door names all reasons at once, each with numbers and text."""
    exposure = Exposure(
        balance_lamports=10,
        open_positions=3,
        open_cost_lamports=200,
        realised_loss_today_lamports=60,
        halted=True,
    )
    refusals = check_limits(LIMITS, exposure, buy(101))
    assert [refusal.limit for refusal in refusals] == [
        "halted",
        "max_trade",
        "max_open_positions",
        "max_exposure",
        "daily_loss",
        "reserve",
    ]
    assert all(refusal.text for refusal in refusals)
    assert refusals[3].numbers == {"at_stake_lamports": 200, "max_spend_lamports": 101, "limit_lamports": 250}
    assert "0.000000101 SOL" in refusals[1].text


def test_adding_to_a_position_opens_none() -> None:
    """A buy that adds to a held position passes the count, not the other limits."""
    full = Exposure(balance_lamports=10_000, open_positions=3)
    assert names(full, buy(opens_position=False)) == []
    assert names(full, buy(101, opens_position=False)) == ["max_trade"]


@pytest.mark.parametrize("flags", [{"forced": True}, {"is_exit": True}, {"forced": True, "is_exit": True}])
def test_no_flag_opens_the_door_for_a_buy(flags: dict[str, bool]) -> None:
    """Neither force nor the exit flag waives a limit of an entry."""
    exposure = Exposure(balance_lamports=0, halted=True)
    assert names(exposure, buy(101, **flags)) == ["halted", "max_trade", "reserve"]


WORST = Exposure(
    balance_lamports=15,
    open_positions=99,
    open_cost_lamports=10**9,
    entries_in_flight=9,
    entries_in_flight_lamports=10**9,
    realised_loss_today_lamports=10**9,
    halted=True,
    token_lamports=10**9,
    creator_lamports=10**9,
    creator_positions=99,
    entries_last_hour=99,
    losing_streak=99,
    pause_left_seconds=99.0,
    fees_last_hour_lamports=10**9,
    fees_last_day_lamports=10**9,
)
WAYS_OUT = [{"kind": IntentKind.SELL, "is_exit": True}, {"kind": IntentKind.CLOSE_ACCOUNT}]


@pytest.mark.parametrize("way_out", WAYS_OUT)
def test_exits_pass_everything_they_can_pay_for(way_out: dict[str, Any]) -> None:
    """Kill switch, loss, exposure, reserve and what is in flight do not hold an exit back."""
    assert names(WORST, OrderRequest(max_spend_lamports=15, **way_out), BRAKES) == []
    assert names(WORST, OrderRequest(max_spend_lamports=16, **way_out), BRAKES) == ["balance"]
    assert names(WORST, OrderRequest(max_spend_lamports=16, forced=True, **way_out), BRAKES) == []


@pytest.mark.parametrize("way_out", WAYS_OUT)
def test_an_unknown_balance_does_not_hold_an_exit_back(way_out: dict[str, Any]) -> None:
    """Trying to leave is better than waiting for a node."""
    exposure = Exposure(balance_lamports=None, halted=True)
    assert names(exposure, OrderRequest(max_spend_lamports=5, **way_out)) == []


@pytest.mark.parametrize("kind", [IntentKind.SELL, IntentKind.TRANSFER])
def test_other_spending_leaves_the_reserve(kind: IntentKind) -> None:
    """Sales of no position and transfers keep the reserve, are not halted, and force waives it."""
    exposure = Exposure(balance_lamports=100, entries_in_flight_lamports=30, halted=True)
    assert names(exposure, OrderRequest(kind=kind, max_spend_lamports=50)) == []
    assert names(exposure, OrderRequest(kind=kind, max_spend_lamports=51)) == ["reserve"]
    assert names(exposure, OrderRequest(kind=kind, max_spend_lamports=51, forced=True)) == []
    blind = Exposure(balance_lamports=None)
    assert names(blind, OrderRequest(kind=kind, max_spend_lamports=1)) == ["reserve"]


small = st.integers(0, 300)


@given(
    st.builds(
        Exposure,
        balance_lamports=st.none() | small,
        open_positions=st.integers(0, 5),
        open_cost_lamports=small,
        entries_in_flight=st.integers(0, 3),
        entries_in_flight_lamports=small,
        others_in_flight_lamports=small,
        realised_loss_today_lamports=st.integers(-100, 100),
        halted=st.booleans(),
    ),
    st.integers(0, 150),
)
def test_a_buy_passes_exactly_when_all_inequalities_hold(exposure: Exposure, spend: int) -> None:
    """The door is open if and only if every stated bound is kept afterwards."""
    in_flight = exposure.entries_in_flight_lamports + exposure.others_in_flight_lamports
    keeps_all = (
        not exposure.halted
        and spend <= 100
        and exposure.open_positions + exposure.entries_in_flight + 1 <= 3
        and exposure.open_cost_lamports + exposure.entries_in_flight_lamports + spend <= 250
        and exposure.realised_loss_today_lamports < 50
        and exposure.balance_lamports is not None
        and exposure.balance_lamports - in_flight - spend >= 20
    )
    assert (check_limits(LIMITS, exposure, buy(spend)) == ()) == keeps_all


@given(
    st.builds(
        Exposure,
        balance_lamports=st.just(10_000),
        token_lamports=small,
        creator_lamports=small,
        creator_positions=st.integers(0, 4),
        entries_last_hour=st.integers(8, 12),
        losing_streak=st.integers(0, 5),
        pause_left_seconds=st.sampled_from([0.0, 0.5, 60.0]),
        fees_last_hour_lamports=st.integers(0, 40),
        fees_last_day_lamports=st.integers(0, 80),
        fees_in_flight_lamports=st.integers(0, 20),
        priority_fee_micro_lamports=st.none() | st.integers(0, 2_000),
    ),
    st.integers(0, 100),
    st.integers(0, 20),
)
def test_a_buy_passes_the_brakes_exactly_when_all_inequalities_hold(
    exposure: Exposure, spend: int, fee: int
) -> None:
    """The brakes are off if and only if every stated bound is kept afterwards."""
    coming = exposure.fees_in_flight_lamports + fee
    keeps_all = (
        exposure.token_lamports + spend <= 120
        and exposure.creator_lamports + spend <= 150
        and exposure.creator_positions + 1 <= 2
        and exposure.entries_last_hour + 1 <= 10
        and (exposure.losing_streak < 3 or exposure.pause_left_seconds == 0)
        and exposure.fees_last_hour_lamports + coming <= 30
        and exposure.fees_last_day_lamports + coming <= 60
        and exposure.priority_fee_micro_lamports is not None
        and exposure.priority_fee_micro_lamports <= 1_000
    )
    request = buy(spend, creator="C", max_fee_lamports=fee)
    assert (check_limits(BRAKES, exposure, request) == ()) == keeps_all


class Trading(RuleBasedStateMachine):
    """Requests, fills, deaths, exits and transfers in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.balance = 600
        self.positions: list[int] = []
        self.flying: list[int] = []
        self.others: list[int] = []
        self.loss = 0
        self.paid_by_exits = 0
        self.entered_after_stop = False
        self.halted = False

    @property
    def exposure(self) -> Exposure:
        """What the engine would report."""
        return Exposure(
            balance_lamports=self.balance,
            open_positions=len(self.positions),
            open_cost_lamports=sum(self.positions),
            entries_in_flight=len(self.flying),
            entries_in_flight_lamports=sum(self.flying),
            others_in_flight_lamports=sum(self.others),
            realised_loss_today_lamports=self.loss,
            halted=self.halted,
        )

    @rule(spend=st.integers(0, 150), forced=st.booleans())
    def ask_to_buy(self, spend: int, forced: bool) -> None:
        """Send the entry when the door is open."""
        if not check_limits(LIMITS, self.exposure, buy(spend, forced=forced)):
            self.entered_after_stop |= self.halted or self.loss >= 50
            self.flying.append(spend)

    @precondition(lambda self: self.flying)
    @rule(data=st.data())
    def fill(self, data: st.DataObject) -> None:
        """The oldest entry lands and costs at most what it could."""
        cost = data.draw(st.integers(0, self.flying.pop(0)))
        self.balance -= cost
        self.positions.append(cost)

    @precondition(lambda self: self.flying)
    @rule()
    def die(self) -> None:
        """The newest entry is proved dead."""
        self.flying.pop()

    @precondition(lambda self: self.positions)
    @rule(fee=st.integers(0, 8), percent=st.integers(0, 200))
    def leave(self, fee: int, percent: int) -> None:
        """An exit pays its fee, perhaps from the reserve, and brings something."""
        request = OrderRequest(kind=IntentKind.SELL, is_exit=True, max_spend_lamports=fee)
        if check_limits(LIMITS, self.exposure, request):
            assert fee > self.balance
            return
        cost = self.positions.pop()
        proceeds = cost * percent // 100
        self.paid_by_exits += fee
        self.balance += proceeds - fee
        self.loss += cost + fee - proceeds

    @rule(spend=st.integers(0, 60))
    def ask_to_send(self, spend: int) -> None:
        """A transfer that passes the door is in flight."""
        request = OrderRequest(kind=IntentKind.TRANSFER, max_spend_lamports=spend)
        if not check_limits(LIMITS, self.exposure, request):
            self.others.append(spend)

    @precondition(lambda self: self.others)
    @rule(lands=st.booleans())
    def settle_transfer(self, lands: bool) -> None:
        """A transfer lands in full or is proved dead."""
        spend = self.others.pop()
        self.balance -= spend if lands else 0

    @rule(halted=st.booleans())
    def switch(self, halted: bool) -> None:
        """Halt or resume."""
        self.halted = halted

    @invariant()
    def exposure_is_bounded(self) -> None:
        """Cost of positions and entries in flight never exceed the bound."""
        assert sum(self.positions) + sum(self.flying) <= LIMITS.max_exposure_lamports

    @invariant()
    def positions_are_bounded(self) -> None:
        """Open positions and entries in flight never exceed their number."""
        assert len(self.positions) + len(self.flying) <= LIMITS.max_open_positions

    @invariant()
    def reserve_is_left_for_exits(self) -> None:
        """If everything in flight landed at its maximum, only exits would have used the reserve."""
        worst = self.balance - sum(self.flying) - sum(self.others)
        assert worst + self.paid_by_exits >= LIMITS.reserve_lamports

    @invariant()
    def nothing_enters_after_a_stop(self) -> None:
        """Neither the kill switch nor the daily loss lets an entry pass."""
        assert not self.entered_after_stop


TestTrading = Trading.TestCase
TestTrading.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
