"""Session events as log lines."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from sniperforge.app.session_log import log_event, open_log
from sniperforge.config.load import Settings
from sniperforge.domain.outcome import OutcomeKind
from sniperforge.engine.events import EntriesHalted, PositionMoved, SessionEvent, Trouble, Waiting
from tests import session_events as made
from tests.app.place import settings_in


def lines(settings: Settings) -> list[dict[str, Any]]:
    """Every line of the day's file."""
    (file,) = settings.logs_dir.iterdir()
    assert file.name.startswith("sniperforge.log.")
    return [json.loads(line) for line in file.read_text().splitlines()]


def logged(tmp_path: Path, *events: SessionEvent, **env: str) -> list[dict[str, Any]]:
    """The lines of these events, without what every line has."""
    settings = settings_in(tmp_path, env)
    with open_log(settings, command="start", bot="lp-sniper", console=False) as pipeline:
        for event in events:
            log_event(pipeline, event)
    frame = {"ts", "pid", "command", "bot"}
    return [{name: line[name] for name in line.keys() - frame} for line in lines(settings)]


MINT, POOL = made.mint(1), made.pool(1).event.pool
BOUGHT = made.bought(1).outcome


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (made.seen(1), {"level": "info", "event": "pool seen", "dex": "raydium_cpmm", "pool": POOL}),
        (
            made.judged(1, made.FAIL),
            {
                "level": "info",
                "event": "pool judged",
                "pool": POOL,
                "verdict": f"refused: lp_locked: {made.FAIL.reason}",
            },
        ),
        (
            made.bought(1),
            {
                "level": "info",
                "event": "buy filled",
                "intent": BOUGHT.intent_id,
                "signature": BOUGHT.signature,
                "reason": "",
            },
        ),
        (
            made.not_bought(1, OutcomeKind.REJECTED, "slippage"),
            {
                "level": "warning",
                "event": "buy rejected",
                "intent": "intent",
                "signature": "signature",
                "reason": "slippage",
            },
        ),
        (
            made.not_bought(1, OutcomeKind.REFUSED, "five positions"),
            {
                "level": "warning",
                "event": "buy refused",
                "intent": "intent",
                "signature": "",
                "reason": "five positions",
            },
        ),
        (
            made.sold(1, 5, "take_profit: up"),
            {
                "level": "info",
                "event": "position sold",
                "position": "position 1",
                "reason": "take_profit: up",
            },
        ),
        (
            PositionMoved("stuck", made.position(1), "frozen"),
            {"level": "error", "event": "position stuck", "position": "position 1", "reason": "frozen"},
        ),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, dict) else "",
)
def test_each_event_of_a_token_is_a_line(tmp_path: Path, event: SessionEvent, line: dict[str, str]) -> None:
    """What, with the mint and every other fact under its own name; trouble louder than news."""
    assert logged(tmp_path, event) == [line | {"mint": MINT}]


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (EntriesHalted("foreign"), {"level": "error", "event": "entries halted", "reason": "foreign"}),
        (Waiting("no pool"), {"level": "info", "event": "waiting", "reason": "no pool"}),
        (
            Trouble("audit", "no answer"),
            {"level": "warning", "event": "trouble in audit", "reason": "no answer"},
        ),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, dict) else "",
)
def test_each_event_of_the_session_is_a_line(
    tmp_path: Path, event: SessionEvent, line: dict[str, str]
) -> None:
    """With its reason."""
    assert logged(tmp_path, event) == [line]


def test_every_line_says_whose_it_is(tmp_path: Path) -> None:
    """Command, bot, process and time; in the configured folder."""
    settings = settings_in(tmp_path, {"SNIPERFORGE_PATHS__LOGS": "elsewhere"})
    with open_log(settings, command="start", bot="lp-sniper", console=False) as pipeline:
        log_event(pipeline, Waiting("x"))
    assert settings.logs_dir == tmp_path / "elsewhere"
    (line,) = lines(settings)
    assert (line["command"], line["bot"]) == ("start", "lp-sniper")
    assert line["pid"] > 0
    assert line["ts"].endswith("Z")


def test_the_level_is_the_configured_one(tmp_path: Path) -> None:
    """Quieter lines are not written."""
    found = logged(tmp_path, Waiting("x"), Trouble("a", "b"), SNIPERFORGE_LOGGING__LEVEL="warning")
    assert [line["level"] for line in found] == ["warning"]


def test_libraries_log_into_the_same_file(tmp_path: Path) -> None:
    """Inside the block only: afterwards logging is as it was."""
    settings = settings_in(tmp_path)
    before = logging.getLogger().handlers[:]
    with open_log(settings, command="start", bot="", console=False):
        logging.getLogger("some.library").warning("beware")
    assert any("beware" in json.dumps(line) for line in lines(settings))
    assert logging.getLogger().handlers == before


@pytest.mark.parametrize("console", [True, False])
def test_warnings_reach_the_terminal_when_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], console: bool
) -> None:
    """Not the news, and nothing at all while a live view draws there."""
    settings = settings_in(tmp_path)
    with open_log(settings, command="start", bot="lp-sniper", console=console) as pipeline:
        log_event(pipeline, Waiting("a quiet thing"))
        log_event(pipeline, Trouble("audit", "a loud thing"))
    told = capsys.readouterr()
    assert told.out == ""
    assert ("a loud thing" in told.err) == console
    assert "a quiet thing" not in told.err
    assert len(lines(settings)) == 2


def test_a_full_disk_spills_into_the_state_folder(tmp_path: Path) -> None:
    """The logs folder cannot be made: no line is lost."""
    settings = settings_in(tmp_path)
    settings.logs_dir.write_text("a file where a folder should be")
    with open_log(settings, command="start", bot="", console=False) as pipeline:
        log_event(pipeline, Waiting("kept"))
    (spill,) = (settings.state_dir / "spill").iterdir()
    assert "kept" in spill.read_text()
    assert pipeline.counts.lost == 0


def test_a_failure_inside_is_flushed_and_passed_on(tmp_path: Path) -> None:
    """What was logged before it is in the file."""
    settings = settings_in(tmp_path)

    def fail() -> None:
        with open_log(settings, command="start", bot="", console=False) as pipeline:
            log_event(pipeline, Waiting("before"))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert lines(settings)[0]["reason"] == "before"
