"""How recordings call what AMM v4 does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sniperforge.dex.raydium_amm_v4 import program
from sniperforge.dex.raydium_amm_v4.accounts import AmmPool, decode_pool
from sniperforge.dex.raydium_amm_v4.instructions import swap_base_in
from sniperforge.dex.raydium_amm_v4.openbook import Market, decode_market, decode_totals
from sniperforge.dex.raydium_amm_v4.state import AmmState
from sniperforge.domain.pool import EventKind, PoolEvent
from tests.dex.recorded import RecordedVenue, Recording, Told, vault_flow

TYPES = {
    "init": EventKind.POOL_CREATED,
    "deposit": EventKind.LIQUIDITY_ADDED,
    "withdraw": EventKind.LIQUIDITY_REMOVED,
    "swap_base_in": EventKind.SWAP,
    "swap_base_out": EventKind.SWAP,
}


def decoded(name: str, roles: Mapping[str, str], args: Mapping[str, Any]) -> Told | None:
    """Creations and swaps by their accounts and arguments."""
    if name == "initialize2":
        facts = {
            "creator": roles["user_wallet"],
            "lp_mint": roles["lp_mint"],
            "open_orders": roles["amm_open_orders"],
            "target_orders": roles["amm_target_orders"],
            "amm_config": roles["amm_config"],
            "market": roles["market"],
            "market_program": roles["market_program"],
        }
        sides = {
            roles["coin_mint"]: roles["pool_coin_token_account"],
            roles["pc_mint"]: roles["pool_pc_token_account"],
        }
        return Told(EventKind.POOL_CREATED, roles["amm"], sides, args, facts)
    if name in ("swapBaseIn", "swapBaseOut"):
        facts = {
            "user": roles["user_owner"],
            "user_input": roles["user_source"],
            "user_output": roles["user_destination"],
        }
        return Told(EventKind.SWAP, roles["amm"], None, args, facts)
    return None


def logged(entry: Mapping[str, Any]) -> Told | None:
    """The line of a creation, or a ray_log."""
    if "log" in entry:
        inside = entry["log"].partition("{ ")[2].rstrip(" }")
        pairs = (pair.split(": ") for pair in inside.split(", "))
        return Told(EventKind.POOL_CREATED, amounts={key: int(value) for key, value in pairs})
    fields = dict(entry["ray_log"])
    kind = TYPES[fields.pop("type")]
    facts = {"market": fields.pop("market")} if "market" in fields else {}
    return Told(kind, amounts=fields, facts=facts)


def moved(event: PoolEvent) -> Mapping[tuple[str, str], int]:
    """One authority owns all vaults."""
    return vault_flow(program.authority(), event)


def pool_of(event: PoolEvent, **changes: Any) -> AmmPool:
    """The pool of a swap as far as the event tells, with the usual fee."""
    pc_in = event.amounts["direction"] == 1
    mints = (event.facts["output_mint"], event.facts["input_mint"])
    vaults = {event.base_mint: event.base_vault, event.quote_mint: event.quote_vault}
    coin, pc = mints if pc_in else mints[::-1]
    fields: dict[str, Any] = {
        "address": event.pool,
        "program_id": event.program_id,
        "status": 6,
        "coin_decimals": 9,
        "pc_decimals": 6,
        "fee_numerator": 25,
        "fee_denominator": 10_000,
        "owed_coin": 0,
        "owed_pc": 0,
        "pool_open_time": 0,
        "coin_vault": vaults[coin],
        "pc_vault": vaults[pc],
        "coin_mint": coin,
        "pc_mint": pc,
        "lp_mint": "",
        "open_orders": "",
        "market": "",
        "market_program": "",
        "target_orders": "",
        "owner": "",
        "lp_amount": 0,
    }
    return AmmPool(**fields | changes)


def quote(event: PoolEvent, recording: Recording) -> tuple[object, object] | None:
    """The logged output, or input, and the quote from the logged reserves."""
    amounts = event.amounts
    if "pool_coin" not in amounts:
        return None
    state = AmmState(pool_of(event), amounts["pool_coin"], amounts["pool_pc"])
    if "deduct_in" in amounts:
        made = state.quote_exact_out(event.facts["output_mint"], amounts["amount_out"])
        return amounts["deduct_in"], made.amount_in
    made = state.quote(event.facts["input_mint"], amounts["amount_in"])
    return amounts["out_amount"], made.amount_out


def build(event: PoolEvent, recording: Recording) -> tuple[object, object] | None:
    """Accounts and data. Other fillers in the places of the order book are another's choice, not a role."""
    found = next(ix for ix in recording.parsed.instructions if ix.path == event.path)
    accounts = list(found.accounts)
    if "direction" not in event.amounts or "out_amount" not in event.amounts or len(accounts) not in (17, 18):
        return None
    market = None
    if len(accounts) == 18:
        names = (
            "program_id",
            "address",
            "bids",
            "asks",
            "event_queue",
            "coin_vault",
            "pc_vault",
            "vault_signer",
        )
        market = Market(**dict(zip(names, accounts[7:15], strict=True)))
        pool = pool_of(event, open_orders=accounts[3], target_orders=accounts[4])
    else:
        pool = pool_of(event)
        accounts[3] = pool.address
        accounts[6:14] = [pool.address] * 8
    made = swap_base_in(
        pool,
        market,
        user=event.facts["user"],
        amount_in=event.amounts["amount_in"],
        minimum_out=event.amounts["minimum_amount_out"],
        user_input=event.facts["user_input"],
        user_output=event.facts["user_output"],
    )
    return (accounts, found.data), ([str(meta.pubkey) for meta in made.accounts], bytes(made.data))


VENUE = RecordedVenue(
    dex=program.NAME,
    tag="AMMV4",
    program_id=program.MAINNET,
    decoded=decoded,
    logged=logged,
    moved=moved,
    quote=quote,
    build=build,
    decoders=(decode_pool, decode_market, lambda account: decode_totals(account, market="", owner="")),
)
