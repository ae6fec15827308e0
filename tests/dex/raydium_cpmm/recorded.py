"""How recordings call what CPMM does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sniperforge.dex.raydium_cpmm import program
from sniperforge.dex.raydium_cpmm.accounts import CpmmConfig, CpmmPool, decode_config, decode_pool
from sniperforge.dex.raydium_cpmm.instructions import swap_base_input
from sniperforge.dex.raydium_cpmm.state import CpmmState
from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM, WSOL_MINT
from sniperforge.domain.amounts import ceil_div
from sniperforge.domain.pool import EventKind, PoolEvent
from sniperforge.tokens.transfer_fee import TransferFee
from tests.dex.recorded import RecordedVenue, Recording, Told, vault_flow

TOKEN = "Ca4LSzcHKRB6jqFTiz2NHx7AeQtsztpyeyWfUgi1JUKX"

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


def state_of(
    reserve_0: int,
    reserve_1: int,
    *,
    mints: tuple[str, str] = (WSOL_MINT, TOKEN),
    trade_rate: int = 2_500,
    creator_rate: int = 0,
    creator_fee_on: int = 0,
    fees: tuple[TransferFee | None, TransferFee | None] = (None, None),
) -> CpmmState:
    """A pool with these reserves and nothing owed."""
    pool = CpmmPool(
        address="39cNgTyzsDdxcfrFowjEgmmH1LPpgS4cqEqE4geBu6dq",
        program_id=program.MAINNET,
        amm_config=SYSTEM_PROGRAM,
        creator=SYSTEM_PROGRAM,
        token_0_vault=SYSTEM_PROGRAM,
        token_1_vault=SYSTEM_PROGRAM,
        lp_mint=SYSTEM_PROGRAM,
        token_0_mint=mints[0],
        token_1_mint=mints[1],
        token_0_program=TOKEN_PROGRAM,
        token_1_program=TOKEN_2022_PROGRAM,
        observation=SYSTEM_PROGRAM,
        status=0,
        lp_decimals=9,
        decimals_0=9,
        decimals_1=6,
        lp_supply=0,
        owed_0=0,
        owed_1=0,
        open_time=5,
        creator_fee_on=creator_fee_on,
        creator_fee_enabled=creator_rate > 0,
    )
    config = CpmmConfig(SYSTEM_PROGRAM, 0, False, trade_rate, 120_000, 40_000, creator_rate, 0)
    return CpmmState(pool, config, reserve_0, reserve_1, *fees)


def fee_like(withheld: int, gross: int) -> TransferFee | None:
    """The transfer fee whose rate explains what was withheld of ``gross``."""
    return TransferFee(0, 2**64 - 1, round(10_000 * withheld / gross)) if withheld else None


def state_before(event: PoolEvent) -> CpmmState:
    """The pool as the SwapEvent says it was: reserves, fee models and transfer fees."""
    amounts = event.amounts
    input_is_0 = (event.facts["input_mint"] == event.quote_mint) == (event.quote_mint == WSOL_MINT)
    fee_in = fee_like(amounts["input_transfer_fee"], amounts["amount_in"])
    fee_out = fee_like(amounts["output_transfer_fee"], amounts["output_amount"])
    before = (amounts["input_vault_before"], amounts["output_vault_before"])
    mints = (event.facts["input_mint"], event.facts["output_mint"])
    on_input = ceil_div(amounts["input_amount"] * 12_500, 10**6) - amounts.get("trade_fee", 0) == amounts.get(
        "creator_fee", 0
    )
    if not input_is_0:
        before, mints, fees = before[::-1], mints[::-1], (fee_out, fee_in)
    else:
        fees = (fee_in, fee_out)
    output_only = 2 if input_is_0 else 1
    return state_of(
        *before,
        mints=mints,
        creator_rate=10_000 if amounts.get("creator_fee") else 0,
        creator_fee_on=0 if on_input else output_only,
        fees=fees,
    )


def quote(event: PoolEvent, recording: Recording) -> tuple[object, object]:
    """Output and fees, as logged and as quoted from the logged reserves; a short event tells no fees."""
    amounts = event.amounts
    state = state_before(event)
    made = state.quote(event.facts["input_mint"], amounts["amount_in"])
    if "trade_fee" not in amounts:
        return amounts["amount_out"], made.amount_out
    on_input = state.pool.creator_fee_on == 0
    fee = amounts["trade_fee"] + (amounts["creator_fee"] if on_input else 0)
    return (amounts["amount_out"], fee), (made.amount_out, made.fee)


def build(event: PoolEvent, recording: Recording) -> tuple[object, object] | None:
    """Accounts and data, whichever token is sold."""
    found = next(ix for ix in recording.parsed.instructions if ix.path == event.path)
    accounts = found.accounts
    if "minimum_amount_out" not in event.amounts:
        return None
    built = []
    for one, two in ((0, 1), (1, 0)):
        pool = replace(
            state_of(1, 1).pool,
            address=accounts[3],
            amm_config=accounts[2],
            observation=accounts[12],
            **{
                name.format(number): accounts[index + side]
                for name, index in (("token_{}_vault", 6), ("token_{}_program", 8), ("token_{}_mint", 10))
                for side, number in ((0, one), (1, two))
            },
        )
        made = swap_base_input(
            pool,
            user=event.facts["user"],
            input_mint=event.facts["input_mint"],
            amount_in=event.amounts["amount_in"],
            minimum_out=event.amounts["minimum_amount_out"],
            user_input=event.facts["user_input"],
            user_output=event.facts["user_output"],
        )
        built.append((tuple(str(meta.pubkey) for meta in made.accounts), bytes(made.data)))
    return [(accounts, found.data)] * 2, built


VENUE = RecordedVenue(
    dex=program.NAME,
    tag="CPMM",
    program_id=program.MAINNET,
    decoded=decoded,
    logged=logged,
    asserted=asserted,
    moved=moved,
    quote=quote,
    build=build,
    decoders=(decode_pool, decode_config),
)
