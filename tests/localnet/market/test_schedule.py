"""Which launches come when: decided by the seed alone."""

from __future__ import annotations

from collections import Counter
from itertools import islice, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sniperforge.localnet.market.archetypes import ARCHETYPES, Aftermath
from sniperforge.localnet.market.schedule import Launch, launches

DECK = sum(archetype.per_deck for archetype in ARCHETYPES)
SEEDS = st.integers(min_value=0, max_value=2**63 - 1)


def first(
    count: int, seed: int = 7, *, per_minute: int = 30, crowd: int = 24, first_ms: int = 2_000
) -> list[Launch]:
    """The first launches of a schedule."""
    return list(islice(launches(seed, per_minute=per_minute, crowd=crowd, first_ms=first_ms), count))


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_the_same_seed_is_the_same_schedule(seed: int) -> None:
    """Whole launches are equal: keys, times, trades, strikes."""
    assert first(30, seed) == first(30, seed)


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_another_seed_is_another_schedule(seed: int) -> None:
    """Other keys for every launch, another order of kinds, other trades."""
    one, two = first(2 * DECK, seed), first(2 * DECK, seed + 1)
    assert not {launch.seed for launch in one} & {launch.seed for launch in two}
    assert [launch.archetype for launch in one] != [launch.archetype for launch in two]
    assert all(a.trades != b.trades for a, b in zip(one, two, strict=True) if a.trades and b.trades)


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_every_deck_holds_every_kind(seed: int) -> None:
    """Each run of one deck's length has as many of each kind as the kind says; only the order differs."""
    coming = first(4 * DECK, seed)
    decks = [coming[start : start + DECK] for start in range(0, len(coming), DECK)]
    for deck in decks:
        dealt = Counter(launch.archetype.name for launch in deck)
        assert dealt == {archetype.name: archetype.per_deck for archetype in ARCHETYPES}
    orders = {tuple(launch.archetype.name for launch in deck) for deck in decks}
    assert len(orders) == len(decks)


@pytest.mark.parametrize("per_minute", [1, 12, 30, 600, 60_000])
def test_launches_are_regular_and_jittered(per_minute: int) -> None:
    """One in each gap, at its start or up to half of it later; numbers count from 0."""
    gap = 60_000 // per_minute
    coming = first(50, per_minute=per_minute, first_ms=500)
    assert [launch.number for launch in coming] == list(range(50))
    offsets = [launch.at_ms - 500 - launch.number * gap for launch in coming]
    assert all(0 <= offset < max(gap // 2, 1) for offset in offsets)
    assert gap < 4 or len(set(offsets)) > 1


def test_the_pace_changes_times_alone() -> None:
    """Kinds and keys stay: a faster market is the same market."""
    slow, fast = first(DECK, per_minute=6), first(DECK, per_minute=60)
    assert [(each.archetype, each.seed) for each in slow] == [(each.archetype, each.seed) for each in fast]
    assert slow[-1].at_ms > 5 * fast[-1].at_ms


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.integers(min_value=1, max_value=30))
def test_trades_can_be_made(seed: int, crowd: int) -> None:
    """In order, by a dozen members of the crowd, each a buy or a sale, none before the pool can be open."""
    for launch in first(DECK, seed, crowd=crowd):
        steps = launch.trades
        if launch.archetype.aftermath is Aftermath.AIRDROP:
            assert steps == (), "there is no pool"
            continue
        assert 24 <= len(steps) < 40
        assert 1_000 < steps[0].after_ms < 2_000
        assert all(later.after_ms - step.after_ms >= 300 for step, later in pairwise(steps))
        assert {step.trader for step in steps} <= set(range(crowd))
        assert len({step.trader for step in steps}) <= 12
        assert all((step.lamports > 0) != (step.sell_percent > 0) for step in steps)
        assert all(0 <= step.sell_percent <= 100 for step in steps)


def test_the_crowd_leaves_what_fades_and_buys_the_rest() -> None:
    """After the first steps far more is sold than bought of a token that fades; of the others more is bought."""
    bought: Counter[bool] = Counter()
    steps: Counter[bool] = Counter()
    for launch in first(10 * DECK):
        fades = launch.archetype.aftermath is Aftermath.FADE
        bought[fades] += sum(step.lamports > 0 for step in launch.trades[6:])
        steps[fades] += len(launch.trades[6:])
    assert bought[True] / steps[True] < 0.1
    assert bought[False] / steps[False] > 0.6


def test_those_sell_what_fades_who_bought_it() -> None:
    """A price does not fall by sales of nothing: once somebody bought, only buyers sell, half of it or more."""
    for launch in first(4 * DECK):
        if launch.archetype.aftermath is Aftermath.FADE:
            buyers: set[int] = set()
            for step in launch.trades:
                if step.lamports:
                    buyers.add(step.trader)
                elif buyers:
                    assert step.trader in buyers
                    assert step.sell_percent >= 50


def test_sums_and_moments_vary() -> None:
    """Liquidity, strike and keys differ from launch to launch, within what the market's money allows."""
    coming = first(3 * DECK)
    assert all(12 * 10**9 <= launch.liquidity < 60 * 10**9 for launch in coming)
    assert all(8_000 <= launch.strike_ms < 16_000 for launch in coming if not early_or_late(launch))
    assert len({launch.seed for launch in coming}) == len(coming)
    assert len({launch.liquidity for launch in coming}) > 20
    assert len({launch.strike_ms for launch in coming}) > 50


def early_or_late(launch: Launch) -> bool:
    """Whether a launch does not strike at the usual time."""
    return launch.archetype.slow or launch.archetype.aftermath is Aftermath.WASH


def test_the_slow_wait_for_hours() -> None:
    """One to four, however long an hour is said to be; the others do not know about it."""
    for hour_ms in (3_600_000, 10_000):
        coming = list(islice(launches(7, per_minute=30, crowd=24, hour_ms=hour_ms), 4 * DECK))
        slow = [launch.strike_ms for launch in coming if launch.archetype.slow]
        assert len(slow) == 4
        assert all(hour_ms <= strike_ms < 4 * hour_ms for strike_ms in slow)
        assert max(launch.strike_ms for launch in coming if not launch.archetype.slow) < 16_000


def test_washing_starts_when_the_pool_opens() -> None:
    """With the first traders."""
    washed = [launch for launch in first(4 * DECK) if launch.archetype.aftermath is Aftermath.WASH]
    assert all(1_100 <= launch.strike_ms < 2_000 for launch in washed)
