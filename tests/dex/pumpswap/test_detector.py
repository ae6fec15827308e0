"""Events of instructions that are not recorded: by layout alone."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniperforge.dex.pumpfun.program import curve_address, pool_authority
from sniperforge.dex.pumpswap import forms, program
from sniperforge.dex.pumpswap.detector import events_of_call
from sniperforge.dex.registry import events_of, read_transaction
from sniperforge.dex.venue import Call
from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAM, USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import InstructionView, TokenBalance
from sniperforge.domain.pool import EventKind, PoolEvent
from tests.dex.pumpfun.conftest import MINT, Calls, key, made_up
from tests.dex.pumpfun.event_bytes import event

OTHERS = tuple(made_up(number) for number in range(100, 145))
AMOUNTS = struct.pack("<QQ", 700, 650)
AUTHORITY = pool_authority(MINT)
POOL = program.pool_address(0, AUTHORITY, MINT, WSOL_MINT)


def calls_of(name: str, accounts: tuple[str, ...], arguments: bytes = b"") -> Calls:
    """A call of the program."""
    return Calls(program.PROGRAM).call(name, accounts, arguments)


def accounts_for(roles: Any, **named: str) -> tuple[str, ...]:
    """As many accounts as the roles want, the named ones in their places."""
    accounts = list(OTHERS[: max(roles.values()) + 1])
    for role, address in named.items():
        accounts[roles[role]] = address
    return tuple(accounts)


def only(calls: Calls, **changes: object) -> PoolEvent:
    """The one event of a transaction."""
    (found,) = events_of(calls.view(**changes))
    return found


TRADE = accounts_for(forms.TRADE_ROLES, pool=POOL, base_mint=MINT, quote_mint=WSOL_MINT)


@pytest.mark.parametrize("name", [form.name for form in forms.TRADES.values()])
@pytest.mark.parametrize("logged", [False, True], ids=["self-call", "log line"])
def test_every_form_of_trade(name: str, logged: bool) -> None:
    """The same roles in all of them, amounts by the event, in whichever way it is left."""
    form = next(form for form in forms.TRADES.values() if form.name == name)
    bought = event("BuyEvent", pool=POOL, base_amount_out=50, quote_amount_in_with_lp_fee=600, protocol_fee=3)
    sold = event("SellEvent", pool=POOL, base_amount_in=50, user_quote_amount_out=590)
    found = only(calls_of(name, TRADE, AMOUNTS + b"\1").emit(bought if form.buys else sold, logged=logged))
    assert (found.kind, found.pool) == (EventKind.SWAP, POOL)
    assert (found.base_mint, found.base_vault) == (MINT, TRADE[7])
    assert (found.quote_mint, found.quote_vault) == (WSOL_MINT, TRADE[8])
    assert set(form.arguments) <= set(found.amounts)
    ends = (TRADE[6], TRADE[5]) if form.buys else (TRADE[5], TRADE[6])
    assert (found.facts["user_input"], found.facts["user_output"]) == ends
    assert found.facts["side"] == ("buy" if form.buys else "sell")
    assert found.facts["user"] == TRADE[1]
    assert (found.amounts["amount_in"], found.amounts["amount_out"]) == (
        (603, 50) if form.buys else (50, 590)
    )


def test_sides_follow_what_is_a_quote_everywhere() -> None:
    """In a pool of SOL priced in a coin, who sells SOL buys the coin."""
    accounts = accounts_for(forms.TRADE_ROLES, pool=POOL, base_mint=WSOL_MINT, quote_mint=MINT)
    found = only(calls_of("sell", accounts, AMOUNTS))
    assert (found.base_mint, found.quote_mint) == (MINT, WSOL_MINT)
    assert (found.base_vault, found.quote_vault) == (accounts[8], accounts[7])
    assert (found.facts["side"], found.facts["input_mint"]) == ("buy", WSOL_MINT)


def test_a_failed_trade_tells_only_what_was_asked() -> None:
    """Nor does an event of another pool count."""
    calls = calls_of("buy", TRADE, AMOUNTS).emit(event("BuyEvent", pool=POOL, base_amount_out=50))
    asked = {"base_amount_out": 700, "max_quote_amount_in": 650}
    failed = only(calls, err="no")
    assert (failed.failed, dict(failed.amounts)) == (True, asked)
    other = calls_of("buy", TRADE, AMOUNTS).emit(event("BuyEvent", pool=OTHERS[3], base_amount_out=50))
    assert dict(only(other).amounts) == asked


CREATION = accounts_for(
    forms.CREATION_ROLES,
    pool=POOL,
    creator=AUTHORITY,
    base_mint=MINT,
    quote_mint=WSOL_MINT,
    base_program=TOKEN_2022_PROGRAM,
    quote_program=TOKEN_PROGRAM,
)
ARGUMENTS = struct.pack("<HQQ", 0, 206_900, 84_990) + key(OTHERS[40]) + struct.pack("<??Q??", 1, 0, 250, 0, 1)
CREATED = {"pool": POOL, "pool_base_amount": 206_900, "pool_quote_amount": 84_990}


@pytest.mark.parametrize("size", [18, 50, 51, 52, 60, 61, 62])
def test_a_creation_with_arguments_of_every_age(size: int) -> None:
    """What is missing is left out; the pool is known to be the coin's own."""
    found = only(calls_of("create_pool", CREATION, ARGUMENTS[:size]))
    assert (found.kind, found.pool, found.base_vault) == (EventKind.POOL_CREATED, POOL, CREATION[9])
    assert (found.facts["canonical"], found.facts["creator"]) == ("true", AUTHORITY)
    assert found.facts["lp_mint"] == CREATION[5]
    assert ("coin_creator" in found.facts) == (size >= 50)
    assert ("is_mayhem_mode" in found.amounts) == (size >= 51)
    assert found.amounts.get("creator_fee_bps") == (250 if size >= 60 else None)
    assert found.amounts.get("is_holder_reward") == (1 if size >= 62 else None)
    assert "base_amount" not in found.amounts


def test_a_creation_by_its_event() -> None:
    """The vaults got what it says."""
    calls = calls_of("create_pool", CREATION, ARGUMENTS).emit(event("CreatePoolEvent", **CREATED))
    found = only(calls)
    assert (found.amounts["base_amount"], found.amounts["quote_amount"]) == (206_900, 84_990)
    assert only(calls, err="no").amounts.get("base_amount") is None


def test_a_creation_by_balances() -> None:
    """Where nothing was logged; negative ones are not believed."""
    after = tuple(
        TokenBalance(CREATION[at], mint, POOL, amount, 6)
        for at, mint, amount in ((9, MINT, 7), (10, WSOL_MINT, 8))
    )
    calls = calls_of("create_pool", CREATION, ARGUMENTS)
    found = only(calls, post_tokens=after)
    assert (found.amounts["base_amount"], found.amounts["quote_amount"]) == (7, 8)
    before = (replace(after[1], raw=9),)
    assert "quote_amount" not in only(calls, post_tokens=after, pre_tokens=before).amounts


def test_a_look_alike_is_told() -> None:
    """Somebody else's pool of the same coin."""
    other = accounts_for(
        forms.CREATION_ROLES, pool=POOL, creator=OTHERS[44], base_mint=MINT, quote_mint=WSOL_MINT
    )
    assert only(calls_of("create_pool", other, ARGUMENTS)).facts["canonical"] == "false"


def test_the_boost_of_a_migration_is_taken_off() -> None:
    """It leaves the new pool by a later call of the same outer instruction."""
    boost = event(
        "InitBoostEvent", pool=POOL, virtual_quote_reserves=17_584, real_quote_reserves_after=67_406
    )
    other = event("InitBoostEvent", pool=OTHERS[1], real_quote_reserves_after=1)
    calls = calls_of("create_pool", CREATION, ARGUMENTS).emit(event("CreatePoolEvent", **CREATED))
    calls.emit(other).emit(boost)
    found = only(calls)
    assert (found.amounts["base_amount"], found.amounts["quote_amount"]) == (206_900, 67_406)
    assert (found.amounts["pool_quote_amount"], found.amounts["virtual_quote_reserves"]) == (84_990, 17_584)
    calls.views[-1] = replace(calls.views[-1], path=(1,))
    assert only(calls).amounts["quote_amount"] == 84_990


LIQUIDITY = accounts_for(forms.LIQUIDITY_ROLES, pool=POOL, base_mint=MINT, quote_mint=WSOL_MINT)
THREE = struct.pack("<QQQ", 9, 8, 7)


@pytest.mark.parametrize("name", ["deposit", "withdraw"])
def test_liquidity(name: str) -> None:
    """Both ways, with what really moved."""
    added = name == "deposit"
    told = (
        event("DepositEvent", pool=POOL, base_amount_in=5, quote_amount_in=6)
        if added
        else event("WithdrawEvent", pool=POOL, base_amount_out=5, quote_amount_out=6)
    )
    found = only(calls_of(name, LIQUIDITY, THREE).emit(told))
    assert found.kind is (EventKind.LIQUIDITY_ADDED if added else EventKind.LIQUIDITY_REMOVED)
    assert (found.amounts["base_amount"], found.amounts["quote_amount"]) == (5, 6)
    assert (found.amounts["lp_amount"], found.facts["lp_mint"]) == (9, LIQUIDITY[5])
    failed = only(calls_of(name, LIQUIDITY, THREE).emit(told), err="no")
    assert (failed.failed, failed.amounts["lp_amount"]) == (True, 9)
    assert "base_amount" not in failed.amounts
    assert "base_amount" not in only(calls_of(name, LIQUIDITY, THREE)).amounts


OVER_POOL = (MINT, WSOL_MINT, POOL, made_up(1), made_up(2))
OTHER_COIN = "Aijxkeq5L9iaDYZxfaXUhnHQj4cYeo8um6a3t5vzpump"
OVER_CURVE = (OTHER_COIN, MINT, curve_address(OTHER_COIN), made_up(3), made_up(4))
FIXED = tuple(made_up(number) for number in range(30, 30 + forms.MULTI_HOP_START))


def test_a_route_is_a_swap_for_each_of_its_pools() -> None:
    """Its curves are told by their own program's calls."""
    told = event("BuyEvent", pool=POOL, base_amount_out=50, quote_amount_in_with_lp_fee=600, protocol_fee=9)
    found = only(calls_of("multi_hop_swap", FIXED + OVER_POOL + OVER_CURVE, AMOUNTS).emit(told))
    assert (found.pool, found.base_vault, found.quote_vault) == (POOL, made_up(1), made_up(2))
    assert (found.facts["side"], found.facts["user"], found.facts["user_input"]) == (
        "buy",
        FIXED[0],
        FIXED[1],
    )
    assert "user_output" not in found.facts
    assert (found.amounts["amount_in"], found.amounts["amount_out"]) == (609, 50)


def test_a_failed_route() -> None:
    """Its way follows from its mints, its limits from its arguments."""
    found = only(calls_of("multi_hop_swap", FIXED + OVER_CURVE + OVER_POOL, AMOUNTS), err="no")
    assert (found.facts["side"], found.facts["user_output"]) == ("sell", FIXED[2])
    assert dict(found.amounts) == {"min_amount_out": 650}
    first = only(calls_of("multi_hop_swap", FIXED + OVER_POOL, AMOUNTS), err="no")
    assert dict(first.amounts) == {"amount_in": 700, "min_amount_out": 650}
    assert "side" not in first.facts


def test_unknown_and_short_forms_are_counted() -> None:
    """None of them is dropped silently, and none is an event."""
    cases = [
        calls_of("buy", OTHERS[:8], AMOUNTS),
        calls_of("sell_v2", OTHERS, AMOUNTS[:-1]),
        calls_of("create_pool", OTHERS[:14], ARGUMENTS),
        calls_of("create_pool", OTHERS, ARGUMENTS[:17]),
        calls_of("deposit", OTHERS[:10], THREE),
        calls_of("withdraw", OTHERS, THREE[:-1]),
        calls_of("multi_hop_swap", OTHERS[:20], AMOUNTS),
        calls_of("multi_hop_swap", OTHERS, AMOUNTS[:-1]),
        calls_of("buy_v9", OTHERS, AMOUNTS),
    ]
    for calls in cases:
        reading = read_transaction(calls.view(logs=()))
        assert reading.events == ()
        (form,) = reading.unrecognised
        assert form.dex == "pumpswap"


def test_known_instructions_that_trade_nothing_are_silent() -> None:
    """Neither events nor unknown forms."""
    for name in ("init_boost", "sweep_protocol_fee", "collect_coin_creator_fee", "extend_account"):
        reading = read_transaction(calls_of(name, OTHERS).view())
        assert (reading.events, reading.unrecognised) == ((), ())


@given(
    data=st.binary(max_size=200),
    accounts=st.integers(0, 45),
    tag=st.sampled_from([*forms.TRADES, *forms.LIQUIDITY_ARGUMENTS, forms.CREATE_POOL, forms.MULTI_HOP]),
)
def test_any_arguments(data: bytes, accounts: int, tag: bytes) -> None:
    """Nothing is raised, whatever follows a known discriminator."""
    view = calls_of("buy", ()).view()
    instruction = InstructionView(program.PROGRAM, OTHERS[:accounts], tag + data, (0,), 1)
    events_of_call(Call(replace(view, instructions=(instruction,)), 0, None))


def test_other_quotes() -> None:
    """USDC is the quote of a coin as it is of SOL's pools without SOL."""
    accounts = accounts_for(forms.TRADE_ROLES, pool=POOL, base_mint=MINT, quote_mint=USDC_MINT)
    assert only(calls_of("buy_v2", accounts, AMOUNTS)).quote_mint == USDC_MINT
