"""What became of a sale, and the exit code that says it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sniperforge.app.sale import Sale, Sales, gone, open_sale, sale_of_intent, sale_of_outcome
from sniperforge.domain.jito import DONT_FRONT
from sniperforge.domain.lifecycle import TxEvent
from sniperforge.domain.outcome import Outcome, OutcomeKind
from sniperforge.domain.trade import IntentKind
from sniperforge.execution.mev import Mev
from sniperforge.store.journal import Journal
from sniperforge.testing.trades import make_attempt, make_fill, make_intent, make_position, make_settlement
from sniperforge.tokens.addresses import pubkey

BUNDLE = b"\1" * 64 + bytes(pubkey(DONT_FRONT))
SOLD = Sale("A", OutcomeKind.FILLED, "s1", 5)


@pytest.mark.parametrize(
    ("sales", "code", "told"),
    [
        ([SOLD], 0, ""),
        ([], 0, ""),
        ([SOLD, Sale("B", OutcomeKind.REFUSED, text="no pool")], 4, "not sold: B: no pool"),
        ([Sale("B", OutcomeKind.DEAD, "s2", text="expired")], 6, "not sold: B: expired"),
        ([Sale("B", OutcomeKind.REJECTED, "s2", text="slippage")], 7, "not sold: B: slippage"),
        (
            [Sale("B", OutcomeKind.REJECTED, text="x"), Sale("C", OutcomeKind.UNKNOWN, "s3")],
            8,
            "sent, outcome not known yet: s3",
        ),
        (
            [Sale("B", OutcomeKind.REFUSED, text="x"), SOLD, Sale("C", OutcomeKind.REFUSED, text="y")],
            4,
            "not sold: B: x (and 1 more not sold)",
        ),
    ],
)
def test_the_exit_code(sales: list[Sale], code: int, told: str) -> None:
    """Unknown before everything else, then the first that did not sell; what sold is no error."""
    error = Sales("wallet", "live", tuple(sales)).error()
    assert (error.exit_code if error else 0, error.message if error else "") == (code, told)


def test_the_document() -> None:
    """Money as text; nothing signed has no signature."""
    assert SOLD.to_json() == {
        "mint": "A",
        "outcome": "filled",
        "signature": "s1",
        "proceeds_sol": "0.000000005",
        "mev": "none",
        "tip_sol": "0.000000000",
        "text": "",
    }
    assert Sale("A", OutcomeKind.REFUSED).to_json()["signature"] is None
    paid = Sale("A", OutcomeKind.FILLED, "s1", 5, mev=Mev.BUNDLE, tip=100_000).to_json()
    assert (paid["mev"], paid["tip_sol"]) == ("bundle", "0.000100000")


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """An empty record."""
    return Journal(tmp_path / "journal.db")


def test_sales_of_a_journal(journal: Journal) -> None:
    """Open, landed, refused by the chain, expired: each told as it is."""
    kinds: dict[str, OutcomeKind | None] = {}
    for name in ("open", "landed", "refused", "dead"):
        intent = make_intent(name, IntentKind.SELL)
        signature = make_attempt(intent).signature
        journal.record_intent(intent, make_attempt(intent, raw=BUNDLE))
        if name == "landed":
            done = make_settlement(signature, trade=7, tip=3)
            journal.book(make_fill(intent, done), TxEvent.LANDED)
        if name == "refused":
            journal.book(make_fill(intent, make_settlement(signature, err="Custom")), TxEvent.FAILED)
        if name == "dead":
            journal.mark_dead(signature, time.time())
        sale = sale_of_intent(journal, intent)
        kinds[name] = sale.kind if sale else None
        if name == "landed":
            assert sale == Sale("mint", OutcomeKind.FILLED, signature, 7, mev=Mev.BUNDLE, tip=3)
        elif sale:
            assert (sale.mev, sale.tip) == (Mev.BUNDLE, 0)
    assert kinds == {
        "open": None,
        "landed": OutcomeKind.FILLED,
        "refused": OutcomeKind.REJECTED,
        "dead": OutcomeKind.DEAD,
    }
    unresolved = open_sale(journal, make_intent("open", IntentKind.SELL))
    assert (unresolved.kind, unresolved.signature) == (OutcomeKind.UNKNOWN, "signature of open")
    assert (unresolved.mev, unresolved.tip) == (Mev.BUNDLE, 0)
    journal.close()


def test_an_outcome_of_this_process(journal: Journal) -> None:
    """Proceeds come from what landed; a reason only when it did not sell; the policy is that of its bytes."""
    intent = make_intent("s", IntentKind.SELL)
    journal.record_intent(intent, make_attempt(intent, signature="sig", raw=BUNDLE))
    fill = make_fill(intent, make_settlement("sig", trade=9, tip=4))
    done = sale_of_outcome(journal, "M", Outcome(OutcomeKind.FILLED, "s", "sig", "noise", fill))
    assert done == Sale("M", OutcomeKind.FILLED, "sig", 9, mev=Mev.BUNDLE, tip=4)
    refused = sale_of_outcome(journal, "M", Outcome(OutcomeKind.REFUSED, reason="no pool"))
    assert refused == Sale("M", OutcomeKind.REFUSED, text="no pool")
    journal.close()


def test_a_position_that_is_gone(journal: Journal) -> None:
    """Sold by its rules counts as sold; given up does not."""
    intent = make_intent("b")
    fill = make_fill(intent, make_settlement("x", trade=-5), tokens=5, position_id="b")
    position = make_position(fill)
    assert gone(journal, position).kind is OutcomeKind.REFUSED
    journal.record_intent(intent, make_attempt(intent, signature="x"))
    journal.open_position(position, fill)
    sale = make_intent("s", IntentKind.SELL, position_id="b")
    journal.record_intent(sale, make_attempt(sale, signature="y"))
    journal.book(make_fill(sale, make_settlement("y", trade=9), tokens=-5), TxEvent.LANDED)
    assert gone(journal, position).kind is OutcomeKind.FILLED
    journal.close()
