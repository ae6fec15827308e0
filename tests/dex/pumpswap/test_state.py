"""Pools quoted: fees by schedule, limits, and what must always hold."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniperforge.dex.pumpswap.loading import load_state
from sniperforge.dex.pumpswap.state import PumpswapState
from sniperforge.domain.addresses import (
    SYSTEM_PROGRAM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    USDC_MINT,
    WSOL_MINT,
)
from sniperforge.domain.pool import EventKind
from sniperforge.errors import RefusedError
from tests.dex.pumpfun.conftest import MINT, made_up, transfer_fee
from tests.dex.pumpswap.conftest import PoolAccounts
from tests.dex.pumpswap.recorded import recorded_fee_config, state_before
from tests.dex.recorded import all_recordings

SOL = 1_000_000_000
XSTOCK = "Xsc9qvGR1efVDFGLrVsmkzv3qi45LTBjeUKSPmx9qEh"


def state_of(**changes: Any) -> PumpswapState:
    """A migrated pool with some fields changed, loaded."""
    made = PoolAccounts(**changes)
    return load_state(made.pool, made.pack(), epoch=5)


POOL = state_of()


def test_a_migrated_pool() -> None:
    """The virtual quote prices it and cannot be taken out."""
    assert (POOL.dex, POOL.address) == ("pumpswap", PoolAccounts().pool)
    assert (POOL.base_mint, POOL.quote_mint) == (MINT, WSOL_MINT)
    assert POOL.spot_price == Fraction(84_990_359_060, 206_900_000_000_000)
    assert POOL.quote_liquidity == 67_405_853_771
    assert (POOL.open_time, POOL.swap_enabled) == (0, True)
    assert (POOL.token_program(MINT), POOL.token_program(WSOL_MINT)) == (TOKEN_2022_PROGRAM, TOKEN_PROGRAM)
    assert (POOL.decimals(MINT), POOL.decimals(WSOL_MINT)) == (6, 9)


def test_fees_that_wait_are_no_liquidity() -> None:
    """They are in the vault, and taken off the virtual quote."""
    waiting = state_of(fees_kept=(30, 40), virtual_quote=-70)
    assert waiting.quote_liquidity == 67_405_853_701
    assert waiting.reserves.quote == 67_405_853_701


def test_a_pool_of_sol_priced_in_a_coin() -> None:
    """Others take SOL for the quote; the program's own sides stay as they are."""
    turned = state_of(base_mint=WSOL_MINT, quote_mint=MINT, creator=made_up(1), virtual_quote=0)
    assert (turned.base_mint, turned.quote_mint) == (MINT, WSOL_MINT)
    assert turned.quote_liquidity == turned.base.vault
    assert turned.spot_price == Fraction(turned.base.vault, turned.quote_of.vault)
    assert not turned.canonical
    assert (turned.reserves.lp, turned.reserves.protocol, turned.reserves.creator) == (25, 5, 0)
    quote = turned.quote(WSOL_MINT, SOL)
    assert (quote.input_mint, quote.output_mint, quote.amount_in) == (WSOL_MINT, MINT, SOL)


def test_rates_follow_the_market_cap() -> None:
    """A pool near a tier crosses it by a buy; mayhem pools count the supply of their creation."""
    tiers = ((0, 2, 93, 30), (411 * SOL, 20, 5, 95))
    below = state_of(tiers=tiers)
    assert (below.reserves.lp, below.reserves.protocol, below.reserves.creator) == (2, 93, 30)
    assert below.after_swap(WSOL_MINT, SOL).reserves.creator == 95
    assert state_of(tiers=tiers, supply=2 * 10**15).reserves.creator == 95
    assert state_of(tiers=tiers, supply=2 * 10**15, mayhem=True).reserves.creator == 30


def test_a_pools_own_creator_rate_counts_in_custom_pairs_only() -> None:
    """And only while the program lets it; nobody is paid where there is no creator."""
    own = {"creator_fee_bps": 250, "creator_fee_configurable": True}
    assert state_of(**own).reserves.creator == 30
    assert state_of(**own, quote_mint=XSTOCK).reserves.creator == 250
    assert state_of(quote_mint=XSTOCK, creator_fee_bps=250).reserves.creator == 0
    assert state_of(**{**own, "creator_fee_bps": 2**63}, quote_mint=XSTOCK).reserves.creator == 9_969
    assert state_of(coin_creator=SYSTEM_PROGRAM).reserves.creator == 0


def test_a_buy_and_its_cost() -> None:
    """A budget buys; the same base exactly costs no more than a few units else."""
    quote = POOL.quote(WSOL_MINT, SOL)
    cost = POOL.quote_exact_out(MINT, quote.amount_out)
    assert quote.amount_in == SOL
    assert 0 <= SOL - cost.amount_in <= 3
    assert quote.price_impact_bps == 114
    assert quote.fee == 12_345_680
    sale = POOL.quote(MINT, quote.amount_out)
    assert POOL.quote_exact_out(WSOL_MINT, sale.amount_out).amount_in <= quote.amount_out


def test_a_sale_beyond_what_the_vault_can_pay_is_refused() -> None:
    """The price may promise the virtual part."""
    with pytest.raises(RefusedError, match="can pay"):
        POOL.quote(MINT, 10**15)


def test_transfer_fees_are_withheld_from_what_arrives() -> None:
    """Of a mint that takes one, on the way out; exact outputs ask the pool for more."""
    taxed = state_of(base_tail=transfer_fee(500))
    plain, net = POOL.quote(WSOL_MINT, SOL), taxed.quote(WSOL_MINT, SOL)
    assert net.amount_out == plain.amount_out - -(-plain.amount_out * 500 // 10_000)
    assert taxed.quote_exact_out(MINT, net.amount_out).amount_in <= SOL
    assert taxed.quote(MINT, 10**12).amount_out == POOL.quote(MINT, 10**12).amount_out


@pytest.mark.parametrize(("flags", "refused", "allowed"), [(8, WSOL_MINT, MINT), (16, MINT, WSOL_MINT)])
def test_what_the_program_refuses(flags: int, refused: str, allowed: str) -> None:
    """Buys or sales everywhere."""
    state = state_of(flags=flags)
    assert not state.swap_enabled
    assert state.quote(allowed, 10**12 if allowed == MINT else SOL).amount_out > 0
    with pytest.raises(RefusedError, match="refuses"):
        state.quote(refused, 10**12)


def test_what_is_not_there_is_refused() -> None:
    """Another mint, too little, too much, an emptied pool."""
    for ask in (POOL.quote, POOL.quote_exact_out):
        with pytest.raises(RefusedError, match="does not trade"):
            ask(USDC_MINT, 5)
        for amount in (0, -1, 2**64):
            with pytest.raises(RefusedError):
                ask(WSOL_MINT, amount)
    for mint in (WSOL_MINT, MINT):
        with pytest.raises(RefusedError, match="too little"):
            POOL.quote(mint, 1)
        with pytest.raises(RefusedError, match="less than"):
            POOL.quote_exact_out(mint, 2 * 10**15)
    empty = state_of(base_amount=0)
    with pytest.raises(RefusedError, match="emptied"):
        empty.quote(WSOL_MINT, SOL)
    with pytest.raises(RefusedError, match="emptied"):
        _ = empty.spot_price


@given(spend=st.integers(1_000, 10**13), more=st.integers(1, SOL))
def test_quotes_rise_with_what_is_paid(spend: int, more: int) -> None:
    """Never more for less."""
    assert POOL.quote(WSOL_MINT, spend + more).amount_out >= POOL.quote(WSOL_MINT, spend).amount_out


@given(spend=st.integers(10_000, 10**13))
def test_buying_and_selling_back_never_profits(spend: int) -> None:
    """Whatever the size, and k does not fall on the way there or back."""
    quote = POOL.quote(WSOL_MINT, spend)
    after = POOL.after_swap(WSOL_MINT, spend)
    assert k_of(after) >= k_of(POOL)
    assert after.quote(MINT, quote.amount_out).amount_out < quote.amount_in
    assert k_of(after.after_swap(MINT, quote.amount_out)) >= k_of(after)


def k_of(state: PumpswapState) -> int:
    """What must not fall."""
    return state.reserves.base * state.reserves.quote


def test_the_dumped_schedule_gives_the_recorded_rates(capsys: pytest.CaptureFixture[str]) -> None:
    """For each recorded trade of a coin's own pool in SOL, by the supply and reserves that its event tells."""
    if recorded_fee_config() is None:
        pytest.skip("the dump of mainnet's schedules is absent")
    matched = total = 0
    for recording in all_recordings():
        for event in recording.events:
            wanted = event.dex == "pumpswap" and event.kind is EventKind.SWAP and not event.failed
            if not wanted or event.quote_mint != WSOL_MINT or "base_supply" not in event.amounts:
                continue
            if event.facts.get("instruction") == "multi_hop_swap":
                continue  # charges parts of the rates only
            rates = state_before(event, with_schedule=True).reserves[2:]
            names = ("lp_fee_basis_points", "protocol_fee_basis_points", "coin_creator_fee_basis_points")
            total += 1
            matched += rates == tuple(event.amounts[name] for name in names)
    with capsys.disabled():
        print(f"\nfee tiers: matched {matched} of {total}")
    assert matched == total >= 5
