"""Wrapping, buying and selling: one transaction each, and what is left of it."""

from __future__ import annotations

from sniperforge.localnet.market.trading import WSOL, buy, sell, wrap
from sniperforge.localnet.program.cpmm.instructions import associated_token_account
from tests.localnet.market.bench import SOL, launched


def test_who_wraps_buys_and_sells_is_back_but_for_fees() -> None:
    """Each step names its transaction, which landed."""
    pad = launched("organic")
    guest = pad.chain.funded("guest", 20 * SOL)
    wrapped = associated_token_account(guest.key, WSOL)
    assert guest.lands(wrap(guest, 10 * SOL))
    assert guest.balance(wrapped) == 10 * SOL
    bought = buy(guest, pad.token, 4 * SOL)
    raw = guest.balance(pad.token.account_of(guest.key))
    assert raw > 0
    assert guest.balance(wrapped) == 6 * SOL
    sold = sell(guest, pad.token, raw)
    assert {bought, sold} <= {record.signature for record in pad.chain.landed if record.err is None}
    assert guest.balance(pad.token.account_of(guest.key)) == 0
    assert 9.9 * SOL < guest.balance(wrapped) < 10 * SOL


def test_what_does_not_land_has_no_signature() -> None:
    """Neither what fails on chain nor what is refused."""
    pad = launched("organic")
    guest = pad.chain.funded("guest", SOL)
    assert buy(guest, pad.token, SOL) == ""
    assert pad.chain.landed[-1].err is not None
    pad.chain.drain(str(guest.key))
    landed = len(pad.chain.landed)
    assert sell(guest, pad.token, 1) == ""
    assert len(pad.chain.landed) == landed


def test_the_first_sale_makes_the_wrapped_account() -> None:
    """Who only got tokens can sell them."""
    pad = launched("bundled")
    insider = pad.token.insiders._wallets[0]
    wrapped = associated_token_account(insider.key, WSOL)
    assert pad.chain.ledger.account(str(wrapped)) is None
    assert sell(insider, pad.token, 10**6)
    assert insider.balance(wrapped) > 0
