"""The live view of a trading session on stderr: a board on a terminal, plain lines elsewhere.

It only hears events and reads snapshots; trading never waits for it.
"""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sniperforge.cli.event_lines import MINT_LETTERS, describe, gain_of
from sniperforge.cli.render import clean, note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sniperforge.app.bot_run import RunTally
    from sniperforge.app.trader import Trader
    from sniperforge.cli.options import Options
    from sniperforge.domain.outcome import Outcome
    from sniperforge.domain.trade import Position
    from sniperforge.engine.events import SessionEvent

REFRESH_PER_SECOND: Final = 4
POOLS_KEPT: Final = 100
NOTICES_SHOWN: Final = 2
_STYLES: Final = {
    "waiting": "dim",
    "refused": "dim",
    "skipped": "dim",
    "bought": "green",
    "sold": "cyan",
    "exiting": "yellow",
    "not bought": "yellow",
    "exit failed": "red",
    "stuck": "bold red",
    "halted": "bold red",
    "trouble": "red",
}


@dataclass(frozen=True, slots=True)
class PoolRow:
    """The last that happened to one token.

    Attributes:
        seconds: since the board began.
    """

    seconds: float
    mint: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A position as the board knows it; lamports, fees in the cost.

    Attributes:
        opened_at: monotonic seconds.
    """

    mint: str
    state: str
    cost: int
    proceeds: int
    opened_at: float


class Board:
    """Hears events and remembers what it takes to draw them.

    Rows are replaced, never changed, so that a drawing thread always reads whole ones.

    Args:
        title: of the session.
        seconds: how long it is to run, ``None`` without an end.
        plain: print each event as a line; a board is drawn otherwise.
        quiet: neither.

    Attributes:
        on_watch: called when there is something to draw.
    """

    def __init__(
        self,
        title: str,
        seconds: float | None,
        *,
        plain: bool,
        quiet: bool = False,
        monotonic: Any = time.monotonic,
    ) -> None:
        from sniperforge.app.bot_run import RunTally

        self._title = title
        self._seconds = seconds
        self._plain = plain
        self._quiet = quiet
        self._monotonic = monotonic
        self._started = monotonic()
        self._tally: RunTally = RunTally()
        self._pools: dict[str, PoolRow] = {}
        self._held: dict[str, HeldRow] = {}
        self._notices: deque[tuple[str, str]] = deque(maxlen=NOTICES_SHOWN)
        self._realized: dict[str, int] = {}
        self._trader: Trader | None = None
        self.on_watch: Callable[[], None] = lambda: None

    def watch(self, trader: Trader) -> None:
        """Show this trader's positions too, those of earlier runs included."""
        self._trader = trader
        self._title += f", wallet {trader.wallet[:MINT_LETTERS]}"
        now = time.time()
        for position in trader.journal.positions():
            self._hold(position, self._monotonic() - (now - position.opened_at))
        self.on_watch()

    def hear(self, event: SessionEvent) -> None:
        """Take note of an event; returns at once."""
        if self._quiet:
            return
        line = describe(event)
        if self._plain:
            if line is not None:
                note(str(line))
            return
        self._tally.hear(event)
        self._follow(event)
        if line is None:
            return
        if line.mint:
            self._pools.pop(line.mint, None)
            self._pools[line.mint] = PoolRow(self._elapsed(), line.mint, line.kind, line.text)
            if len(self._pools) > POOLS_KEPT:
                del self._pools[next(iter(self._pools))]
        else:
            self._notices.append((line.kind, line.text))

    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]:
        head = [self._headline(), self._counts(), self._profit()]
        held = self._positions()
        notices = self._notice_lines()
        used = len(head) + (held.row_count + 2 if held else 0) + (len(notices) + 1 if notices else 0) + 2
        rows = max(3, (options.height or console.height) - used - 1)
        yield from head
        if held:
            yield from ("", held)
        pools = self._latest(rows)
        if pools:
            yield from ("", pools)
        if notices:
            yield from ("", *notices)

    # -- what is drawn -------------------------------------------------------------------------------------

    def _headline(self) -> Any:
        from rich.table import Table
        from rich.text import Text

        line = Table.grid(expand=True)
        line.add_column(no_wrap=True, overflow="ellipsis")
        line.add_column(justify="right", no_wrap=True)
        end = f" of {_clock(self._seconds)}" if self._seconds else ""
        line.add_row(Text(self._title, style="bold"), Text(f"{_clock(self._elapsed())}{end}"))
        return line

    def _counts(self) -> Any:
        from rich.text import Text

        tally = self._tally
        parts = (
            (f"{tally.seen} pools seen", ""),
            (f"{tally.refused} refused", "dim"),
            (f"{len(tally.bought)} bought", "green" if tally.bought else ""),
            (f"{tally.exits} sold", "cyan" if tally.exits else ""),
            (f"{len(self._held)} held", ""),
        )
        return Text("   ").join(Text(text, style=style) for text, style in parts)

    def _profit(self) -> Any:
        from rich.text import Text

        values = self._values()
        realized = sum(self._realized.values())
        unrealized = sum(
            values[key] + row.proceeds - row.cost for key, row in list(self._held.items()) if key in values
        )
        line = Text("profit")
        for name, amount in (("realised", realized), ("open", unrealized)):
            line.append(f"   {name} ")
            line.append(f"{_sol(amount)} SOL", style=_tint(amount))
        return line

    def _positions(self) -> Any:
        from rich.table import Table
        from rich.text import Text

        rows, values = list(self._held.items()), self._values()
        if not rows:
            return None
        table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
        table.add_column("position", no_wrap=True)
        table.add_column("state", no_wrap=True, min_width=7)
        for name in ("held", "cost SOL", "worth SOL", "gain SOL", "gain"):
            table.add_column(name, justify="right", no_wrap=True)
        for key, row in rows:
            value = values.get(key)
            gain = None if value is None else value + row.proceeds - row.cost
            style = "" if gain is None else _tint(gain)
            table.add_row(
                row.mint[:MINT_LETTERS],
                Text(row.state, style=_STYLES.get(row.state, "")),
                _clock(self._monotonic() - row.opened_at),
                _sol(row.cost, sign=""),
                "?" if value is None else _sol(value, sign=""),
                Text("?" if gain is None else _sol(gain), style=style),
                Text("?" if gain is None else f"{gain * 100 / max(row.cost, 1):+.1f} %", style=style),
            )
        return table

    def _latest(self, rows: int) -> Any:
        from rich.table import Table
        from rich.text import Text

        newest = list(self._pools.values())[-rows:]
        if not newest:
            return None
        table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0), expand=True)
        table.add_column("at", justify="right", no_wrap=True)
        table.add_column("token", no_wrap=True)
        table.add_column("what", no_wrap=True, min_width=8)
        table.add_column("why", no_wrap=True, overflow="ellipsis", ratio=1)
        for row in newest:
            style = _STYLES.get(row.kind, "")
            cells = (_clock(row.seconds), row.mint[:MINT_LETTERS], row.kind, clean(row.text))
            table.add_row(*(Text(cell, style=style) for cell in cells))
        return table

    def _notice_lines(self) -> list[Any]:
        from rich.text import Text

        return [
            Text(
                f"{kind}: {clean(text)}", style=_STYLES.get(kind, "yellow"), no_wrap=True, overflow="ellipsis"
            )
            for kind, text in list(self._notices)
        ]

    # -- what is remembered --------------------------------------------------------------------------------

    def _follow(self, event: SessionEvent) -> None:
        from sniperforge.engine import events

        match event:
            case events.BuyEnded(outcome=outcome) if outcome.ok:
                self._bought(outcome)
            case events.PositionMoved(position=position, what=what):
                self._moved(position, what)

    def _bought(self, outcome: Outcome) -> None:
        fill = outcome.fill
        if fill is not None and fill.position_id is not None:
            done = fill.settlement
            cost = done.fee + done.tip - done.trade
            self._held[fill.position_id] = HeldRow(fill.mint, "open", cost, 0, self._monotonic())

    def _moved(self, position: Position, what: str) -> None:
        if position.closed_at is not None:
            self._held.pop(position.id, None)
            self._realized[position.id] = gain_of(position)
            return
        row = self._held.get(position.id)
        self._hold(position, row.opened_at if row else self._monotonic(), what)

    def _hold(self, position: Position, opened_at: float, what: str = "") -> None:
        state = "exiting" if what == "exiting" else position.state.value
        cost = position.cost + position.fees
        self._held[position.id] = HeldRow(position.mint, state, cost, position.proceeds, opened_at)

    def _values(self) -> dict[str, int]:
        return {} if self._trader is None else dict(self._trader.guard.values)

    def _elapsed(self) -> float:
        return float(self._monotonic() - self._started)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _sol(lamports: int, *, sign: str = "+") -> str:
    from decimal import Decimal

    return f"{Decimal(lamports) / 1_000_000_000:{sign}.4f}"


def _tint(amount: int) -> str:
    return "green" if amount > 0 else "red" if amount < 0 else ""


@contextmanager
def open_board(options: Options, *, title: str, seconds: float | None) -> Iterator[Board]:
    """A board on a terminal's stderr, lines when it is none or with ``-v``, nothing with ``--quiet``.

    It is drawn from :meth:`Board.watch` on: before that a password may be asked for.
    """
    terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    drawn = terminal and not options.quiet and not options.verbose
    board = Board(title, seconds, plain=not drawn, quiet=options.quiet)
    if not drawn:
        yield board
        return
    from rich.console import Console
    from rich.live import Live

    console = Console(stderr=True, markup=False, highlight=False, emoji=False)
    live = Live(board, console=console, refresh_per_second=REFRESH_PER_SECOND, transient=True)
    board.on_watch = live.start
    try:
        yield board
    finally:
        live.stop()
