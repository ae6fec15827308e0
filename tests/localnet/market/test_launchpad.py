"""Launches, read from the accounts that they leave: what each kind is at creation, and what it does later."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pytest

from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAM, WSOL_MINT
from sniperforge.localnet.market.archetypes import ARCHETYPES, Aftermath, Trait
from sniperforge.localnet.market.crowd import SIZE
from sniperforge.localnet.market.launchpad import TRANSFER_FEE_BPS, LaunchedToken
from sniperforge.localnet.market.schedule import SUPPLY, launches
from sniperforge.localnet.market.trading import WSOL
from sniperforge.localnet.program.cpmm.instructions import AUTHORITY, listing_address, pool_addresses
from sniperforge.tokens.extensions import (
    DefaultAccountState,
    MintCloseAuthority,
    NonTransferable,
    PermanentDelegate,
    TransferHook,
)
from sniperforge.tokens.transfer_fee import TransferFeeConfig
from tests.localnet.market.bench import Chain, Launchpad, launched

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.tokens.extensions import Extension

POOLED = [kind.name for kind in ARCHETYPES if kind.aftermath is not Aftermath.AIRDROP]


# -- at creation ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", POOLED)
def test_only_what_an_archetype_keeps_is_kept(name: str) -> None:
    """Mint authority, freeze authority and liquidity tokens: with the creator where it says so, else gone."""
    pad = launched(name)
    archetype, creator = pad.token.launch.archetype, str(pad.token.creator)
    mint = pad.chain.mint(pad.token.mint)
    assert mint.mint_authority == (creator if archetype.keeps_mint else None)
    assert mint.freeze_authority == (creator if archetype.keeps_freeze else None)
    held = {each.owner: each.raw for each in pad.lp if each.raw}
    supply = pad.chain.mint(pad.token.pool.lp_mint).supply
    assert held == ({creator: supply} if archetype.keeps_lp else {})
    assert (supply > 0) == archetype.keeps_lp


@pytest.mark.parametrize("name", POOLED)
def test_the_supply_is_in_the_pool_but_for_the_creators_share(name: str) -> None:
    """A thousand million tokens of six decimals; what the pool got arrives less the mint's own fee."""
    pad = launched(name)
    archetype, mint = pad.token.launch.archetype, pad.chain.mint(pad.token.mint)
    share = SUPPLY * archetype.creator_share_percent // 100
    assert (mint.supply, mint.decimals) == (SUPPLY, 6)
    vault = pad.of(AUTHORITY)
    fee = TRANSFER_FEE_BPS if archetype.trait is Trait.TRANSFER_FEE else 0
    given = SUPPLY * archetype.insiders * archetype.insider_share_percent // 100
    assert pad.of(pad.token.creator).raw == share - given
    assert vault.raw + vault.withheld_raw == SUPPLY - share
    assert vault.withheld_raw == (SUPPLY - share) * fee // 10_000
    owners = {each.owner for each in pad.chain.holders(pad.token.mint)}
    assert owners - {str(pad.token.creator), str(AUTHORITY)} == (set(insiders_of(pad)) if given else set())


TRAITS: dict[str, Callable[[str], tuple[Extension, ...]]] = {
    "permanent_delegate": lambda creator: (PermanentDelegate(creator),),
    "default_frozen": lambda _creator: (DefaultAccountState(2),),
    "non_transferable": lambda _creator: (NonTransferable(),),
    "mint_close": lambda creator: (MintCloseAuthority(creator),),
    "transfer_hook": lambda creator: (TransferHook(creator, None),),
}
FEES = {"transfer_fee_trap": (2_000, 2_000), "scheduled_fee": (0, 9_000)}


@pytest.mark.parametrize("name", [kind.name for kind in ARCHETYPES])
def test_each_mint_has_the_trait_of_its_kind(name: str) -> None:
    """The extension that its name says, and no other; without a trait it is a plain SPL mint."""
    pad = launched(name)
    mint, creator = pad.chain.mint(pad.token.mint), str(pad.token.creator)
    assert mint.program == (TOKEN_2022_PROGRAM if pad.token.launch.archetype.trait else TOKEN_PROGRAM)
    fee = mint.extension(TransferFeeConfig)
    if fee is not None:
        assert (fee.older.bps, fee.newer.bps) == FEES[name]
    elif name == "look_alike":
        assert [each.name for each in mint.extensions] == ["metadata_pointer", "token_metadata"]
    else:
        assert mint.extensions == (TRAITS[name](creator) if name in TRAITS else ())


def test_the_scheduled_fee_comes_two_epochs_later() -> None:
    """Nothing is taken now: only who reads the newer fee sees it."""
    pad = launched("scheduled_fee")
    fee = pad.chain.mint(pad.token.mint).extension(TransferFeeConfig)
    assert fee is not None
    epoch = pad.chain.ledger.vm.svm.get_clock().epoch
    assert (fee.at(epoch).bps, fee.at(epoch + 1).bps, fee.newer.epoch) == (0, 0, epoch + 2)
    pad.buyers(1)
    assert pad.of_buyers[0].withheld_raw == 0


def test_the_look_alike_bears_a_known_name_at_an_address_of_its_own() -> None:
    """It calls itself USDC; its pool is not where the program derives one."""
    pad = launched("look_alike")
    account = pad.chain.ledger.account(str(pad.token.mint))
    assert account is not None
    assert b"USD Coin" in account.data
    derived = pool_addresses(pad.token.mint, WSOL, program_a=pad.token.program)
    assert pad.token.pool.pool != derived.pool
    assert pad.chain.ledger.account(str(derived.pool)) is None


def test_insiders_get_their_share_in_the_slot_of_the_creation() -> None:
    """Twelve wallets that the creator pays hold 5 % each before anybody else can buy."""
    pad = launched("bundled")
    assert [pad.of(wallet).raw for wallet in insiders_of(pad)] == [SUPPLY * 5 // 100] * 12
    born = next(record.slot for record in pad.chain.landed if str(pad.token.mint) in record.loaded.names)
    gifts = [each for each in pad.chain.landed if insiders_of(pad)[0] in each.loaded.names]
    assert [record.slot for record in gifts] == [born]


def test_of_the_non_transferable_there_is_no_pool() -> None:
    """It is listed, but its deposit fails on chain, as on mainnet; that is all that traders see of a pool."""
    pad = launched("non_transferable")
    assert not pad.token.has_pool
    assert pad.chain.ledger.account(str(listing_address(pad.token.mint))) is not None
    assert pad.chain.ledger.account(str(pad.token.pool.pool)) is None
    failed = pad.chain.landed[-1]
    assert "Program log: Transfer is disabled for this mint" in failed.logs
    assert failed.err is not None


def insiders_of(pad: Launchpad) -> list[str]:
    """The creator's other wallets."""
    return [str(wallet.key) for wallet in pad.token.insiders._wallets]


@pytest.mark.parametrize("name", POOLED)
def test_the_pool_is_against_sol(name: str) -> None:
    """With the liquidity of the schedule, open a second after its block, with every step in one slot."""
    pad = launched(name)
    state = pad.chain.pool(pad.token.pool.pool)
    assert (state.quote_mint, state.base_mint) == (WSOL_MINT, str(pad.token.mint))
    assert state.quote_liquidity == pad.token.launch.liquidity
    assert state.swap_enabled
    creations = [record for record in pad.chain.landed if str(pad.token.creator) in record.loaded.names]
    assert len({record.slot for record in creations}) == 1
    assert state.open_time == creations[0].block_time + 1
    assert all(record.err is None for record in creations)


def test_a_launch_is_its_schedules() -> None:
    """Mint, pool and creator follow from the launch, on any chain; another launch is another token."""
    tokens = [
        LaunchedToken(chain.ledger, launch)
        for chain in (Chain(seed=b"a" * 32), Chain(seed=b"b" * 32))
        for launch in islice(launches(7, per_minute=30, crowd=SIZE), 5)
    ]
    identities = [(token.mint, token.pool.pool, token.creator) for token in tokens]
    assert identities[:5] == identities[5:]
    assert len({key for identity in identities for key in identity}) == 15


def test_a_creator_without_money_launches_nothing() -> None:
    """It says so, and no account is left behind."""
    chain = Chain()
    token = LaunchedToken(chain.ledger, next(launches(7, per_minute=30, crowd=SIZE)))
    assert not token.create()
    assert chain.ledger.account(str(token.mint)) is None
    assert chain.ledger.account(str(token.pool.pool)) is None
