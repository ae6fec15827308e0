"""Shuffled accounts and arbitrary bytes: the programs refuse by number and never run out of their memory."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from solders.instruction import AccountMeta, Instruction

from sniperforge.localnet.program.amm_v4 import instructions as amm
from sniperforge.localnet.program.pump_curve import instructions as pump
from tests.localnet.program.amm_v4 import pool_bench
from tests.localnet.program.pump_curve import curve_bench

if TYPE_CHECKING:
    from tests.localnet.program.svm_bench import Outcome

ROUNDS = 250


def curve_instructions(bench: curve_bench.Bench) -> list[Instruction]:
    """One honest instruction of each kind."""
    coin, user = bench.created(), bench.user
    bench.bought(coin, 10**9)
    return [
        pump.buy(coin, user=user, tokens=10**9, maximum_sol=10**10),
        pump.buy_exact_sol_in(coin, user=user, lamports=10**7),
        pump.sell(coin, user=user, tokens=10**9),
        pump.buy_v2(coin, user=user, tokens=10**9, maximum_sol=10**10),
        pump.buy_exact_quote_in_v2(coin, user=user, lamports=10**7),
        pump.sell_v2(coin, user=user, tokens=10**9),
        pump.extend_account(coin.curve, user=user),
        pump.create_v2(bench.coin("next"), curve_bench.WORDS, user=user),
        pump.create(bench.coin("next"), curve_bench.WORDS, user=user),
    ]


def pool_instructions(bench: pool_bench.Bench) -> list[Instruction]:
    """One honest instruction of each kind."""
    pool = bench.pool().create()
    swaps = [
        swap(side, 10**6, accounts=n)
        for swap in (pool.swap_in, pool.swap_out)
        for side in (0, 1)
        for n in (8, 17, 18)
    ]
    return [*swaps, bench.pool("next").initialize(pool_bench.AMOUNTS)]


def disturbed(honest: Instruction, others: list[Instruction], dice: random.Random) -> Instruction:
    """The instruction with accounts exchanged, dropped or of another one, flags changed, or bytes changed."""
    metas, data = list(honest.accounts), bytearray(honest.data)
    for _ in range(dice.randrange(1, 4)):
        at = dice.randrange(len(metas))
        kind = dice.randrange(5)
        if kind == 0:
            other = dice.randrange(len(metas))
            metas[at], metas[other] = metas[other], metas[at]
        elif kind == 1:
            metas[at] = dice.choice(dice.choice(others).accounts)
        elif kind == 2:
            metas[at] = AccountMeta(metas[at].pubkey, metas[at].is_signer, not metas[at].is_writable)
        elif kind == 3:
            metas = metas[: dice.randrange(1, len(metas) + 1)]
        else:
            data[dice.randrange(len(data))] = dice.randrange(256)
    return Instruction(
        honest.program_id, bytes(data[: dice.choice((len(data), dice.randrange(len(data))))]), metas
    )


def refused_or_done(outcome: Outcome) -> bool:
    """Neither a memory fault nor endless work: a number, or what the runtime says of the accounts."""
    return (
        outcome.error is None
        or isinstance(outcome.error, int)
        or not any("failed to complete" in line or "Access violation" in line for line in outcome.logs)
    )


@pytest.mark.parametrize("seed", range(4))
def test_disturbed_trades_on_the_curve(seed: int) -> None:
    """Whatever is exchanged, the program ends by itself, and its curve holds all that its sellers are owed."""
    dice, bench = random.Random(seed), curve_bench.Bench()
    honest = curve_instructions(bench)
    coin = bench.coin()
    rent = bench.lamports(coin.curve) - bench.state(coin).real_quote
    locked = bench.amount(coin.vault) - bench.state(coin).real_tokens
    product = 0
    for _ in range(ROUNDS):
        sent = disturbed(dice.choice(honest), honest, dice)
        outcome = bench.send(sent)
        assert refused_or_done(outcome), (sent, outcome.logs)
        state = bench.state(coin)
        assert bench.lamports(coin.curve) - state.real_quote == rent, outcome.logs
        assert bench.amount(coin.vault) - state.real_tokens == locked, outcome.logs
        assert state.virtual_tokens * state.virtual_quote >= product
        product = state.virtual_tokens * state.virtual_quote


@pytest.mark.parametrize("seed", range(4))
def test_disturbed_swaps_in_the_pool(seed: int) -> None:
    """Whatever is exchanged, the program ends by itself, and no swap makes the pool's product less."""
    dice, bench = random.Random(seed), pool_bench.Bench()
    honest = pool_instructions(bench)
    pool, product = bench.pool(), 0
    for _ in range(ROUNDS):
        sent = disturbed(dice.choice(honest), honest, dice)
        outcome = bench.send(sent)
        assert refused_or_done(outcome), (sent, outcome.logs)
        coin, pc = pool.state().reserves
        assert coin * pc >= product
        product = coin * pc


@pytest.mark.parametrize(
    "program", [pump.PROGRAM, pump.FEE_PROGRAM, amm.PROGRAM], ids=["curve", "fees", "pool"]
)
def test_arbitrary_bytes(program: object) -> None:
    """Any data, with any of the tags before it, and hardly any accounts."""
    dice = random.Random(5)
    bench = curve_bench.Bench()
    bench.deploy(pool_bench.AMM_V4)
    tags = [one.data[:8] for one in curve_instructions(bench)] + [bytes((n,)) for n in (1, 9, 11, 16, 17)]
    tags += [bytes.fromhex("e445a52e51cb9a1d"), bytes.fromhex("9aed8a5ca202a2bb")]
    for _ in range(ROUNDS):
        data = dice.choice((b"", *tags)) + dice.randbytes(dice.randrange(80))
        metas = [AccountMeta(bench.user, True, True)] * dice.randrange(4)
        outcome = bench.send(Instruction(program, data, metas))  # type: ignore[arg-type]
        assert outcome.error is not None
        assert refused_or_done(outcome), (data, outcome.logs)
