"""Recorded transactions of the real program, sent to ours as they were signed: same moves, logs, events, accounts."""

from __future__ import annotations

import base64
import json
import struct
from typing import TYPE_CHECKING

import pytest
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from sniperforge.localnet.program.cpmm import genesis
from sniperforge.localnet.program.cpmm import instructions as amm
from sniperforge.localnet.program.cpmm.model import CreatorFeeOn, FeeRates, MintFee, PoolModel
from tests.localnet.program.cpmm.amm_bench import Bench
from tests.localnet.program.recorded import Recording, comparable, inner_of, recorded_inner
from tests.localnet.program.svm_bench import (
    NOW,
    SYSTEM,
    WSOL,
    Outcome,
    mint_data,
    outcome_of,
    token_account_data,
)

if TYPE_CHECKING:
    from pathlib import Path

STORIES = {
    "spl": ("create_litesvm_spl", "swap_buy_litesvm", "swap_slippage_fail_litesvm", "swap_sell_litesvm"),
    "token2022_transfer_fee": (
        "create_litesvm_token2022_transfer_fee",
        "swap_buy_litesvm_token2022_transfer_fee",
    ),
}
EVENT_TAG = "Program data: QMbN6CYIce"


def load(folder: Path, name: str) -> Recording:
    recording: Recording = json.loads((folder / "raydium_cpmm" / f"{name}.json").read_text())
    return recording


def keys_of(recording: Recording) -> list[Pubkey]:
    return [Pubkey.from_string(text) for text in recording["result"]["transaction"]["message"]["accountKeys"]]


def prepare(bench: Bench, recording: Recording) -> None:
    """Sets the accounts that existed before: payer, mint, funded token accounts."""
    meta, keys = recording["result"]["meta"], keys_of(recording)
    bench.put(keys[0], b"", SYSTEM, meta["preBalances"][0])
    if "accounts_after" in recording:
        mint = recording["accounts_after"]["mint"]
        data = base64.b64decode(mint["data"][0])
        bench.put(
            Pubkey.from_string(mint["pubkey"]), data, Pubkey.from_string(mint["owner"]), mint["lamports"]
        )
    for balance in meta["preTokenBalances"]:
        address = keys[balance["accountIndex"]]
        if address != amm.CREATE_POOL_FEE:
            put_token_account(bench, address, balance, meta["preBalances"][balance["accountIndex"]])


def put_token_account(bench: Bench, address: Pubkey, balance: Recording, lamports: int) -> None:
    program, mint = Pubkey.from_string(balance["programId"]), Pubkey.from_string(balance["mint"])
    owner, amount = Pubkey.from_string(balance["owner"]), int(balance["uiTokenAmount"]["amount"])
    fees = program == amm.TOKEN_2022
    bench.put(
        address, token_account_data(mint, owner, amount, native=mint == WSOL, fees=fees), program, lamports
    )


def send(bench: Bench, recording: Recording) -> Outcome:
    raw = base64.b64decode(recording["wire_base64"])
    return outcome_of(bench.svm.send_transaction(VersionedTransaction.from_bytes(raw)))


def check(bench: Bench, recording: Recording, outcome: Outcome) -> None:
    meta = recording["result"]["meta"]
    assert comparable(outcome.logs) == comparable(meta["logMessages"])
    assert inner_of(outcome) == recorded_inner(recording)
    keys = keys_of(recording)
    for balance in meta["postTokenBalances"]:
        assert bench.amount(keys[balance["accountIndex"]]) == int(balance["uiTokenAmount"]["amount"])
    for address, lamports in zip(keys, meta["postBalances"], strict=True):
        if bench.svm.get_balance(address) is not None and address != amm.CONFIG_0:
            assert bench.svm.get_balance(address) == lamports, address


@pytest.mark.parametrize("story", STORIES)
def test_recorded_story_repeats(story: str, shared_fixtures: Path) -> None:
    """Every recorded transaction has the recorded logs, events, inner instructions and balances."""
    bench = Bench()
    names = STORIES[story]
    prepare(bench, load(shared_fixtures, names[0]))
    for name in names:
        recording = load(shared_fixtures, name)
        bench.set_time(recording["blockTime"])
        check(bench, recording, send(bench, recording))
    print(f"matched {len(names)} of {len(names)}")


@pytest.mark.parametrize("story", STORIES)
def test_created_accounts_are_the_recorded_ones(story: str, shared_fixtures: Path) -> None:
    """Pool, LP mint and vaults are byte for byte those that the real program left."""
    recording = load(shared_fixtures, STORIES[story][0])
    bench = Bench()
    prepare(bench, recording)
    bench.set_time(recording["blockTime"])
    assert send(bench, recording).error is None
    after = {name: account for name, account in recording["accounts_after"].items() if name != "amm_config"}
    for name, account in after.items():
        ours = bench.svm.get_account(Pubkey.from_string(account["pubkey"]))
        assert ours is not None, name
        theirs = (base64.b64decode(account["data"][0]), account["owner"], account["lamports"])
        assert (ours.data, str(ours.owner), ours.lamports) == theirs, name
    print(f"matched {len(after)} of {len(after)}")


def test_recorded_swap_before_opening_fails_alike(shared_fixtures: Path) -> None:
    """The recorded swap before open_time gets the recorded error and logs."""
    recording = load(shared_fixtures, "swap_before_open_fail_litesvm")
    meta, keys = recording["result"]["meta"], keys_of(recording)
    bench = Bench(user=keys[0])
    names = recording["decoded"][0]["accounts"]
    mint = bench.put(Pubkey.from_string(names["output_token_mint"]), mint_data(9), amm.TOKEN)
    addresses = amm.pool_addresses(WSOL, mint)
    assert str(addresses.pool) == names["pool_state"]
    sources = bench.token_account(keys[0], addresses.mint_0), bench.token_account(keys[0], addresses.mint_1)
    created = bench.send(
        amm.initialize(
            addresses,
            creator=keys[0],
            creator_token_0=sources[0],
            creator_token_1=sources[1],
            amount_0=5 * 10**9,
            amount_1=10**15,
            open_time=NOW + 3_600,
        )
    )
    assert created.error is None, created.logs
    for balance in meta["preTokenBalances"]:
        if balance["owner"] == str(keys[0]):
            put_token_account(
                bench, keys[balance["accountIndex"]], balance, meta["preBalances"][balance["accountIndex"]]
            )
    outcome = send(bench, recording)
    assert outcome.error == 6000
    assert comparable(outcome.logs) == comparable(meta["logMessages"])
    print("matched 1 of 1")


def test_genesis_config_is_the_recorded_one(shared_fixtures: Path) -> None:
    """AmmConfig 0 on a fresh chain has the recorded mainnet bytes at the recorded address."""
    recorded = load(shared_fixtures, "account_amm_config_0")["account"]
    config = genesis.amm_config()
    assert config.address == recorded["pubkey"]
    assert config.data == base64.b64decode(recorded["account"]["data"][0])
    assert config.owner == recorded["account"]["owner"]


def recorded_events(folder: Path) -> list[bytes]:
    """Every long SwapEvent in the recordings of this and the neighbouring program, once each."""
    found = {}
    for path in sorted((*folder.glob("raydium_cpmm/*.json"), *folder.glob("raydium_clmm/*.json"))):
        logs = (json.loads(path.read_text()).get("result") or {}).get("meta", {}).get("logMessages") or []
        for line in logs:
            if line.startswith(EVENT_TAG):
                event = base64.b64decode(line.removeprefix("Program data: "))
                if len(event) == 170:
                    found[event] = None
    return list(found)


def test_model_matches_recorded_swap_events(shared_fixtures: Path) -> None:
    """The model gives the output and fees of every recorded event, creator fees on either side included."""
    events = recorded_events(shared_fixtures)
    for event in events:
        reserve_in, reserve_out, entered, output, _, withheld = struct.unpack_from("<6Q", event, 40)
        trade_fee, creator_fee, on_input = struct.unpack_from("<QQ?", event, 153)
        model = PoolModel(
            vaults=(reserve_in, reserve_out),
            lp_supply=1,
            rates=FeeRates(creator=10_000 if creator_fee else 0),
            mint_fees=(MintFee(), MintFee(round(withheld * 10_000 / output), 1 << 63)),
            creator_fee_on=CreatorFeeOn.TOKEN_0 if on_input else CreatorFeeOn.TOKEN_1,
        )
        result = model.swap_input(0, entered)[1]
        assert (result.output, result.trade_fee, result.creator_fee) == (output, trade_fee, creator_fee)
        assert result.withheld_out == withheld
    print(f"matched {len(events)} of {len(events)}")
    assert len(events) >= 6
