"""How recordings call what Whirlpools do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sniperforge.dex.orca_whirlpool import program
from sniperforge.dex.orca_whirlpool.accounts import decode_fee_tier, decode_pool
from sniperforge.domain.pool import EventKind, PoolEvent
from tests.dex.recorded import RecordedVenue, Told, vault_flow

CREATIONS = ("initialize_pool", "initialize_pool_v2", "initialize_pool_with_adaptive_fee")
POSITIONS = {
    "increase_liquidity": EventKind.LIQUIDITY_ADDED,
    "increase_liquidity_v2": EventKind.LIQUIDITY_ADDED,
    "increase_liquidity_by_token_amounts_v2": EventKind.LIQUIDITY_ADDED,
    "decrease_liquidity": EventKind.LIQUIDITY_REMOVED,
    "decrease_liquidity_v2": EventKind.LIQUIDITY_REMOVED,
}
HOPS = (("one", "input", "intermediate"), ("two", "intermediate", "output"))


def decoded(name: str, roles: Mapping[str, str], args: Mapping[str, Any]) -> Told | tuple[Told, ...] | None:
    """Creations, swaps and positions by their accounts and arguments."""
    if name in CREATIONS:
        names = ("tick_spacing", "initial_sqrt_price")
        return Told(
            EventKind.POOL_CREATED,
            roles["whirlpool"],
            {roles[f"token_mint_{side}"]: roles[f"token_vault_{side}"] for side in "ab"},
            {each: args[each] for each in names if each in args},
            {"creator": roles["funder"], "config": roles["whirlpools_config"]},
        )
    if name in ("swap", "swap_v2"):
        return _swapped(roles, args)
    if name == "two_hop_swap_v2":
        return tuple(_hop(roles, *hop) for hop in HOPS)
    if name in POSITIONS and args.get("liquidity_amount", 1):
        return Told(POSITIONS[name], roles["whirlpool"])
    return None


def _swapped(roles: Mapping[str, str], args: Mapping[str, Any]) -> Told:
    given, taken = "ab" if args["a_to_b"] else "ba"
    facts = {
        "user": roles["token_authority"],
        "user_input": roles[f"token_owner_account_{given}"],
        "user_output": roles[f"token_owner_account_{taken}"],
    }
    sides = None
    if "token_mint_a" in roles:
        sides = {roles[f"token_mint_{side}"]: roles[f"token_vault_{side}"] for side in "ab"}
        facts |= {"input_mint": roles[f"token_mint_{given}"], "output_mint": roles[f"token_mint_{taken}"]}
    names = ("amount", "other_amount_threshold", "sqrt_price_limit")
    return Told(EventKind.SWAP, roles["whirlpool"], sides, {each: args[each] for each in names}, facts)


def _hop(roles: Mapping[str, str], number: str, given: str, taken: str) -> Told:
    mints = {"input_mint": roles[f"token_mint_{given}"], "output_mint": roles[f"token_mint_{taken}"]}
    vaults = (roles[f"token_vault_{number}_{given}"], roles[f"token_vault_{number}_{taken}"])
    return Told(
        EventKind.SWAP,
        roles[f"whirlpool_{number}"],
        dict(zip(mints.values(), vaults, strict=True)),
        {},
        {**mints, "user": roles["token_authority"]},
    )


def logged(entry: Mapping[str, Any]) -> Told | None:
    """Swaps and creations."""
    data = entry["data"]
    if entry["event"] == "PoolInitialized":
        sides = {data["token_mint_a"]: "", data["token_mint_b"]: ""}
        return Told(EventKind.POOL_CREATED, data["whirlpool"], sides)
    if entry["event"] != "Traded":
        return None
    amounts = {name: int(value) for name, value in data.items() if isinstance(value, int)}
    amounts["amount_in"] = amounts.pop("input_amount")
    amounts["input_amount"] = amounts["amount_in"] - amounts["input_transfer_fee"]
    return Told(EventKind.SWAP, data["whirlpool"], None, amounts)


def moved(event: PoolEvent) -> Mapping[tuple[str, str], int]:
    """A pool owns its vaults."""
    return vault_flow(event.pool, event)


VENUE = RecordedVenue(
    dex=program.NAME,
    tag="WHIRL",
    program_id=program.MAINNET,
    decoded=decoded,
    logged=logged,
    moved=moved,
    decoders=(decode_pool, decode_fee_tier),
)
