"""Session events made by hand."""

from __future__ import annotations

from typing import Any

from sniperforge.domain.events import NewPool
from sniperforge.domain.outcome import Outcome, OutcomeKind
from sniperforge.domain.pool import EventKind, PoolEvent
from sniperforge.domain.trade import Position
from sniperforge.domain.verdict import CheckResult, Decided, Verdict
from sniperforge.domain.verdict import Outcome as Found
from sniperforge.engine.events import BuyEnded, PoolJudged, PoolSeen, PositionMoved
from sniperforge.plugin import Judgement
from sniperforge.testing.trades import make_attempt, make_fill, make_intent, make_position, make_settlement

PASS = CheckResult("mint_authority", Found.PASS, "nobody can create tokens")
FAIL = CheckResult("lp_locked", Found.FAIL, "0.00 % of the LP supply is burned or locked, least is 90 %")
UNKNOWN = CheckResult("round_trip", Found.UNKNOWN, "not simulated (swaps are not open yet)")


def mint(number: int) -> str:
    """An address that begins with its number."""
    return f"{number:08}" + "m" * 36


def pool(number: int, *, received_at: float = 100.0) -> NewPool:
    """A pool of that token."""
    event = PoolEvent(
        dex="raydium_cpmm",
        kind=EventKind.POOL_CREATED,
        program_id="program",
        pool=f"{number:08}" + "p" * 36,
        base_mint=mint(number),
        quote_mint="So11111111111111111111111111111111111111112",
        base_vault="base vault",
        quote_vault="quote vault",
    )
    transaction: Any = None
    return NewPool(event, transaction, received_at, received_at)


def judgement(number: int, *results: CheckResult, started_at: float = 100.5) -> Judgement:
    """A verdict from what checks found."""
    refusals = tuple(each.name for each in results if each.outcome is not Found.PASS)
    decided = Decided.REFUSED if refusals else Decided.ACCEPTED
    of = pool(number)
    verdict = Verdict(of.event.pool, of.event.base_mint, results, decided, refusals)
    return Judgement(of, verdict, None, started_at)


def seen(number: int) -> PoolSeen:
    """A pool came."""
    return PoolSeen(pool(number))


def judged(number: int, *results: CheckResult) -> PoolJudged:
    """A pool was judged."""
    return PoolJudged(judgement(number, *results))


def position(number: int, *, spent: int = 100_000_000, **changes: Any) -> Position:
    """What a landed buy of that token opened; fees 25,000 lamports and one rent are paid."""
    intent = make_intent(f"position {number}", mint=mint(number), pool=pool(number).event.pool)
    done = make_settlement(make_attempt(intent).signature, trade=-spent, fee=25_000, rent_paid=2_039_280)
    return make_position(make_fill(intent, done, tokens=5_000_000, position_id=intent.id), **changes)


def bought(number: int, *, spent: int = 100_000_000) -> BuyEnded:
    """A buy landed, a second after the pool was seen."""
    intent = make_intent(f"position {number}", mint=mint(number), pool=pool(number).event.pool)
    done = make_settlement(make_attempt(intent).signature, trade=-spent, fee=25_000, rent_paid=2_039_280)
    fill = make_fill(intent, done, tokens=5_000_000, position_id=intent.id)
    outcome = Outcome(OutcomeKind.FILLED, intent.id, done.signature, "", fill, 100.6, 101.0)
    return BuyEnded(judgement(number, PASS), outcome)


def not_bought(number: int, kind: OutcomeKind, reason: str) -> BuyEnded:
    """A buy came to nothing."""
    signature = "" if kind is OutcomeKind.REFUSED else "signature"
    return BuyEnded(judgement(number, PASS), Outcome(kind, "intent", signature, reason))


def sold(number: int, proceeds: int, text: str = "take_profit: up") -> PositionMoved:
    """A whole position was sold."""
    return PositionMoved("sold", position(number, proceeds=proceeds, raw=0, closed_at=2_000.0), text)
