"""The buyer's own code on these pools: what it decodes, quotes and builds runs here as it says."""

from __future__ import annotations

import pytest

from sniperforge.dex.raydium_amm_v4.accounts import is_canonical
from sniperforge.dex.raydium_amm_v4.ray_log import ray_log_in
from sniperforge.dex.raydium_amm_v4.state import AmmState
from sniperforge.dex.raydium_amm_v4.venue import RaydiumAmmV4
from sniperforge.domain.chain import Account
from tests.localnet.program.amm_v4.pool_bench import AMOUNTS, Bench, Pool


def loaded(bench: Bench, pool: Pool) -> AmmState:
    """The pool as the venue reads it from the chain."""
    venue, known = RaydiumAmmV4(), dict[str, Account | None]()
    while needed := venue.required_accounts(str(pool.at.pool), known):
        known |= {name: account_of(bench, name) for name in needed}
    return venue.load(str(pool.at.pool), known, epoch=0)


def account_of(bench: Bench, name: str) -> Account | None:
    from solders.pubkey import Pubkey

    found = bench.svm.get_account(Pubkey.from_string(name))
    return None if found is None else Account(name, str(found.owner), found.lamports, found.data)


def test_the_decoder_reads_the_pool() -> None:
    """Canonical, open, with the reserves and the fee that it has."""
    bench = Bench()
    state = loaded(bench, bench.pool().create())
    assert is_canonical(state.pool)
    assert state.swap_enabled
    assert (state.pool.coin_decimals, state.pool.pc_decimals) == (6, 9)
    assert (state.pool.fee_numerator, state.pool.fee_denominator) == (25, 10_000)


@pytest.mark.parametrize("side", [0, 1], ids=["coin in", "pc in"])
@pytest.mark.parametrize("amount", [1_000, 1_000_001, 77_777_777])
def test_a_quote_comes_true(side: int, amount: int) -> None:
    """Swaps that the venue builds bring exactly what it quoted; one unit more is refused."""
    bench = Bench()
    pool = bench.pool().create()
    state = loaded(bench, pool)
    mint = str((pool.at.coin_mint, pool.at.pc_mint)[side])
    quoted = state.quote(mint, amount)
    for minimum, error in ((quoted.amount_out + 1, 30), (quoted.amount_out, None)):
        instruction = RaydiumAmmV4().swap_instruction(
            state,
            user=str(bench.user),
            input_mint=mint,
            amount_in=amount,
            minimum_out=minimum,
            user_input=str(pool.accounts[side]),
            user_output=str(pool.accounts[1 - side]),
        )
        before = pool.balances()
        outcome = bench.send(instruction)
        assert outcome.error == error, outcome.logs
    assert pool.balances()[1 - side] - before[1 - side] == quoted.amount_out


def test_its_log_is_read() -> None:
    """The buyer's decoder finds the amounts of the creation in the program's lines."""
    bench = Bench()
    outcome = bench.send(bench.pool().initialize(AMOUNTS))
    found = ray_log_in(outcome.logs)
    assert found is not None
    assert set(AMOUNTS) <= set(found.amounts.values())
