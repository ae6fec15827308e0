"""The arithmetic of a curve: known values and what must always hold."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sniperforge.dex.pumpfun.curve import Curve, buy_for, buy_tokens, sell_for, sell_tokens

NEW = Curve(1_073_000_000_000_000, 30_000_000_000, 95, 30)
CURVES = st.builds(
    Curve,
    token=st.integers(10**6, 2 * 10**15),
    quote=st.integers(10**3, 10**15),
    protocol=st.integers(0, 300),
    creator=st.integers(0, 500),
)
AMOUNTS = st.integers(1, 10**16)


def test_recorded_buys() -> None:
    """A first buy for 1 SOL and one of 3 SOL, as mainnet did them."""
    first = buy_for(NEW, 1_000_000_000)
    assert first == (34_199_203_120_618, 987_654_320, 9_382_717 + 2_962_963)
    second = buy_for(NEW, 3_000_000_000)
    assert second is not None
    assert second.tokens == 96_449_438_144_093
    exact = buy_tokens(NEW, 353_134_727_201)
    assert exact == (353_134_727_201, 9_876_542, 93_828 + 29_630)


def test_too_little_buys_nothing() -> None:
    """Not even a unit of the curve is left after fees."""
    assert [buy_for(NEW, budget) for budget in (0, 1, 2, 3)] == [None] * 4
    assert buy_for(NEW, 4) == (35_766, 2, 2)


def test_more_than_there_is() -> None:
    """The curve's own reserves end the trade."""
    assert buy_tokens(NEW, NEW.token) is None
    assert sell_for(NEW, NEW.quote) is None


@given(curve=CURVES, budget=AMOUNTS)
def test_a_buy_keeps_to_its_budget_and_k_never_falls(curve: Curve, budget: int) -> None:
    """At most a few units are left; what the curve holds is worth no less."""
    amounts = buy_for(curve, budget)
    if amounts is None:
        return
    tokens, quote, fee = amounts
    assert 0 <= budget - quote - fee <= 3
    assert (curve.token - tokens) * (curve.quote + quote) >= curve.token * curve.quote
    more = buy_for(curve, budget + 1)
    assert more is not None
    assert more.tokens >= tokens


@given(curve=CURVES, tokens=AMOUNTS)
def test_a_sale_never_lowers_k_and_more_brings_no_less(curve: Curve, tokens: int) -> None:
    """Before fees, which round up each on its own."""
    amounts = sell_tokens(curve, tokens)
    assert (curve.token + tokens) * (curve.quote - amounts.quote) >= curve.token * curve.quote
    assert sell_tokens(curve, tokens + 1).quote >= amounts.quote


@given(curve=CURVES, budget=AMOUNTS)
def test_buying_and_selling_back_never_profits(curve: Curve, budget: int) -> None:
    """What comes back is less than what was paid."""
    amounts = buy_for(curve, budget)
    if amounts is None or amounts.tokens == 0:
        return
    after = curve._replace(token=curve.token - amounts.tokens, quote=curve.quote + amounts.quote)
    back = sell_tokens(after, amounts.tokens)
    assert back.quote - back.fee < amounts.quote + amounts.fee


@given(curve=CURVES, tokens=AMOUNTS)
def test_a_cost_suffices(curve: Curve, tokens: int) -> None:
    """What ``buy`` takes for tokens, with a unit more, buys at least as many by a budget."""
    amounts = buy_tokens(curve, tokens)
    if amounts is None:
        return
    assert (curve.token - tokens) * (curve.quote + amounts.quote) >= curve.token * curve.quote


@given(curve=CURVES, wanted=st.integers(1, 10**13))
def test_the_fewest_tokens_that_bring_enough(curve: Curve, wanted: int) -> None:
    """And no fewer bring that much before fees."""
    amounts = sell_for(curve, wanted)
    if amounts is None:
        return
    assert amounts.quote - amounts.fee >= wanted
    if amounts.tokens > 1:
        fewer = sell_tokens(curve, amounts.tokens - 1)
        assert fewer.quote - fewer.fee < wanted or fewer.quote < amounts.quote
