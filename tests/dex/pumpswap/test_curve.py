"""The arithmetic of a pool: known values and what must always hold."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sniperforge.dex.pumpswap.curve import Reserves, buy_base, buy_for, sell_base, sell_for

RECORDED = Reserves(115_154_424_348_890, 137_918_646_809 + 17_584_505_530, 20, 5, 95)
POOLS = st.builds(
    Reserves,
    base=st.integers(10**6, 2 * 10**15),
    quote=st.integers(10**3, 10**15),
    lp=st.integers(0, 100),
    protocol=st.integers(0, 100),
    creator=st.integers(0, 500),
)
AMOUNTS = st.integers(1, 10**16)


def test_a_recorded_buy() -> None:
    """Of a budget, with the virtual reserves of a boosted pool."""
    assert buy_for(RECORDED, 10_000_000) == (7_317_003_080, 9_881_422, 19_763, 118_578)


def test_too_little_and_too_much() -> None:
    """Nothing is left after fees; the pool has no more."""
    assert [buy_for(RECORDED, budget) for budget in range(5)] == [None] * 5
    assert buy_base(RECORDED, RECORDED.base) is None
    assert sell_for(RECORDED, RECORDED.quote) is None


@given(pool=POOLS, budget=AMOUNTS)
def test_a_buy_keeps_to_its_budget_and_k_never_falls(pool: Reserves, budget: int) -> None:
    """At most a few units are left; more buys no less."""
    amounts = buy_for(pool, budget)
    if amounts is None:
        return
    assert 0 <= budget - amounts.quote - amounts.fee <= 3
    assert amounts.lp_fee <= amounts.fee
    assert (pool.base - amounts.base) * (pool.quote + amounts.quote) >= pool.base * pool.quote
    more = buy_for(pool, budget + 1)
    assert more is not None
    assert more.base >= amounts.base


@given(pool=POOLS, amount=AMOUNTS)
def test_a_sale_never_lowers_k_and_more_brings_no_less(pool: Reserves, amount: int) -> None:
    """Before fees, which round up each on its own."""
    amounts = sell_base(pool, amount)
    assert (pool.base + amount) * (pool.quote - amounts.quote) >= pool.base * pool.quote
    assert sell_base(pool, amount + 1).quote >= amounts.quote


@given(pool=POOLS, budget=AMOUNTS)
def test_buying_and_selling_back_never_profits(pool: Reserves, budget: int) -> None:
    """What comes back is less than what was paid."""
    amounts = buy_for(pool, budget)
    if amounts is None or amounts.base == 0:
        return
    after = pool._replace(base=pool.base - amounts.base, quote=pool.quote + amounts.quote + amounts.lp_fee)
    back = sell_base(after, amounts.base)
    assert back.quote - back.fee <= amounts.quote + amounts.fee


@given(pool=POOLS, amount=AMOUNTS)
def test_a_cost_suffices(pool: Reserves, amount: int) -> None:
    """The pool is left with no less."""
    amounts = buy_base(pool, amount)
    if amounts is not None:
        assert (pool.base - amount) * (pool.quote + amounts.quote) >= pool.base * pool.quote


@given(pool=POOLS, wanted=st.integers(1, 10**13))
def test_enough_is_sold(pool: Reserves, wanted: int) -> None:
    """What is wanted arrives after fees."""
    amounts = sell_for(pool, wanted)
    if amounts is not None:
        assert amounts.quote - amounts.fee >= wanted
