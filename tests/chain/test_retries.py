"""When a read is tried again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniperforge.chain.retries import NO_RETRY, RetryPolicy
from sniperforge.errors import RpcError, UnavailableError

OUTAGE = UnavailableError("no connection")
POLICY = RetryPolicy(attempts=4, first_delay=0.1, max_delay=1.0)


def http_error(status: int, **details: float) -> UnavailableError:
    """What the transport raises for an HTTP status."""
    return UnavailableError("x", details={"http_status": status, **details})


def test_delays_double_up_to_the_last_try() -> None:
    """Without jitter the delays are half of 0.1, 0.2, 0.4, and the fourth failure is final."""
    assert [POLICY.delay(OUTAGE, attempt, 0.0) for attempt in (1, 2, 3, 4)] == [0.05, 0.1, 0.2, None]


@given(st.integers(1, 60), st.floats(0, 1, exclude_max=True))
def test_delays_stay_within_their_bounds(attempt: int, jitter: float) -> None:
    """However many tries and whatever the jitter, a delay is positive and never above the maximum."""
    delay = RetryPolicy(attempts=100, first_delay=0.1, max_delay=1.0).delay(OUTAGE, attempt, jitter)
    assert delay is not None
    assert 0 < delay <= 1.0


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413, 422])
def test_a_refusal_is_final(status: int) -> None:
    """A wrong key or a wrong address is not cured by asking again."""
    assert POLICY.delay(http_error(status), 1, 0.0) is None


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_passing_failure_is_tried_again(status: int) -> None:
    """A busy or broken gateway may recover."""
    assert POLICY.delay(http_error(status), 1, 0.0) == 0.05


def test_retry_after_is_kept_when_it_is_short() -> None:
    """The node's wish counts when it is longer than our delay, and ours when it is longer."""
    assert POLICY.delay(http_error(429, retry_after=0.7), 1, 0.0) == 0.7
    assert POLICY.delay(http_error(429, retry_after=0.0), 1, 0.0) == 0.05


def test_a_long_retry_after_ends_the_tries() -> None:
    """A caller learns at once that a node wants a minute's rest; it may have another node."""
    assert POLICY.delay(http_error(429, retry_after=60.0), 1, 0.0) is None


@pytest.mark.parametrize(
    ("code", "again"), [(-32005, True), (-32016, True), (429, True), (-32602, False), (0, False)]
)
def test_only_passing_rpc_errors_are_tried_again(code: int, again: bool) -> None:
    """A node that is behind may catch up; wrong parameters stay wrong."""
    assert (POLICY.delay(RpcError("x", rpc_code=code), 1, 0.0) is not None) is again


def test_no_retry_means_one_try() -> None:
    """The policy for tests and probes."""
    assert NO_RETRY.delay(OUTAGE, 1, 0.0) is None
