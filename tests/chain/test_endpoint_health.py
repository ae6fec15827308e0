"""What requests tell of an endpoint, and when it is left alone."""

from __future__ import annotations

import pytest

from sniperforge.chain.endpoint_health import (
    FAILURES_TO_REST,
    FIRST_REST_SECONDS,
    LAST_REST_SECONDS,
    EndpointHealth,
)


def failing(times: int, now: float = 0.0) -> EndpointHealth:
    """An endpoint that failed so often at ``now``."""
    health = EndpointHealth()
    for _ in range(times):
        health.failed("down", now)
    return health


def test_failures_in_a_row_open_the_circuit() -> None:
    """One less does not, and an answer in between begins the count anew."""
    assert not failing(FAILURES_TO_REST - 1).rests(0.0)
    assert failing(FAILURES_TO_REST).rests(0.0)
    mixed = failing(FAILURES_TO_REST - 1)
    mixed.answered(0.1)
    mixed.failed("down", 0.0)
    assert not mixed.rests(0.0)
    assert (mixed.answers, mixed.failures, mixed.last_error) == (1, FAILURES_TO_REST, "down")


def test_one_trial_after_the_rest() -> None:
    """Half open: one request goes through, others are kept away until it has ended."""
    health = failing(FAILURES_TO_REST)
    later = FIRST_REST_SECONDS
    assert health.on_probation(later)
    assert health.begin(later)
    assert health.rests(later)
    assert not health.begin(later)
    health.end_trial()  # given up unanswered
    assert health.on_probation(later)
    assert health.begin(later)
    health.answered(0.1)
    health.end_trial()
    assert not health.rests(later)
    assert not health.on_probation(later)


def test_each_failed_trial_doubles_the_rest() -> None:
    """Up to a bound; an answer makes it short again."""
    health, now, rests = failing(FAILURES_TO_REST), 0.0, list[float]()
    for _ in range(8):
        begun = now
        while health.rests(now):
            now += 0.5
        rests.append(now - begun)
        health.failed("down", now)
    assert rests == [1, 2, 4, 8, 16, LAST_REST_SECONDS, LAST_REST_SECONDS, LAST_REST_SECONDS]
    health.answered(0.1)
    for _ in range(FAILURES_TO_REST):
        health.failed("down", now)
    assert not health.rests(now + FIRST_REST_SECONDS)


@pytest.mark.parametrize(("asked", "rest"), [(0.5, 0.5), (900.0, LAST_REST_SECONDS)])
def test_a_rate_limiters_wish_is_a_rest_at_once(asked: float, rest: float) -> None:
    """As long as it says, within reason."""
    health = EndpointHealth()
    health.failed("HTTP 429", 10.0, asked)
    assert health.rests(10.0 + rest - 0.01)
    assert not health.rests(10.0 + rest)


def test_latency_is_a_moving_average_and_its_tail() -> None:
    """One late answer moves the average by a fifth; the tail is told once there are enough samples."""
    health = EndpointHealth()
    assert health.latency is None
    health.answered(1.0)
    health.answered(2.0)
    assert health.latency == pytest.approx(1.2)
    assert health.p95(unless=9.0) == 9.0
    for number in range(98):
        health.answered(number / 100)
    assert health.p95(unless=9.0) == pytest.approx(0.94)
