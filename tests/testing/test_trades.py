"""Journal entries made by hand are consistent, so that tests built on them mean something."""

from __future__ import annotations

from sniperforge.domain.trade import IntentKind
from sniperforge.testing.trades import make_attempt, make_fill, make_intent, make_position, make_settlement


def test_the_parts_belong_together() -> None:
    """Attempt, fill and position carry the intent's names, and the settlement's identity holds."""
    intent = make_intent("i", IntentKind.BUY, mint="m")
    attempt = make_attempt(intent, number=2)
    done = make_settlement(attempt.signature, trade=-100, tip=3, rent_paid=7, rent_returned=1)
    fill = make_fill(intent, done, tokens=50, position_id="i")
    position = make_position(fill, note="n")
    assert (attempt.intent_id, attempt.number) == ("i", 2)
    assert done.lamports_delta + done.wsol_delta == -100 - 5_000 - 3 - 7 + 1
    assert (fill.intent_id, fill.mint, fill.kind) == ("i", "m", IntentKind.BUY)
    assert (position.id, position.raw, position.note) == ("i", 50, "n")
    assert position.realized_pnl == done.lamports_delta


def test_a_fill_belongs_to_its_intents_position() -> None:
    """Unless it opens one of its own."""
    sale = make_intent("s", IntentKind.SELL, position_id="p")
    assert make_fill(sale, make_settlement("x")).position_id == "p"
    assert make_fill(make_intent("t"), make_settlement("x")).position_id is None
