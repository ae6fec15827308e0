"""Whirlpools as they are looked at."""

from __future__ import annotations

from fractions import Fraction

import pytest

from sniperforge.dex.orca_whirlpool import program
from sniperforge.dex.orca_whirlpool.venue import OrcaWhirlpool
from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.errors import NotFoundError
from tests.dex.made import address
from tests.dex.orca_whirlpool.made_pool import WhirlpoolAccounts

VENUE = OrcaWhirlpool()


@pytest.mark.parametrize("tier", [64, 1_024], ids=["plain", "adaptive fee"])
def test_two_rounds_suffice(tier: int) -> None:
    """First the pool, then vaults and mints; only a pool with adaptive fees needs its oracle too."""
    made = WhirlpoolAccounts(tier=tier)
    chain, known, asked = made.pack(), dict[str, Account | None](), list[tuple[str, ...]]()
    while missing := VENUE.required_accounts(made.pool, known):
        asked.append(missing)
        known |= {address: chain.get(address) for address in missing}
    assert len(asked) == 2
    assert (program.oracle_address(made.pool) in asked[1]) == (tier != 64)
    view = VENUE.load(made.pool, known, epoch=1)
    assert (view.dex, view.base_mint, view.quote_mint) == ("orca_whirlpool", USDC_MINT, WSOL_MINT)
    assert (view.spot_price, view.price) == (4, Fraction(1, 4))
    assert (view.reserves, view.decimals(WSOL_MINT)) == ((989, 1_978), 9)
    assert (view.open_time, view.swap_enabled) == (0 if tier == 64 else 1_790_000_000, True)


def test_anatomy() -> None:
    """Vaults and canonical address; a pool of somebody's own configuration is told apart."""
    for config, canonical in ((WhirlpoolAccounts.config, True), (address(5), False)):
        made = WhirlpoolAccounts(config=config)
        accounts = made.pack()
        anatomy = VENUE.anatomy(VENUE.load(made.pool, accounts, epoch=1), accounts)
        assert (anatomy.canonical, anatomy.creator, anatomy.lp_mint) == (canonical, "", None)
        assert (anatomy.quote_vault, anatomy.base_vault) == made.vaults()


def test_nothing_there_is_not_found() -> None:
    """Neither pool nor oracle."""
    with pytest.raises(NotFoundError):
        VENUE.load(address(9), {}, epoch=1)
    made = WhirlpoolAccounts(tier=1_024)
    accounts = made.pack()
    del accounts[program.oracle_address(made.pool)]
    with pytest.raises(NotFoundError):
        VENUE.load(made.pool, accounts, epoch=1)
