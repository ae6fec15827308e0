"""Chaos runs: the short form of every test run, and the long one of ``make soak``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.chaos import points
from tests.chaos.campaign import BAD, failed, missed, table

PROJECT = Path(__file__).resolve().parents[2]
SECONDS, LIFE, SEED = 22, 2, 4
LONG = {"seconds": 1_300, "kills": 1_000, "intents": 10_000, "life": 4, "wallets": 6}


def campaign(folder: Path, **options: Any) -> dict[str, Any]:
    """Run one in a process of its own: it forks."""
    given = [text for name, value in options.items() for text in (f"--{name}", str(value))]
    ended = subprocess.run(
        [sys.executable, "-m", "tests.chaos.campaign", "--json", "--folder", str(folder), *given],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stdout, ended.stderr
    document: dict[str, Any] = json.loads(ended.stdout)
    print(table(document))
    assert (ended.returncode == 0) is not failed(document)
    return document


@pytest.mark.timeout(400)
def test_nothing_is_lost_and_nothing_doubled(tmp_path: Path) -> None:
    """Traders killed at named points and at random: the chain and the journals tell one story, to the lamport."""
    document = campaign(tmp_path, seconds=SECONDS, life=LIFE, seed=SEED, wallets=3)
    assert {name: document[name] for name in BAD} == dict.fromkeys(BAD, 0), document["findings"]
    assert document["fell_over"] == []
    assert document["kills"] >= 5
    assert document["effects"] >= 20
    assert document["rival"].get("taken", 0) + document["rival"].get("busy", 0) > 20
    assert document["rival"].get("clash", 0) == 0
    assert sum(document["kills_at"][name] for name in points.CORE) >= 3


@pytest.mark.soak
@pytest.mark.timeout(1_800)
def test_a_thousand_kills_and_ten_thousand_intents(tmp_path: Path) -> None:
    """The long form, with a kill at each named point."""
    document = campaign(tmp_path, **LONG)
    assert not failed(document), table(document)


def document(**changes: Any) -> dict[str, Any]:
    """What a run without a flaw tells."""
    plain = {
        "wanted": {"kills": 0, "intents": 0},
        "trials": 9,
        "kills": 8,
        "intents": 70,
        "effects": 69,
        **dict.fromkeys(BAD, 0),
        "held": 2,
        "findings": [],
        "fell_over": [],
        "kills_at": {"send.before": 1, "send.after": 0},
        "rival": {"busy": 3},
    }
    return plain | changes


@pytest.mark.parametrize(
    "changes",
    [
        *({name: 1} for name in BAD),
        {"fell_over": ["trader 1: exit status 1"]},
        {"rival": {"clash": 1}},
        {"wanted": {"kills": 9, "intents": 0}},
        {"wanted": {"kills": 8, "intents": 70}},
    ],
    ids=[*BAD, "fell-over", "two-holders", "too-few-kills", "a-point-never-met"],
)
def test_whatever_is_wrong_fails_the_run(changes: dict[str, Any]) -> None:
    """One figure that is not 0, one trader that fell over, one wallet with two holders, one point not met."""
    assert not failed(document())
    assert failed(document(**changes))


def test_the_table_shows_the_figures_and_each_finding() -> None:
    """The four that must be 0 stand beside what was tried."""
    text = table(
        document(
            doubled=1,
            findings=[{"kind": "doubled", "text": "intent 7 has 2 effects", "wallet": "W"}],
            fell_over=["trader 1: exit status 1"],
            wanted={"kills": 9, "intents": 0},
        )
    )
    head, figures, *rest = text.splitlines()
    assert head.split() == [
        "trials",
        "kills",
        "intents",
        "effects",
        "unresolved",
        "doubled",
        "lost",
        "wrong",
        "outcome",
    ]
    assert figures.split() == ["9", "8", "70", "69", "0", "1", "0", "0"]
    assert "doubled: intent 7 has 2 effects (wallet W)" in rest
    assert rest[-3:] == ["trader 1: exit status 1", "8 kills, 9 wanted", "never killed at send.after"]
    assert missed(document()) == []
