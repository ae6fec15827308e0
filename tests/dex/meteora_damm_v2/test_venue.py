"""DAMM v2 as it is looked at."""

from __future__ import annotations

from sniperforge.dex.meteora_damm_v2.venue import MeteoraDammV2
from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.domain.pool import EventKind
from tests.dex.made import address, logged, transaction
from tests.dex.meteora_damm_v2.made_pool import DammAccounts

VENUE = MeteoraDammV2()


def test_two_rounds_suffice() -> None:
    """First the pool, then vaults and mints; then price and liquidity are known."""
    made = DammAccounts()
    chain, known, rounds = made.pack(), dict[str, Account | None](), 0
    while missing := VENUE.required_accounts(made.pool, known):
        known |= {one: chain.get(one) for one in missing}
        rounds += 1
    assert rounds == 2
    view = VENUE.load(made.pool, known, epoch=1)
    assert (view.dex, view.base_mint, view.quote_mint) == ("meteora_damm_v2", USDC_MINT, WSOL_MINT)
    assert (view.spot_price, view.quote_liquidity, view.reserves) == (4, 990, (990, 1_980))
    assert (view.open_time, view.swap_enabled) == (1_790_000_000, True)


def test_anatomy() -> None:
    """Creator, vaults, canonical vaults."""
    made = DammAccounts()
    accounts = made.pack()
    anatomy = VENUE.anatomy(VENUE.load(made.pool, accounts, epoch=1), accounts)
    assert (anatomy.canonical, anatomy.creator, anatomy.lp_mint) == (True, address(60), None)
    assert (anatomy.quote_vault, anatomy.base_vault) == made.vaults()


def test_logs_tell_creations_alone() -> None:
    """The name of the instruction, and nothing for any other."""
    own = VENUE.programs["mainnet"]
    view = transaction(own, [], b"", lines=["Program log: Instruction: InitializeCustomizablePool"])
    (event,) = logged(view)
    assert (event.kind, event.pool, event.amounts) == (EventKind.POOL_CREATED, "", {})
    assert logged(transaction(own, [], b"", lines=["Program log: Instruction: Swap2"])) == ()
