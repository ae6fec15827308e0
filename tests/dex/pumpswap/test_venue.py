"""The venue as the engine uses it: which accounts, in how many rounds, and what comes of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sniperforge.dex.pumpswap import forms, program
from sniperforge.dex.pumpswap.venue import Pumpswap, parties_of
from sniperforge.dex.registry import events_of, venue_named
from sniperforge.domain.addresses import SYSTEM_PROGRAM, USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.errors import RefusedError
from tests.dex.pumpfun.conftest import MINT, RECIPIENTS, made_up
from tests.dex.pumpswap.conftest import COIN_CREATOR
from tests.dex.pumpswap.test_detector import ARGUMENTS, accounts_for, calls_of

VENUE = Pumpswap()


def loaded(made: Any) -> tuple[Any, dict[str, Account | None]]:
    """The state and its accounts, by two rounds of fetching."""
    chain, known, rounds = made.pack(), {}, 0
    while missing := VENUE.required_accounts(made.pool, known):
        known |= {address: chain.get(address) for address in missing}
        rounds += 1
    assert rounds == 2
    return VENUE.load(made.pool, known, epoch=5), known


def test_it_is_registered() -> None:
    """By its name."""
    assert isinstance(venue_named("pumpswap"), Pumpswap)


def test_how_a_pool_is_built(pool_accounts: Callable[..., Any]) -> None:
    """The coin's creator stands for the pool's; LP units are counted twice."""
    made = pool_accounts()
    anatomy = VENUE.anatomy(*loaded(made))
    assert (anatomy.canonical, anatomy.creator) == (True, COIN_CREATOR)
    assert (anatomy.base_vault, anatomy.quote_vault) == (made.vault(MINT), made.vault(WSOL_MINT))
    assert anatomy.lp_mint == program.lp_mint_address(made.pool)
    assert (anatomy.lp_pool_supply, anatomy.lp_mint_supply) == (4_193_388_301_800, 100)
    turned = pool_accounts(
        base_mint=WSOL_MINT, quote_mint=MINT, creator=made_up(1), coin_creator=SYSTEM_PROGRAM, virtual_quote=0
    )
    other = VENUE.anatomy(*loaded(turned))
    assert (other.canonical, other.creator) == (False, made_up(1))
    assert (other.base_vault, other.quote_vault) == (turned.vault(MINT), turned.vault(WSOL_MINT))


def test_one_round_suffices_after_a_creation(pool_accounts: Callable[..., Any]) -> None:
    """The event names all that loading needs."""
    made = pool_accounts()
    accounts = accounts_for(
        forms.CREATION_ROLES,
        pool=made.pool,
        creator=made.made_by,
        base_mint=MINT,
        quote_mint=WSOL_MINT,
        lp_mint=program.lp_mint_address(made.pool),
        base_vault=made.vault(MINT),
        quote_vault=made.vault(WSOL_MINT),
    )
    (event,) = events_of(calls_of("create_pool", accounts, ARGUMENTS).view())
    chain = made.pack()
    known = {address: chain[address] for address in VENUE.accounts_of(event)}
    assert VENUE.required_accounts(made.pool, known) == ()
    assert VENUE.load(made.pool, known, epoch=5).canonical


def test_recipients_are_out_of_the_programs_lists(pool_accounts: Callable[..., Any]) -> None:
    """Mayhem pools pay others; without any, nothing is traded."""
    ends = {"user": made_up(7), "user_base": made_up(8), "user_quote": made_up(9)}
    for mayhem, allowed in ((False, RECIPIENTS[:8]), (True, RECIPIENTS[8:16])):
        parties = parties_of(loaded(pool_accounts(mayhem=mayhem))[0], **ends)
        assert parties.fee_recipient in allowed
        assert parties.buyback_recipient in RECIPIENTS[16:24]
    with pytest.raises(RefusedError, match="nobody"):
        parties_of(loaded(pool_accounts(recipients=False))[0], **ends)


def test_accounts_of_a_trade(pool_accounts: Callable[..., Any]) -> None:
    """The pool's own quote is paid by a buy, whichever mint it is."""
    state, _ = loaded(pool_accounts())
    ends = {"user": made_up(7), "minimum_out": 1, "user_input": made_up(8), "user_output": made_up(9)}
    for input_mint, places in ((WSOL_MINT, (6, 5)), (MINT, (5, 6))):
        made = VENUE.swap_instruction(state, input_mint=input_mint, amount_in=5, **ends)
        names = [str(meta.pubkey) for meta in made.accounts]
        assert (names.index(made_up(8)), names.index(made_up(9))) == places
    with pytest.raises(RefusedError, match="does not trade"):
        VENUE.swap_instruction(state, input_mint=USDC_MINT, amount_in=5, **ends)
    with pytest.raises(RefusedError, match="not of pumpswap"):
        VENUE.anatomy(type("Other", (), {"address": "x"})(), {})
