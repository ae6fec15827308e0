"""The live view: a board drawn from a scripted session, plain lines elsewhere, silence with --quiet."""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from sniperforge.cli.live_board import POOLS_KEPT, Board, open_board
from sniperforge.cli.options import Options
from sniperforge.domain.outcome import OutcomeKind
from sniperforge.domain.trade import PositionState
from sniperforge.engine.events import EntriesHalted, PositionMoved, SessionEvent, Trouble, Waiting
from tests.session_events import (
    FAIL,
    PASS,
    UNKNOWN,
    bought,
    judged,
    not_bought,
    position,
    seen,
    sold,
)

SCRIPT: tuple[SessionEvent, ...] = (
    seen(1),
    judged(1, UNKNOWN),
    judged(1, PASS),
    bought(1),
    seen(2),
    judged(2, PASS, FAIL),
    seen(3),
    judged(3, PASS),
    bought(3),
    PositionMoved("exiting", position(3), "take_profit: up"),
    sold(3, 150_025_000),
    seen(4),
    judged(4, PASS),
    not_bought(4, OutcomeKind.REFUSED, "5 positions open"),
)


class Now:
    """A clock that stands still unless told otherwise."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


def trader(values: dict[str, int] | None = None, *held: Any) -> Any:
    """What the board reads of a trader."""
    journal = SimpleNamespace(positions=lambda: list(held))
    return SimpleNamespace(
        wallet="Wa11etAddress", guard=SimpleNamespace(values=values or {}), journal=journal
    )


def drawn(board: Board, *, width: int = 80, height: int = 24, color: bool = False) -> list[str]:
    """The board's lines as a terminal of that size shows them."""
    screen = io.StringIO()
    console = Console(
        width=width,
        height=height,
        file=screen,
        force_terminal=True,
        legacy_windows=False,
        color_system="standard" if color else None,
        markup=False,
    )
    console.print(board, end="")
    return [line.rstrip() for line in screen.getvalue().rstrip("\n").split("\n")]


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def board(now: Now) -> Board:
    made = Board("LOCALNET  demo", 60, plain=False, monotonic=now)
    for event in SCRIPT:
        made.hear(event)
    return made


def test_the_head_counts_pools_and_money(board: Board, now: Now) -> None:
    """Each pool once, by its last verdict; what was realised, and what is open at its present worth."""
    board.watch(trader({"position 1": 90_000_000}))
    now.at += 83
    head = drawn(board)[:3]
    assert head[0].startswith("LOCALNET  demo, wallet Wa11etAd ")
    assert head[0].endswith("1:23 of 1:00")
    assert head[1].split("   ") == ["4 pools seen", "2 refused", "2 bought", "1 sold", "1 held"]
    assert head[2] == "profit   realised +0.0500 SOL   open -0.0100 SOL"


def test_positions_show_worth_and_gain(board: Board, now: Now) -> None:
    """One line each, numbers under each other; what is not known yet is a question mark."""
    board.hear(bought(5, spent=200_000_000))
    board.watch(trader({"position 1": 110_027_500}))
    now.at += 12
    lines = drawn(board)
    start = next(number for number, line in enumerate(lines) if line.startswith("position"))
    assert " ".join(lines[start].split()) == "position state held cost SOL worth SOL gain SOL gain"
    assert " ".join(lines[start + 1].split()) == "00000001 open 0:12 0.1000 0.1100 +0.0100 +10.0 %"
    assert " ".join(lines[start + 2].split()) == "00000005 open 0:12 0.2000 ? ? ?"
    ends = [lines[start + offset].index(word) + len(word) for offset, word in ((1, "0.1000"), (2, "0.2000"))]
    assert ends[0] == ends[1] == lines[start].index("cost SOL") + len("cost SOL")


def test_one_row_per_token_the_last_word_counts(board: Board) -> None:
    """Looking again at a pool replaces its row."""
    lines = drawn(board)
    rows = lines[next(number for number, line in enumerate(lines) if line.split()[:1] == ["at"]) + 1 :]
    assert [row.split()[1] for row in rows] == ["00000001", "00000002", "00000003", "00000004"]
    assert rows[0].split()[2:] == ["bought", "for", "0.100000000", "SOL"]
    assert rows[1].split()[2:4] == ["refused", "lp_locked:"]
    assert rows[2].split()[2:] == ["sold", "+0.050000000", "SOL", "take_profit:", "up"]
    assert rows[3].split()[2:4] == ["not", "bought"]


@pytest.mark.parametrize(("width", "height"), [(80, 24), (100, 30), (60, 20)])
def test_it_fits_the_terminal(width: int, height: int, now: Now) -> None:
    """Whatever comes, no line wraps and the board is never higher than the screen."""
    board = Board("LOCALNET  demo", None, plain=False, monotonic=now)
    held = [position(number, opened_at=0.0) for number in range(100, 103)]
    board.watch(trader({each.id: 1_000_000 for each in held}, *held))
    for number in range(300):
        board.hear(seen(number))
        board.hear(judged(number, FAIL))
    for number in range(9):
        board.hear(Trouble("feed", f"outage {number} " + "x" * 200))
    lines = drawn(board, width=width, height=height)
    assert len(lines) < height
    assert all(len(line) <= width for line in lines)
    assert "00000299" in "\n".join(lines)
    assert [line.split(" x")[0] for line in lines if "outage" in line] == [
        "trouble: feed: outage 7",
        "trouble: feed: outage 8",
    ]
    assert len(board._pools) == POOLS_KEPT


def test_halts_and_waits_are_shown(board: Board) -> None:
    """Below the pools, the last two."""
    for event in (EntriesHalted("first"), EntriesHalted("lunch"), Waiting("no buy in the last minute")):
        board.hear(event)
    assert drawn(board)[-2:] == ["halted: lunch", "no buys: no buy in the last minute"]


def test_positions_of_earlier_runs_are_shown(now: Now) -> None:
    """With their state, and until they are sold."""
    board = Board("start", None, plain=False, monotonic=now)
    held = position(7, state=PositionState.STUCK, opened_at=0.0)
    board.watch(trader({}, held))
    assert any(line.split()[:2] == ["00000007", "stuck"] for line in drawn(board))
    board.hear(PositionMoved("exiting", held, "stop_loss"))
    assert any(line.split()[:2] == ["00000007", "exiting"] for line in drawn(board))
    board.hear(sold(7, 1))
    assert not any(line.startswith("position") for line in drawn(board))


def test_a_part_that_was_sold_stays_held(now: Now) -> None:
    """Its proceeds count towards the gain of the rest."""
    board = Board("start", None, plain=False, monotonic=now)
    board.hear(bought(1))
    board.watch(trader({"position 1": 60_000_000}))
    board.hear(PositionMoved("sold", position(1, proceeds=50_025_000, raw=2_500_000), "by hand"))
    assert any("+0.0100" in line for line in drawn(board) if line.startswith("00000001"))


def test_names_from_strangers_cannot_move_the_cursor(board: Board) -> None:
    """Control characters are replaced before they reach the terminal."""
    board.hear(Trouble("feed", "\x1b[2Jboo"))
    assert "\x1b[2J" not in "\n".join(drawn(board))
    assert drawn(board)[-1] == "trouble: feed: \N{REPLACEMENT CHARACTER}[2Jboo"


def test_colours_and_none(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gains are green; NO_COLOR takes every colour away."""
    board.watch(trader({"position 1": 110_000_000}))
    assert "\x1b[32m" in "\n".join(drawn(board, color=True))
    monkeypatch.setenv("NO_COLOR", "1")
    text = "\n".join(drawn(board, color=True))
    assert "\x1b[3" not in text
    assert "+0.0100" in text


def test_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """Off a terminal each event is one line on stderr; a pool that is judged again says so only if new."""
    with open_board(Options(), title="demo", seconds=5) as board:
        for event in SCRIPT:
            board.hear(event)
    written = capsys.readouterr()
    assert written.out == ""
    lines = written.err.splitlines()
    assert lines[0] == f"seen         00000001  new raydium_cpmm pool 00000001{'p' * 36}"
    assert lines[1] == "waiting      00000001  round_trip: not simulated (swaps are not open yet)"
    assert lines[2] == "bought       00000001  for 0.100000000 SOL"
    assert lines[-1] == "not bought   00000004  refused: 5 positions open"
    assert len(lines) == len(set(lines)) == 11


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """With ``--quiet`` on any kind of stderr."""
    with open_board(Options(quiet=True), title="demo", seconds=5) as board:
        for event in SCRIPT:
            board.hear(event)
        board.watch(trader())
    assert capsys.readouterr().err == ""


class Terminal(io.StringIO):
    """A stderr that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_the_board_once_there_is_something_to_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not before: a password may be asked for. It is gone at the end; with -v and on a dumb one lines come."""
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    with open_board(Options(), title="LOCALNET  demo", seconds=5) as board:
        board.hear(seen(1))
        assert screen.getvalue() == ""
        board.watch(trader())
        board.hear(seen(2))
    text = screen.getvalue()
    assert "LOCALNET  demo, wallet Wa11etAd" in text
    assert "00000001" in text
    assert text.endswith("\x1b[1A\x1b[2K")
    screen.truncate(0)
    with open_board(Options(verbose=1), title="demo", seconds=5) as board:
        board.hear(seen(3))
    assert screen.getvalue().lstrip("\0").startswith("seen         00000003")
    monkeypatch.setenv("TERM", "dumb")
    screen.truncate(0)
    with open_board(Options(), title="demo", seconds=5) as board:
        board.hear(seen(4))
    assert screen.getvalue().lstrip("\0").startswith("seen         00000004")


def test_times_are_read_at_a_glance(now: Now) -> None:
    """Minutes and seconds, hours when there are any."""
    board = Board("start", 7_322, plain=False, monotonic=now)
    now.at += 3_725
    assert drawn(board)[0].endswith("1:02:05 of 2:02:02")
