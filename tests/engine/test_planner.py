"""Plans: intents with their maxima, floors, seeds, and messages that differ."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sniperforge.dex.raydium_cpmm.venue import RaydiumCpmm
from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAM, USDC_MINT
from sniperforge.domain.jito import TIP_ACCOUNTS
from sniperforge.domain.trade import IntentKind, Position, PositionState
from sniperforge.engine.compute_units import SPARE_UNITS
from sniperforge.engine.orders import BuyOrder, ExecutionPolicy, ReclaimOrder, SellOrder, TransferOrder
from sniperforge.engine.planner import CHOSEN_MEV, MAX_EXTENDED_ACCOUNT_SIZE, Plan, Planner
from sniperforge.errors import RefusedError
from sniperforge.execution.mev import Mev, TipPolicy, may_go
from sniperforge.execution.plan import (
    MAX_TRANSACTION_BYTES,
    compile_message,
    minimum_out,
    unsigned_transaction,
)
from sniperforge.execution.reclaim import Disposal
from sniperforge.tokens.addresses import associated_token_address, seeded_address
from sniperforge.tokens.nonce import advance_nonce, nonce_addresses
from tests.engine.kit import SOL, World

if TYPE_CHECKING:
    from sniperforge.dex.venue import PoolState

BLOCKHASH = "11111111111111111111111111111111"
SOMEBODY = "So11111111111111111111111111111111111111112"
FULL = "7gfKqWYW1jbxifJKpf1UVpeBGTCLa1NU1QtyCbw625Bz"


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, PoolState]:
    """A wallet and a pool that gives quotes."""
    world = World(tmp_path_factory.mktemp("plans"))
    return world, world.state(world.create())


def planner(
    world: World, micro_lamports: int = 1_000, max_fee: int = 10**7, tips: TipPolicy | None = None
) -> Planner:
    """With ids that count."""
    numbers = itertools.count(1)
    policy = ExecutionPolicy(200_000, micro_lamports, max_fee, world.rent)
    if tips is not None:
        policy = replace(policy, tips=tips, max_fee_bps=500)
    return Planner(
        wallet=world.wallet, policy=policy, clock=world.clock, new_id=lambda: f"a-b-{next(numbers)}"
    )


def buy_order(state: PoolState, program: str = TOKEN_PROGRAM, spend: int = SOL) -> BuyOrder:
    """A buy of the pool's token."""
    return BuyOrder(
        venue=RaydiumCpmm(),
        state=state,
        mint=state.base_mint,
        token_program=program,
        decimals=6,
        spend=spend,
        slippage_bps=250,
        origin="bot",
        reason="why",
        exit_policy={"stop_loss_percent": "20"},
        client_key="key",
        creator="C",
    )


def held(world: World, state: PoolState, raw: int = 10**9) -> Position:
    """A position in the pool's token."""
    return Position(
        id="p",
        mint=state.base_mint,
        pool=state.address,
        dex=state.dex,
        origin="bot",
        state=PositionState.OPEN,
        raw=raw,
        decimals=6,
        token_account=associated_token_address(world.wallet, state.base_mint),
        token_program=TOKEN_PROGRAM,
        cost=SOL,
        proceeds=0,
        fees=0,
        rent=0,
        opened_at=0.0,
        closed_at=None,
        peak_value=0,
        entry_liquidity=0,
        exit_policy={},
    )


def accounts(plan: Plan) -> set[str]:
    """Every account that its instructions name."""
    return {str(meta.pubkey) for each in plan.instructions for meta in each.accounts}


def test_a_buy_carries_all_that_recovery_needs(scene: tuple[World, PoolState]) -> None:
    """What it may cost, what it must bring, and the facts of the position to come."""
    world, state = scene
    plan = planner(world).buy(buy_order(state), 3)
    quote = state.quote(state.quote_mint, SOL).amount_out
    intent = plan.intent
    assert (intent.id, intent.kind, intent.origin, intent.reason) == ("a-b-1", IntentKind.BUY, "bot", "why")
    assert (intent.mint, intent.pool, intent.dex) == (state.base_mint, state.address, "raydium_cpmm")
    assert (intent.amount_in, intent.client_key) == (SOL, "key")
    assert intent.max_spend == SOL + 5_000 + 201 + world.rent
    assert intent.created_at == world.clock.now()
    assert plan.min_out == minimum_out(quote, 250)
    assert intent.facts == {
        "max_fee": 5_201,
        "creator": "C",
        "decimals": 6,
        "token_account": associated_token_address(world.wallet, state.base_mint),
        "token_program": TOKEN_PROGRAM,
        "entry_liquidity": str(state.quote_liquidity),
        "exit_policy": {"stop_loss_percent": "20"},
        "expected_out": str(quote),
    }
    assert seeded_address(world.wallet, "ab1") in accounts(plan), "its wrapped SOL is its own"


def test_accounts_with_extensions_cost_more(scene: tuple[World, PoolState]) -> None:
    """Rent of 256 bytes is the most that a Token-2022 account takes: 128 + 256 bytes at the chain's price."""
    world, state = scene
    plan = planner(world).buy(buy_order(state, TOKEN_2022_PROGRAM), 0)
    rent = plan.intent.max_spend - SOL - 5_000 - 200
    assert rent == (128 + MAX_EXTENDED_ACCOUNT_SIZE) * 6_960
    assert world.rent == (128 + 165) * 6_960


def test_a_sale_of_all_says_so(scene: tuple[World, PoolState]) -> None:
    """The journal moves the position to exiting by this mark; a part leaves it open."""
    world, state = scene
    position = held(world, state)
    plans = planner(world)
    for raw, whole in [(10**9, True), (10**9 - 1, False)]:
        order = SellOrder(RaydiumCpmm(), state, position, raw, 100, "guard", "why", "k")
        plan = plans.sell(order, 0)
        quote = state.quote(position.mint, raw).amount_out
        assert plan.intent.facts == {"decimals": 6, "expected_out": str(quote), "whole": whole}
        assert (plan.intent.position_id, plan.intent.max_spend) == ("p", 5_200)
        assert plan.min_out == minimum_out(quote, 100)
        assert position.token_account in accounts(plan)


def test_transfers_and_closings(scene: tuple[World, PoolState]) -> None:
    """A transfer may cost what it moves and its fee; a closing its fee."""
    world, state = scene
    plans, position = planner(world), held(world, state)
    moved = plans.transfer(TransferOrder(SOMEBODY, SOL, "cli", "k"), 0)
    assert (moved.intent.kind, moved.intent.max_spend) == (IntentKind.TRANSFER, SOL + 5_200)
    assert (moved.intent.amount_in, moved.intent.reason) == (SOL, f"to {SOMEBODY}")
    assert moved.intent.facts == {"max_fee": 5_200}
    assert SOMEBODY in accounts(moved)
    closed = plans.close(position, 0)
    assert (closed.intent.kind, closed.intent.max_spend) == (IntentKind.CLOSE_ACCOUNT, 5_200)
    assert (closed.intent.position_id, closed.intent.facts) == ("p", {"decimals": 6})
    assert position.token_account in accounts(closed)


def test_several_accounts_are_closed_by_one_intent(scene: tuple[World, PoolState]) -> None:
    """It may cost its fee, and names every account and what is burned."""
    world, _ = scene
    empty = Disposal(SOMEBODY, USDC_MINT, TOKEN_PROGRAM, 0, 1)
    full = Disposal(FULL, USDC_MINT, TOKEN_PROGRAM, 7, 1)
    plan = planner(world).reclaim(ReclaimOrder((empty, full), "cli"), 0)
    assert (plan.intent.kind, plan.intent.max_spend) == (IntentKind.CLOSE_ACCOUNT, 5_200)
    assert (plan.intent.origin, plan.intent.reason) == ("cli", "2 token accounts")
    assert plan.intent.position_id is None
    assert plan.intent.facts["accounts"] == [SOMEBODY, FULL]
    assert plan.intent.facts["burned"] == {FULL: "7"}
    assert {SOMEBODY, FULL, USDC_MINT} <= accounts(plan)


def test_salts_make_equal_orders_different(scene: tuple[World, PoolState]) -> None:
    """A thousand equal transfers with one blockhash are a thousand messages."""
    world, _ = scene
    plans, order = planner(world), TransferOrder(SOMEBODY, SOL, "cli")
    messages = {
        compile_message(world.wallet, plans.transfer(order, salt).instructions, BLOCKHASH)
        for salt in range(1_000)
    }
    assert len(messages) == 1_000


@given(price=st.integers(0, 10**12), cap=st.integers(0, 10**8), salt=st.integers(0, 10**6))
def test_no_fee_exceeds_the_cap(scene: tuple[World, PoolState], price: int, cap: int, salt: int) -> None:
    """Whatever is configured and whatever the salt; the signature's fee cannot be lowered."""
    world, _ = scene
    plan = planner(world, price, cap).transfer(TransferOrder(SOMEBODY, 1, "cli"), salt)
    assert 5_000 <= plan.intent.max_spend - 1 <= max(cap, 5_000)


def test_a_pool_without_a_quote_refuses(scene: tuple[World, PoolState]) -> None:
    """Nothing is planned on it."""
    world, state = scene
    with pytest.raises(RefusedError):
        planner(world).buy(buy_order(state, spend=0), 0)


def size_of(world: World, plan: Plan) -> int:
    """Bytes of the transaction on a durable nonce: the longest that it can become."""
    steps = [advance_nonce(nonce_addresses(world.wallet)[0], world.wallet), *plan.instructions]
    return len(unsigned_transaction(compile_message(world.wallet, steps, BLOCKHASH)))


def route(world: World, plan: Plan) -> Mev:
    """Where its bytes may go."""
    return may_go(unsigned_transaction(compile_message(world.wallet, plan.instructions, BLOCKHASH)))


def test_a_trade_ends_with_its_tip(scene: tuple[World, PoolState]) -> None:
    """The last instruction; it is part of what the trade may cost, and there is room for it."""
    world, state = scene
    plain = planner(world).buy(buy_order(state), 3)
    for mev in (Mev.TIP, Mev.BUNDLE):
        plans = planner(world, tips=TipPolicy(mev, 100_000, 10**6))
        buy, sale = plans.buy(buy_order(state), 3), plans.sell(sell_order(world, state), 3)
        for plan in (buy, sale):
            assert route(world, plan) is mev
            tip = plan.instructions[-1]
            assert (str(tip.accounts[1].pubkey), tip.data[4:]) == (
                TIP_ACCOUNTS[3],
                (100_000).to_bytes(8, "little"),
            )
            assert (plan.intent.facts["mev"], plan.intent.facts["tip"]) == (mev.value, 100_000)
            assert size_of(world, plan) <= MAX_TRANSACTION_BYTES
        assert buy.intent.max_spend == plain.intent.max_spend + 100_000
        assert buy.intent.facts["max_fee"] == plain.intent.facts["max_fee"] + 100_000
        assert sale.intent.max_spend == 5_201 + 100_000
        assert route(world, plans.transfer(TransferOrder(SOMEBODY, 1, "test"), 3)) is Mev.NONE


def test_a_sale_goes_the_way_that_was_chosen_for_it(scene: tuple[World, PoolState]) -> None:
    """Whatever the policy says, with the policy's tip; the intent remembers the choice, and only a choice."""
    world, state = scene
    order = sell_order(world, state)
    for mev in Mev:
        for chosen in Mev:
            plans = planner(world, tips=TipPolicy(mev, 100_000, 10**6))
            sale = plans.sell(replace(order, mev=chosen), 3)
            assert route(world, sale) is chosen
            assert sale.intent.facts[CHOSEN_MEV] == chosen.value
            assert sale.intent.facts.get("tip") == (None if chosen is Mev.NONE else 100_000)
        assert CHOSEN_MEV not in plans.sell(order, 3).intent.facts


def test_an_exit_is_private_twice(scene: tuple[World, PoolState]) -> None:
    """Whether its attempts share a nonce or follow one another; each pays more, then everybody may land it."""
    world, state = scene
    plans = planner(world, tips=TipPolicy(Mev.BUNDLE, 100_000, 190_000))
    first = plans.sell(sell_order(world, state), 0)
    series = [first, *(plans.sell_again(first.intent, sell_order(world, state), n, n) for n in (2, 3, 4))]
    single = [plans.sell(sell_order(world, state, exit_attempts=tried), tried) for tried in range(4)]
    for attempts in (series, single):
        assert [route(world, plan) for plan in attempts] == [Mev.BUNDLE, Mev.BUNDLE, Mev.TIP, Mev.TIP]
        paid = [int.from_bytes(plan.instructions[-1].data[4:], "little") for plan in attempts]
        assert paid == [100_000, 150_000, 190_000, 190_000]
    assert series[2].intent.max_spend >= 5_000 + 190_000


@given(spend=st.integers(1_000, 10**9), price=st.integers(0, 10**8), tip=st.integers(1_000, 10**8))
@settings(max_examples=200, deadline=None)
def test_the_caps_hold_with_a_tip(scene: tuple[World, PoolState], spend: int, price: int, tip: int) -> None:
    """All that a buy offers is within its share, but for the signature; too small a tip is none at all."""
    world, state = scene
    plans = planner(world, micro_lamports=price, tips=TipPolicy(Mev.BUNDLE, tip, tip))
    facts = plans.buy(buy_order(state, spend=spend), 999).intent.facts
    assert facts["max_fee"] <= max(min(10**7, spend // 20), 5_000)
    assert facts.get("tip", 1_000) >= 1_000


def sell_order(world: World, state: PoolState, **changes: Any) -> SellOrder:
    """A sale of a tenth of a SOL's worth."""
    position = replace(held(world, state, state.quote(state.quote_mint, SOL // 10).amount_out), **changes)
    return SellOrder(RaydiumCpmm(), state, position, position.raw, 300, origin="test", reason="because")


@pytest.mark.parametrize(("units", "limit"), [(0, 200_000), (90_000, 90_000 + SPARE_UNITS), (10**6, 200_000)])
def test_a_buy_asks_for_what_a_simulation_took(
    scene: tuple[World, PoolState], units: int, limit: int
) -> None:
    """Of buy and sale together, with room; never for more than the whole."""
    world, state = scene
    plan = planner(world).buy(replace(buy_order(state), units=units), 0)
    assert plan.instructions[0].data[1:5] == limit.to_bytes(4, "little")
