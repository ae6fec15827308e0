"""How recordings call what Pump.fun's curves do."""

from __future__ import annotations

from base64 import b64decode
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from solders.instruction import Instruction
from solders.transaction import VersionedTransaction

from sniperforge.dex import pump_fees
from sniperforge.dex.pump_fees import FeeConfig, Fees, Tier
from sniperforge.dex.pumpfun import forms, program
from sniperforge.dex.pumpfun.accounts import BondingCurve, Global, decode_curve, decode_global
from sniperforge.dex.pumpfun.instructions import Parties, build
from sniperforge.dex.pumpfun.state import Coin, CurveState
from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, WSOL_MINT
from sniperforge.domain.pool import EventKind, PoolEvent
from tests.dex.recorded import Case, RecordedVenue, Recording, Told
from tests.dex.recorded_accounts import accounts_in

TRADE_NAMES = {form.name: form for form in forms.TRADES.values()}
OTHER_NUMBERS = {"is_buy"}


def numbers_of(values: Mapping[str, Any]) -> dict[str, int]:
    """Integers, flags and options of flags, as integers."""
    plain = {name: value[0] if isinstance(value, list) and value else value for name, value in values.items()}
    return {
        name: int(value)
        for name, value in plain.items()
        if isinstance(value, int) or (isinstance(value, str) and value.isdigit() and len(value) <= 20)
    }


def quote_side_of(roles: Mapping[str, str], curve: str) -> tuple[str, str]:
    """The quote mint and where the curve keeps it: a SOL pair's lamports are in the curve itself."""
    mint = program.quote_of(roles.get("quote_mint") or roles.get("remaining_0", ""))
    if mint == WSOL_MINT:
        return mint, curve
    return mint, roles.get("associated_quote_bonding_curve") or roles["remaining_1"]


def decoded(name: str, roles: Mapping[str, str], args: Mapping[str, Any]) -> Told | None:
    """Creations, trades and migrations by their accounts and arguments."""
    if name in ("create", "create_v2"):
        curve = roles["bonding_curve"]
        mint, vault = quote_side_of({} if name == "create" else roles, curve)
        facts = {fact: args[fact] for fact in ("name", "symbol", "uri")} | {"user": roles["user"]}
        sides = {roles["mint"]: roles["associated_bonding_curve"], mint: vault}
        return Told(EventKind.POOL_CREATED, curve, sides, numbers_of(args), facts)
    if name in TRADE_NAMES:
        curve = roles["bonding_curve"]
        base = roles.get("base_mint") or roles["mint"]
        base_vault = roles.get("associated_base_bonding_curve") or roles["associated_bonding_curve"]
        first = "base_mint" not in roles
        mint, vault = quote_side_of({} if first else roles, curve)
        facts = {"user": roles["user"], "side": "buy" if TRADE_NAMES[name].buys else "sell"}
        sides = {base: base_vault, mint: vault}
        amounts = {key: value for key, value in numbers_of(args).items() if key != "track_volume"}
        return Told(EventKind.SWAP, curve, sides, amounts, facts)
    if name in ("migrate", "migrate_v2"):
        facts = {
            "old_pool": roles["bonding_curve"],
            "new_pool": roles["pool"],
            "new_program": roles["pump_amm"],
        }
        sides = {roles.get("base_mint") or roles["mint"]: roles["associated_bonding_curve"]}
        quote = roles.get("wsol_mint") or roles["quote_mint"]
        return Told(
            EventKind.MIGRATED, roles["bonding_curve"], sides | {quote: roles["bonding_curve"]}, {}, facts
        )
    return None


def logged(entry: Mapping[str, Any]) -> Told | None:
    """CreateEvent and TradeEvent: every integer; CompletePumpAmmMigrationEvent."""
    data = entry["data"]
    if entry["event"] == "CreateEvent":
        return Told(EventKind.POOL_CREATED, data["bonding_curve"], None, numbers_of(data))
    if entry["event"] == "TradeEvent":
        numbers = {name: value for name, value in numbers_of(data).items() if name not in OTHER_NUMBERS}
        facts = {"side": "buy" if data["is_buy"] else "sell", "user": data["user"]}
        return Told(EventKind.SWAP, program.curve_address(data["mint"]), None, numbers, facts)
    if entry["event"] == "CompletePumpAmmMigrationEvent":
        return Told(
            EventKind.MIGRATED, data["bonding_curve"], None, numbers_of(data), {"new_pool": data["pool"]}
        )
    return None


def asserted(entry: Mapping[str, Any]) -> Told | None:
    """What the sources' own tests expect: events, amounts by other names, legs of a simulation."""
    if entry.get("program") == program.PROGRAM and entry.get("name") == "TradeEvent":
        data = {**entry["data"], "is_buy": entry["data"]["is_buy"] is True}
        return logged({"event": "TradeEvent", "data": data})
    if "legs" in entry:
        (leg,) = entry["legs"]
        if leg["program"] != program.PROGRAM:
            return None
        (received,) = (int(each["amount"]) for each in entry["transfers"])
        facts = {
            "user": leg["trader"],
            "user_input": leg["input_account"],
            "user_output": leg["output_account"],
            "input_mint": leg["input_mint"],
            "output_mint": leg["output_mint"],
        }
        amounts = {
            "amount_in": int(leg["actual_input_amount"]),
            "min_tokens_out": int(leg["other_amount_threshold"]),
            "spendable_quote_in": int(leg["specified_amount"]),
            "amount_out": received,
        }
        return Told(EventKind.SWAP, leg["pool"], None, amounts, facts)
    if "who" in entry:
        facts = {"user": entry["who"]}
        if "max_sol_cost" in entry:
            amounts = {"amount_in": entry["from_amount"] + entry["fee"], "output_amount": entry["to_amount"]}
            amounts |= {"input_amount": entry["from_amount"], "max_sol_cost": entry["max_sol_cost"]}
            return Told(EventKind.SWAP, None, None, amounts, facts | {"output_mint": entry["to_token"]})
        amounts = {"amount_in": entry["from_amount"], "output_amount": entry["to_amount"]}
        amounts["amount_out"] = entry["to_amount"] - OLD_SALE_FEE
        return Told(EventKind.SWAP, None, None, amounts, facts | {"input_mint": entry["from_token"]})
    if "token_amount" in entry:
        return Told(EventKind.SWAP, amounts=numbers_of(entry))
    return None


def moved(event: PoolEvent) -> Mapping[tuple[str, str], int]:
    """Tokens of the curve's own accounts; fees that later forms keep there are the pair's quote too."""
    flow: Counter[tuple[str, str]] = Counter()
    amounts = event.amounts
    if event.kind is EventKind.POOL_CREATED:
        flow[event.pool, event.base_mint] += amounts["base_amount"]
    elif event.kind is EventKind.SWAP:
        buys = event.facts["side"] == "buy"
        tokens, quote = ("output_amount", "input_amount") if buys else ("input_amount", "output_amount")
        sign = 1 if buys else -1
        flow[event.pool, event.base_mint] -= sign * amounts[tokens]
        if event.quote_mint != WSOL_MINT:
            keeps = event.facts["fee_recipient"] == SYSTEM_PROGRAM
            kept = amounts["fee"] + amounts["creator_fee"] - amounts["buyback_fee"] if keeps else 0
            flow[event.pool, event.quote_mint] += sign * amounts[quote] + kept
    return dict(flow)


def state_before(event: PoolEvent) -> CurveState | None:
    """The curve as the TradeEvent says it was, with the rates that it tells; ``None`` when it tells none."""
    amounts = event.amounts
    if "fee" not in amounts:
        return None
    buys = event.facts["side"] == "buy"
    sign = 1 if buys else -1
    quote, tokens = amounts["input_amount" if buys else "output_amount"], amounts["token_amount"]
    virtual = amounts.get("virtual_quote_reserves") or amounts["virtual_sol_reserves"]
    real = amounts.get("real_quote_reserves") or amounts["real_sol_reserves"]
    creator = amounts["creator_fee_basis_points"] + amounts.get("cashback_fee_basis_points", 0)
    fees = Fees(0, amounts["fee_basis_points"], creator)
    account = BondingCurve(
        event.pool,
        amounts["virtual_token_reserves"] + sign * tokens,
        virtual - sign * quote,
        amounts["real_token_reserves"] + sign * tokens,
        real - sign * quote,
        pump_fees.TOTAL_SUPPLY,
        complete=False,
        creator=event.pool,
        mayhem=False,
        cashback=False,
        quote_mint=event.quote_mint,
        creator_fee_bps=0,
    )
    rules = Global(program.GLOBAL, 0, 0, (), (), (), creator_fee_configurable=False)
    config = FeeConfig(program.FEE_CONFIG, fees, (Tier(0, fees),))
    return CurveState(
        account, Coin(event.base_mint, TOKEN_2022_PROGRAM, 6, pump_fees.TOTAL_SUPPLY), rules, config
    )


def quote(event: PoolEvent, recording: Recording) -> tuple[object, object] | None:
    """The output of an exact input, the cost of an exact output."""
    state = state_before(event)
    if state is None:
        return None
    amounts = event.amounts
    if event.facts["side"] == "sell":
        return amounts["amount_out"], state.quote(event.base_mint, amounts["amount_in"]).amount_out
    if "amount" in amounts:
        return amounts["amount_in"], state.quote_exact_out(event.base_mint, amounts["token_amount"]).amount_in
    return amounts["amount_out"], state.quote(event.quote_mint, amounts["amount_in"]).amount_out


def build_anew(event: PoolEvent, recording: Recording) -> tuple[object, object] | None:
    """The recorded instruction from what the event tells, where it is of a form that is still built."""
    instruction = next(each for each in recording.parsed.instructions if each.path == event.path)
    form = forms.TRADES.get(instruction.data[:8])
    if form is None or "fee_creator" not in event.facts:
        return None
    accounts = instruction.accounts
    roles = {role: accounts[index] for role, index in form.roles.items()}
    old = "quote_mint" not in roles
    parties = Parties(
        mint=event.base_mint,
        token_program=accounts[9 if form.name == "sell" else 8] if old else accounts[3],
        quote_mint=event.quote_mint,
        quote_program=accounts[4] if not old else "",
        creator=event.facts["fee_creator"],
        fee_recipient=accounts[1] if old else accounts[6],
        buyback_recipient=accounts[-1] if old else accounts[8],
        user=roles["user"],
        user_base=roles["user_base"],
        user_quote=roles.get("user_quote", ""),
        cashback=bool(event.amounts.get("cashback_fee_basis_points")),
    )
    if form.name.endswith("_v3"):
        parties = next(
            each
            for recipient in BUYBACK_RECIPIENTS
            for each in [replace(parties, buyback_recipient=recipient)]
            if accounts[13] in (recipient, each.quote_account(recipient))
        )
    amount, limit = (event.amounts[name] for name in form.arguments)
    made = build(form.name, parties, amount, limit)
    if old and len(accounts) < len(made.accounts):
        return None
    return (
        (accounts[: len(made.accounts)], instruction.data[:24], True),
        (
            tuple(str(meta.pubkey) for meta in made.accounts),
            bytes(made.data)[:24],
            writes_what_it_may(made, recording),
        ),
    )


def writes_what_it_may(made: Instruction, recording: Recording) -> bool:
    """Whether the recorded message may write what the built instruction writes; true where no message is kept."""
    wire = recording.document.get("wire_base64")
    if wire is None:
        return True
    message = VersionedTransaction.from_bytes(b64decode(wire)).message
    header, keys = message.header, [str(key) for key in message.account_keys]
    signers = header.num_required_signatures
    read_only = range(signers - header.num_readonly_signed_accounts, signers)
    end = len(keys) - header.num_readonly_unsigned_accounts
    written = {key for at, key in enumerate(keys) if at not in read_only and at < end}
    meta = (recording.document.get("result") or {}).get("meta") or {}
    written |= set((meta.get("loadedAddresses") or {}).get("writable") or ())
    return {str(each.pubkey) for each in made.accounts if each.is_writable} <= written


OLD_SALE_FEE = 374_372_839
"""What the fee recipient's balance gained by the one recorded sale whose source asserts its amounts."""

BUYBACK_RECIPIENTS = (
    "5YxQFdt3Tr9zJLvkFccqXVUwhdTWJQc1fFg2YPbxvxeD",
    "9M4giFFMxmFGXtc3feFzRai56WbBqehoSeRE5GK7gf7",
    "GXPFM2caqTtQYC2cJ5yJRi9VDkpsYZXzYdwYpGnLmtDL",
    "3BpXnfJaUTiwXnJNe7Ej1rcbzqTTQUvLShZaWazebsVR",
    "5cjcW9wExnJJiqgLjq7DEG75Pm6JBgE1hNv4B2vHXUW6",
    "EHAAiTxcdDwQ3U4bU6YcMsQGaekdzLS3B5SmYo46kJtL",
    "5eHhjP8JaYkz83CWwvGU2uMUXefd3AazWGx4gpcuEEYD",
    "A7hAgCzFw14fejgCp387JUJRMNyz4j89JKnhtKU8piqW",
)


def more(document: Mapping[str, Any], name: str) -> Iterable[Case]:
    """Dumps of curves: what they hold is possible, and their constant is at least that of a new one."""
    for account in accounts_in(document.get("raw", {})):
        if account.owner == program.PROGRAM:
            curve = decode_curve(account)
            offset = curve.virtual_token - curve.real_token, curve.virtual_quote - curve.real_quote
            yield Case("decode", name, (279_900_000_000_000, 30_000_000_000), offset)


VENUE = RecordedVenue(
    dex=program.NAME,
    tag="PUMP",
    program_id=program.PROGRAM,
    decoded=decoded,
    logged=logged,
    asserted=asserted,
    moved=moved,
    quote=quote,
    build=build_anew,
    more=more,
    decoders=(decode_curve, decode_global),
    exceptions={
        "pumpfun/buy_v2_chainstack:2.0": "a trade of the mayhem agent: the reserves that its event tells do not give its price",
    },
)
