"""The AMM v4 program and its model in Python agree to the unit, also about what they refuse."""

from __future__ import annotations

import json
import random
import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniperforge.localnet.program.amm_v4.model import (
    ErrorNumber,
    PoolModel,
    PoolRejectedError,
    SwapResult,
    shares_of_creator,
)
from tests.localnet.program.amm_v4.pool_bench import Bench, Pool

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from solders.instruction import Instruction

    Word = Callable[[PoolModel], tuple[PoolModel, SwapResult]]


AMOUNTS = st.integers(1, 10**15)


def random_swap(pool: Pool, dice: random.Random, model: PoolModel) -> tuple[Instruction, Word]:
    """A swap in a random form, with the model's word for it; limits are met or missed by little."""
    side, form = dice.randrange(2), dice.choice((8, 17, 18))
    deep = model.reserves
    if dice.random() < 0.5:
        room = max(1, (1 << 62) - deep[side])  # no mint has more than 64 bits of tokens
        amount = dice.choice((0, 1, dice.randrange(500), dice.randrange(min(deep[side] * 3, room)), room))
        low = dice.choice((0, near(dice, lambda: model.swap_in(side, amount)[1].output)))
        return pool.swap_in(side, amount, low, accounts=form), lambda at: at.swap_in(side, amount, low)
    amount = dice.choice((0, 1, dice.randrange(500), dice.randrange(deep[1 - side]), deep[1 - side]))
    most = dice.choice((1 << 62, near(dice, lambda: model.swap_out(side, amount)[1].input)))
    return pool.swap_out(side, amount, most, accounts=form), lambda at: at.swap_out(side, amount, most)


def near(dice: random.Random, value: Callable[[], int]) -> int:
    try:
        return max(0, value() + dice.randrange(-1, 2))
    except PoolRejectedError:
        return 0


def expected(model: PoolModel, word: Word) -> tuple[PoolModel, SwapResult] | ErrorNumber:
    try:
        return word(model)
    except PoolRejectedError as refused:
        return refused.number


@pytest.mark.parametrize("seed", range(6))
def test_program_and_model_agree(seed: int) -> None:
    """Random swaps in every form leave the amounts and refusals that the model says."""
    dice = random.Random(seed)
    bench = Bench()
    amounts = tuple(dice.randrange(10**7, 1 << dice.randrange(30, 60)) for _ in range(2))
    pool = bench.pool().create((amounts[0], amounts[1]))
    model = PoolModel((amounts[0], amounts[1]))
    passed = 0
    for _ in range(80):
        instruction, word = random_swap(pool, dice, model)
        for account in pool.accounts:
            bench.patch(account, 64, struct.pack("<Q", 1 << 63))
        before = pool.balances()
        outcome, told = bench.send(instruction), expected(model, word)
        if isinstance(told, ErrorNumber):
            assert outcome.error == told, outcome.logs
            continue
        if outcome.error == ErrorNumber.INSUFFICIENT_FUNDS:
            assert told[1].input > min(before)
            continue
        assert outcome.error is None, outcome.logs
        moved = [then - now for then, now in zip(before, pool.balances(), strict=True)]
        assert sorted(moved) == sorted((told[1].input, -told[1].output))
        model, passed = told[0], passed + 1
        assert pool.state() == model
    assert passed > 20


@given(AMOUNTS, AMOUNTS, st.lists(st.tuples(st.booleans(), st.booleans(), AMOUNTS), max_size=10))
def test_the_product_never_falls(coin: int, pc: int, swaps: list[tuple[bool, bool, int]]) -> None:
    """Whatever is swapped, coin times pc does not become less."""
    model = PoolModel((coin, pc))
    for sells_coin, exact_in, amount in swaps:
        product = model.reserves[0] * model.reserves[1]
        swap = model.swap_in if exact_in else model.swap_out
        try:
            model = swap(0 if sells_coin else 1, amount)[0]
        except PoolRejectedError:
            continue
        assert model.reserves[0] * model.reserves[1] >= product


@given(AMOUNTS, AMOUNTS, AMOUNTS, st.integers(0, 1))
def test_a_round_trip_never_profits(coin: int, pc: int, amount: int, side: int) -> None:
    """What comes out, put back, gives no more than went in."""
    try:
        after, bought = PoolModel((coin, pc)).swap_in(side, amount)
        sold = after.swap_in(1 - side, bought.output)[1]
    except PoolRejectedError:
        return
    assert sold.output <= amount


def test_shares_of_a_creator() -> None:
    """As recorded from mainnet: the root of the product without one whole coin's worth."""
    assert shares_of_creator(100_000_000_000_000, 19_010_000_000, 6) == 1_378_766_565_617
    assert shares_of_creator(79_005_361_067, 206_900_000_000_000, 9) == 4_042_044_546_472
    with pytest.raises(PoolRejectedError, match="INIT_LP_AMOUNT_TOO_LESS"):
        shares_of_creator(10**6, 10**6, 6)


def test_model_matches_recorded_swaps(shared_fixtures: Path) -> None:
    """The model gives the output of every recorded ray_log of an exact input."""
    matched = 0
    for path in sorted((shared_fixtures / "raydium_amm_v4").glob("*.json")):
        for event in json.loads(path.read_text()).get("log_events") or []:
            log = event.get("ray_log") or {}
            if log.get("type") == "swap_base_in":
                side = 0 if log["direction"] == 2 else 1
                result = PoolModel((log["pool_coin"], log["pool_pc"])).swap_in(side, log["amount_in"])[1]
                assert result.output == log["out_amount"], path.name
                matched += 1
    print(f"matched {matched} of {matched}")
    assert matched >= 7


def test_fees_are_kept_in_sums() -> None:
    """The pool counts what went in and out, in 128 bits, and the fee of each direction."""
    bench = Bench()
    pool = bench.pool().create()
    model, first = pool.state().swap_in(0, 10**6)
    second = model.swap_in(1, 10**7)[1]
    for instruction in (pool.swap_in(0, 10**6), pool.swap_in(1, 10**7)):
        assert bench.send(instruction).error is None
    data = bench.data(pool.at.pool)
    assert struct.unpack_from("<6Q", data, 256) == (first.input, 0, first.output, 0, first.fee, second.input)
    assert struct.unpack_from("<4Q", data, 304) == (0, second.output, 0, second.fee)
    bench.patch(pool.at.pool, 256, b"\xff" * 8)
    assert bench.send(pool.swap_in(0, 10)).error is None
    assert struct.unpack_from("<QQ", bench.data(pool.at.pool), 256) == (9, 1)
