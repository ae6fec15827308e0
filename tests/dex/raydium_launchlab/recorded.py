"""How recordings call what LaunchLab does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sniperforge.dex.raydium_launchlab import program
from sniperforge.dex.raydium_launchlab.accounts import (
    LaunchlabConfig,
    LaunchlabPlatform,
    LaunchlabPool,
    decode_config,
    decode_platform,
    decode_pool,
)
from sniperforge.dex.raydium_launchlab.curve import CONSTANT, FEE_DENOMINATOR, split
from sniperforge.dex.raydium_launchlab.instructions import trade_exact_in
from sniperforge.dex.raydium_launchlab.state import LaunchlabState
from sniperforge.domain.pool import EventKind, PoolEvent
from tests.dex.recorded import RecordedVenue, Recording, Told

LAUNCHES = ("initialize", "initialize_v2", "initialize_with_token_2022")
TRADES = ("buy_exact_in", "buy_exact_out", "sell_exact_in", "sell_exact_out")
MIGRATIONS = {"migrate_to_cpswap": "cpswap", "migrate_to_amm": "amm"}
FEES = ("protocol_fee", "platform_fee", "creator_fee", "share_fee")
RATE_STEP = 100
"""Parts per million: fee rates are told by fees, which are rounded, as multiples of a hundredth of a percent."""


def decoded(name: str, roles: Mapping[str, str], args: Mapping[str, Any]) -> Told | None:
    """Launches, trades and migrations by their accounts and arguments."""
    if name in LAUNCHES:
        sides = {roles[f"{side}_mint"]: roles[f"{side}_vault"] for side in ("base", "quote")}
        facts = {"creator": roles["creator"], "platform_config": roles["platform_config"]}
        return Told(EventKind.POOL_CREATED, roles["pool_state"], sides, {}, facts)
    if name in TRADES:
        return _traded(name, roles, args)
    if name in MIGRATIONS:
        prefix = MIGRATIONS[name]
        new = roles[f"{prefix}_pool"]
        sides = {roles[f"{side}_mint"]: roles[f"{side}_vault"] for side in ("base", "quote")}
        facts = {"old_pool": roles["pool_state"], "new_pool": new}
        return Told(EventKind.MIGRATED, roles["pool_state"], sides, {}, facts)
    return None


def _traded(name: str, roles: Mapping[str, str], args: Mapping[str, Any]) -> Told:
    sides = {roles[f"{side}_token_mint"]: roles[f"{side}_vault"] for side in ("base", "quote")}
    given, taken = ("quote", "base") if name.startswith("buy") else ("base", "quote")
    facts = {
        "user": roles["payer"],
        "input_mint": roles[f"{given}_token_mint"],
        "output_mint": roles[f"{taken}_token_mint"],
        "user_input": roles[f"user_{given}_token"],
        "user_output": roles[f"user_{taken}_token"],
        "global_config": roles["global_config"],
        "platform_config": roles["platform_config"],
    }
    return Told(EventKind.SWAP, roles["pool_state"], sides, dict(args), facts)


def logged(entry: Mapping[str, Any]) -> Told | None:
    """Trades and launches."""
    data = entry["data"]
    if entry["event"] == "PoolCreateEvent":
        return Told(EventKind.POOL_CREATED, data["pool_state"], None, {}, {"creator": data["creator"]})
    if entry["event"] != "TradeEvent":
        return None
    amounts = {name: value for name, value in data.items() if type(value) is int}
    amounts |= {"input_amount": amounts.pop("amount_in"), "output_amount": amounts.pop("amount_out")}
    facts = {"side": data["trade_direction"].lower(), "pool_status": data["pool_status"].lower()}
    return Told(EventKind.SWAP, data["pool_state"], None, amounts, facts)


def asserted(entry: Mapping[str, Any]) -> Told | None:
    """What the sources' own tests expect of a migration."""
    if entry.get("type") != "RaydiumLaunchlabMigrateAmm":
        return None
    facts = {name: entry[name] for name in ("old_pool", "new_pool", "user", "platform_config")}
    sides = {entry["base_mint"]: "", entry["quote_mint"]: ""}
    facts["new_program"] = entry["destination_program"]
    return Told(EventKind.MIGRATED, entry["old_pool"], sides, {}, facts)


def moved(event: PoolEvent) -> Mapping[tuple[str, str], int]:
    """One authority owns all vaults; the fees but the protocol's leave them at once."""
    owner = program.authority()
    flow: Counter[tuple[str, str]] = Counter()
    if event.kind is EventKind.SWAP:
        flow[owner, event.facts["input_mint"]] += event.amounts["input_amount"]
        flow[owner, event.facts["output_mint"]] -= event.amounts["output_amount"]
        leaving = FEES[1:] if "platform_fee_vault" in event.facts else FEES[3:]
        flow[owner, event.quote_mint] -= sum(event.amounts.get(fee, 0) for fee in leaving)
    else:
        sign = 1 if event.kind is EventKind.POOL_CREATED else -1
        for side, mint in (("base", event.base_mint), ("quote", event.quote_mint)):
            flow[owner, mint] += sign * event.amounts[f"{side}_amount"]
    return flow


def state_before(event: PoolEvent, recording: Recording) -> LaunchlabState:
    """The curve as a trade found it, from its event; the rates are what its fees come from."""
    amounts = event.amounts
    fees = [amounts.get(fee, 0) for fee in FEES]
    buying = event.facts["side"] == "buy"
    taxed = amounts["input_amount"] if buying else amounts["output_amount"] + sum(fees)
    steps = (round(fee * FEE_DENOMINATOR / taxed / RATE_STEP) for fee in fees)
    protocol, platform, creator, share = (step * RATE_STEP for step in steps)
    pool = LaunchlabPool(
        event.pool,
        event.program_id,
        0,
        6,
        9,
        1,
        10**15,
        amounts["total_base_sell"],
        amounts["virtual_base"],
        amounts["virtual_quote"],
        amounts["real_base_before"],
        amounts["real_quote_before"],
        0,
        0,
        0,
        0,
        event.facts["global_config"],
        event.facts["platform_config"],
        event.base_mint,
        event.quote_mint,
        event.base_vault,
        event.quote_vault,
        creator_of(event, recording),
    )
    config = LaunchlabConfig(pool.global_config, CONSTANT, 0, protocol, 0, event.quote_mint)
    own = LaunchlabPlatform(pool.platform_config, "", platform, creator)
    return LaunchlabState(pool, config, own, *token_programs(event, recording), share_fee_rate=share)


def creator_of(event: PoolEvent, recording: Recording) -> str:
    """Who launched the curve, where the recording holds the launch too; else the system program stands in."""
    told = (one for one in recording.events if one.kind is EventKind.POOL_CREATED and one.pool == event.pool)
    return next((one.facts["creator"] for one in told), "11111111111111111111111111111111")


def token_programs(event: PoolEvent, recording: Recording) -> tuple[str, str]:
    """As the recorded instruction names them."""
    found = next(ix for ix in recording.parsed.instructions if ix.path == event.path)
    return found.accounts[11], found.accounts[12]


def quote(event: PoolEvent, recording: Recording) -> tuple[object, object] | None:
    """The logged amounts, fees and reserves, and those of the quote from the reserves before."""
    if "real_base_before" not in event.amounts:
        return None
    state, facts, amounts = state_before(event, recording), event.facts, event.amounts
    fees = {fee: amounts.get(fee, 0) for fee in FEES}
    if "maximum_amount_in" in amounts:
        made = state.quote_exact_out(facts["output_mint"], amounts["output_amount"])
        got = dict(zip(FEES, split(made.fee, state.rates), strict=True))
        return fees | {"in": amounts["input_amount"]}, got | {"in": made.amount_in}
    made = state.quote(facts["input_mint"], amounts["input_amount"])
    after = state.after_swap(facts["input_mint"], amounts["input_amount"]).pool
    got = dict(zip(FEES, split(made.fee, state.rates), strict=True))
    got |= {"out": made.amount_out, "base": after.real_base, "quote": after.real_quote}
    logged = {"base": amounts["real_base_after"], "quote": amounts["real_quote_after"]}
    return fees | {"out": amounts["output_amount"], **logged}, got


def build(event: PoolEvent, recording: Recording) -> tuple[object, object] | None:
    """Accounts and data. Where the curve's creator is not told, the vault of its fee is not compared."""
    found = next(ix for ix in recording.parsed.instructions if ix.path == event.path)
    if "minimum_amount_out" not in event.amounts or "creator_fee_vault" not in event.facts:
        return None
    state = state_before(event, recording)
    made = trade_exact_in(
        state,
        user=event.facts["user"],
        input_mint=event.facts["input_mint"],
        amount_in=int.from_bytes(found.data[8:16], "little"),
        minimum_out=event.amounts["minimum_amount_out"],
        user_input=event.facts["user_input"],
        user_output=event.facts["user_output"],
    )
    known = None if state.pool.creator != "11111111111111111111111111111111" else 17
    accounts = [str(meta.pubkey) for meta in made.accounts]
    return (found.accounts[:known], found.data), (tuple(accounts[:known]), bytes(made.data))


VENUE = RecordedVenue(
    dex=program.NAME,
    tag="LAUNCHLAB",
    program_id=program.MAINNET,
    decoded=decoded,
    logged=logged,
    asserted=asserted,
    moved=moved,
    quote=quote,
    build=build,
    decoders=(decode_pool, decode_config, decode_platform),
)
