"""How recordings call what CLMM does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sniperforge.dex.raydium_clmm import program
from sniperforge.dex.raydium_clmm.accounts import decode_config, decode_pool
from sniperforge.dex.sides import in_byte_order
from sniperforge.domain.pool import EventKind, PoolEvent
from tests.dex.recorded import RecordedVenue, Told, vault_flow

POSITIONS = {
    "open_position": EventKind.LIQUIDITY_ADDED,
    "open_position_v2": EventKind.LIQUIDITY_ADDED,
    "open_position_with_token22_nft": EventKind.LIQUIDITY_ADDED,
    "increase_liquidity": EventKind.LIQUIDITY_ADDED,
    "increase_liquidity_v2": EventKind.LIQUIDITY_ADDED,
    "decrease_liquidity": EventKind.LIQUIDITY_REMOVED,
    "decrease_liquidity_v2": EventKind.LIQUIDITY_REMOVED,
}
ASKED = ("sqrt_price_x64", "open_time", "amount", "other_amount_threshold", "sqrt_price_limit_x64")
LIMITS = ("amount_0_max", "amount_1_max", "amount_0_min", "amount_1_min")


def decoded(name: str, roles: Mapping[str, str], args: Mapping[str, Any]) -> Told | None:
    """Creations, swaps and positions by their accounts and arguments."""
    if name in ("create_pool", "create_customizable_pool", "create_permissioned_pool"):
        return _created(roles, args)
    if name in ("swap", "swap_v2"):
        return _swapped(name, roles, args)
    if name in POSITIONS and (args["liquidity"] or args.get("base_flag") is not None):
        sides = {roles[f"vault_{side}_mint"]: roles[f"token_vault_{side}"] for side in (0, 1)}
        amounts = {limit: args[limit] for limit in LIMITS if limit in args}
        return Told(POSITIONS[name], roles["pool_state"], sides, amounts)
    return None


def _created(roles: Mapping[str, str], args: Mapping[str, Any]) -> Told:
    return Told(
        EventKind.POOL_CREATED,
        roles["pool_state"],
        {roles[f"token_mint_{side}"]: roles[f"token_vault_{side}"] for side in (0, 1)},
        {asked: args[asked] for asked in ASKED if asked in args},
        {"creator": roles["pool_creator"], "amm_config": roles["amm_config"]},
    )


def _swapped(name: str, roles: Mapping[str, str], args: Mapping[str, Any]) -> Told:
    facts = {
        "user": roles["payer"],
        "user_input": roles["input_token_account"],
        "user_output": roles["output_token_account"],
        "amm_config": roles["amm_config"],
    }
    sides = None
    if name == "swap_v2":
        sides = {roles[f"{side}_vault_mint"]: roles[f"{side}_vault"] for side in ("input", "output")}
        facts |= {f"{side}_mint": roles[f"{side}_vault_mint"] for side in ("input", "output")}
    amounts = {asked: args[asked] for asked in ASKED if asked in args}
    return Told(EventKind.SWAP, roles["pool_state"], sides, amounts, facts)


def logged(entry: Mapping[str, Any]) -> Told | None:
    """Swaps and creations."""
    data = entry["data"]
    if entry["event"] == "PoolCreatedEvent":
        sides = {data[f"token_mint_{side}"]: data[f"token_vault_{side}"] for side in (0, 1)}
        amounts = {name: data[name] for name in ("sqrt_price_x64", "tick", "tick_spacing")}
        return Told(EventKind.POOL_CREATED, data["pool_state"], sides, amounts)
    if entry["event"] != "SwapEvent":
        return None
    amounts = {name: int(value) for name, value in data.items() if isinstance(value, int)}
    given, taken = ("0", "1") if data["zero_for_one"] else ("1", "0")
    amounts["input_amount"] = data[f"amount_{given}"]
    amounts["amount_out"] = data[f"amount_{taken}"]
    user = (data[f"token_account_{given}"], data[f"token_account_{taken}"])
    facts = dict(zip(("user_input", "user_output"), user, strict=True))
    return Told(EventKind.SWAP, data["pool_state"], None, amounts, facts | {"user": data["sender"]})


def moved(event: PoolEvent) -> Mapping[tuple[str, str], int]:
    """A pool owns its vaults; what leaves with liquidity is its fees too."""
    flow = vault_flow(event.pool, event)
    if event.kind is EventKind.LIQUIDITY_REMOVED and flow:
        mints = (event.base_mint, event.quote_mint)
        for side, mint in enumerate(mints if in_byte_order(*mints) else mints[::-1]):
            flow[event.pool, mint] -= event.amounts[f"fee_amount_{side}"]
    return flow


VENUE = RecordedVenue(
    dex=program.NAME,
    tag="CLMM",
    program_id=program.MAINNET,
    decoded=decoded,
    logged=logged,
    moved=moved,
    decoders=(decode_pool, decode_config),
)
