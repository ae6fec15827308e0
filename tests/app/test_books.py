"""Fills summed up: the accounting identity."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sniperforge.app.books import fill_document, sum_of
from sniperforge.domain.trade import Fill, IntentKind
from sniperforge.testing.trades import make_fill, make_intent, make_settlement

LAMPORTS = st.integers(0, 10**12)


def fill(
    kind: IntentKind, trade: int, fee: int = 0, tip: int = 0, paid: int = 0, back: int = 0, err: object = None
) -> Fill:
    """A fill of that kind; its settlement keeps the identity."""
    done = make_settlement("s", trade=trade, fee=fee, tip=tip, rent_paid=paid, rent_returned=back, err=err)
    return make_fill(make_intent("i", kind), done)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(IntentKind)),
            st.integers(-(10**12), 10**12),
            LAMPORTS,
            LAMPORTS,
            LAMPORTS,
            LAMPORTS,
        )
    ),
    st.integers(-(10**12), 10**12),
)
def test_the_sum_explains_the_wallets_change(rows: list[tuple], foreign: int) -> None:
    """Whatever was traded, sent, paid and received: the parts add up to the deltas of the settlements."""
    fills = [fill(*row) for row in rows]
    books = sum_of(fills, foreign)
    moved = sum(each.settlement.lamports_delta + each.settlement.wsol_delta for each in fills)
    assert books.wallet_delta == moved + foreign
    assert min(books.proceeds, books.cost, books.transfers_in, books.transfers_out) >= 0


def test_what_counts_as_what() -> None:
    """Sales are proceeds, buys cost, transfers neither; what failed cost its fee."""
    books = sum_of(
        [
            fill(IntentKind.BUY, -100, fee=5, paid=20),
            fill(IntentKind.SELL, 150, fee=6),
            fill(IntentKind.SELL, 0, fee=7, err="no"),
            fill(IntentKind.TRANSFER, -30, fee=8),
            fill(IntentKind.CLOSE_ACCOUNT, 0, fee=9, back=20),
        ],
        foreign=11,
    )
    assert (books.trades, books.failed) == (4, 1)
    assert (books.proceeds, books.cost, books.fees) == (150, 100, 35)
    assert (books.rent_paid, books.rent_returned) == (20, 20)
    assert (books.transfers_in, books.transfers_out) == (11, 30)
    assert books.wallet_delta == 150 - 100 - 35 - 30 + 11
    assert sum_of([], -3).transfers_out == 3
    assert books.to_json()["wallet_delta_sol"] == "-0.000000004"


def test_a_fill_as_a_document() -> None:
    """Exact amounts as text; a fill of no token has none."""
    document = fill_document(fill(IntentKind.SELL, 150, fee=6, err={"InstructionError": [0, "x"]}))
    assert document["trade_sol"] == "0.000000150"
    assert document["failed"] is True
    assert document["error"] == {"InstructionError": [0, "x"]}
    assert document["amount"]["decimals"] == 6
    sent = make_fill(make_intent("t", IntentKind.TRANSFER, mint=""), make_settlement("s", trade=-1))
    assert fill_document(sent)["amount"] is None
