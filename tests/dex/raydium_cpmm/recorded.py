"""How recordings call what CPMM does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sniperforge.dex.raydium_cpmm import program
from sniperforge.dex.raydium_cpmm.accounts import decode_config, decode_pool
from sniperforge.domain.pool import EventKind, PoolEvent
from tests.dex.recorded import RecordedVenue, Told, vault_flow

SAME_NAMES = (
    "input_vault_before",
    "output_vault_before",
    "input_amount",
    "output_amount",
    "input_transfer_fee",
    "output_transfer_fee",
    "trade_fee",
    "creator_fee",
)


def decoded(name: str, roles: Mapping[str, str], args: Mapping[str, Any]) -> Told | None:
    """Creations and swaps by their accounts and arguments."""
    if name in ("initialize", "initialize_with_permission"):
        facts = ("creator", "lp_mint", "amm_config", "token_0_program", "token_1_program")
        return Told(
            EventKind.POOL_CREATED,
            roles["pool_state"],
            {roles[f"token_{side}_mint"]: roles[f"token_{side}_vault"] for side in (0, 1)},
            {
                "init_amount_0": args["init_amount_0"],
                "init_amount_1": args["init_amount_1"],
                "init_open_time": args["open_time"],
            },
            {fact: roles[fact] for fact in facts},
        )
    if name == "swap_base_input":
        return Told(
            EventKind.SWAP,
            roles["pool_state"],
            {roles[f"{side}_token_mint"]: roles[f"{side}_vault"] for side in ("input", "output")},
            {"amount_in": args["amount_in"], "minimum_amount_out": args["minimum_amount_out"]},
            {
                "input_mint": roles["input_token_mint"],
                "output_mint": roles["output_token_mint"],
                "user": roles["payer"],
                "amm_config": roles["amm_config"],
            },
        )
    return None


def logged(entry: Mapping[str, Any]) -> Told | None:
    """The line of a creation, or a SwapEvent."""
    if "log" in entry:
        pairs = (pair.split(":") for pair in entry["log"].replace(" ", "").split(","))
        return Told(EventKind.POOL_CREATED, amounts={key: int(value) for key, value in pairs})
    data = entry["data"]
    amounts = {name: data[name] for name in SAME_NAMES if name in data}
    return Told(EventKind.SWAP, data["pool_id"], amounts=amounts)


def asserted(entry: Mapping[str, Any]) -> Told | None:
    """What the sources' own tests expect of a creation."""
    if entry.get("type") != "RaydiumCpmmInitialize":
        return None
    amounts = {f"init_amount_{side}": int(entry[f"init_amount{side}"]) for side in (0, 1)}
    return Told(EventKind.POOL_CREATED, entry["pool"], None, amounts, {"creator": entry["creator"]})


def moved(event: PoolEvent) -> Mapping[tuple[str, str], int]:
    """One authority owns all vaults."""
    return vault_flow(program.authority(), event)


VENUE = RecordedVenue(
    dex=program.NAME,
    tag="CPMM",
    program_id=program.MAINNET,
    decoded=decoded,
    logged=logged,
    asserted=asserted,
    moved=moved,
    decoders=(decode_pool, decode_config),
)
