"""Amounts of trades from events of every age."""

from __future__ import annotations

from sniperforge.dex.pumpswap import events
from sniperforge.dex.pumpswap.trades import trades_in
from tests.dex.pumpfun.conftest import made_up
from tests.dex.pumpfun.event_bytes import event

POOL = made_up(1)


def test_a_buy_pays_the_fees_of_all() -> None:
    """The pool keeps that of its LPs; cashback is paid where others pay their creator."""
    told = event(
        "BuyEvent",
        pool=POOL,
        base_amount_out=50,
        quote_amount_in_with_lp_fee=1_002,
        protocol_fee=5,
        coin_creator_fee=3,
        cashback=1,
        coin_creator=made_up(2),
        ix_name="buy_v2",
    )
    (trade,) = trades_in(events.told([b"other", told]))
    amounts = trade.amounts()
    assert (trade.pool, trade.buys) == (POOL, True)
    assert (amounts["amount_in"], amounts["amount_out"]) == (1_011, 50)
    assert (amounts["input_amount"], amounts["output_amount"]) == (1_002, 50)
    assert trade.facts()["instruction"] == "buy_v2"
    assert trade.facts()["coin_creator"] == made_up(2)


def test_the_oldest_events_know_no_creator() -> None:
    """They end with the accounts of the protocol fee."""
    told = event(
        "SellEvent",
        until="protocol_fee_recipient_token_account",
        pool=POOL,
        base_amount_in=50,
        quote_amount_out_without_lp_fee=998,
        user_quote_amount_out=993,
    )
    (trade,) = trades_in(events.told([told]))
    amounts = trade.amounts()
    assert (amounts["amount_in"], amounts["amount_out"]) == (50, 993)
    assert (amounts["input_amount"], amounts["output_amount"]) == (50, 998)
    assert trade.facts().keys() == {"protocol_fee_recipient"}
    old = event("BuyEvent", until="user_quote_token_account", pool=POOL, quote_amount_in_with_lp_fee=9)
    (trade,) = trades_in(events.told([old]))
    assert (trade.amounts()["amount_in"], trade.facts()) == (9, {})
