"""Recorded instructions of the real program, given to ours: same calls, amounts and ray_log lines."""

from __future__ import annotations

import base64
import json
import struct
from itertools import takewhile
from typing import TYPE_CHECKING

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from sniperforge.localnet.program.amm_v4 import instructions as amm
from tests.localnet.program.amm_v4.pool_bench import Bench
from tests.localnet.program.recorded import Recording, base58_bytes, inner_of, resolved_keys
from tests.localnet.program.svm_bench import SYSTEM, WSOL, key, mint_data, token_account_data

if TYPE_CHECKING:
    from pathlib import Path

SWAPS = (*(f"swap_{n}" for n in range(5)), "swap_jeffro_0", "swap_jeffro_2_17acc")
CREATIONS = (*(f"create_{n}" for n in range(1, 6)), *(f"create_pump_migration_{n}" for n in (0, 2, 3, 4, 5)))


def load(folder: Path, name: str) -> Recording:
    recording: Recording = json.loads((folder / "raydium_amm_v4" / f"{name}.json").read_text())
    return recording


Recorded = tuple[list[Pubkey], bytes, list[Recording]]


def instructions_of(recording: Recording) -> list[Recorded]:
    """The instructions for the program: their accounts and data, and what they called."""
    keys = resolved_keys(recording)
    groups = recording["result"]["meta"]["innerInstructions"]
    inner = {group["index"]: group["instructions"] for group in groups}
    found = []
    for number, top in enumerate(recording["result"]["transaction"]["message"]["instructions"]):
        calls = [{**top, "stackHeight": 1}, *inner.get(number, [])]
        for place, one in enumerate(calls):
            program = one.get("programId") or str(keys[one["programIdIndex"]])
            if program == str(amm.PROGRAM):
                places = [
                    Pubkey.from_string(at) if isinstance(at, str) else keys[at] for at in one["accounts"]
                ]
                deeper = takewhile(
                    lambda call, one=one: call["stackHeight"] > one["stackHeight"], calls[place + 1 :]
                )
                found.append((places, base58_bytes(one["data"]), list(deeper)))
    return found


def ray_log(logs: list[str]) -> list[str]:
    return [line for line in logs if line.startswith("Program log: ray_log: ")]


def send(bench: Bench, accounts: list[Pubkey], data: bytes, user: Pubkey) -> tuple[list[str], list[bytes]]:
    """Executes the instruction; its ray_log, and the data of its calls to the token program."""
    programs = (amm.TOKEN, SYSTEM, amm.PROGRAM)
    metas = [AccountMeta(key, key == user, key not in programs) for key in accounts]
    outcome = bench.send(Instruction(amm.PROGRAM, data, metas), payer=bench.user)
    assert outcome.error is None, outcome.logs
    return ray_log(list(outcome.logs)), [data for _, _, data, height in inner_of(outcome) if height == 2]


def pool_data(roles: dict[str, Pubkey], mints: tuple[Pubkey, Pubkey]) -> bytes:
    """A pool of these accounts that swaps at a quarter of a percent."""
    data = bytearray(752)
    struct.pack_into("<QQ", data, 0, 6, 254)
    struct.pack_into("<QQ", data, 176, 25, 10_000)
    data[336:400] = bytes(roles["coin_vault"]) + bytes(roles["pc_vault"])
    data[400:464] = bytes(mints[0]) + bytes(mints[1])
    return bytes(data)


@pytest.mark.parametrize("name", SWAPS)
def test_recorded_swap_repeats(name: str, shared_fixtures: Path) -> None:
    """From the reserves in the recorded ray_log the same line and the same two transfers come out."""
    recording = load(shared_fixtures, name)
    swaps = instructions_of(recording)
    lines = ray_log(recording["result"]["meta"]["logMessages"])
    for swap, line in zip(swaps, lines, strict=True):
        assert swapped(swap, base64.b64decode(line.split()[-1])) == ([line], recorded_transfers(swap[2]))
    print(f"matched {len(swaps)} of {len(swaps)}")


def swapped(swap: Recorded, logged: bytes) -> tuple[list[str], list[bytes]]:
    accounts, data, _ = swap
    kind, _, _, direction, held, coin, pc, _ = struct.unpack("<B7Q", logged)
    assert kind == 3
    names = ["token_program", "pool", "authority", "open_orders", "target_orders", "coin_vault", "pc_vault"]
    if len(accounts) == 17:
        names.remove("target_orders")
    roles = dict(zip(names, accounts, strict=False))
    source, destination, user = accounts[-3:]
    mints = (key("coin"), key("pc"))
    bench = Bench()
    bench.put(roles["pool"], pool_data(roles, mints), amm.PROGRAM)
    bench.put(user, b"", SYSTEM, 10**9)
    side = 0 if direction == 2 else 1
    for address, mint, owner, amount in (
        (roles["coin_vault"], mints[0], amm.AUTHORITY, coin),
        (roles["pc_vault"], mints[1], amm.AUTHORITY, pc),
        (source, mints[side], user, held),
        (destination, mints[1 - side], user, 0),
    ):
        bench.put(address, token_account_data(mint, owner, amount), amm.TOKEN)
    return send(bench, accounts, data, user)


def recorded_transfers(recorded: list[Recording]) -> list[bytes]:
    """The transfers that a recorded instruction called, as the token program reads them."""
    found = []
    for one in recorded:
        if "parsed" in one:
            found.append(b"\3" + struct.pack("<Q", int(one["parsed"]["info"]["amount"])))
        else:
            found.append(base58_bytes(one["data"]))
    return found


@pytest.mark.parametrize("name", CREATIONS)
def test_recorded_creation_repeats(name: str, shared_fixtures: Path) -> None:
    """Same line, ray_log, calls but those of the order book, amounts of all token accounts."""
    recording = load(shared_fixtures, name)
    ((accounts, data, recorded),) = instructions_of(recording)
    meta = recording["result"]["meta"]
    (line,) = ray_log(meta["logMessages"])
    logged = base64.b64decode(line.split()[-1])
    bench = Bench()
    kind, opens, pc_decimals, coin_decimals, pc_lot, coin_lot, pc, coin = struct.unpack_from(
        "<BQBBQQQQ", logged
    )
    assert kind == 0
    bench.set_time(opens)
    user = bench.put(accounts[17], b"", SYSTEM, 10**13)
    market = bytes(349) + struct.pack("<QQ", coin_lot, pc_lot) + bytes(23)
    bench.put(accounts[16], market, amm.MARKET_PROGRAM)
    for mint, source, decimals, amount in (
        (accounts[8], accounts[18], coin_decimals, coin),
        (accounts[9], accounts[19], pc_decimals, pc),
    ):
        if mint != WSOL:
            bench.put(mint, mint_data(decimals), amm.TOKEN)
        native = mint == WSOL
        account = token_account_data(mint, user, amount, native=native)
        bench.put(source, account, amm.TOKEN, amount + 2_039_280 if native else None)
    ours, _ = send(bench, accounts, data, user)
    assert ours == [line]
    said = [text for text in meta["logMessages"] if "initialize2" in text]
    assert len(said) == 1
    minted = next(one for one in recorded if one.get("parsed", {}).get("type") == "mintTo")["parsed"]["info"]
    assert bench.amount(Pubkey.from_string(minted["account"])) == int(minted["amount"])
    for address, owner, space in allocated(recorded):
        account = bench.svm.get_account(address)
        assert account is not None
        assert (str(account.owner), len(account.data)) == (owner, space)
    print("matched 1 of 1")


def allocated(instructions: list[Recording]) -> list[tuple[Pubkey, str, int]]:
    """Every account that a recorded creation made by steps: address, owner, bytes."""
    spaces: dict[str, int] = {}
    found = []
    for one in instructions:
        parsed = one.get("parsed") or {}
        if parsed.get("type") == "allocate":
            spaces[parsed["info"]["account"]] = parsed["info"]["space"]
        elif parsed.get("type") == "assign":
            name = parsed["info"]["account"]
            found.append((Pubkey.from_string(name), parsed["info"]["owner"], spaces[name]))
    return found
