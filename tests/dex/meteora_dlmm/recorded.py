"""How recordings call what DLMM does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sniperforge.dex.meteora_dlmm import program
from sniperforge.dex.meteora_dlmm.accounts import POOL_DISCRIMINATOR, decode_pool, is_canonical
from sniperforge.domain.pool import EventKind, PoolEvent
from sniperforge.tokens.addresses import associated_token_address
from tests.dex.recorded import Case, RecordedVenue, Told, vault_flow
from tests.dex.recorded_accounts import accounts_in

SWAPS = ("swap", "swap_exact_out", "swap_with_price_impact")
CREATIONS = ("initialize_lb_pair", "initialize_customizable_permissionless_lb_pair")
CREATION_NUMBERS = ("active_id", "bin_step", "base_factor", "activation_type", "activation_point")


def decoded(name: str, roles: Mapping[str, str], args: Mapping[str, Any]) -> Told | None:
    """Creations and swaps by their accounts and arguments."""
    if name.removesuffix("2") in CREATIONS:
        given = args.get("params", args)
        return Told(
            EventKind.POOL_CREATED,
            roles["lb_pair"],
            {roles[f"token_mint_{side}"]: roles[f"reserve_{side}"] for side in "xy"},
            {each: given[each] for each in CREATION_NUMBERS if given.get(each) is not None}
            | {"base_amount": 0, "quote_amount": 0},
            {"creator": roles["funder"], "oracle": roles["oracle"]},
        )
    if name.removesuffix("2") not in SWAPS:
        return None
    asked = {each: value for each, value in args.items() if isinstance(value, int) and each != "amount_in"}
    facts = {
        "user": roles["user"],
        "user_input": roles["user_token_in"],
        "user_output": roles["user_token_out"],
    }
    for side in "xy":
        mint, token_program = roles[f"token_{side}_mint"], roles[f"token_{side}_program"]
        if associated_token_address(roles["user"], mint, token_program) == roles["user_token_in"]:
            facts["input_mint"] = mint
    return Told(
        EventKind.SWAP,
        roles["lb_pair"],
        {roles[f"token_{side}_mint"]: roles[f"reserve_{side}"] for side in "xy"},
        asked,
        facts,
    )


def logged(entry: Mapping[str, Any]) -> Told | None:
    """Swaps and creations."""
    data = entry["data"]
    if entry["event"] == "LbPairCreate":
        sides = {data["token_x"]: "", data["token_y"]: ""}
        return Told(EventKind.POOL_CREATED, data["lb_pair"], sides, {"bin_step": data["bin_step"]})
    if entry["event"] not in ("Swap", "Swap2Evt"):
        return None
    amounts = {name: int(value) for name, value in data.items() if isinstance(value, int)}
    amounts["input_amount"], amounts["output_amount"] = amounts.pop("amount_in"), amounts.pop("amount_out")
    return Told(EventKind.SWAP, data["lb_pair"], None, amounts, {"user": data["from"]})


def moved(event: PoolEvent) -> Mapping[tuple[str, str], int]:
    """A pool owns its reserves."""
    return vault_flow(event.pool, event)


def dumps(document: Mapping[str, Any], name: str) -> Iterator[Case]:
    """Dumped pools lie at their derived addresses, reserves included."""
    for account in accounts_in(
        {key: document[key] for key in ("accounts", "accounts_after") if key in document}
    ):
        if account.owner == program.MAINNET and account.data[:8] == POOL_DISCRIMINATOR:
            pool = decode_pool(account)
            seen = {"lb_pair": is_canonical(pool), "oracle": program.oracle_address(pool.address)}
            oracle = next((a.address for a in _named(document, "oracle")), seen["oracle"])
            yield Case("decode", f"{name}:{account.address}", {"lb_pair": True, "oracle": oracle}, seen)


def _named(document: Mapping[str, Any], key: str) -> Iterator[Any]:
    yield from accounts_in(document.get("accounts", {}).get(key, {}))


VENUE = RecordedVenue(
    dex=program.NAME,
    tag="DLMM",
    program_id=program.MAINNET,
    decoded=decoded,
    logged=logged,
    moved=moved,
    more=dumps,
    decoders=(decode_pool,),
)
