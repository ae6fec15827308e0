"""The live view of a trading session on stderr: a board on a terminal, plain lines elsewhere.

It only hears events and reads snapshots; trading never waits for it.
"""

from __future__ import annotations

import sys
import time
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sniperforge.cli.render import clean, note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sniperforge.app.trader import Trader
    from sniperforge.cli.options import Options
    from sniperforge.engine.events import SessionEvent

LINES = 14
REFRESH_PER_SECOND = 4


class Board:
    """Hears events and remembers the last ones.

    Args:
        plain: print each event as a line; a board is drawn otherwise.
        quiet: neither.
    """

    def __init__(self, title: str, seconds: float | None, *, plain: bool, quiet: bool = False) -> None:
        self._title = title
        self._seconds = seconds
        self._plain = plain
        self._quiet = quiet
        self._started = time.monotonic()
        self._lines: deque[tuple[str, str]] = deque(maxlen=LINES)
        self._counts = {"seen": 0, "refused": 0, "bought": 0, "sold": 0}
        self._trader: Trader | None = None

    def watch(self, trader: Trader) -> None:
        """Show this trader's positions too."""
        self._trader = trader

    def hear(self, event: SessionEvent) -> None:
        """Take note of an event; returns at once."""
        described = describe(event)
        if described is None or self._quiet:
            return
        kind, text = described
        if kind in self._counts:
            self._counts[kind] += 1
        if self._plain:
            note(f"{kind:8} {text}")
        else:
            self._lines.append(described)

    def __rich__(self) -> Any:
        from rich.console import Group
        from rich.text import Text

        return Group(Text(self._headline(), style="bold"), self._events(), *self._positions())

    def _headline(self) -> str:
        passed = time.monotonic() - self._started
        total = f" of {self._seconds:g}" if self._seconds else ""
        counts = "  ".join(f"{name} {count}" for name, count in self._counts.items())
        return f"{self._title}  {passed:.0f}{total} s   {counts}"

    def _events(self) -> Any:
        from rich.table import Table

        table = Table(box=None, show_header=False, pad_edge=False)
        styles = {
            "bought": "green",
            "sold": "cyan",
            "refused": "dim",
            "stuck": "bold red",
            "halted": "bold red",
        }
        for kind, text in list(self._lines):
            table.add_row(kind, clean(text), style=styles.get(kind, ""))
        return table

    def _positions(self) -> list[Any]:
        if self._trader is None:
            return []
        from rich.table import Table

        from sniperforge.domain.amounts import format_sol

        table = Table(box=None, pad_edge=False, header_style="dim")
        for name in ("position", "value SOL"):
            table.add_column(name)
        for position_id, value in dict(self._trader.guard.values).items():
            table.add_row(position_id[:8], format_sol(value))
        return [table] if table.row_count else []


def describe(event: SessionEvent) -> tuple[str, str] | None:
    """``(kind, one line)`` of an event, ``None`` for what is not worth a line."""
    from sniperforge.domain.amounts import format_sol
    from sniperforge.engine import events

    match event:
        case events.PoolSeen(pool=pool):
            return "seen", f"{pool.event.base_mint[:8]}  new {pool.event.dex} pool {pool.event.pool[:8]}"
        case events.PoolJudged(judgement=judgement) if judgement.verdict.refusals:
            return "refused", f"{judgement.verdict.mint[:8]}  {judgement.verdict.summary}"
        case events.BuyEnded(judgement=judgement, outcome=outcome):
            mint = judgement.verdict.mint[:8]
            if outcome.fill is not None and outcome.ok:
                return "bought", f"{mint}  for {format_sol(-outcome.fill.settlement.trade)} SOL"
            return "not bought", f"{mint}  {outcome.kind}: {outcome.reason}"
        case events.PositionMoved(what=what, position=position, text=text):
            gain = f"  {format_sol(position.realized_pnl)} SOL" if what == "sold" else ""
            return what, f"{position.mint[:8]}{gain}  {text}"
    return _describe_notice(event)


def _describe_notice(event: SessionEvent) -> tuple[str, str] | None:
    from sniperforge.engine import events

    match event:
        case events.EntriesHalted(reason=reason):
            return "halted", reason
        case events.Trouble(where=where, text=text):
            return "trouble", f"{where}: {text}"
        case events.Waiting(text=text):
            return "waiting", text
    return None


@contextmanager
def open_board(options: Options, *, title: str, seconds: float | None) -> Iterator[Board]:
    """A board on a terminal's stderr, lines when it is none, nothing with ``--quiet``."""
    drawn = sys.stderr.isatty() and not options.quiet
    board = Board(title, seconds, plain=not drawn, quiet=options.quiet)
    if not drawn:
        yield board
        return
    from rich.console import Console
    from rich.live import Live

    live = Live(board, console=Console(stderr=True), refresh_per_second=REFRESH_PER_SECOND, transient=True)
    with live:
        yield board
