"""What logs alone tell."""

from __future__ import annotations

import base64

from sniperforge.dex.pumpfun.program import pool_authority
from sniperforge.dex.pumpswap import program
from sniperforge.dex.registry import creations_in, events_of_logs
from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.domain.chain import LogsNotice
from sniperforge.domain.pool import EventKind
from tests.dex.pumpfun.conftest import MINT, made_up
from tests.dex.pumpfun.event_bytes import event

AUTHORITY = pool_authority(MINT)
POOL = program.pool_address(0, AUTHORITY, MINT, WSOL_MINT)
USER, BASE, QUOTE = made_up(7), made_up(8), made_up(9)


def notice(*payloads: bytes, lines: tuple[str, ...] = ()) -> LogsNotice:
    """One call of the program."""
    told = tuple("Program data: " + base64.b64encode(payload).decode() for payload in payloads)
    owner = program.PROGRAM
    return LogsNotice(
        "sig", 5, None, (f"Program {owner} invoke [1]", *lines, *told, f"Program {owner} success")
    )


def test_a_creation() -> None:
    """Pool, mints, amounts, and whether it is the coin's own pool."""
    values = {
        "pool": POOL,
        "base_mint": MINT,
        "quote_mint": WSOL_MINT,
        "pool_base_amount": 5,
        "pool_quote_amount": 6,
    }
    line = ("Program log: Instruction: CreatePool",)
    own = notice(event("CreatePoolEvent", creator=AUTHORITY, **values), lines=line)
    (found,) = events_of_logs(own)
    assert (found.kind, found.pool, found.base_mint) == (EventKind.POOL_CREATED, POOL, MINT)
    assert (found.amounts["base_amount"], found.amounts["quote_amount"]) == (5, 6)
    assert found.facts["canonical"] == "true"
    (other,) = events_of_logs(notice(event("CreatePoolEvent", creator=USER, **values)))
    assert other.facts["canonical"] == "false"
    assert [mark.dex for mark in creations_in(own)] == ["pumpswap"]
    (cut,) = events_of_logs(notice(lines=line))
    assert (cut.kind, cut.pool) == (EventKind.POOL_CREATED, "")


def test_trades() -> None:
    """Their mints are not told, the user's accounts are."""
    ends = {"user": USER, "user_base_token_account": BASE, "user_quote_token_account": QUOTE}
    buy, sale = events_of_logs(
        notice(
            event("BuyEvent", pool=POOL, base_amount_out=5, quote_amount_in_with_lp_fee=9, **ends),
            event("SellEvent", pool=POOL, base_amount_in=5, user_quote_amount_out=9, **ends),
        )
    )
    assert (buy.pool, buy.base_mint, buy.facts["side"]) == (POOL, "", "buy")
    assert (buy.facts["user_input"], buy.facts["user_output"]) == (QUOTE, BASE)
    assert (sale.facts["side"], sale.facts["user_input"], sale.facts["user_output"]) == ("sell", BASE, QUOTE)
    assert (sale.amounts["amount_in"], sale.amounts["amount_out"]) == (5, 9)


def test_liquidity() -> None:
    """Added and removed; the boost of a migration is neither."""
    added, removed = events_of_logs(
        notice(
            event("DepositEvent", pool=POOL, user=USER, lp_token_amount_out=3),
            event("InitBoostEvent", pool=POOL),
            event("WithdrawEvent", until="pool", pool=POOL, lp_token_amount_in=4),
        )
    )
    assert (added.kind, added.amounts["lp_amount"]) == (EventKind.LIQUIDITY_ADDED, 3)
    assert (removed.kind, removed.amounts["lp_amount"]) == (EventKind.LIQUIDITY_REMOVED, 4)
    assert (added.facts, removed.facts) == ({"user": USER}, {})
