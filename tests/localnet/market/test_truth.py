"""What the market knows about its launches, and how a bot is scored by it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sniperforge.errors import StorageError
from sniperforge.localnet.market.truth import Event, LaunchTruth, Truth
from tests.localnet.market.bench import kind


def launch_of(number: int, name: str) -> LaunchTruth:
    """A launch of a kind, at mint ``m0`` and so on."""
    return LaunchTruth(
        number=number,
        mint=f"m{number}",
        pool=f"p{number}",
        creator=f"c{number}",
        archetype=kind(name),
        at_slot=100 + number,
        at_time=1_790_000_000 + number,
    )


def truth_of(*names: str, file: Path | None = None) -> Truth:
    """A truth with a launch of each kind named, at mints ``m0``, ``m1`` and so on."""
    truth = Truth(file)
    truth.open(goes_on=False)
    for number, name in enumerate(names):
        truth.add(launch_of(number, name))
    return truth


def test_the_document() -> None:
    """What a launch is, where, and what was done to it since, in order."""
    truth = truth_of("organic", "lp_pull")
    truth.note("m1", Event(130, "creator withdrew the liquidity", "s1"))
    truth.note("m1", Event(131, "again", "s2"))
    documents = json.loads(json.dumps([launch.to_json() for launch in truth.launches.values()]))
    assert documents == [
        {
            "number": 0,
            "mint": "m0",
            "pool": "p0",
            "creator": "c0",
            "archetype": "organic",
            "rug": False,
            "readable": False,
            "expected": "rises while the crowd buys more than it sells",
            "slot": 100,
            "time": 1790000000,
            "events": [],
        },
        {
            "number": 1,
            "mint": "m1",
            "pool": "p1",
            "creator": "c1",
            "archetype": "lp_pull",
            "rug": True,
            "readable": True,
            "expected": "the liquidity is withdrawn",
            "slot": 101,
            "time": 1790000001,
            "events": [
                {"slot": 130, "what": "creator withdrew the liquidity", "signature": "s1"},
                {"slot": 131, "what": "again", "signature": "s2"},
            ],
        },
    ]


def test_an_unknown_mint_cannot_be_noted() -> None:
    """A note is of a launch, or a fault."""
    with pytest.raises(KeyError):
        truth_of("organic").note("m9", Event(1, "?", ""))


def test_the_score_counts_by_class_and_kind() -> None:
    """Launched, seen and bought; honest kinds together are organic, the others rugs."""
    truth = truth_of("organic", "fading", "dust", "lp_pull", "lp_pull", "mint_dump")
    score = truth.score(seen={"m0", "m1", "m3", "m4"}, bought={"m0", "m4"})
    assert score == {
        "organic": {"launched": 3, "seen": 2, "bought": 1},
        "rug": {"launched": 3, "seen": 2, "bought": 1},
        "archetype:organic": {"launched": 1, "seen": 1, "bought": 1},
        "archetype:fading": {"launched": 1, "seen": 1, "bought": 0},
        "archetype:dust": {"launched": 1, "seen": 0, "bought": 0},
        "archetype:lp_pull": {"launched": 2, "seen": 2, "bought": 1},
        "archetype:mint_dump": {"launched": 1, "seen": 0, "bought": 0},
    }


def test_other_mints_do_not_count() -> None:
    """What a bot bought elsewhere is not of this market."""
    assert truth_of("organic").score({"x"}, {"x"})["organic"] == {"launched": 1, "seen": 0, "bought": 0}


def test_nothing_launched_scores_zero() -> None:
    """Both classes are always there."""
    nothing = {"launched": 0, "seen": 0, "bought": 0}
    assert Truth().score(set(), set()) == {"organic": nothing, "rug": nothing}


def test_the_file_tells_as_it_happens(tmp_path: Path) -> None:
    """A line for each launch and event; read again it is the same truth, with the same score."""
    file = tmp_path / "truth.jsonl"
    truth = truth_of("organic", "lp_pull", file=file)
    truth.note("m1", Event(130, "creator withdrew the liquidity", "s1"))
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["kind"] for line in lines] == ["launch", "launch", "event"]
    assert lines[2] == {
        "kind": "event",
        "mint": "m1",
        "slot": 130,
        "what": truth.launches["m1"].events[0].what,
        "signature": "s1",
    }
    again = Truth.read(file)
    assert again.launches == truth.launches
    assert again.score({"m0"}, {"m0"}) == truth.score({"m0"}, {"m0"})


def test_a_new_run_begins_a_new_file(tmp_path: Path) -> None:
    """Nothing of the last network is left in it."""
    file = tmp_path / "truth.jsonl"
    truth_of("organic", "lp_pull", file=file)
    truth_of("dust", file=file)
    assert [launch.archetype.name for launch in Truth.read(file).launches.values()] == ["dust"]


def test_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    """A kill in the middle of a write loses that line, not the file."""
    file = tmp_path / "truth.jsonl"
    truth_of("organic", "lp_pull", file=file)
    file.write_text(file.read_text()[:-20])
    assert list(Truth.read(file).launches) == ["m0"]


@pytest.mark.parametrize("text", ["{}\n", "no\n", '{"kind": "event", "mint": "m5"}\n', "[]\n"])
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    """With its name, not with a stack trace of the reader."""
    file = tmp_path / "other.jsonl"
    file.write_text(text)
    with pytest.raises(StorageError, match=r"other\.jsonl is no truth file"):
        Truth.read(file)


def test_on_a_kept_chain_the_file_goes_on(tmp_path: Path) -> None:
    """After what it told, without the half of a line; a file that is not there begins."""
    file = tmp_path / "truth.jsonl"
    truth_of("organic", "lp_pull", file=file)
    file.write_text(file.read_text()[:-20])
    truth = Truth(file)
    truth.open(goes_on=True)
    truth.add(launch_of(2, "dust"))
    assert list(Truth.read(file).launches) == list(truth.launches) == ["m0", "m2"]
    file.unlink()
    Truth(file).open(goes_on=True)
    assert Truth.read(file).launches == {}


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    """At the start it is an error; later the market goes on without it."""
    with pytest.raises(StorageError, match="cannot be written"):
        Truth(tmp_path / "none" / "truth.jsonl").open(goes_on=False)
    truth = Truth(Path("/dev/full"))
    truth.open(goes_on=False)
    truth.add(launch_of(0, "organic"))
    truth.note("m0", Event(1, "?", "s"))
    assert len(truth.launches["m0"].events) == 1
