"""Decisions from a seed."""

from __future__ import annotations

from collections import Counter

import pytest

from sniperforge.localnet.faults.dice import SERVER_ERRORS, FaultDice, HttpFate, NodeFate, SubmissionFate
from sniperforge.localnet.faults.plan import PROFILES, FaultPlan


def decisions(plan: FaultPlan, count: int = 300, endpoint: int = 1) -> list[object]:
    """Everything that a dice decides, in one order."""
    dice = FaultDice(plan, endpoint)
    return [
        decision
        for number in range(count)
        for decision in (
            dice.submission(f"signature {number}", number * 10),
            dice.http(),
            dice.node(),
            dice.copies(),
            dice.falls_silent(),
            dice.forgets(),
            dice.rolls_back(),
        )
    ]


@pytest.mark.parametrize("profile", PROFILES)
def test_a_seed_decides_the_same_every_time(profile: str) -> None:
    """Two dice of one plan agree in everything; another seed differs."""
    plan = PROFILES[profile]
    assert decisions(plan) == decisions(plan)
    assert decisions(plan) != decisions(plan.changed({"seed": plan.seed + 1}))
    assert decisions(plan, endpoint=2) == decisions(plan, endpoint=2) != decisions(plan)


def test_kinds_do_not_disturb_each_other() -> None:
    """The n-th submission has its fate whatever else was decided in between."""
    plan = PROFILES["hostile"]
    plain, busy = FaultDice(plan), FaultDice(plan)
    wanted = [plain.submission(str(number), 10**6) for number in range(100)]
    found = []
    for number in range(100):
        busy.http()
        busy.copies()
        found.append(busy.submission(str(number), 10**6))
    assert found == wanted


def test_without_faults_all_is_well() -> None:
    """The default plan decides for nothing."""
    dice = FaultDice(FaultPlan())
    assert (dice.submission("a", 0), dice.http(), dice.node()) == (SubmissionFate(), HttpFate(), NodeFate())
    assert (dice.copies(), dice.falls_silent(), dice.forgets(), dice.rolls_back()) == (1, False, False, False)


def test_probabilities_hold() -> None:
    """Of 4,000 decisions about as many hit as the plan says."""
    dice = FaultDice(FaultPlan(drop=0.25, not_found=0.1, ws_miss=0.5))
    drops = sum(dice.submission(str(number), 0).dropped for number in range(4_000))
    assert 900 < drops < 1_100
    assert 320 < sum(dice.forgets() for _ in range(4_000)) < 480
    assert 1_850 < Counter(dice.copies() for _ in range(4_000))[0] < 2_150


def test_the_fee_floor_lets_only_the_willing_through() -> None:
    """Below the floor never, at the floor always."""
    dice = FaultDice(FaultPlan(fee_floor=1_000))
    assert dice.submission("a", 999).dropped
    assert not dice.submission("a", 1_000).dropped


def test_what_expires_stays_expired() -> None:
    """A transaction that is to expire does so however often and wherever it is sent; the others never do."""
    dice = FaultDice(FaultPlan(expire=0.5))
    other = FaultDice(FaultPlan(expire=0.5), endpoint=2)
    fates = {
        name: {each.submission(name, 0).dropped for _ in range(20) for each in (dice, other)}
        for name in map(str, range(100))
    }
    assert {len(seen) for seen in fates.values()} == {1}
    assert 30 < sum(True in seen for seen in fates.values()) < 70


def test_delays_stay_in_bounds() -> None:
    """1 up to the setting, all of them drawn; 0 slots mean none."""
    dice = FaultDice(FaultPlan(delay=1, delay_slots=3))
    assert {dice.submission(str(n), 0).slots for n in range(100)} == {1, 2, 3}
    assert FaultDice(FaultPlan(delay=1, delay_slots=0)).submission("a", 0) == SubmissionFate()
    assert FaultDice(FaultPlan(reorder=1)).submission("a", 0) == SubmissionFate(behind_next=True)


def test_http_fates() -> None:
    """A limit comes before everything; of the server's errors only 503 leaves the request undone."""
    assert FaultDice(FaultPlan(rate_limit=1, server_error=1, slow=1)).http() == HttpFate(429)
    assert not HttpFate(429).handled
    errors = FaultDice(FaultPlan(server_error=1))
    fates = [errors.http() for _ in range(100)]
    assert {fate.status for fate in fates} == set(SERVER_ERRORS)
    assert {fate.status for fate in fates if not fate.handled} == {503}
    assert FaultDice(FaultPlan(slow=1, slow_ms=1, truncate=1)).http() == HttpFate(200, 1, truncated=True)


def test_nodes_lag_and_miss_hashes() -> None:
    """Both at once when both are certain."""
    dice = FaultDice(FaultPlan(lag=1, lag_slots=5, unknown_blockhash=1))
    assert dice.node() == NodeFate(5, fresh_hashes=False)


def test_nodes_lie() -> None:
    """About slots and heights by as many as the setting says, and about the genesis."""
    dice = FaultDice(FaultPlan(ahead=1, ahead_slots=7, wrong_genesis=1))
    assert dice.node() == NodeFate(ahead=7, wrong_genesis=True)


def test_some_submissions_are_watched() -> None:
    """About as many as the plan says, and those that are held back among them."""
    dice = FaultDice(FaultPlan(sandwich=0.5, delay=1))
    fates = [dice.submission(str(number), 0) for number in range(1_000)]
    assert 430 < sum(fate.watched for fate in fates) < 570
    assert all(fate.slots for fate in fates)


def test_bundles_are_lost_like_submissions() -> None:
    """By chance, anew each time; or for good. What they draw changes nobody else's fate."""
    dice, other = FaultDice(FaultPlan(drop=0.5)), FaultDice(FaultPlan(drop=0.5))
    lost = [dice.loses_bundle("a") for _ in range(200)]
    assert 60 < sum(lost) < 140
    assert [dice.submission("s", 0) for _ in range(50)] == [other.submission("s", 0) for _ in range(50)]
    doomed = FaultDice(FaultPlan(expire=0.5))
    fates = {name: {doomed.loses_bundle(name) for _ in range(5)} for name in map(str, range(50))}
    assert set(map(len, fates.values())) == {1}
    assert set().union(*fates.values()) == {True, False}


def test_dropped_blocks_are_looked_through() -> None:
    """As often as submissions are watched; with no trader nothing is drawn."""
    dice = FaultDice(FaultPlan(sandwich=0.5))
    assert 60 < sum(dice.finds_uncle() for _ in range(200)) < 140
    assert not FaultDice(FaultPlan()).finds_uncle()
