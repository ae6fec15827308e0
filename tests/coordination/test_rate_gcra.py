"""The arithmetic of rate budgets: what any order of requests can and cannot get."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniperforge.coordination.rate_gcra import (
    CALM,
    FIRST_PAUSE,
    MAX_PAUSE,
    SECOND,
    UNLIMITED,
    Lanes,
    Rate,
    believable,
    rate_of,
    refuse,
    reserve,
    run_low,
)
from sniperforge.domain.priority import Priority

HEAVIEST = Decimal("2.5")
ONE = Decimal(1)
READ = Priority.READ
NANOSECONDS = Decimal("0.0001")
"""Weight that the rounding to whole nanoseconds may add."""

weights = st.sampled_from([Decimal("0.5"), ONE, Decimal(2), HEAVIEST])
requests = st.lists(
    st.tuples(st.integers(0, SECOND), weights, st.sampled_from(Priority)), min_size=1, max_size=60
)  # pause before it, weight, priority
rates = st.tuples(
    st.decimals(Decimal("0.1"), Decimal(1000), places=1), st.decimals(Decimal(5), Decimal(50), places=1)
)


def granted(rate: Rate, asked: list[tuple[int, Decimal, Priority]]) -> list[tuple[int, Decimal, Priority]]:
    """When each request starts, its weight, and what it is for."""
    lanes, now, starts = Lanes(), 0, []
    for pause, weight, priority in asked:
        now += pause
        after, start = reserve(lanes, rate, weight, now, priority)
        if start - now <= MAX_PAUSE:
            lanes = after
            starts.append((start, weight, priority))
    return sorted(starts, key=lambda each: each[0])


def weight_within(starts: list[tuple[int, Decimal, Priority]], first: int, last: int) -> Decimal:
    """All that starts from the ``first`` moment to the ``last``."""
    return sum((weight for start, weight, _ in starts if first <= start <= last), Decimal())


@given(asked=requests, limits=rates)
def test_no_stretch_of_time_has_more_than_rate_times_time_and_burst(
    asked: list[tuple[int, Decimal, Priority]], limits: tuple[Decimal, Decimal]
) -> None:
    """Whatever is asked in whatever order, for whatever."""
    per_second, burst = limits
    starts = granted(rate_of(per_second, burst, HEAVIEST), asked)
    moments = [start for start, _, _ in starts]
    for index, first in enumerate(moments):
        for last in moments[index:]:
            most = per_second * (last - first) / SECOND + burst
            assert weight_within(starts, first, last) <= most + NANOSECONDS


@given(asked=requests, limits=rates)
def test_plain_reads_leave_the_fifth_and_the_burst(
    asked: list[tuple[int, Decimal, Priority]], limits: tuple[Decimal, Decimal]
) -> None:
    """They have four fifths of the rate, and room for one of the heaviest."""
    per_second, burst = limits
    starts = granted(rate_of(per_second, burst, HEAVIEST), [(p, w, READ) for p, w, _ in asked])
    for first, _, _ in starts:
        for last, _, _ in starts:
            most = Decimal("0.8") * per_second * (last - first) / SECOND + HEAVIEST
            assert weight_within(starts, first, last) <= most + NANOSECONDS or last < first


@given(asked=requests, limits=rates)
def test_a_send_after_any_crowd_leaves_at_once(
    asked: list[tuple[int, Decimal, Priority]], limits: tuple[Decimal, Decimal]
) -> None:
    """However many others have asked before it."""
    rate, lanes, now = rate_of(*limits, HEAVIEST), Lanes(), 0
    for pause, weight, _ in asked:
        now += pause
        lanes, _ = reserve(lanes, rate, weight, now, READ)
    assert reserve(lanes, rate, HEAVIEST, now, Priority.SEND)[1] == now


@given(asked=requests, limits=rates)
def test_sends_alone_get_the_whole_rate(
    asked: list[tuple[int, Decimal, Priority]], limits: tuple[Decimal, Decimal]
) -> None:
    """They borrow what the others leave: no wait is longer than the whole rate makes it."""
    per_second, burst = limits
    rate, lanes, now = rate_of(per_second, burst, HEAVIEST), Lanes(), 0
    taken = Decimal()
    for _, weight, _ in asked:
        lanes, start = reserve(lanes, rate, weight, now, Priority.SEND)
        taken += weight
        slack = 5 * HEAVIEST / per_second * SECOND
        assert start <= max(Decimal(), (taken - burst) / per_second * SECOND) + slack


@given(asked=st.lists(weights, min_size=2, max_size=40), limits=rates)
def test_slots_are_given_in_order(asked: list[Decimal], limits: tuple[Decimal, Decimal]) -> None:
    """First come, first served within a class."""
    starts = [start for start, _, _ in granted(rate_of(*limits, HEAVIEST), [(0, w, READ) for w in asked])]
    assert all(before <= after for before, after in pairwise(starts))


def test_a_burst_holds_one_request_of_each_class() -> None:
    """A smaller one could not keep both promises."""
    with pytest.raises(ValueError, match="does not hold two"):
        rate_of(ONE, Decimal("4.9"), HEAVIEST)


def test_the_public_numbers() -> None:
    """Ten seconds at 8/s with a burst of 20 are 100 requests, as documented of the public nodes."""
    rate = rate_of(Decimal(8), Decimal(20), ONE)
    asked = [(0, ONE, Priority.SEND)] * 200
    assert weight_within(granted(rate, asked), 0, 10 * SECOND) <= 100


def test_unlimited_starts_at_once_and_still_pauses() -> None:
    """Without a rate only the server's refusal holds anything back."""
    lanes, start = reserve(Lanes(), UNLIMITED, Decimal(1000), 5, READ)
    assert start == 5
    lanes = refuse(lanes, 5, 3 * SECOND)
    for priority in Priority:
        assert reserve(lanes, UNLIMITED, ONE, 6, priority)[1] == 5 + 3 * SECOND


def test_a_refusal_holds_everybody_for_as_long_as_the_server_says() -> None:
    """And no longer than a minute, whatever it says; a shorter one does not shorten the pause."""
    rate = rate_of(ONE, Decimal(5), ONE)
    lanes = refuse(Lanes(), 0, 7 * SECOND)
    assert [reserve(lanes, rate, ONE, 0, priority)[1] for priority in Priority] == [7 * SECOND] * 3
    assert refuse(lanes, SECOND, SECOND).paused_until == 7 * SECOND
    assert refuse(lanes, 0, 3600 * SECOND).paused_until == MAX_PAUSE


def test_refusals_without_a_time_pause_ever_longer() -> None:
    """Doubled when they follow closely, anew after calm; those of the same burst count once."""
    lanes = refuse(Lanes(), 0, None)
    assert lanes.paused_until == FIRST_PAUSE
    assert refuse(lanes, FIRST_PAUSE // 2, None) == lanes
    lanes = refuse(lanes, FIRST_PAUSE, 0)
    assert lanes.paused_until == 3 * FIRST_PAUSE
    for _ in range(10):
        lanes = refuse(lanes, lanes.paused_until, None)
    assert lanes.pause == MAX_PAUSE
    assert refuse(lanes, lanes.paused_until + CALM, None).pause == FIRST_PAUSE


def test_what_the_server_has_left_is_kept_for_sends_and_exits() -> None:
    """The others wait until its count begins anew."""
    rate = rate_of(Decimal(10), Decimal(10), ONE)
    lanes = run_low(Lanes(), rate, 0, 4 * SECOND)
    assert reserve(lanes, rate, ONE, 0, Priority.SEND)[1] == 0
    assert 4 * SECOND <= reserve(lanes, rate, ONE, 0, READ)[1] <= 4 * SECOND + SECOND // 5


@given(garbage=st.tuples(*[st.integers(-(2**62), 2**62)] * 4), now=st.integers(0, 2**60))
def test_no_record_can_stop_anybody(garbage: tuple[int, int, int, int], now: int) -> None:
    """Times that no grant can have led to wait a minute and a request at most."""
    rate = rate_of(ONE, Decimal(5), ONE)
    for priority in Priority:
        _, start = reserve(Lanes(*garbage), rate, ONE, now, priority)
        assert now <= start <= now + MAX_PAUSE + MAX_PAUSE + 2 * SECOND


@given(asked=requests, limits=rates)
def test_a_record_that_grants_led_to_is_believed(
    asked: list[tuple[int, Decimal, Priority]], limits: tuple[Decimal, Decimal]
) -> None:
    """The check above never gives away what was granted."""
    rate, lanes, now = rate_of(*limits, HEAVIEST), Lanes(), 0
    for pause, weight, priority in asked:
        now += pause
        after, start = reserve(lanes, rate, weight, now, priority)
        if start - now <= MAX_PAUSE:
            lanes = after
        assert believable(lanes, rate, now) == lanes


def test_what_exits_read_leaves_half_of_the_burst_to_sends() -> None:
    """However much they watch: the shared lane is full, and the reserved one half empty at most."""
    rate, lanes = rate_of(ONE, Decimal(21), ONE), Lanes()
    kinds = [READ, *[Priority.EXIT] * 10, *[Priority.SEND] * 10]
    starts = []
    for priority in kinds:
        lanes, start = reserve(lanes, rate, ONE, 0, priority)
        starts.append(start)
    assert starts == [0] * len(kinds)
    assert reserve(lanes, rate, ONE, 0, Priority.EXIT)[1] > 0
