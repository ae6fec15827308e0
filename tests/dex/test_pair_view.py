"""A pool that is only looked at: sides, price, liquidity."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from sniperforge.dex.pair_view import Pair, PairView, load_pair, own_pair
from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAM, USDC_MINT, WSOL_MINT
from sniperforge.errors import DecodeError, RefusedError
from tests.dex.made import address, mint_account, token_account

OTHER = "J2V7tRwJqwr9a1gpL3VMQRuJVbebcH2YbvNezfiMhGUr"
VIEW = PairView(
    dex="some",
    address="pool",
    mints=(WSOL_MINT, OTHER),
    vaults=("vault_0", "vault_1"),
    token_programs=(TOKEN_PROGRAM, TOKEN_2022_PROGRAM),
    mint_decimals=(9, 6),
    reserves=(100, 7),
    price=Fraction(1, 4),
)


def test_the_first_mint_may_be_the_quote() -> None:
    """Price, vaults and liquidity follow the side that the quote is on."""
    assert (VIEW.base_mint, VIEW.quote_mint) == (OTHER, WSOL_MINT)
    assert (VIEW.base_vault, VIEW.quote_vault) == ("vault_1", "vault_0")
    assert (VIEW.spot_price, VIEW.quote_liquidity) == (4, 100)


def test_the_second_mint_may_be_the_quote() -> None:
    """Then the pool's own price is the price."""
    view = replace(VIEW, mints=(OTHER, USDC_MINT))
    assert (view.base_mint, view.quote_mint) == (OTHER, USDC_MINT)
    assert (view.base_vault, view.quote_vault) == ("vault_0", "vault_1")
    assert (view.spot_price, view.quote_liquidity) == (Fraction(1, 4), 7)


def test_programs_and_decimals_by_mint() -> None:
    """Each mint has its own; another mint is refused."""
    assert (VIEW.token_program(OTHER), VIEW.decimals(OTHER)) == (TOKEN_2022_PROGRAM, 6)
    assert (VIEW.token_program(WSOL_MINT), VIEW.decimals(WSOL_MINT)) == (TOKEN_PROGRAM, 9)
    with pytest.raises(RefusedError, match="does not trade"):
        VIEW.decimals(USDC_MINT)


@pytest.mark.parametrize("change", [{"price": Fraction(0)}, {"reserves": (0, 0)}], ids=["price", "reserves"])
def test_an_empty_pool_has_no_price(change: dict) -> None:
    """Neither an unset price nor one without anything behind it is told."""
    with pytest.raises(RefusedError, match="no price"):
        _ = replace(VIEW, **change).spot_price


def test_only_the_own_venue_s_view_is_taken() -> None:
    """Another venue's pool is refused by name."""
    assert own_pair(VIEW, "some") is VIEW
    with pytest.raises(RefusedError, match="not of other"):
        own_pair(VIEW, "other")


def test_a_pair_is_loaded_from_mints_and_vaults() -> None:
    """Reserves are what the vaults hold without what is owed; they may not owe more than they hold."""
    pool, vault_0, vault_1 = address(1), address(2), address(3)
    found = [
        mint_account(WSOL_MINT, 9),
        mint_account(OTHER, 6, TOKEN_2022_PROGRAM),
        token_account(vault_0, WSOL_MINT, pool, 50),
        token_account(vault_1, OTHER, pool, 60, TOKEN_2022_PROGRAM),
    ]
    accounts = {account.address: account for account in found}
    pair = Pair("some", pool, (WSOL_MINT, OTHER), (vault_0, vault_1), (5, 6), pool)
    view = load_pair(pair, accounts, price=Fraction(2), open_time=9, swap_enabled=False)
    assert (view.reserves, view.mint_decimals, view.open_time, view.swap_enabled) == (
        (45, 54),
        (9, 6),
        9,
        False,
    )
    assert view.token_programs == (TOKEN_PROGRAM, TOKEN_2022_PROGRAM)
    with pytest.raises(DecodeError, match="owes more"):
        load_pair(replace(pair, owed=(51, 0)), accounts, price=Fraction(2))
