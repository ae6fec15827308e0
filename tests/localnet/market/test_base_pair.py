"""The SOL/USDC pool and its outside price."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from sniperforge.domain.addresses import USDC_MINT
from sniperforge.localnet.market.base_pair import OPENING_USD, BasePair, usdc_mint
from tests.localnet.market.bench import SOL, Chain

if TYPE_CHECKING:
    from sniperforge.dex.venue import PoolState
    from sniperforge.localnet.market.actor import Actor

FIVE_MINUTES = 750
BAND = 0.004


@dataclass(frozen=True, slots=True)
class Pair:
    """A base pair on a chain of its own."""

    chain: Chain
    actor: Actor
    base: BasePair

    @property
    def state(self) -> PoolState:
        return self.chain.pool(self.base._pool.pool)

    @property
    def usd(self) -> float:
        """Dollars per SOL in the pool, from its reserves without fees owed; SOL is its quote side."""
        assert self.state.base_mint == USDC_MINT
        return 10**9 / 10**6 / float(self.state.spot_price)

    def slots(self, count: int) -> list[float]:
        """Let slots pass; returns how far the pool is from the outside after each, as a share."""
        off = []
        for _ in range(count):
            self.chain.slots()
            self.base.tick(0.4)
            off.append(self.usd / self.base.outside_price - 1)
        return off


def pair(seed: int = 7, *, opened: bool = True) -> Pair:
    """A base pair, open unless said otherwise."""
    chain = Chain()
    actor = chain.funded("treasury")
    chain.ledger.set_account(usdc_mint(actor.key))
    base = BasePair(actor, seed)
    if opened:
        base.open()
        chain.slots(3)
    return Pair(chain, actor, base)


def test_usdc_is_at_its_own_address() -> None:
    """Six decimals, minted by the market, frozen by nobody, none of it there yet."""
    here = pair(opened=False)
    mint = here.chain.mint(USDC_MINT)
    assert (mint.decimals, mint.supply, mint.freeze_authority) == (6, 0, None)
    assert mint.mint_authority == str(here.actor.key)


def test_it_opens_at_150_dollars() -> None:
    """20,000 SOL against 3,000,000 USDC, to the unit."""
    here = pair()
    assert all(record.err is None for record in here.chain.landed)
    assert sorted((here.state.quote_liquidity, _other_side(here.state))) == [3_000_000 * 10**6, 20_000 * SOL]
    assert here.usd == pytest.approx(OPENING_USD, abs=1e-6)
    assert here.base.outside_price == OPENING_USD == 150


def _other_side(state: PoolState) -> int:
    return round(state.quote_liquidity / state.spot_price)


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_the_pool_follows_the_outside(seed: int) -> None:
    """Over five minutes it is never farther off than the arbitrageur's band, and the price does move."""
    here = pair(seed)
    off = here.slots(FIVE_MINUTES)
    assert max(abs(each) for each in off) <= BAND
    assert max(abs(each) for each in off) > BAND / 2
    assert abs(here.base.outside_price / OPENING_USD - 1) > 0.0005
    assert all(record.err is None for record in here.chain.landed)


@pytest.mark.parametrize("jump", [0.5, 0.98, 1.02, 2.0])
def test_a_jump_outside_is_followed_at_once(jump: float) -> None:
    """In both directions, in the next slot."""
    here = pair()
    here.base.outside_price *= jump
    assert abs(here.slots(1)[0]) <= BAND


def test_what_others_do_to_the_pool_is_undone() -> None:
    """A large buyer moves the price for one slot only, and the arbitrageur earns it."""
    here = pair()
    here.base._trade(sells_sol=False, lamports=2_000 * SOL)
    assert here.usd > OPENING_USD * 1.1
    assert abs(here.slots(1)[0]) <= BAND


def test_within_the_band_nobody_arbitrages() -> None:
    """A swap would cost the fee."""
    here = pair()
    here.base.outside_price *= 1 + BAND * 0.9
    before = len(here.chain.landed)
    here.base._arbitrage()
    assert len(here.chain.landed) == before


def test_the_walk_is_the_seeds() -> None:
    """The same seed walks the same way, another one another; the step grows with the root of time."""
    walks = []
    for seed in (1, 1, 2):
        here = pair(seed)
        here.slots(20)
        walks.append((here.base.outside_price, here.state.quote_liquidity))
    assert walks[0] == walks[1]
    assert walks[0] != walks[2]


def test_the_walk_is_calm() -> None:
    """About 0.08 % a second, without drift: a day's moves are those of a real market, not of a lottery."""
    base = pair(opened=False).base
    logs = []
    for _ in range(4_000):
        before = base.outside_price
        base.tick(1.0)
        logs.append(math.log(base.outside_price / before))
    spread = math.sqrt(sum(each * each for each in logs) / len(logs))
    assert spread == pytest.approx(0.0008, rel=0.05)
    assert abs(sum(logs) / len(logs)) < 0.00005


def test_without_a_pool_nothing_is_traded() -> None:
    """Before it is open, a slot moves the outside price alone."""
    here = pair(opened=False)
    for _ in range(20):
        here.base.tick(1.0)
    assert here.chain.landed == []
    assert here.base.outside_price != OPENING_USD


def test_on_a_kept_chain_the_pool_goes_on_at_its_price() -> None:
    """Nothing is made again; with another seed, and so another treasury, the pool rests."""
    first = pair()
    first.slots(FIVE_MINUTES)
    count, price = len(first.chain.landed), first.usd
    again = Pair(first.chain, first.actor, BasePair(first.actor, 7))
    again.base.open()
    assert len(first.chain.landed) == count
    assert again.base.outside_price == pytest.approx(price, rel=0.01)
    again.slots(FIVE_MINUTES)
    assert len(first.chain.landed) > count
    assert all(record.err is None for record in first.chain.landed[count:])
    count = len(first.chain.landed)
    other = BasePair(first.chain.funded("another treasury"), 8)
    other.open()
    for _ in range(20):
        other.tick(0.4)
    assert len(first.chain.landed) == count
