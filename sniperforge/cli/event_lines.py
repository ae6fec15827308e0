"""Session events in words: a kind, the token, and one line for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sniperforge.domain.outcome import Outcome
    from sniperforge.domain.trade import Position
    from sniperforge.domain.verdict import Verdict
    from sniperforge.engine.events import SessionEvent

MINT_LETTERS = 8
"""How much of an address stands for it in a line or a table; commands take that much, too."""


class Line(NamedTuple):
    """One event in words.

    Attributes:
        kind: ``seen``, ``waiting``, ``refused``, ``bought``, ``not bought``, ``exiting``, ``sold``, ...
        mint: the token, whole; empty when the event is about none.
        text: one line.
    """

    kind: str
    mint: str
    text: str

    def __str__(self) -> str:
        token = f"{self.mint[:MINT_LETTERS]}  " if self.mint else ""
        return f"{self.kind:11}  {token}{self.text}"


def describe(event: SessionEvent) -> Line | None:
    """An event in words; ``None`` for what is not worth a line."""
    from sniperforge.engine import events

    match event:
        case events.PoolSeen(pool=pool):
            return Line("seen", pool.event.base_mint, f"new {pool.event.dex} pool {pool.event.pool}")
        case events.PoolJudged(judgement=judgement) if judgement.verdict.refusals:
            return _verdict(judgement.verdict)
        case events.BuyEnded(judgement=judgement, outcome=outcome):
            return _buy(judgement.verdict.mint, outcome)
        case events.PositionMoved(what="closed account"):
            return None
        case events.PositionMoved(what=what, position=position, text=text):
            return Line(what, position.mint, f"{_gain(position)}  {text}" if what == "sold" else text)
    return _notice(event)


def _notice(event: SessionEvent) -> Line | None:
    from sniperforge.engine import events

    match event:
        case events.EntriesHalted(reason=reason):
            return Line("halted", "", reason)
        case events.Trouble(where=where, text=text):
            return Line("trouble", "", f"{where}: {text}")
        case events.Waiting(text=text):
            return Line("no buys", "", text)
    return None


def gain_of(position: Position) -> int:
    """Lamports that a position has brought so far; rent is left out, for it comes back with the account."""
    return position.proceeds - position.cost - position.fees


def _verdict(verdict: Verdict) -> Line:
    kind = "waiting" if verdict.pending else verdict.decided.value
    name = verdict.grounds[0]
    others = len(verdict.refusals) - 1
    more = f" (and {others} more)" if others else ""
    return Line(kind, verdict.mint, f"{name}: {verdict.result(name).reason}{more}")


def _buy(mint: str, outcome: Outcome) -> Line:
    from sniperforge.domain.amounts import format_sol

    if outcome.ok and outcome.fill is not None:
        return Line("bought", mint, f"for {format_sol(-outcome.fill.settlement.trade)} SOL")
    return Line("not bought", mint, f"{outcome.kind}: {outcome.reason}")


def _gain(position: Position) -> str:
    from sniperforge.domain.amounts import format_sol

    gain = gain_of(position)
    return f"{'+' if gain >= 0 else ''}{format_sol(gain)} SOL"
