"""LaunchLab as the engine uses it."""

from __future__ import annotations

import pytest

from sniperforge.dex.raydium_launchlab import program
from sniperforge.dex.raydium_launchlab.venue import RaydiumLaunchlab
from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.errors import RefusedError
from tests.dex.made import address, only, tag, transaction
from tests.dex.raydium_launchlab.event_bytes import launch
from tests.dex.raydium_launchlab.made_curve import (
    BASE_VAULT,
    CONFIG,
    CREATOR,
    PLATFORM,
    POOL,
    QUOTE_VAULT,
    TOKEN,
    CurveAccounts,
    pool,
    state,
)

VENUE = RaydiumLaunchlab()


def test_two_rounds_suffice() -> None:
    """First the curve, then all the rest, then nothing is missing."""
    chain, known, rounds = CurveAccounts(pool()).pack(), dict[str, Account | None](), 0
    while missing := VENUE.required_accounts(POOL, known):
        known |= {address: chain.get(address) for address in missing}
        rounds += 1
    assert rounds == 2
    assert VENUE.load(POOL, known, epoch=1).pool == pool()


def test_one_round_suffices_after_a_launch() -> None:
    """A pool_created event names all the accounts that loading needs."""
    accounts = [address(1), CREATOR, CONFIG, PLATFORM, address(2), POOL, TOKEN, WSOL_MINT]
    accounts += [BASE_VAULT, QUOTE_VAULT, *(address(10 + index) for index in range(5))]
    data = tag("global", "initialize_with_token_2022") + launch()
    wanted = VENUE.accounts_of(only(transaction(program.MAINNET, accounts, data)))
    assert set(wanted) == {POOL, CONFIG, PLATFORM, TOKEN, WSOL_MINT, BASE_VAULT, QUOTE_VAULT}
    chain = CurveAccounts(pool()).pack()
    known = {where: chain[where] for where in wanted}
    assert VENUE.required_accounts(POOL, known) == ()
    assert VENUE.load(POOL, known, epoch=1).base_mint == TOKEN


def test_anatomy() -> None:
    """Creator, vaults, canonical address; no LP mint."""
    anatomy = VENUE.anatomy(state(), {})
    assert (anatomy.canonical, anatomy.creator, anatomy.lp_mint) == (True, CREATOR, None)
    assert (anatomy.base_vault, anatomy.quote_vault) == (BASE_VAULT, QUOTE_VAULT)


def test_instructions_are_of_the_own_curves_only() -> None:
    """Another venue's state and another mint are refused."""
    usual = {
        "user": address(1),
        "amount_in": 5,
        "minimum_out": 6,
        "user_input": address(2),
        "user_output": address(3),
    }
    made = VENUE.swap_instruction(state(), input_mint=TOKEN, **usual)
    assert str(made.program_id) == program.MAINNET
    with pytest.raises(RefusedError, match="does not trade"):
        VENUE.swap_instruction(state(), input_mint=USDC_MINT, **usual)

    class Other:
        """A pool of another venue."""

        address = "elsewhere"

    with pytest.raises(RefusedError, match="not of raydium_launchlab"):
        VENUE.anatomy(Other(), {})  # type: ignore[arg-type]
