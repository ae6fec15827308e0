"""A bounded memory."""

from __future__ import annotations

from sniperforge.market.recent import Recent


def test_a_thing_is_new_once() -> None:
    """Until it is forgotten."""
    recent = Recent(10)
    assert (recent.add("a"), recent.add("a"), "a" in recent) == (True, False, True)
    recent.forget("a")
    recent.forget("never")
    assert (recent.add("a"), len(recent)) == (True, 1)


def test_the_oldest_is_forgotten_first() -> None:
    """The bound holds whatever comes."""
    recent = Recent(3)
    for number in range(100):
        recent.add(number)
    assert len(recent) == 3
    assert [number in recent for number in (96, 97, 98, 99)] == [False, True, True, True]
