"""Random operations on pools of many kinds: the program and the Python model agree on every unit and every refusal."""

from __future__ import annotations

import os
import random
import struct
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from sniperforge.localnet.program.cpmm import instructions as amm
from sniperforge.localnet.program.cpmm.model import (
    CreatorFeeOn,
    FeeRates,
    LiquidityResult,
    MintFee,
    PoolModel,
    PoolRejectedError,
    SwapResult,
)
from tests.localnet.program.cpmm.amm_bench import Bench, Pool

if TYPE_CHECKING:
    from solders.instruction import Instruction

OPERATIONS = int(os.environ.get("SNIPERFORGE_AMM_OPERATIONS", "300"))
"""Per kind of pool; there are nine kinds."""

INSUFFICIENT_FUNDS = 1
"""The token programs' own number, when the user cannot pay what the pool asks."""

ROUND = 500
"""Operations on one pool before the next one starts afresh."""

PLAIN = FeeRates()
CREATOR = FeeRates(creator=10_000)


@dataclass(frozen=True)
class Kind:
    """One kind of pool."""

    amounts: tuple[int, int] = (100_000_000_000, 800_000_000_000_000)
    fees: tuple[MintFee | None, MintFee | None] = (None, None)
    rates: FeeRates = PLAIN
    creator_fee_on: CreatorFeeOn = CreatorFeeOn.BOTH


KINDS = {
    "plain": Kind(),
    "tiny": Kind(amounts=(150, 1_000)),
    "huge": Kind(amounts=(1 << 58, 1 << 59)),
    "fee_on_token_1": Kind(fees=(None, MintFee(500, 1 << 62))),
    "capped_fee_on_token_0": Kind(fees=(MintFee(700, 5_000_000), None)),
    "fees_on_both": Kind(fees=(MintFee(9_999, 1_000), MintFee(1, 1 << 62))),
    "creator_fee_on_both": Kind(rates=CREATOR),
    "creator_fee_on_token_0": Kind(rates=CREATOR, creator_fee_on=CreatorFeeOn.TOKEN_0),
    "creator_fee_on_token_1": Kind(
        rates=CREATOR, creator_fee_on=CreatorFeeOn.TOKEN_1, fees=(MintFee(50, 1 << 62), None)
    ),
}


def create(kind: Kind) -> tuple[Pool, PoolModel]:
    """The pool on chain and its model."""
    bench = Bench()
    pool = bench.pool(fees=kind.fees).create(kind.amounts)
    model = PoolModel.create(kind.amounts, rates=kind.rates, mint_fees=pool.fees)
    if kind.rates.creator:
        bench.patch(amm.CONFIG_0, 108, struct.pack("<Q", kind.rates.creator))
        pool.enable_creator_fee(kind.creator_fee_on)
        model = replace(model, creator_fee_on=kind.creator_fee_on)
    return pool, model


def some_amount(rng: random.Random, limit: int) -> int:
    """From 0 to about ``limit``, every order of magnitude alike."""
    return rng.randrange(1 << rng.randint(0, max(limit.bit_length(), 1)))


def near(rng: random.Random, value: int) -> int:
    """A bound that is far off, exact, or one unit wrong."""
    return max(0, rng.choice((value // 2, value - 1, value, value + 1, value * 2)))


class Operator:
    """Draws operations; asks the model what must happen."""

    def __init__(self, rng: random.Random, pool: Pool) -> None:
        self.rng, self.pool = rng, pool

    def draw(self, model: PoolModel) -> tuple[Instruction, PoolModel, SwapResult | LiquidityResult | int]:
        """An instruction, the state after it, and its result or error number."""
        name = self.rng.choice(
            ("swap_input", "swap_input", "swap_output", "swap_output", "deposit", "withdraw")
        )
        instruction, expect = getattr(self, name)(model)
        try:
            return instruction, *expect()
        except PoolRejectedError as refusal:
            return instruction, model, int(refusal.number)

    def swap_input(self, model: PoolModel):
        side = self.rng.randrange(2)
        amount = some_amount(self.rng, model.vaults[side] // 2)
        minimum = near(self.rng, self._quote(lambda: model.swap_input(side, amount)[1].received))
        return self.pool.swap_input_instruction(side, amount, minimum), lambda: model.swap_input(
            side, amount, minimum
        )

    def swap_output(self, model: PoolModel):
        side = self.rng.randrange(2)
        amount = some_amount(self.rng, model.vaults[1 - side] // 2)
        maximum = near(self.rng, self._quote(lambda: model.swap_output(side, 1 << 64, amount)[1].sent)) % (
            1 << 64
        )
        return self.pool.swap_output_instruction(side, maximum, amount), lambda: model.swap_output(
            side, maximum, amount
        )

    def deposit(self, model: PoolModel):
        lp = some_amount(self.rng, model.lp_supply // 8)

        def need() -> tuple[int, int]:
            result = model.deposit(lp, (1 << 64, 1 << 64))[1]
            return result.amounts[0] + result.withheld[0], result.amounts[1] + result.withheld[1]

        needed = self._quote(need, (9, 9))
        maximum = (near(self.rng, needed[0]), needed[1] + self.rng.randint(-1, 5))
        return self.pool.deposit_instruction(lp, maximum), lambda: model.deposit(lp, maximum)

    def withdraw(self, model: PoolModel):
        lp = min(some_amount(self.rng, model.lp_supply // 8), self.pool.balances()[2])
        minimum = (self.rng.randrange(3), 0)
        return self.pool.withdraw_instruction(lp, minimum), lambda: model.withdraw(lp, minimum)

    @staticmethod
    def _quote(ask, otherwise=7):
        try:
            return ask()
        except PoolRejectedError:
            return otherwise


def moved(result: SwapResult | LiquidityResult, before: PoolModel, after: PoolModel) -> tuple[int, int, int]:
    """What the user's three balances must change by."""
    if isinstance(result, SwapResult):
        change = (-result.sent, result.received)
        return (*(change if result.side == 0 else change[::-1]), 0)
    sign = 1 if after.lp_supply < before.lp_supply else -1
    lost = [sign * amount - held for amount, held in zip(result.amounts, result.withheld, strict=True)]
    return lost[0], lost[1], -sign * result.lp


def check_event(event: bytes, before: PoolModel, result: SwapResult | LiquidityResult) -> None:
    """The event that the program logged says what the model says."""
    if isinstance(result, SwapResult):
        assert len(event) == 170
        expected = (
            *(before.reserves[result.side], before.reserves[1 - result.side]),
            *(result.input, result.output, result.withheld_in, result.withheld_out),
        )
        assert struct.unpack_from("<6Q", event, 40) == expected
        assert struct.unpack_from("<QQ?", event, 153) == (
            *(result.trade_fee, result.creator_fee),
            result.creator_fee_on_input,
        )
        return
    assert len(event) == 97
    told = struct.unpack_from("<7QB", event, 40)
    amounts = result.amounts
    if told[7] == 1:
        amounts = (amounts[0] - result.withheld[0], amounts[1] - result.withheld[1])
    assert told[:7] == (before.lp_supply, *before.reserves, *amounts, *result.withheld)


@pytest.mark.parametrize("name", KINDS)
def test_program_and_model_agree(name: str) -> None:
    """Every random operation has the outcome, balances, counters and event that the model computes."""
    done = sum(
        run(KINDS[name], f"{name}/{start}", min(ROUND, OPERATIONS - start))
        for start in range(0, OPERATIONS, ROUND)
    )
    print(f"{name}: matched {OPERATIONS} of {OPERATIONS}, {done} of them carried out")
    assert OPERATIONS // 5 <= done <= OPERATIONS * 19 // 20


def run(kind: Kind, seed: str, operations: int) -> int:
    """Operates one pool; how many operations were carried out."""
    pool, model = create(kind)
    assert pool.state(kind.rates) == model
    operator = Operator(random.Random(seed), pool)
    done = 0
    for index in range(operations):
        before = pool.balances()
        instruction, after, result = operator.draw(model)
        if (
            not isinstance(result, int)
            and min(map(sum, zip(before, moved(result, model, after), strict=True))) < 0
        ):
            after, result = model, INSUFFICIENT_FUNDS
        outcome = pool.bench.send(instruction)
        change = tuple(now - then for now, then in zip(pool.balances(), before, strict=True))
        if isinstance(result, int):
            assert (outcome.error, change) == (result, (0, 0, 0)), (index, outcome.logs)
        else:
            assert outcome.error is None, (index, result, outcome.logs)
            assert change == moved(result, model, after), index
            check_event(outcome.event, model, result)
            done += 1
        assert pool.state(kind.rates) == after, index
        assert worth(after) * model.lp_supply**2 >= worth(model) * after.lp_supply**2, "a share lost value"
        model = after
    return done


def worth(model: PoolModel) -> int:
    """The product that a swap may not lower."""
    return model.reserves[0] * model.reserves[1]
