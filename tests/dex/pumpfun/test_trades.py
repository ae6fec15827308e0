"""Amounts of trades from events of every age."""

from __future__ import annotations

from typing import Any

from sniperforge.dex.pumpfun import events
from sniperforge.dex.pumpfun.trades import Trade, trades_in
from sniperforge.domain.addresses import SYSTEM_PROGRAM, USDC_MINT, WSOL_MINT
from tests.dex.pumpfun.conftest import MINT, made_up
from tests.dex.pumpfun.event_bytes import event

USER = made_up(7)


def trade(until: str = "", **values: Any) -> Trade:
    """The trade of one TradeEvent."""
    told: dict[str, Any] = {"mint": MINT, "user": USER, "sol_amount": 1_000, "token_amount": 50, "is_buy": 1}
    (found,) = trades_in(events.told([event("TradeEvent", until=until, **(told | values))]))
    return found


def test_a_buy_pays_all_fees_on_top() -> None:
    """Cashback coins pay it where others pay their creator."""
    amounts = trade(fee=10, creator_fee=0, cashback=3, quote_amount=1_000).amounts()
    assert (amounts["amount_in"], amounts["amount_out"]) == (1_013, 50)
    assert (amounts["input_amount"], amounts["output_amount"]) == (1_000, 50)
    assert "is_buy" not in amounts


def test_a_sale_gets_what_fees_leave() -> None:
    """Other quotes than SOL leave ``sol_amount`` zero."""
    found = trade(is_buy=0, sol_amount=0, quote_amount=2_000, fee=19, creator_fee=6, quote_mint=USDC_MINT)
    amounts = found.amounts()
    assert (found.buys, found.quote_mint, found.mint) == (False, USDC_MINT, MINT)
    assert (amounts["amount_in"], amounts["amount_out"]) == (50, 1_975)
    assert (amounts["input_amount"], amounts["output_amount"]) == (50, 2_000)


def test_the_oldest_events_tell_no_fees() -> None:
    """What the trader paid or got stays unknown."""
    bought = trade("real_token_reserves")
    assert bought.quote_mint == WSOL_MINT
    assert "amount_in" not in bought.amounts()
    assert bought.amounts()["input_amount"] == 1_000
    assert "amount_out" not in trade("real_token_reserves", is_buy=0).amounts()
    assert bought.facts() == {}


def test_the_buy_that_completes_a_curve_goes_on_in_the_pool_to_come() -> None:
    """Its totals count both parts; the curve's event alone keeps its own names."""
    payloads = [
        event("TradeEvent", mint=MINT, sol_amount=1_000, token_amount=50, is_buy=1, fee=10, creator_fee=3),
        event("CompleteEvent", mint=MINT),
        event("PostCompleteBuyEvent", mint=MINT, base_out=7, quote_in=200, fee=2, creator_fee=1),
        event("TradeEvent", mint=USER, token_amount=9),
    ]
    first, second = trades_in(events.told(payloads))
    amounts = first.amounts()
    assert (amounts["amount_in"], amounts["amount_out"]) == (1_216, 57)
    assert (amounts["token_amount"], amounts["post_complete_base_out"]) == (50, 7)
    assert first.facts()["completed"] == "true"
    assert (second.mint, second.completed, second.beyond) == (USER, False, None)


def test_facts_of_a_trade() -> None:
    """The zero key as the recipient means that the fee stays on the curve."""
    facts = trade(creator=USER, ix_name="buy_v3").facts()
    assert facts == {"fee_creator": USER, "fee_recipient": SYSTEM_PROGRAM, "instruction": "buy_v3"}


def test_completions_without_a_trade_are_nothing() -> None:
    """Nor are other payloads."""
    assert (
        list(trades_in(events.told([b"", b"x" * 40, event("CompleteEvent"), event("PostCompleteBuyEvent")])))
        == []
    )
