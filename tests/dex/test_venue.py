"""Every registered venue keeps the common interface."""

from __future__ import annotations

import pytest

from sniperforge.dex.registry import DETECTORS, VENUES
from sniperforge.dex.transaction import parse_transaction
from sniperforge.dex.venue import Call, Detector, Venue
from sniperforge.testing.fixtures import read_recording, recordings
from sniperforge.tokens.addresses import pubkey


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.name)
def test_a_detector_has_a_name_programs_and_whole_lines(detector: Detector) -> None:
    """Names are lower case, programs are addresses on mainnet at least, markers are whole log lines."""
    assert detector.name == detector.name.lower()
    assert "mainnet" in detector.programs
    assert all(pubkey(program) for program in detector.programs.values())
    assert all(line.startswith("Program log: ") for line in detector.creation_lines)


@pytest.mark.parametrize("venue", VENUES, ids=lambda venue: venue.name)
def test_a_venue_asks_for_the_pool_first(venue: Venue) -> None:
    """With nothing known, only the pool itself can be asked for."""
    assert venue.required_accounts("somewhere", {}) == ("somewhere",)


def test_a_call_finds_its_instruction() -> None:
    """The index points into the transaction."""
    view = parse_transaction(read_recording(recordings("raydium_cpmm")["swap_clmm_2EawktQ9"])["result"])
    assert Call(view, 1, None).instruction is view.instructions[1]
