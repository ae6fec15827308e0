"""Events of instructions that are not recorded: by layout alone."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniperforge.dex.anchor_events import EVENT_CALL
from sniperforge.dex.pumpfun import forms, program
from sniperforge.dex.pumpfun.detector import events_of_call
from sniperforge.dex.pumpswap import program as pumpswap
from sniperforge.dex.registry import events_of, read_transaction
from sniperforge.dex.venue import Call
from sniperforge.domain.addresses import (
    SYSTEM_PROGRAM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    USDC_MINT,
    WSOL_MINT,
)
from sniperforge.domain.chain import InstructionView
from sniperforge.domain.pool import EventKind
from tests.dex.pumpfun.conftest import CREATOR, MINT, Calls, key, made_up, text
from tests.dex.pumpfun.event_bytes import event

CURVE = program.curve_address(MINT)
OTHERS = tuple(made_up(number) for number in range(100, 140))
AMOUNTS = struct.pack("<QQ", 700, 650)


def accounts_for(roles: dict[str, int], **named: str) -> tuple[str, ...]:
    """As many accounts as the roles want, the named ones in their places."""
    accounts = list(OTHERS[: max(roles.values()) + 1])
    for role, address in named.items():
        accounts[roles[role]] = address
    return tuple(accounts)


def only(calls: Calls, **changes: object) -> object:
    """The one event of a transaction."""
    (found,) = events_of(calls.view(**changes))
    return found


@pytest.mark.parametrize("name", [form.name for form in forms.TRADES.values()])
@pytest.mark.parametrize("logged", [False, True], ids=["self-call", "log line"])
def test_every_form_of_trade(name: str, logged: bool) -> None:
    """Roles by the form's own order, amounts by the event, in whichever way it is left."""
    form = next(form for form in forms.TRADES.values() if form.name == name)
    other_quote = "quote_mint" in form.roles
    quote_mint = USDC_MINT if other_quote else WSOL_MINT
    named = {"base_mint": MINT, "curve": CURVE} | ({"quote_mint": USDC_MINT} if other_quote else {})
    accounts = accounts_for(dict(form.roles), **named)
    told = event(
        "TradeEvent",
        mint=MINT,
        token_amount=50,
        quote_amount=600,
        is_buy=int(form.buys),
        fee=9,
        creator_fee=1,
    )
    found = only(Calls().call(name, accounts, AMOUNTS + b"\1").emit(told, logged=logged))
    assert found.kind is EventKind.SWAP
    assert (found.pool, found.base_mint, found.quote_mint) == (CURVE, MINT, quote_mint)
    assert found.base_vault == accounts[form.roles["base_vault"]]
    assert found.quote_vault == (accounts[form.roles["quote_vault"]] if other_quote else CURVE)
    assert dict(zip(form.arguments, (700, 650), strict=True)).items() <= dict(found.amounts).items()
    user = accounts[form.roles["user"]]
    quote_account = accounts[form.roles["user_quote"]] if other_quote else user
    base_account = accounts[form.roles["user_base"]]
    ends = (quote_account, base_account) if form.buys else (base_account, quote_account)
    assert (found.facts["user_input"], found.facts["user_output"]) == ends
    assert found.facts["side"] == ("buy" if form.buys else "sell")
    assert found.amounts["amount_in"] == (610 if form.buys else 50)
    assert found.amounts["amount_out"] == (50 if form.buys else 590)


def test_a_trade_without_its_event_tells_its_arguments() -> None:
    """And no more."""
    roles = dict(forms.TRADES[bytes.fromhex("66063d1201daebea")].roles)
    accounts = accounts_for(roles, base_mint=MINT, curve=CURVE)
    calls = Calls().call("buy", accounts, AMOUNTS)
    assert dict(only(calls).amounts) == {"amount": 700, "max_sol_cost": 650}
    other = event("TradeEvent", mint=USDC_MINT, token_amount=50)
    assert "token_amount" not in only(calls.emit(other)).amounts


OLD = {"mint": MINT, "token_amount": 50, "sol_amount": 600, "until": "real_token_reserves"}


def test_an_old_buy_by_its_payments() -> None:
    """The event tells no fee: what left the wallet for curve and recipient does."""
    roles = dict(forms.TRADES[bytes.fromhex("66063d1201daebea")].roles)
    accounts = accounts_for(roles, base_mint=MINT, curve=CURVE)
    calls = Calls().call("buy", accounts, AMOUNTS)
    assert "amount_in" not in only(replace_views(calls).emit(event("TradeEvent", is_buy=1, **OLD))).amounts
    calls.inner(SYSTEM_PROGRAM, (accounts[roles["user"]], CURVE), struct.pack("<IQ", 2, 606))
    found = only(calls.emit(event("TradeEvent", is_buy=1, **OLD)))
    assert (found.amounts["input_amount"], found.amounts["amount_in"]) == (600, 606)


def test_an_old_sale_by_its_fee() -> None:
    """The curve pays by balances alone; with two sales in one transaction nothing is told apart."""
    roles = dict(forms.TRADES[bytes.fromhex("33e685a4017f83ad")].roles)
    accounts = accounts_for(roles, base_mint=MINT, curve=CURVE)
    calls = Calls().call("sell", accounts, AMOUNTS).emit(event("TradeEvent", **OLD))
    gains = tuple(6 if name == accounts[1] else 0 for name in calls.view().accounts)
    found = only(calls, post_balances=gains)
    assert (found.amounts["output_amount"], found.amounts["amount_out"]) == (600, 594)
    assert "amount_out" not in only(calls).amounts
    calls.views.append(replace(calls.views[0], path=(1,)))
    first, _ = events_of(calls.view(post_balances=gains))
    assert "amount_out" not in first.amounts


def replace_views(calls: Calls) -> Calls:
    """A copy that grows on its own."""
    return Calls(calls.program_id, list(calls.views), list(calls.lines))


def test_a_failed_trade_tells_only_what_was_asked() -> None:
    """Its events took no effect."""
    roles = dict(forms.TRADES[bytes.fromhex("33e685a4017f83ad")].roles)
    accounts = accounts_for(roles, base_mint=MINT, curve=CURVE)
    told = event("TradeEvent", mint=MINT, token_amount=50, sol_amount=9)
    found = only(Calls().call("sell", accounts, AMOUNTS).emit(told), err={"InstructionError": [0, 1]})
    assert found.failed
    assert dict(found.amounts) == {"amount": 700, "min_sol_output": 650}


CREATE_ROLES = dict(forms.CREATION_ROLES[forms.CREATE])
CREATE_V2_ROLES = dict(forms.CREATION_ROLES[forms.CREATE_V2])
WORDS = text("A coin") + text("COIN") + text("https://example.org")


def test_an_old_creation() -> None:
    """Without a creator argument the user is the creator; the minted supply is what the vault got."""
    accounts = accounts_for(CREATE_ROLES, mint=MINT, curve=CURVE, base_program=TOKEN_PROGRAM)
    calls = Calls().call("create", accounts, WORDS)
    calls.inner(TOKEN_PROGRAM, (MINT, accounts[3], OTHERS[0]), struct.pack("<BQ", 7, 10**15))
    calls.emit(event("CreateEvent", until="user", mint=MINT, bonding_curve=CURVE, user=accounts[7]))
    found = only(calls)
    assert (found.kind, found.pool, found.quote_vault) == (EventKind.POOL_CREATED, CURVE, CURVE)
    assert found.facts["creator"] == found.facts["user"] == accounts[7]
    assert found.facts["name"] == "A coin"
    assert dict(found.amounts) == {"open_time": 0, "base_amount": 10**15, "quote_amount": 0}


def test_a_creation_with_another_quote() -> None:
    """Its mint and vault follow the fixed accounts; a pump coin's own accounts follow them."""
    tail = (USDC_MINT, OTHERS[30], TOKEN_PROGRAM, OTHERS[31], OTHERS[32])
    accounts = accounts_for(CREATE_V2_ROLES, mint=MINT, curve=CURVE) + OTHERS[8:16]
    arguments = WORDS + key(CREATOR) + struct.pack("<??Q?", True, False, 250, True)
    found = only(Calls().call("create_v2", accounts[:16] + tail, arguments))
    assert (found.quote_mint, found.quote_vault) == (USDC_MINT, OTHERS[30])
    assert found.facts["quote_program"] == TOKEN_PROGRAM
    assert found.facts["creator"] == CREATOR
    assert found.amounts["creator_fee_bps"] == 250
    assert (found.amounts["is_mayhem_mode"], found.amounts["is_holder_reward"]) == (1, 1)
    assert "base_amount" not in found.amounts
    wrapped = only(Calls().call("create_v2", (*accounts[:16], WSOL_MINT, *tail[1:3]), arguments[:-12]))
    assert (wrapped.quote_mint, wrapped.quote_vault) == (WSOL_MINT, CURVE)
    assert "creator_fee_bps" not in wrapped.amounts


def test_a_creation_by_its_event() -> None:
    """Who gets the creator fee need not be who created it."""
    accounts = accounts_for(CREATE_V2_ROLES, mint=MINT, curve=CURVE)
    calls = Calls().call("create_v2", accounts, WORDS + key(CREATOR))
    told = {"mint": MINT, "bonding_curve": CURVE, "creator": OTHERS[20], "token_total_supply": 5}
    found = only(calls.emit(event("CreateEvent", **told)))
    assert found.facts["creator"] == CREATOR
    assert found.facts["fee_creator"] == OTHERS[20]
    assert (found.amounts["base_amount"], found.amounts["token_total_supply"]) == (5, 5)


MIGRATE = dict(forms.MIGRATION_ROLES[forms.MIGRATE])
MIGRATE_V2 = dict(forms.MIGRATION_ROLES[forms.MIGRATE_V2])
CREATE_POOL = bytes.fromhex("e992d18ecf6840bc")


@pytest.mark.parametrize("name", ["migrate", "migrate_v2"])
def test_a_migration(name: str) -> None:
    """Curve and vaults are the old ones; the pool is a fact, and PumpSwap's own event."""
    roles = MIGRATE if name == "migrate" else MIGRATE_V2
    accounts = accounts_for(roles, mint=MINT, curve=CURVE, quote_mint=WSOL_MINT, new_program=pumpswap.PROGRAM)
    calls = Calls().call(name, accounts)
    told = {"mint": MINT, "mint_amount": 10, "sol_amount": 20, "pool_migration_fee": 3}
    calls.emit(event("CompletePumpAmmMigrationEvent", **told))
    found = only(calls)
    assert (found.kind, found.pool) == (EventKind.MIGRATED, CURVE)
    assert (found.base_vault, found.quote_vault) == (accounts[roles["base_vault"]], CURVE)
    assert found.facts["old_pool"] == CURVE
    assert found.facts["new_pool"] == accounts[roles["new_pool"]]
    assert found.facts["new_program"] == pumpswap.PROGRAM
    assert (found.amounts["mint_amount"], found.amounts["sol_amount"]) == (10, 20)


def test_a_migration_of_a_pair_with_another_quote() -> None:
    """Its vault is told by the second form."""
    accounts = accounts_for(MIGRATE_V2, mint=MINT, curve=CURVE, quote_mint=USDC_MINT)
    calls = Calls().call("migrate_v2", accounts).inner(pumpswap.PROGRAM, OTHERS, CREATE_POOL)
    found = only(calls, logs=())
    assert (found.quote_mint, found.quote_vault) == (USDC_MINT, accounts[6])


def test_a_second_migration_is_none() -> None:
    """It succeeds, logs that the coin has migrated, and does nothing; unless nothing at all is told."""
    accounts = accounts_for(MIGRATE, mint=MINT, curve=CURVE)
    calls = Calls(lines=["Program log: Instruction: Migrate"]).call("migrate", accounts)
    assert read_transaction(calls.view()) == type(read_transaction(calls.view()))((), ())
    assert only(calls, logs=()).kind is EventKind.MIGRATED
    assert only(calls, err="no").failed
    cut = (f"Program {program.PROGRAM} invoke [1]", "Program log: Instruction: Migrate", "Log truncated")
    assert only(calls, logs=cut).kind is EventKind.MIGRATED


def test_the_old_migration_to_raydium() -> None:
    """The curve follows its coin's mint, wherever the two are."""
    for at in (1, 2):
        accounts = (*OTHERS[:at], MINT, CURVE, OTHERS[9], *OTHERS[:6])
        found = only(Calls().call("withdraw", accounts))
        assert (found.kind, found.pool, found.base_vault) == (EventKind.MIGRATED, CURVE, OTHERS[9])
        assert found.facts["new_program"] == "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8"


def test_unknown_and_short_forms_are_counted() -> None:
    """None of them is dropped silently, and none is an event."""
    long_enough = OTHERS
    cases = [
        Calls().call("buy", OTHERS[:6], AMOUNTS),
        Calls().call("buy", long_enough, AMOUNTS[:-1]),
        Calls().call("create", OTHERS[:5], WORDS),
        Calls().call("create", long_enough, WORDS[:-1]),
        Calls().call("migrate", OTHERS[:9]),
        Calls().call("withdraw", long_enough),
        Calls().call("multi_hop_curve_swap", OTHERS[:17], AMOUNTS),
        Calls().call("multi_hop_curve_swap", long_enough, AMOUNTS[:7]),
        Calls().call("buy_v9", long_enough, AMOUNTS),
    ]
    for calls in cases:
        reading = read_transaction(calls.view(logs=()))
        assert reading.events == ()
        (form,) = reading.unrecognised
        assert (form.dex, form.accounts) == ("pumpfun", len(calls.views[0].accounts))


def test_known_instructions_that_trade_nothing_are_silent() -> None:
    """As are the program's calls of itself that leave events."""
    for name in ("extend_account", "collect_creator_fee_v2", "sweep_creator_fee", "set_creator"):
        reading = read_transaction(Calls().call(name, OTHERS).view())
        assert (reading.events, reading.unrecognised) == ((), ())
    call = Calls().call("extend_account", OTHERS)
    view = call.emit(event("TradeEvent", mint=MINT, token_amount=5)).view()
    assert view.instructions[1].data.startswith(EVENT_CALL)
    assert read_transaction(view).events == ()


@given(
    data=st.binary(max_size=200),
    accounts=st.integers(0, 40),
    tag=st.sampled_from([*forms.TRADES, *forms.CREATION_ROLES, *forms.MIGRATION_ROLES, forms.MULTI_HOP]),
)
def test_any_arguments(data: bytes, accounts: int, tag: bytes) -> None:
    """Nothing is raised, whatever follows a known discriminator."""
    view = Calls().call("buy", ()).view()
    instruction = InstructionView(program.PROGRAM, OTHERS[:accounts], tag + data, (0,), 1)
    events_of_call(Call(replace(view, instructions=(instruction,)), 0, None))


def test_token_2022_coins_are_told() -> None:
    """The token program of the coin is a fact."""
    accounts = accounts_for(CREATE_V2_ROLES, mint=MINT, curve=CURVE, base_program=TOKEN_2022_PROGRAM)
    assert only(Calls().call("create_v2", accounts, WORDS)).facts["base_program"] == TOKEN_2022_PROGRAM
