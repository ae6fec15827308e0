"""DAMM v1 as it is looked at."""

from __future__ import annotations

from fractions import Fraction

import pytest

from sniperforge.dex.meteora_damm_v1 import program
from sniperforge.dex.meteora_damm_v1.venue import MeteoraDammV1
from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.errors import DecodeError
from tests.dex.made import address, mint_account, token_account
from tests.dex.meteora_damm_v1.made_pool import SHARES_OF_ALL, DammAccounts

VENUE = MeteoraDammV1()


def rounds_of(made: DammAccounts) -> tuple[int, dict[str, Account | None]]:
    """How many rounds of fetching it takes, and what they brought."""
    chain, known, rounds = made.pack(), dict[str, Account | None](), 0
    while missing := VENUE.required_accounts(made.pool, known):
        known |= {one: chain.get(one) for one in missing}
        rounds += 1
    return rounds, known


def test_two_rounds_suffice() -> None:
    """The pool, then all else; reserves are its parts of what the vaults own."""
    rounds, known = rounds_of(made := DammAccounts())
    assert rounds == 2
    view = VENUE.load(made.pool, known, epoch=1)
    assert (view.dex, view.base_mint, view.quote_mint) == ("meteora_damm_v1", USDC_MINT, WSOL_MINT)
    assert (view.reserves, view.price, view.spot_price) == ((1_000, 4_000), 4, Fraction(1, 4))
    assert view.vaults[0] == program.token_vault_address(made.vaults()[0])
    assert (view.open_time, view.swap_enabled) == (1_790_000_000, True)
    assert view.quote_liquidity == 10_000 * made.shares[0] // SHARES_OF_ALL


def test_a_vault_with_another_share_mint_takes_a_third_round() -> None:
    """The vault names it."""
    made = DammAccounts(share_mints=(address(70), address(71)))
    rounds, known = rounds_of(made)
    assert rounds == 3
    assert VENUE.load(made.pool, known, epoch=1).reserves == (1_000, 4_000)


def test_anatomy() -> None:
    """Creator, vaults, LP mint; canonical by its shares."""
    made = DammAccounts()
    accounts = made.pack()
    anatomy = VENUE.anatomy(VENUE.load(made.pool, accounts, epoch=1), accounts)
    assert (anatomy.canonical, anatomy.creator) == (True, address(60))
    assert (anatomy.lp_mint, anatomy.lp_mint_supply) == (program.lp_mint_address(made.pool), SHARES_OF_ALL)
    assert anatomy.quote_vault == program.token_vault_address(made.vaults()[0])


def test_what_contradicts_the_pool_is_refused() -> None:
    """A vault of another mint, shares of another vault; a vault nobody has shares of is empty."""
    wrong = DammAccounts(vault_mints=(USDC_MINT, USDC_MINT))
    with pytest.raises(DecodeError, match="other mints"):
        VENUE.load(wrong.pool, wrong.pack(), epoch=1)
    made = DammAccounts()
    accounts = made.pack()
    held = made.held()[0]
    with pytest.raises(DecodeError, match="shares of vault"):
        VENUE.load(made.pool, accounts | {held: token_account(held, USDC_MINT, made.pool, 1)}, epoch=1)
    share_mint = made.shared()[0]
    data = bytearray(mint_account(share_mint).data)
    data[36:44] = bytes(8)
    none = Account(share_mint, "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA", 1, bytes(data))
    assert VENUE.load(made.pool, accounts | {share_mint: none}, epoch=1).reserves[0] == 0
