"""What creators do once the time has come, read from the accounts that it leaves."""

from __future__ import annotations

import pytest

from sniperforge.localnet.ledger.sysvars import SLOTS_PER_EPOCH
from sniperforge.localnet.market.archetypes import ARCHETYPES, Aftermath
from sniperforge.localnet.market.schedule import SUPPLY, Step
from sniperforge.localnet.market.trading import WSOL
from sniperforge.localnet.program.cpmm.instructions import AUTHORITY, associated_token_account
from sniperforge.tokens.instructions import transfer_checked
from tests.localnet.market.bench import SOL, launched

UNTRADED = {"default_frozen", "non_transferable"}
RISING = [
    kind.name for kind in ARCHETYPES if kind.aftermath is not Aftermath.FADE and kind.name not in UNTRADED
]
FADING = [kind.name for kind in ARCHETYPES if kind.aftermath is Aftermath.FADE]
STRIKING = [kind.name for kind in ARCHETYPES if kind.aftermath not in (Aftermath.GROW, Aftermath.FADE)]

# -- afterwards ----------------------------------------------------------------------------------------------


def test_the_puller_takes_the_liquidity() -> None:
    """All of it but what the program locks, the buyers' money included."""
    pad = launched("lp_pull")
    pad.buyers(4)
    inside = pad.inside
    assert inside > pad.token.launch.liquidity + 3 * SOL
    assert pad.strike() == "creator withdrew the liquidity"
    assert pad.inside < 1_000
    assert pad.wrapped > inside - 1_000
    assert pad.chain.mint(pad.token.pool.lp_mint).supply == 0


def test_the_minter_sells_what_it_mints() -> None:
    """Five times the supply, at once: the price falls to a hundredth and the creator has the lamports."""
    pad = launched("mint_dump")
    pad.buyers(4)
    before, inside = pad.price, pad.inside
    assert pad.strike() == "creator minted five times the supply and sold it"
    assert pad.chain.mint(pad.token.mint).supply == 6 * SUPPLY
    assert pad.price < before / 20
    assert pad.wrapped > inside * 3 // 4


def test_the_freezer_freezes_every_buyer() -> None:
    """However many there are, in as many transactions as that takes; neither itself nor the pool."""
    pad = launched("freeze_trap")
    pad.buyers(13)
    before = len(pad.chain.landed)
    assert pad.strike() == "creator froze 13 holders"
    assert len(pad.chain.landed) - before == 2
    assert [each.frozen for each in pad.of_buyers] == [True] * 13
    assert not pad.of(pad.token.creator).frozen
    assert not pad.of(AUTHORITY).frozen


def test_dust_comes_to_holders() -> None:
    """A few raw units each, to ten at most, again and again; nothing else about the token changes."""
    pad = launched("dust")
    pad.buyers(12)
    before = {each.address: each.raw for each in pad.of_buyers}
    assert pad.strike() == "creator sent dust to 10 holders"
    assert pad.strike() == "creator sent dust to 10 holders"
    gained = sorted(each.raw - before[each.address] for each in pad.of_buyers)
    assert gained == [0, 0, *range(2, 21, 2)]
    assert pad.chain.mint(pad.token.mint).supply == SUPPLY


def test_the_delegate_takes_from_every_holder() -> None:
    """Nobody signed for it; what it took it sells, and the buyers have nothing left."""
    pad = launched("permanent_delegate")
    pad.buyers(12)
    before = pad.inside
    assert pad.strike() == "creator seized the tokens of 12 holders and sold them"
    assert [each.raw for each in pad.of_buyers] == [0] * 12
    assert pad.inside < before - 11 * SOL
    assert pad.wrapped > 11 * SOL


def test_the_scheduled_fee_bites_two_epochs_later() -> None:
    """Who bought without a fee sells with one of nine tenths."""
    pad = launched("scheduled_fee")
    pad.buyers(1)
    held = pad.of_buyers[0]
    assert held.withheld_raw == 0
    pad.chain.ledger.warp(2 * SLOTS_PER_EPOCH)
    before = pad.of(AUTHORITY).raw
    pad.crowd.trade(pad.token, Step(0, 0, sell_percent=100))
    assert pad.of(AUTHORITY).raw - before == held.raw - -(-held.raw * 9 // 10)


def test_who_wants_the_default_frozen_cannot_buy() -> None:
    """The account that a buy makes is born frozen, so the transaction fails and nothing is left of it."""
    pad = launched("default_frozen")
    pad.buyers(3)
    assert [record.err is None for record in pad.chain.landed[-3:]] == [False] * 3
    assert pad.of_buyers == []
    assert "Account is frozen" in "".join(pad.chain.landed[-1].logs)


def test_the_hook_stops_every_sale() -> None:
    """Until it is armed trades work; from then on none does."""
    pad = launched("transfer_hook")
    pad.buyers(2)
    held = [each.raw for each in pad.of_buyers]
    assert all(held)
    assert pad.strike() == "creator armed the transfer hook"
    pad.crowd.trade(pad.token, Step(0, 0, sell_percent=50))
    assert pad.chain.landed[-1].err is not None
    assert [each.raw for each in pad.of_buyers] == held


def test_a_mint_with_holders_cannot_be_closed() -> None:
    """Its creator sells what it has; closing is refused by the token program while anybody holds tokens."""
    pad = launched("mint_close")
    pad.buyers(2)
    assert pad.strike() == "creator sold out"
    assert pad.of(pad.token.creator).raw == 0
    assert pad.chain.landed[-1].err is not None
    assert pad.chain.mint(pad.token.mint).supply == SUPPLY


def test_what_cannot_be_sent_away_comes_unasked() -> None:
    """To ten wallets; sending it on is refused."""
    pad = launched("non_transferable")
    assert pad.strike() == "creator sent tokens to 10 wallets"
    assert [each.raw for each in pad.of_buyers] == [10**9] * 10
    owner, other = pad.crowd._traders[:2]
    sent = transfer_checked(
        str(pad.token.account_of(owner.key)),
        str(pad.token.mint),
        str(pad.token.account_of(other.key)),
        str(owner.key),
        raw=1,
        decimals=6,
        token_program=str(pad.token.program),
    )
    assert owner.lands([sent]) == ""


def test_washing_makes_volume_and_no_price() -> None:
    """Two wallets in turn buy and sell at once; the pool is where it was but for the fees."""
    pad = launched("wash")
    before, landed = pad.inside, len(pad.chain.landed)
    for _ in range(4):
        assert pad.strike() == "creator's wallets bought and sold"
    washers = [str(record.envelope.keys[0]) for record in pad.chain.landed[landed:]]
    assert washers[:2] == washers[4:6] != washers[2:4] == washers[6:]
    assert 0 <= pad.inside - before < SOL // 20


def test_washing_ends_with_the_money() -> None:
    """Wallets that cannot pay any more wash no more."""
    pad = launched("wash")
    for wallet in pad.token.insiders._wallets:
        pad.chain.drain(str(wallet.key))
    assert pad.strike() == ""
    for wallet in pad.token.insiders._wallets:
        pad.chain.drain(str(associated_token_account(wallet.key, WSOL)))
    assert pad.strike() == ""


def test_the_insiders_sell_together() -> None:
    """All twelve in one slot: buyers find the price at a fraction."""
    pad = launched("bundled")
    pad.buyers(4)
    before = pad.price
    assert pad.strike() == "12 of the creator's wallets sold everything"
    assert pad.price < before / 3
    assert pad.strike() == ""


def test_the_slow_one_withdraws_in_parts() -> None:
    """A quarter of what it had at first, four times."""
    pad = launched("slow_rug")
    pad.buyers(4)
    whole, left = pad.inside, []
    for coming in (4, 3, 2, 1):
        what = pad.strike(coming)
        assert what == f"creator withdrew {'the' if coming == 1 else 'a part of the'} liquidity"
        left.append(round(pad.inside / whole, 2))
    assert left == [0.75, 0.5, 0.25, 0.0]


@pytest.mark.parametrize("name", ["dust", "freeze_trap", "permanent_delegate"])
def test_without_holders_nothing_is_done(name: str) -> None:
    """No transaction, and nothing for the truth to note."""
    pad = launched(name)
    before = len(pad.chain.landed)
    assert pad.strike() == ""
    assert len(pad.chain.landed) == before


@pytest.mark.parametrize("name", [name for name in STRIKING if name not in ("wash", "bundled")])
def test_what_did_not_land_is_not_told(name: str) -> None:
    """The truth notes what happened, not what was tried: here the creator cannot pay the fee."""
    pad = launched(name)
    pad.buyers(2)
    pad.chain.drain(str(pad.token.creator))
    assert pad.strike() == ""


def test_what_fails_on_chain_is_not_told() -> None:
    """Nothing is left to pull the second time."""
    pad = launched("lp_pull")
    assert pad.strike() != ""
    assert pad.strike() == ""
    assert pad.chain.landed[-1].err is not None


@pytest.mark.parametrize("name", [kind.name for kind in ARCHETYPES if kind.name not in STRIKING])
def test_the_others_do_not_strike(name: str) -> None:
    """What follows is the crowd's doing, or stood in the mint from the start."""
    pad = launched(name)
    pad.buyers(2)
    before = len(pad.chain.landed)
    assert pad.strike() == ""
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
        before = pad.inside
        pad.crowd.trade(pad.token, Step(0, 0, sell_percent=100))
        shares[name] = (before - pad.inside) / (SOL // 10)
    assert shares["transfer_fee_trap"] < 2 / 3
    assert shares["organic"] > 0.98
