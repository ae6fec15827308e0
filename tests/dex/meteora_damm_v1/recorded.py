"""How recordings call what DAMM v1 does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sniperforge.dex.invoke_stack import Frame
from sniperforge.dex.meteora_damm_v1 import program
from sniperforge.dex.meteora_damm_v1.accounts import decode_pool
from sniperforge.dex.meteora_damm_v1.events import events_of_frame
from sniperforge.domain.chain import LogsNotice
from sniperforge.domain.pool import EventKind
from tests.dex.recorded import Case, RecordedVenue, Told

CHANGES = {
    "add_balance_liquidity": EventKind.LIQUIDITY_ADDED,
    "add_imbalance_liquidity": EventKind.LIQUIDITY_ADDED,
    "bootstrap_liquidity": EventKind.LIQUIDITY_ADDED,
    "remove_balance_liquidity": EventKind.LIQUIDITY_REMOVED,
    "remove_liquidity_single_side": EventKind.LIQUIDITY_REMOVED,
}


def snake(name: str) -> str:
    """``tokenAAmount`` -> ``token_a_amount``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def decoded(name: str, roles: Mapping[str, str], args: Mapping[str, Any]) -> Told | None:
    """Creations, swaps and liquidity by their accounts and arguments."""
    if name.startswith("initialize_"):
        flat = {**args, **(args.get("params") or {})}
        amounts = {snake(each): value for each, value in flat.items() if type(value) is int}
        facts = {"creator": roles["payer"], "lp_mint": roles["lpMint"], "vault_a": roles["aVault"]}
        facts |= {"config": roles["config"]} if "config" in roles else {}
        sides = {roles[f"token{side}Mint"]: roles[f"{side.lower()}TokenVault"] for side in "AB"}
        return Told(EventKind.POOL_CREATED, roles["pool"], sides, amounts, facts)
    if name in CHANGES:
        return Told(CHANGES[name], roles["pool"], facts={"user": roles["user"]})
    if name != "swap":
        return None
    asked = {"amount_in": args["inAmount"], "minimum_amount_out": args["minimumOutAmount"]}
    facts = {"user": roles["user"], "user_input": roles["userSourceToken"]}
    return Told(EventKind.SWAP, roles["pool"], None, asked, facts)


def logged(entry: Mapping[str, Any]) -> Told | None:
    """Swaps and creations."""
    data = entry["data"]
    if entry["event"] == "PoolCreated":
        sides = {data["tokenAMint"]: "", data["tokenBMint"]: ""}
        return Told(EventKind.POOL_CREATED, data["pool"], sides, {}, {"lp_mint": data["lpMint"]})
    if entry["event"] != "Swap":
        return None
    return Told(EventKind.SWAP, None, None, {snake(each): value for each, value in data.items()})


def asserted(entry: Mapping[str, Any]) -> Told | None:
    """The pool that a source saw created."""
    if entry.get("type") != "MeteoraPoolsPoolCreated":
        return None
    sides = {entry["token_a_mint"]: "", entry["token_b_mint"]: ""}
    return Told(EventKind.POOL_CREATED, entry["pool"], sides, {}, {"lp_mint": entry["lp_mint"]})


def simulated(document: Mapping[str, Any], name: str) -> Iterator[Case]:
    """Log lines of simulated swaps, told without the calls around them."""
    if not name.startswith("meteora_damm_v1/") or "cases" not in document:
        return
    for case in document["cases"]:
        frame = Frame(program.MAINNET, 1, tuple(case["logs"]))
        events = events_of_frame(frame, LogsNotice("", 0, case["error"], ()))
        told = [
            {**{each: n for each, n in one.items() if each != "admin_fee"}, "protocol_fee": one["admin_fee"]}
            for one in case["expected"]
        ]
        got = [{each: event.amounts[each] for each in one} for one, event in zip(told, events, strict=True)]
        yield Case("events", f"{name}:{case['name']}", told, got)


VENUE = RecordedVenue(
    dex=program.NAME,
    tag="DAMMv1",
    program_id=program.MAINNET,
    decoded=decoded,
    logged=logged,
    asserted=asserted,
    more=simulated,
    decoders=(decode_pool,),
)
