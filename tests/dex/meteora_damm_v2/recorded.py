"""How recordings call what DAMM v2 does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sniperforge.dex.meteora_damm_v2 import program
from sniperforge.dex.meteora_damm_v2.accounts import decode_pool
from sniperforge.domain.pool import EventKind, PoolEvent
from tests.dex.recorded import RecordedVenue, Told, vault_flow

CREATIONS = ("initialize_pool", "initialize_pool_with_dynamic_config", "initialize_customizable_pool")
CHANGES = {
    "add_liquidity": EventKind.LIQUIDITY_ADDED,
    "remove_liquidity": EventKind.LIQUIDITY_REMOVED,
    "remove_all_liquidity": EventKind.LIQUIDITY_REMOVED,
}
CREATION_NUMBERS = ("liquidity", "sqrt_price", "sqrt_min_price", "activation_type", "collect_fee_mode")


def decoded(name: str, roles: Mapping[str, str], args: Mapping[str, Any]) -> Told | None:
    """Creations, swaps and positions by their accounts and arguments."""
    if name not in (*CREATIONS, *CHANGES, "swap", "swap2"):
        return None
    sides = {roles[f"token_{side}_mint"]: roles[f"token_{side}_vault"] for side in "ab"}
    given = next(iter(args.values()), {}) if len(args) == 1 else args
    if name in CREATIONS:
        amounts = {each: given[each] for each in CREATION_NUMBERS if each in given}
        facts = {"creator": roles["creator"], "payer": roles["payer"], "position": roles["position"]}
        facts |= {"config": roles["config"]} if "config" in roles else {}
        return Told(EventKind.POOL_CREATED, roles["pool"], sides, amounts, facts)
    if name in CHANGES:
        amounts = {each: value for each, value in given.items() if isinstance(value, int)}
        return Told(CHANGES[name], roles["pool"], sides, amounts, {"position": roles["position"]})
    asked = {each: value for each, value in given.items() if isinstance(value, int) and each != "amount_in"}
    facts = {
        "user": roles["payer"],
        "user_input": roles["input_token_account"],
        "user_output": roles["output_token_account"],
    }
    return Told(EventKind.SWAP, roles["pool"], sides, asked, facts)


def logged(entry: Mapping[str, Any]) -> Told | None:
    """Swaps, creations and positions."""
    data = entry["data"]
    numbers = {name: value for name, value in data.items() if type(value) is int}
    if entry["event"] == "EvtInitializePool":
        return Told(
            EventKind.POOL_CREATED,
            data["pool"],
            {data["token_a_mint"]: "", data["token_b_mint"]: ""},
            numbers,
            {"creator": data["creator"], "payer": data["payer"]},
        )
    if entry["event"] == "EvtLiquidityChange":
        kind = EventKind.LIQUIDITY_REMOVED if data["change_type"] else EventKind.LIQUIDITY_ADDED
        return Told(kind, data["pool"], None, numbers, {"position": data["position"]})
    if entry["event"] not in ("EvtSwap", "EvtSwap2"):
        return None
    for nested in ("params", "swap_result"):
        numbers |= {name: value for name, value in data.get(nested, {}).items() if type(value) is int}
    return Told(EventKind.SWAP, data["pool"], None, numbers)


def asserted(entry: Mapping[str, Any]) -> Told | None:
    """The one leg of a simulated swap."""
    legs = [leg for leg in entry.get("legs", ()) if leg["program"] == program.MAINNET]
    if not legs:
        return None
    leg = legs[0]
    facts = {"user": leg["trader"], "input_mint": leg["input_mint"], "output_mint": leg["output_mint"]}
    facts |= {"user_input": leg["input_account"], "user_output": leg["output_account"]}
    amounts = {"amount_in": int(leg["actual_input_amount"])}
    out = [move for move in entry["transfers"] if move["destination"] == leg["output_account"]]
    amounts["output_amount"] = int(out[0]["amount"])
    return Told(EventKind.SWAP, leg["pool"], None, amounts, facts)


def moved(event: PoolEvent) -> Mapping[tuple[str, str], int]:
    """One authority owns all vaults; a referrer is paid out of the side that fees are taken from."""
    flow = Counter(vault_flow(program.AUTHORITY, event))
    if event.amounts.get("referral_fee"):
        mint_b = event.facts["output_mint" if event.amounts["trade_direction"] == 0 else "input_mint"]
        paid = mint_b if event.amounts["collect_fee_mode"] else event.facts["output_mint"]
        flow[program.AUTHORITY, paid] -= event.amounts["referral_fee"]
    return flow


VENUE = RecordedVenue(
    dex=program.NAME,
    tag="DAMMv2",
    program_id=program.MAINNET,
    decoded=decoded,
    logged=logged,
    asserted=asserted,
    moved=moved,
    decoders=(decode_pool,),
)
