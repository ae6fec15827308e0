"""CLMM as it is looked at."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from sniperforge.dex.raydium_clmm.venue import RaydiumClmm
from sniperforge.domain.addresses import TOKEN_PROGRAM, USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.errors import DecodeError, NotFoundError, RefusedError
from tests.dex.made import address
from tests.dex.raydium_clmm.made_pool import ClmmAccounts

VENUE = RaydiumClmm()


def test_two_rounds_suffice() -> None:
    """First the pool, then vaults and mints; then price and liquidity are known."""
    made = ClmmAccounts()
    chain, known, rounds = made.pack(), dict[str, Account | None](), 0
    while missing := VENUE.required_accounts(made.pool, known):
        known |= {address: chain.get(address) for address in missing}
        rounds += 1
    assert rounds == 2
    view = VENUE.load(made.pool, known, epoch=1)
    assert (view.dex, view.base_mint, view.quote_mint) == ("raydium_clmm", USDC_MINT, WSOL_MINT)
    assert view.spot_price == 4
    assert view.price == Fraction(1, 4)
    assert (view.quote_liquidity, view.reserves) == (1_000 - 11, (989, 1_978))
    assert (view.open_time, view.swap_enabled) == (1_790_000_000, True)
    assert (view.token_program(WSOL_MINT), view.decimals(USDC_MINT)) == (TOKEN_PROGRAM, 6)


def test_anatomy() -> None:
    """Creator, vaults, canonical address; a pool beside the canonical one is told apart."""
    made = ClmmAccounts()
    accounts = made.pack()
    anatomy = VENUE.anatomy(VENUE.load(made.pool, accounts, epoch=1), accounts)
    assert (anatomy.canonical, anatomy.creator, anatomy.lp_mint) == (True, address(60), None)
    assert (anatomy.quote_vault, anatomy.base_vault) == made.vaults()
    with pytest.raises(RefusedError, match="not of raydium_clmm"):
        VENUE.anatomy(replace(VENUE.load(made.pool, accounts, epoch=1), dex="orca_whirlpool"), accounts)


def test_what_contradicts_the_pool_is_refused() -> None:
    """Fees beyond the vaults, a vault of somebody else, nothing at all."""
    poor = ClmmAccounts(vault_0=5)
    with pytest.raises(DecodeError, match="owes more"):
        VENUE.load(poor.pool, poor.pack(), epoch=1)
    made = ClmmAccounts()
    accounts = made.pack()
    vault = accounts[made.vaults()[0]]
    assert vault is not None
    accounts[made.vaults()[0]] = Account(vault.address, vault.owner, 1, vault.data[32:64] + vault.data[32:])
    with pytest.raises(DecodeError, match="not a vault"):
        VENUE.load(made.pool, accounts, epoch=1)
    with pytest.raises(NotFoundError):
        VENUE.load(made.pool, {}, epoch=1)
