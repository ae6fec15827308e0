"""How recordings call what PumpSwap does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sniperforge.dex.pump_fees import FeeConfig, Fees, Tier, decode_fee_config
from sniperforge.dex.pumpswap import forms, program
from sniperforge.dex.pumpswap.accounts import PumpPool, PumpswapConfig, decode_config, decode_pool
from sniperforge.dex.pumpswap.instructions import Parties, build
from sniperforge.dex.pumpswap.state import PumpswapState, Side
from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_2022_PROGRAM
from sniperforge.domain.pool import EventKind, PoolEvent
from tests.dex.pumpfun.recorded import BUYBACK_RECIPIENTS, numbers_of, writes_what_it_may
from tests.dex.recorded import Case, RecordedVenue, Recording, Told, documents
from tests.dex.recorded_accounts import accounts_in

TRADE_NAMES = {form.name: form for form in forms.TRADES.values()}
FEE_CONFIG_FILE = "pumpswap/account_fee_config_mainnet"
BEFORE_TIERS_CHANGED = 1_793_000_000
OPEN = PumpswapConfig(program.GLOBAL_CONFIG, False, False, (), (), (), creator_fee_configurable=False)


def sides_of(roles: Mapping[str, str]) -> dict[str, str]:
    """Vault by mint."""
    return {
        roles["base_mint"]: roles["pool_base_token_account"],
        roles["quote_mint"]: roles["pool_quote_token_account"],
    }


def decoded(name: str, roles: Mapping[str, str], args: Mapping[str, Any]) -> Told | None:
    """Creations and trades by their accounts and arguments."""
    if name == "create_pool":
        facts = {
            "creator": roles["creator"],
            "coin_creator": args["coin_creator"],
            "lp_mint": roles["lp_mint"],
            "base_program": roles["base_token_program"],
            "quote_program": roles["quote_token_program"],
            "canonical": "true",
        }
        return Told(EventKind.POOL_CREATED, roles["pool"], sides_of(roles), numbers_of(args), facts)
    if name in TRADE_NAMES:
        given, got = ("quote", "base") if TRADE_NAMES[name].buys else ("base", "quote")
        facts = {
            "user": roles["user"],
            "input_mint": roles[f"{given}_mint"],
            "output_mint": roles[f"{got}_mint"],
            "user_input": roles[f"user_{given}_token_account"],
            "user_output": roles[f"user_{got}_token_account"],
        }
        amounts = {key: value for key, value in numbers_of(args).items() if key != "track_volume"}
        return Told(EventKind.SWAP, roles["pool"], sides_of(roles), amounts, facts)
    return None


def logged(entry: Mapping[str, Any]) -> Told | None:
    """Every integer of BuyEvent, SellEvent and CreatePoolEvent."""
    data = entry["data"]
    facts = {name: data[name] for name in ("user", "coin_creator") if name in data}
    if entry["event"] == "CreatePoolEvent":
        facts |= {"creator": data["creator"], "lp_mint": data["lp_mint"]}
        sides = {data["base_mint"]: "", data["quote_mint"]: ""}
        return Told(EventKind.POOL_CREATED, data["pool"], sides, numbers_of(data), facts)
    if entry["event"] in ("BuyEvent", "SellEvent"):
        return Told(EventKind.SWAP, data["pool"], None, numbers_of(data), facts)
    return None


def asserted(entry: Mapping[str, Any]) -> Told | None:
    """What the sources' own tests expect: events, arguments, legs of a simulation."""
    if entry.get("program") == program.PROGRAM and entry.get("name") in ("BuyEvent", "SellEvent"):
        return logged({"event": entry["name"], "data": entry["data"]})
    if "legs" in entry:
        return asserted_leg(entry)
    if "index" in entry:
        facts = {"coin_creator": entry["coin_creator"]}
        numbers = {name: value for name, value in numbers_of(entry).items() if name != "slot"}
        return Told(EventKind.POOL_CREATED, entry["pool"], None, numbers, facts)
    if "base_amount_out" in entry:
        return Told(EventKind.SWAP, amounts=numbers_of(entry))
    if "timestamp" in entry:
        sides = {entry["base_mint"]: "", "So11111111111111111111111111111111111111112": ""}
        return Told(EventKind.POOL_CREATED, None, sides, {"timestamp": entry["timestamp"]})
    return None


def asserted_leg(entry: Mapping[str, Any]) -> Told | None:
    """The only leg, if it is of this program."""
    (leg,) = entry["legs"]
    if leg["program"] != program.PROGRAM:
        return None
    facts = {
        "user": leg["trader"],
        "user_input": leg["input_account"],
        "user_output": leg["output_account"],
        "input_mint": leg["input_mint"],
        "output_mint": leg["output_mint"],
    }
    to_user = [
        int(each["amount"]) for each in entry["transfers"] if each["destination"] == leg["output_account"]
    ]
    amounts = {"amount_in": int(leg["actual_input_amount"]), "amount_out": sum(to_user)}
    return Told(EventKind.SWAP, leg["pool"], None, amounts, facts)


def moved(event: PoolEvent) -> Mapping[tuple[str, str], int]:
    """Both vaults are the pool's own; fees that the second form keeps are in the quote vault too."""
    flow: Counter[tuple[str, str]] = Counter()
    amounts = event.amounts
    if event.kind is EventKind.SWAP:
        flow[event.pool, event.facts["input_mint"]] += amounts["input_amount"]
        flow[event.pool, event.facts["output_mint"]] -= amounts["output_amount"]
        if event.facts["protocol_fee_recipient"] == SYSTEM_PROGRAM:
            kept = amounts["protocol_fee"] + amounts["coin_creator_fee"] - amounts["buyback_fee"]
            quote = "input_mint" if "quote_amount_in" in amounts else "output_mint"
            flow[event.pool, event.facts[quote]] += kept
    elif event.kind is EventKind.POOL_CREATED and "base_amount" in amounts:
        flow[event.pool, event.base_mint] += amounts["base_amount"]
        flow[event.pool, event.quote_mint] += amounts["quote_amount"]
    return dict(flow)


def recorded_fee_config() -> FeeConfig | None:
    """The dumped schedules of mainnet."""
    document = documents().get(FEE_CONFIG_FILE)
    return None if document is None else decode_fee_config(next(accounts_in(document["account"])))


def state_before(event: PoolEvent, *, with_schedule: bool = False) -> PumpswapState:
    """The pool as the event says it was: with the rates that it tells, or with those of the dumped schedules."""
    amounts = event.amounts
    buys = "quote_amount_in" in amounts
    quote_mint, base_mint = (
        event.facts["input_mint" if buys else "output_mint"],
        event.facts["output_mint" if buys else "input_mint"],
    )
    pool = PumpPool(
        event.pool,
        0,
        SYSTEM_PROGRAM,
        base_mint,
        quote_mint,
        SYSTEM_PROGRAM,
        SYSTEM_PROGRAM,
        SYSTEM_PROGRAM,
        0,
        event.facts["coin_creator"],
        mayhem=False,
        cashback=False,
        virtual_quote=amounts["virtual_quote_reserves"],
    )
    fees = Fees(
        amounts["lp_fee_basis_points"],
        amounts["protocol_fee_basis_points"],
        amounts["coin_creator_fee_basis_points"],
    )
    told = FeeConfig(program.FEE_CONFIG, fees, (Tier(0, fees),))
    config = recorded_fee_config() if with_schedule else told
    assert config is not None
    base = Side(base_mint, TOKEN_2022_PROGRAM, 6, amounts["pool_base_token_reserves"], amounts["base_supply"])
    quote = Side(quote_mint, TOKEN_2022_PROGRAM, 9, amounts["pool_quote_token_reserves"])
    return PumpswapState(pool, base, quote, OPEN, config, canonical=amounts["can_boost"] == 1)


def quote(event: PoolEvent, recording: Recording) -> tuple[object, object] | None:
    """The output of an exact input, the cost of an exact output."""
    amounts, state = event.amounts, state_before(event)
    if "quote_amount_out" in amounts:
        return amounts["amount_out"], state.quote(event.facts["input_mint"], amounts["amount_in"]).amount_out
    if (
        "max_quote_amount_in" in amounts
        and "spendable_quote_in" not in amounts
        and "min_amount_out" not in amounts
    ):
        bought = amounts["base_amount_out"]
        if event.facts.get("instruction") != "multi_hop_swap":
            return amounts["amount_in"], state.quote_exact_out(event.facts["output_mint"], bought).amount_in
    return amounts["amount_out"], state.quote(event.facts["input_mint"], amounts["amount_in"]).amount_out


def build_anew(event: PoolEvent, recording: Recording) -> tuple[object, object] | None:
    """The recorded instruction from what the event tells."""
    instruction = next(each for each in recording.parsed.instructions if each.path == event.path)
    form = forms.TRADES.get(instruction.data[:8])
    if form is None:
        return None
    accounts = instruction.accounts
    roles = {role: accounts[index] for role, index in forms.TRADE_ROLES.items()}
    second = form.name.endswith("_v2")
    pool = PumpPool(
        event.pool,
        0,
        SYSTEM_PROGRAM,
        roles["base_mint"],
        roles["quote_mint"],
        SYSTEM_PROGRAM,
        roles["base_vault"],
        roles["quote_vault"],
        0,
        event.facts["coin_creator"],
        mayhem=False,
        cashback=bool(event.amounts.get("cashback_fee_basis_points")),
        virtual_quote=0,
    )
    parties = Parties(
        pool=pool,
        base_program=accounts[9 if second else 11],
        quote_program=accounts[10 if second else 12],
        fee_recipient=accounts[9],
        buyback_recipient=accounts[-2],
        user=roles["user"],
        user_base=roles["user_base"],
        user_quote=roles["user_quote"],
    )
    if second:
        parties = next(
            each
            for recipient in BUYBACK_RECIPIENTS
            for each in [replace(parties, buyback_recipient=recipient)]
            if accounts[14] == each.quote_account(recipient)
        )
    amount, limit = (event.amounts[name] for name in form.arguments)
    made = build(form.name, parties, amount, limit)
    return (
        (accounts, instruction.data[:24], True),
        (
            tuple(str(meta.pubkey) for meta in made.accounts),
            bytes(made.data)[:24],
            writes_what_it_may(made, recording),
        ),
    )


def more(document: Mapping[str, Any], name: str) -> Iterable[Case]:
    """The dumped schedules, field by field."""
    if name != FEE_CONFIG_FILE:
        return
    told = document["decoded_account"]
    config = decode_fee_config(next(accounts_in(document["account"])))

    def fees(entry: Mapping[str, int]) -> Fees:
        return Fees(entry["lp_fee_bps"], entry["protocol_fee_bps"], entry["creator_fee_bps"])

    for got, key in ((config.tiers, "fee_tiers"), (config.stable_tiers, "stable_fee_tiers")):
        expected = tuple(
            Tier(int(tier["market_cap_lamports_threshold"]), fees(tier["fees"])) for tier in told[key]
        )
        yield Case("decode", f"{name}:{key}", expected, got)
    expected_flat = (fees(told["flat_fees"]), fees(told["exotic_flat_fees"]))
    yield Case("decode", f"{name}:flat", expected_flat, (config.flat, config.exotic))


VENUE = RecordedVenue(
    dex=program.NAME,
    tag="PUMPSWAP",
    program_id=program.PROGRAM,
    decoded=decoded,
    logged=logged,
    asserted=asserted,
    moved=moved,
    quote=quote,
    build=build_anew,
    more=more,
    decoders=(decode_pool, decode_config, decode_fee_config),
)
