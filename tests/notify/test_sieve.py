"""Repeated alerts are counted, and no kind floods a channel or starves another."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from sniperforge.notify import sieve as module
from sniperforge.notify.alert import Alert, AlertKind
from sniperforge.notify.sieve import Sieve

WINDOW = 900.0


def alert(subject: str = "a", kind: AlertKind = AlertKind.STUCK) -> Alert:
    """About a subject."""
    return Alert(kind, subject, "title", "text")


def test_the_same_is_told_once_and_counted() -> None:
    """After the window it is told again, with how often it came meanwhile."""
    sieve = Sieve(window=WINDOW, per_minute=10)
    assert sieve.admit(alert(), 0.0) == alert()
    assert [sieve.admit(alert(), at) for at in (1.0, 2.0, WINDOW - 1)] == [None] * 3
    again = sieve.admit(alert(), WINDOW)
    assert again is not None
    assert again.text == "text (3 times more since it was last told)"
    later = sieve.admit(alert(), 3 * WINDOW)
    assert later == alert()


def test_another_kind_or_subject_is_another_alert() -> None:
    """Only both together are the same."""
    sieve = Sieve(window=WINDOW, per_minute=10)
    different = [alert("a"), alert("b"), alert("a", AlertKind.HALT)]
    assert [sieve.admit(each, 0.0) for each in different] == different


def test_a_flood_of_fills_leaves_halts_alone() -> None:
    """What is too much is left out and counted, per kind."""
    sieve = Sieve(window=WINDOW, per_minute=2)
    fills = [sieve.admit(alert(str(n), AlertKind.FILL), float(n)) for n in range(5)]
    assert [each is not None for each in fills] == [True, True, False, False, False]
    assert sieve.admit(alert("h", AlertKind.HALT), 5.0) == alert("h", AlertKind.HALT)
    later = sieve.admit(alert("x", AlertKind.FILL), 61.0)
    assert later is not None
    assert later.text == "text (3 other fill alerts were left out: too many)"


def test_what_was_left_out_may_pass_later() -> None:
    """It was not told, so the window does not hold it back."""
    sieve = Sieve(window=WINDOW, per_minute=1)
    sieve.admit(alert("a"), 0.0)
    assert sieve.admit(alert("b"), 1.0) is None
    assert sieve.admit(alert("b"), 60.0) is not None


def test_memory_is_bounded() -> None:
    """The oldest subjects are forgotten."""
    sieve = Sieve(window=10**9, per_minute=10**9)
    for number in range(module.SUBJECTS_KEPT + 5):
        sieve.admit(alert(str(number)), 0.0)
    assert len(sieve._seen) == module.SUBJECTS_KEPT
    assert sieve.admit(alert("0"), 1.0) is not None


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"), st.sampled_from(list(AlertKind)), st.floats(0, 400, allow_nan=False)
        ),
        max_size=60,
    ),
    st.integers(1, 4),
)
def test_any_course_of_alerts(course: list[tuple[str, AlertKind, float]], per_minute: int) -> None:
    """No subject passes twice within the window, no kind more often than allowed, and every alert counts."""
    sieve = Sieve(window=100.0, per_minute=per_minute)
    now, passed = 0.0, list[tuple[float, Alert]]()
    asked: Counter[AlertKind] = Counter()
    for subject, kind, after in course:
        now += after
        asked[kind] += 1
        told = sieve.admit(alert(subject, kind), now)
        if told is not None:
            passed.append((now, told))
    for at, told in passed:
        same = [t for t, each in passed if (each.kind, each.subject) == (told.kind, told.subject)]
        assert sum(at <= t < at + 100.0 for t in same) == 1
        kind = [t for t, each in passed if each.kind is told.kind]
        assert sum(at <= t < at + module.MINUTE for t in kind) <= per_minute
    left_out = sum(sieve._left_out.values()) + sum(_said(told, "other") for _, told in passed)
    repeated = sum(each.repeated for each in sieve._seen.values()) + sum(
        _said(told, "times") for _, told in passed
    )
    assert len(passed) + left_out + repeated >= sum(asked.values())


def _said(alert: Alert, word: str) -> int:
    """The number before a word in the text, 0 without one."""
    words = alert.text.replace("(", "").split()
    return int(words[words.index(word) - 1]) if word in words else 0
