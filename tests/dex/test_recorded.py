"""Every venue against every recorded file: what is decoded is what the recordings say, and nothing else."""

from __future__ import annotations

import pytest

from sniperforge.dex.registry import DETECTORS
from sniperforge.testing.fixtures import shared_root
from tests.dex.recorded import STAGES, RecordedVenue, all_recordings, cases_of, recorded_venues


@pytest.mark.parametrize("venue", recorded_venues(), ids=lambda venue: venue.dex)
def test_recordings_say_the_same(venue: RecordedVenue, capsys: pytest.CaptureFixture[str]) -> None:
    """Every case matches, but for named exceptions, which still do not."""
    cases = list(cases_of(venue))
    if not cases and shared_root() is None:
        pytest.skip(f"no recordings of {venue.dex} here: set SNIPERFORGE_FIXTURES")
    with capsys.disabled():
        for stage in STAGES:
            own = [case for case in cases if case.stage == stage]
            print(f"\n{venue.dex} {stage}: matched {sum(c.matched for c in own)} of {len(own)}", end="")
    wrong = {case.name: case for case in cases if not case.matched}
    named = venue.exceptions.keys() & {case.name for case in cases}
    assert wrong.keys() == named, "\n".join(map(str, wrong.values()))
    assert any(case.stage == "detect" for case in cases)


def test_every_detector_is_compared() -> None:
    """No registered detector without its recordings."""
    assert {venue.dex for venue in recorded_venues()} == {detector.name for detector in DETECTORS}


def test_there_is_something_to_compare() -> None:
    """The committed recordings are read even where the shared folder is absent."""
    assert len(all_recordings()) >= 4
