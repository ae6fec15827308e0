"""Times for people."""

from __future__ import annotations

from sniperforge.cli.moments import full_time, short_time

NOON = 1_700_049_600.0


def test_today_shows_the_time_and_before_the_date() -> None:
    """The day is UTC's."""
    assert short_time(NOON, NOON) == "12:00:00"
    assert short_time(NOON - 12 * 3_600, NOON) == "00:00:00"
    assert short_time(NOON - 12 * 3_600 - 1, NOON) == "11-14 23:59"


def test_a_full_time_names_its_zone() -> None:
    """So that nobody takes it for local time."""
    assert full_time(NOON) == "2023-11-15 12:00:00 UTC"
