"""Launches, read from the accounts that they leave: what each kind is at creation, and what it does later."""

from __future__ import annotations

from itertools import islice

import pytest

from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAM, WSOL_MINT
from sniperforge.localnet.market.archetypes import ARCHETYPES, Aftermath
from sniperforge.localnet.market.crowd import SIZE
from sniperforge.localnet.market.launchpad import LaunchedToken
from sniperforge.localnet.market.schedule import SUPPLY, Step, launches
from sniperforge.localnet.program.instructions import AUTHORITY
from sniperforge.tokens.account import TokenAccount
from sniperforge.tokens.transfer_fee import TransferFeeConfig
from tests.localnet.market.bench import SOL, Chain, Launchpad, launched

NAMES = [archetype.name for archetype in ARCHETYPES]
RISING = [archetype.name for archetype in ARCHETYPES if archetype.aftermath is not Aftermath.FADE]
FADING = [archetype.name for archetype in ARCHETYPES if archetype.aftermath is Aftermath.FADE]


def of(pad: Launchpad, owner: object) -> TokenAccount:
    """The launched token's account of an owner."""
    return next(each for each in pad.chain.holders(pad.token.mint) if each.owner == str(owner))


def buyers(pad: Launchpad, count: int, lamports: int = SOL) -> None:
    """Let the first members of the crowd buy."""
    for trader in range(count):
        pad.crowd.trade(pad.token, Step(0, trader, lamports=lamports))


def of_buyers(pad: Launchpad) -> list[TokenAccount]:
    """The crowd's accounts of the launched token."""
    others = {str(pad.token.creator), str(AUTHORITY)}
    return [each for each in pad.chain.holders(pad.token.mint) if each.owner not in others]


def wrapped(pad: Launchpad) -> int:
    """The creator's wrapped lamports."""
    return pad.chain.token_account(pad.token._wsol).raw


# -- at creation ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
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


@pytest.mark.parametrize("name", NAMES)
def test_the_supply_is_in_the_pool_but_for_the_creators_share(name: str) -> None:
    """A thousand million tokens of six decimals; what the pool got arrives less the mint's own fee."""
    pad = launched(name)
    archetype, mint = pad.token.launch.archetype, pad.chain.mint(pad.token.mint)
    share = SUPPLY * archetype.creator_share_percent // 100
    assert (mint.supply, mint.decimals) == (SUPPLY, 6)
    assert of(pad, pad.token.creator).raw == share
    vault = of(pad, AUTHORITY)
    assert vault.raw + vault.withheld_raw == SUPPLY - share
    assert vault.withheld_raw == (SUPPLY - share) * archetype.transfer_fee_bps // 10_000
    assert {each.owner for each in pad.chain.holders(pad.token.mint)} == {
        str(pad.token.creator),
        str(AUTHORITY),
    }


@pytest.mark.parametrize("name", NAMES)
def test_only_the_fee_trap_has_a_transfer_fee(name: str) -> None:
    """A Token-2022 mint with the extension; every other one is a plain SPL mint."""
    pad = launched(name)
    mint = pad.chain.mint(pad.token.mint)
    fee = mint.extension(TransferFeeConfig)
    if name == "transfer_fee_trap":
        assert fee is not None
        assert (mint.program, fee.newer.bps, fee.older.bps) == (TOKEN_2022_PROGRAM, 2_000, 2_000)
    else:
        assert (mint.program, fee, mint.extensions) == (TOKEN_PROGRAM, None, ())


@pytest.mark.parametrize("name", NAMES)
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


# -- afterwards ----------------------------------------------------------------------------------------------


def test_the_puller_takes_the_liquidity() -> None:
    """All of it but what the program locks, the buyers' money included."""
    pad = launched("lp_pull")
    buyers(pad, 4)
    inside = pad.chain.pool(pad.token.pool.pool).quote_liquidity
    assert inside > pad.token.launch.liquidity + 3 * SOL
    assert pad.token.strike() == "creator withdrew the liquidity"
    assert pad.chain.pool(pad.token.pool.pool).quote_liquidity < 1_000
    assert wrapped(pad) > inside - 1_000
    assert pad.chain.mint(pad.token.pool.lp_mint).supply == 0


def test_the_minter_sells_what_it_mints() -> None:
    """Five times the supply, at once: the price falls to a hundredth and the creator has the lamports."""
    pad = launched("mint_dump")
    buyers(pad, 4)
    before, inside = pad.price, pad.chain.pool(pad.token.pool.pool).quote_liquidity
    assert pad.token.strike() == "creator minted five times the supply and sold it"
    assert pad.chain.mint(pad.token.mint).supply == 6 * SUPPLY
    assert pad.price < before / 20
    assert wrapped(pad) > inside * 3 // 4


def test_the_freezer_freezes_every_buyer() -> None:
    """However many there are, in as many transactions as that takes; neither itself nor the pool."""
    pad = launched("freeze_trap")
    buyers(pad, 13)
    before = len(pad.chain.landed)
    assert pad.token.strike() == "creator froze 13 holders"
    assert len(pad.chain.landed) - before == 2
    assert [each.frozen for each in of_buyers(pad)] == [True] * 13
    assert not of(pad, pad.token.creator).frozen
    assert not of(pad, AUTHORITY).frozen


def test_dust_comes_to_holders() -> None:
    """A few raw units each, to ten at most, again and again; nothing else about the token changes."""
    pad = launched("dust")
    buyers(pad, 12)
    before = {each.address: each.raw for each in of_buyers(pad)}
    assert pad.token.strike() == "creator sent dust to 10 holders"
    assert pad.token.strike() == "creator sent dust to 10 holders"
    gained = sorted(each.raw - before[each.address] for each in of_buyers(pad))
    assert gained == [0, 0, *range(2, 21, 2)]
    assert pad.chain.mint(pad.token.mint).supply == SUPPLY


@pytest.mark.parametrize("name", ["dust", "freeze_trap"])
def test_without_holders_nothing_is_done(name: str) -> None:
    """No transaction, and nothing for the truth to note."""
    pad = launched(name)
    before = len(pad.chain.landed)
    assert pad.token.strike() == ""
    assert len(pad.chain.landed) == before


@pytest.mark.parametrize("name", ["lp_pull", "mint_dump", "freeze_trap", "dust"])
def test_what_did_not_land_is_not_told(name: str) -> None:
    """The truth notes what happened, not what was tried: here the creator cannot pay the fee."""
    pad = launched(name)
    buyers(pad, 2)
    pad.chain.drain(str(pad.token.creator))
    assert pad.token.strike() == ""


def test_what_fails_on_chain_is_not_told() -> None:
    """Nothing is left to pull the second time."""
    pad = launched("lp_pull")
    assert pad.token.strike() != ""
    assert pad.token.strike() == ""
    assert pad.chain.landed[-1].err is not None


@pytest.mark.parametrize("name", ["organic", "fading", "transfer_fee_trap", "concentrated"])
def test_the_others_do_not_strike(name: str) -> None:
    """What follows is the crowd's doing, or stood in the mint from the start."""
    pad = launched(name)
    buyers(pad, 2)
    before = len(pad.chain.landed)
    assert pad.token.strike() == ""
    assert len(pad.chain.landed) == before


@pytest.mark.parametrize("name", RISING)
@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_crowd_lifts_what_grows(name: str, number: int) -> None:
    """Left to the crowd, the price stands above its opening after the first twenty trades."""
    prices = launched(name, number=number).trade_all()
    assert prices[20] > 1.05 * prices[0]


@pytest.mark.parametrize("name", FADING)
def test_the_crowd_leaves_what_fades(name: str) -> None:
    """A short rise, then a fall that takes most of it: of six launches three quarters on average."""
    kept = []
    for number in range(6):
        prices = launched(name, number=number).trade_all()
        peak = max(prices)
        assert peak > 1.05 * prices[0]
        assert prices.index(peak) < len(prices) / 2
        kept.append((prices[-1] - prices[0]) / (peak - prices[0]))
    assert max(kept) < 0.7
    assert sum(kept) / len(kept) < 0.25


def test_the_fee_trap_takes_its_share_of_every_transfer() -> None:
    """Who buys and sells at once gets back less than two thirds; of a plain token almost all."""
    shares = {}
    for name in ("transfer_fee_trap", "organic"):
        pad = launched(name)
        pad.crowd.trade(pad.token, Step(0, 0, lamports=SOL // 10))
        before = pad.chain.pool(pad.token.pool.pool).quote_liquidity
        pad.crowd.trade(pad.token, Step(0, 0, sell_percent=100))
        shares[name] = (before - pad.chain.pool(pad.token.pool.pool).quote_liquidity) / (SOL // 10)
    assert shares["transfer_fee_trap"] < 2 / 3
    assert shares["organic"] > 0.98
