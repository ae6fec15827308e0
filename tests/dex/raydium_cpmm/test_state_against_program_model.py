"""The quote against the model that the embedded AMM program is tested against, written by another hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sniperforge.dex.raydium_cpmm import program
from sniperforge.dex.raydium_cpmm.accounts import CpmmConfig, CpmmPool
from sniperforge.dex.raydium_cpmm.state import CpmmState
from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_PROGRAM, WSOL_MINT
from sniperforge.errors import RefusedError
from sniperforge.localnet.program.cpmm.model import (
    CreatorFeeOn,
    FeeRates,
    MintFee,
    PoolModel,
    PoolRejectedError,
)
from sniperforge.tokens.transfer_fee import TransferFee

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN = "Ca4LSzcHKRB6jqFTiz2NHx7AeQtsztpyeyWfUgi1JUKX"
MINTS = (WSOL_MINT, TOKEN)
VAULTS = st.tuples(st.integers(10**4, 10**18), st.integers(10**4, 10**18))
OWED = st.tuples(st.integers(0, 10**4 - 1), st.integers(0, 10**4 - 1))
RATES = st.builds(
    FeeRates,
    st.integers(0, 200_000),
    st.integers(0, 500_000),
    st.integers(0, 500_000),
    st.integers(0, 200_000),
)
MINT_FEES = st.builds(MintFee, st.integers(0, 10_000), st.integers(0, 10**12))
MODELS = st.builds(
    PoolModel,
    vaults=VAULTS,
    lp_supply=st.just(1_000),
    rates=RATES,
    mint_fees=st.tuples(MINT_FEES, MINT_FEES),
    creator_fee_on=st.sampled_from(CreatorFeeOn),
    protocol_fees=OWED,
)
SIDES = st.integers(0, 1)
AMOUNTS = st.integers(1, 10**18)


def state_of(model: PoolModel) -> CpmmState:
    """The same pool as our state."""
    pool = CpmmPool(
        address=SYSTEM_PROGRAM,
        program_id=program.MAINNET,
        amm_config=SYSTEM_PROGRAM,
        creator=SYSTEM_PROGRAM,
        token_0_vault=SYSTEM_PROGRAM,
        token_1_vault=SYSTEM_PROGRAM,
        lp_mint=SYSTEM_PROGRAM,
        token_0_mint=WSOL_MINT,
        token_1_mint=TOKEN,
        token_0_program=TOKEN_PROGRAM,
        token_1_program=TOKEN_PROGRAM,
        observation=SYSTEM_PROGRAM,
        status=0,
        lp_decimals=9,
        decimals_0=9,
        decimals_1=6,
        lp_supply=0,
        owed_0=model.protocol_fees[0],
        owed_1=model.protocol_fees[1],
        open_time=0,
        creator_fee_on=int(model.creator_fee_on),
        creator_fee_enabled=True,
    )
    rates = model.rates
    config = CpmmConfig(SYSTEM_PROGRAM, 0, False, rates.trade, rates.protocol, rates.fund, rates.creator, 0)
    fees = (TransferFee(0, fee.maximum, fee.basis_points) for fee in model.mint_fees)
    return CpmmState(pool, config, *model.vaults, *fees)


def either(ask: Callable[[], Any], refusal: type[Exception]) -> Any:
    """The answer, or ``None`` for a refusal."""
    try:
        return ask()
    except refusal:
        return None


@settings(deadline=None, max_examples=300)
@given(MODELS, SIDES, AMOUNTS)
def test_exact_input_agrees(model: PoolModel, side: int, amount: int) -> None:
    """Both refuse, or both give the same output and leave the same reserves and vaults."""
    state = state_of(model)
    quote = either(lambda: state.quote(MINTS[side], amount), RefusedError)
    answer = either(lambda: model.swap_input(side, amount), PoolRejectedError)
    assert (quote is None) == (answer is None)
    if quote is None or answer is None:
        return
    after, result = answer
    assert quote.amount_out == result.received
    taken = result.trade_fee + (result.creator_fee if result.creator_fee_on_input else 0)
    assert quote.fee == taken
    left = state.after_swap(MINTS[side], amount)
    assert (left.reserve_0, left.reserve_1) == after.reserves
    assert (left.vault_0, left.vault_1) == after.vaults


@settings(deadline=None, max_examples=300)
@given(MODELS, SIDES, AMOUNTS)
def test_exact_output_agrees(model: PoolModel, side: int, amount: int) -> None:
    """Both refuse, or both ask for the same input."""
    quote = either(lambda: state_of(model).quote_exact_out(MINTS[1 - side], amount), RefusedError)
    answer = either(lambda: model.swap_output(side, 2**64 - 1, amount), PoolRejectedError)
    assert (quote is None) == (answer is None)
    if quote is not None and answer is not None:
        assert quote.amount_in == answer[1].sent
