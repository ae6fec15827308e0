"""The curve program and its model in Python agree to the unit, also about what they refuse."""

from __future__ import annotations

import random
import struct
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.account import Account as SvmAccount

from sniperforge.localnet.program.pump_curve import instructions as pump
from sniperforge.localnet.program.pump_curve.genesis import REAL_TOKENS, VIRTUAL_TOKENS
from sniperforge.localnet.program.pump_curve.model import (
    CurveModel,
    CurveRejectedError,
    ErrorNumber,
    TradeResult,
)
from tests.localnet.program.pump_curve.curve_bench import Bench

if TYPE_CHECKING:
    from collections.abc import Callable

    from solders.instruction import Instruction

Trade = tuple["Instruction", "Callable[[CurveModel], tuple[CurveModel, TradeResult]]"]

FEE_TIER = 65 + 4 + 16
"""Where the rates of the first tier are in the fee configuration."""


def random_trade(bench: Bench, coin: pump.Coin, dice: random.Random, model: CurveModel) -> Trade:
    """One instruction in a random form, with the model's word for it; limits are met or missed by little."""
    kind = dice.choice(("buy", "buy_for", "sell"))
    v2 = dice.random() < 0.5
    if kind == "buy_for":
        lamports = dice.choice((0, 1, dice.randrange(200), dice.randrange(10**8), dice.randrange(10**10)))
        least = dice.choice((0, near(dice, model, lambda at: at.buy_for(lamports)[1].tokens)))
        build = pump.buy_exact_quote_in_v2 if v2 else pump.buy_exact_sol_in
        instruction = build(coin, user=bench.user, lamports=lamports, minimum_tokens=least)
        return instruction, lambda at: at.buy_for(lamports, least)
    if kind == "buy":
        tokens = dice.choice((0, 1, dice.randrange(10**7), dice.randrange(10**13), dice.randrange(10**14)))
        most = dice.choice((1 << 50, near(dice, model, lambda at: at.buy(tokens)[1].paid)))
        build_buy = pump.buy_v2 if v2 else pump.buy
        instruction = build_buy(coin, user=bench.user, tokens=tokens, maximum_sol=most)
        return instruction, lambda at: at.buy(tokens, most)
    held = bench.amount(coin.account_of(bench.user))
    tokens = dice.choice((0, min(1, held), dice.randrange(held + 1), min(held, dice.randrange(10**9)), held))
    low = dice.choice((0, near(dice, model, lambda at: at.sell(tokens)[1].received)))
    build_sell = pump.sell_v2 if v2 else pump.sell
    return build_sell(coin, user=bench.user, tokens=tokens, minimum_sol=low), lambda at: at.sell(tokens, low)


def near(dice: random.Random, model: CurveModel, value: Callable[[CurveModel], int]) -> int:
    try:
        return max(0, value(model) + dice.randrange(-1, 2))
    except CurveRejectedError:
        return 0


def expected(model: CurveModel, word: Callable[[CurveModel], tuple[CurveModel, TradeResult]]) -> object:
    try:
        return word(model)
    except CurveRejectedError as refused:
        return refused.number


def with_rates(bench: Bench, model: CurveModel) -> None:
    rates = struct.pack("<QQQ", 7, model.protocol_bps, model.creator_bps)
    bench.patch(pump.FEE_CONFIG, FEE_TIER, rates)
    bench.patch(pump.GLOBAL, 997, struct.pack("<Q", model.buyback_bps))


@pytest.mark.parametrize("seed", range(6))
def test_program_and_model_agree(seed: int) -> None:
    """Random trades in every form leave the amounts, fees and refusals that the model says."""
    dice = random.Random(seed)
    bench = Bench()
    coin = bench.created_legacy() if seed % 2 else bench.created()
    rates = (95, 30, 5_000) if seed < 3 else tuple(dice.randrange(1_000) for _ in range(3))
    model = CurveModel(protocol_bps=rates[0], creator_bps=rates[1], buyback_bps=rates[2])
    with_rates(bench, model)
    bench.bought(coin, 10**9)
    model = model.buy_for(10**9)[0]
    passed = 0
    for _ in range(80):
        instruction, word = random_trade(bench, coin, dice, model)
        before, purse = holdings(bench, coin), bench.lamports(bench.user)
        outcome = bench.send(instruction)
        told = expected(model, word)
        if isinstance(told, ErrorNumber):
            assert outcome.error == told, outcome.logs
            continue
        assert outcome.error is None, outcome.logs
        assert isinstance(told, tuple)
        after, result = told
        check_moves(bench, coin, before, purse, model, (after, result))
        model, passed = after, passed + 1
        if model.complete:
            break
    assert passed > 20


def holdings(bench: Bench, coin: pump.Coin) -> tuple[int, ...]:
    vault = pump.creator_vault(coin.creator)
    places = (coin.curve, vault, pump.FEE_RECIPIENT, pump.BUYBACK_RECIPIENT)
    return (
        bench.amount(coin.vault),
        bench.amount(coin.account_of(bench.user)),
        *(bench.lamports(at) for at in places),
    )


def check_moves(
    bench: Bench,
    coin: pump.Coin,
    before: tuple[int, ...],
    purse: int,
    model: CurveModel,
    told: tuple[CurveModel, TradeResult],
) -> None:
    after, result = told
    tokens = model.real_tokens - after.real_tokens
    quote = after.real_quote - model.real_quote
    moved = [now - then for now, then in zip(holdings(bench, coin), before, strict=True)]
    fee = result.fee - result.buyback_fee
    assert moved == [-tokens, tokens, quote, result.creator_fee, fee, result.buyback_fee]
    fees = result.fee + result.creator_fee
    assert purse - bench.lamports(bench.user) - 5_000 == quote + fees
    reserves = (after.virtual_tokens, after.virtual_quote, after.real_tokens, after.real_quote)
    assert struct.unpack_from("<4Q8x?", bench.data(coin.curve), 8) == (*reserves, after.complete)


@pytest.mark.parametrize("seed", range(4))
def test_they_agree_about_any_reserves(seed: int) -> None:
    """Curves that no launch leads to: tiny, huge and lopsided reserves; also what does not fit 64 bits."""
    dice = random.Random(1_000 + seed)
    bench = Bench()
    coin = bench.created()
    bench.bought(coin, 10**6)
    for _ in range(60):
        reserves = tuple(dice.randrange(1, 1 << dice.randrange(1, 63)) for _ in range(4))
        model = CurveModel(*reserves[:2], min(reserves[2], reserves[0] - 1), reserves[3])
        put_reserves(bench, coin, model)
        instruction, word = random_trade(bench, coin, dice, model)
        told = expected(model, word)
        outcome = bench.send(instruction)
        if isinstance(told, tuple) and outcome.error == 1:
            continue  # the user's purse is smaller than the price
        assert outcome.error == (told if isinstance(told, ErrorNumber) else None), outcome.logs
        if isinstance(told, tuple):
            after = told[0]
            expected_state = (after.virtual_tokens, after.virtual_quote, after.real_tokens, after.real_quote)
            assert struct.unpack_from("<4Q", bench.data(coin.curve), 8) == expected_state


def put_reserves(bench: Bench, coin: pump.Coin, model: CurveModel) -> None:
    state = struct.pack("<4Q", model.virtual_tokens, model.virtual_quote, model.real_tokens, model.real_quote)
    bench.patch(coin.curve, 8, state)
    bench.patch(coin.curve, 48, bytes((model.complete,)))
    curve = bench.svm.get_account(coin.curve)
    assert curve is not None
    bench.svm.set_account(coin.curve, SvmAccount(1 << 62, curve.data, curve.owner))
    for account, amount in ((coin.vault, 1 << 62), (coin.account_of(bench.user), 1 << 60)):
        bench.patch(account, 64, struct.pack("<Q", amount))
    bench.put(bench.user, b"", bench.svm.get_account(bench.user).owner, 1 << 60)  # type: ignore[union-attr]


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 10**14)), max_size=12))
def test_the_product_never_falls(trades: list[tuple[bool, int]]) -> None:
    """Whatever is traded, virtual tokens times virtual SOL does not become less."""
    model = CurveModel()
    for buys, amount in trades:
        product = model.virtual_tokens * model.virtual_quote
        try:
            model = (model.buy(amount) if buys else model.sell(min(amount, REAL_TOKENS - model.real_tokens)))[
                0
            ]
        except CurveRejectedError:
            continue
        assert model.virtual_tokens * model.virtual_quote >= product
        assert model.virtual_tokens - model.real_tokens == VIRTUAL_TOKENS - REAL_TOKENS


@given(st.integers(1, 10**12), st.integers(1, 10**12))
def test_a_round_trip_never_profits(first: int, lamports: int) -> None:
    """Buying and selling the same tokens costs at least the fees; a larger budget never buys fewer tokens."""
    start = CurveModel().buy(first)[0]
    try:
        bought, result = start.buy_for(lamports)
    except CurveRejectedError:
        return
    assert result.paid <= lamports
    assert start.buy_for(lamports + 1)[1].tokens >= result.tokens
    if bought.complete:
        return
    with suppress(CurveRejectedError):  # so few lamports that the fees are more than the sale brings
        assert bought.sell(result.tokens)[1].received <= result.paid


def test_the_whole_curve_costs_what_it_costs_on_mainnet() -> None:
    """All tokens for sale leave 85.005359057 SOL, a little more with the rounding of each buy."""
    assert CurveModel().buy(REAL_TOKENS)[0].real_quote in range(85_005_359_056, 85_005_359_060)
    with pytest.raises(CurveRejectedError, match="BONDING_CURVE_COMPLETE"):
        CurveModel(real_tokens=0).buy(1)
