"""The connection's own slot subscription."""

from __future__ import annotations

from sniperforge.chain.heartbeat import Heartbeat


def test_it_keeps_the_newest_slot_and_root() -> None:
    """Older and odd notifications change nothing."""
    heart = Heartbeat()
    assert (heart.slot, heart.root, heart.beating) == (0, 0, False)
    heart.put({"slot": 50, "parent": 49, "root": 18}, 1.0)
    heart.put({"slot": 49, "root": 17}, 2.0)
    heart.put({"slot": None}, 2.0)
    assert (heart.slot, heart.root, heart.beating) == (50, 18, True)


def test_odd_results_are_no_beat() -> None:
    """Only a slot is a sign of life."""
    heart = Heartbeat()
    heart.put("odd", 1.0)
    heart.put_gap(1, "reconnected", 1.0)
    assert (heart.beating, len(heart)) == (False, 0)


def test_it_stops_with_the_connection_but_remembers() -> None:
    """The next connection starts from what was known."""
    heart = Heartbeat()
    heart.put({"slot": 50, "root": 18}, 1.0)
    heart.end()
    assert (heart.beating, heart.root) == (False, 18)
