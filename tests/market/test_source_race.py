"""Who saw a creation first."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from sniperforge.market.source_race import SourceRace, Standing

NAMES = ("a", "b", "c")
SIGHTINGS = st.lists(
    st.tuples(st.sampled_from("xyz"), st.sampled_from(NAMES), st.integers(0, 50)), unique_by=lambda s: s[:2]
)


def test_the_first_and_the_others() -> None:
    """Median and greatest lag of those that were not first; what others saw alone is missed."""
    race = SourceRace()
    for signature, source, at in (("x", "a", 1.0), ("x", "b", 3.0), ("y", "b", 5.0), ("y", "a", 9.0)):
        race.seen(signature, source, at)
    assert race.standing("a") == Standing()
    race.created("x")
    race.created("y")
    assert race.standing("a") == Standing(2, 1, 0, 4.0, 4.0)
    assert race.standing("b") == Standing(2, 1, 0, 2.0, 2.0)
    assert race.standing("c") == Standing(missed=2)


def test_a_source_that_tells_twice_counts_by_its_first_time() -> None:
    """Notifications come double after a reconnect."""
    race = SourceRace()
    for at in (2.0, 9.0):
        race.seen("x", "a", at)
    race.seen("x", "b", 3.0)
    race.created("x")
    assert (race.standing("a").first, race.standing("b").lag) == (1, 1.0)


def test_the_oldest_are_forgotten() -> None:
    """Memory does not grow."""
    race = SourceRace(2)
    for signature in "xyz":
        race.seen(signature, "a", 1.0)
        race.created(signature)
    assert race.standing("a").seen == 2


@given(SIGHTINGS, st.randoms(use_true_random=False))
def test_the_order_of_hearing_does_not_matter(
    sightings: list[tuple[str, str, int]], order: random.Random
) -> None:
    """Each creation is seen or missed by each source, and first by one at least."""
    races = SourceRace(), SourceRace()
    shuffled = order.sample(sightings, len(sightings))
    for race, told in zip(races, (sightings, shuffled), strict=True):
        for signature, source, at in told:
            race.seen(signature, source, at)
            race.created(signature)
    standings = [races[0].standing(name) for name in NAMES]
    assert standings == [races[1].standing(name) for name in NAMES]
    creations = len({signature for signature, _, _ in sightings})
    assert {standing.seen + standing.missed for standing in standings} == {creations}
    assert sum(standing.first for standing in standings) >= creations
