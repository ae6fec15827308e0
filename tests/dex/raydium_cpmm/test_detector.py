"""Pool events of changed and hand-made transactions; test_recorded.py compares recordings as they are."""

from __future__ import annotations

import base64
import json
import struct
from dataclasses import replace

import pytest
from solders.pubkey import Pubkey

from sniperforge.dex.anchor import instruction_discriminator
from sniperforge.dex.raydium_cpmm import program
from sniperforge.dex.registry import Reading, events_of, events_of_logs, read_transaction
from sniperforge.dex.transaction import parse_transaction
from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_PROGRAM, USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import InstructionView, LogsNotice, TokenBalance, TransactionView
from sniperforge.domain.pool import EventKind, PoolEvent
from sniperforge.errors import DecodeError
from sniperforge.testing.fixtures import read_recording, recordings

AUTHORITY = program.authority()


FILES = recordings("raydium_cpmm")
MIGRATION = read_recording(FILES["create_via_launchlab_migration_mainnet"])
ROUTE = read_recording(FILES["swap_x2_dlmm_213kMyMK"])


def own_events(view: TransactionView) -> list[PoolEvent]:
    """The CPMM events of a transaction."""
    return [event for event in events_of(view) if event.dex == program.NAME]


def created(view: TransactionView) -> PoolEvent:
    """The creation in a transaction."""
    return next(event for event in events_of(view) if event.kind is EventKind.POOL_CREATED)


def test_a_creation_by_another_program_names_it() -> None:
    """The migration's pool knows who called, how the creator fee is taken, and when it opens."""
    event = created(parse_transaction(MIGRATION["result"]))
    assert event.facts["caller"] == "LanMV9sAd7wArD4vJFi2qDdfnVhFxYSUg6eADduJ3uj"
    assert event.amounts["open_time"] == MIGRATION["blockTime"] + 1
    assert event.amounts["creator_fee_on"] in (0, 1, 2)
    assert event.amounts["vault_1_amount"] < event.amounts["init_amount_1"]
    json.dumps(event.to_json())


def test_open_times_that_lie_ahead_are_kept() -> None:
    """Only a past open time becomes the second after the block; without block time the argument stands."""
    view = parse_transaction(MIGRATION["result"])
    assert created(replace(view, block_time=None)).amounts["open_time"] == 0
    index = next(i for i, ix in enumerate(view.instructions) if ix.program_id == program.MAINNET)
    assert view.block_time is not None
    later = view.block_time + 60
    old = view.instructions[index]
    data = old.data[:24] + struct.pack("<Q", later) + old.data[32:]
    changed = (*view.instructions[:index], replace(old, data=data), *view.instructions[index + 1 :])
    assert created(replace(view, instructions=changed)).amounts["open_time"] == later


def test_without_logs_a_creation_falls_back_to_balances() -> None:
    """Truncated or missing logs leave the vaults' balances, which hold the same amounts."""
    view = parse_transaction(MIGRATION["result"])
    logged, silent = created(view), created(replace(view, logs=()))
    for amount in ("vault_0_amount", "vault_1_amount", "base_amount", "quote_amount"):
        assert silent.amounts[amount] == logged.amounts[amount]
    blind = created(replace(view, logs=(), post_tokens=()))
    assert "vault_0_amount" not in blind.amounts
    assert "base_amount" not in blind.amounts
    emptied = replace(view.post_tokens[0], account=logged.base_vault, raw=0)
    before = TokenBalance(logged.base_vault, logged.base_mint, AUTHORITY, 5, 6)
    odd = created(replace(view, logs=(), post_tokens=(emptied,), pre_tokens=(before,)))
    assert "base_amount" not in odd.amounts


def test_without_logs_a_swap_falls_back_to_transfers() -> None:
    """The transfers that followed tell what went in and out, before the output's transfer fee."""
    view = parse_transaction(ROUTE["result"])
    for silent, logged in zip(own_events(replace(view, logs=())), own_events(view), strict=True):
        assert silent.amounts["amount_in"] == logged.amounts["amount_in"]
        assert silent.amounts["output_amount"] == logged.amounts["output_amount"]
        assert "amount_out" not in silent.amounts


def test_logs_of_another_pool_are_not_believed() -> None:
    """When calls and instructions cannot be matched, amounts come from the transfers instead."""
    view = parse_transaction(ROUTE["result"])
    first, second = (i for i, ix in enumerate(view.instructions) if ix.program_id == program.MAINNET)
    instructions = list(view.instructions)
    instructions[first], instructions[second] = instructions[second], instructions[first]
    events = own_events(replace(view, instructions=tuple(instructions)))
    assert all("input_vault_before" not in event.amounts for event in events)
    lost = [ix for ix in view.instructions if ix.path != view.instructions[first].path]
    (event,) = own_events(replace(view, instructions=tuple(lost)))
    assert "input_vault_before" not in event.amounts


def test_a_failed_creation_tells_only_what_was_asked_for() -> None:
    """Nothing reached the vaults of a transaction that failed, whatever it logged before."""
    event = created(
        replace(parse_transaction(MIGRATION["result"]), err={"InstructionError": [2, {"Custom": 1}]})
    )
    assert event.failed
    assert "init_amount_0" in event.amounts
    assert "vault_0_amount" not in event.amounts


POOL, OTHER_MINT = (
    "39cNgTyzsDdxcfrFowjEgmmH1LPpgS4cqEqE4geBu6dq",
    "Ca4LSzcHKRB6jqFTiz2NHx7AeQtsztpyeyWfUgi1JUKX",
)
USER = "DUtA918GSDEeybYfTdBxNBcFMKUPKsyJ6Cf5CmfGPwUn"
VAULTS = ("3dXKdZqGPmmSBJdcv4dgCDqsEmYmo31jRmmxKEneuXjf", "BR9BJ5ycbUNhBY79yhWorGSJ5VksE8TL7GgjqqbYV8B7")
LP_MINT = "5179DhrFyr8EBK66DH9zGDhkbgsbACaombXxzMibG36D"


def one_call(
    name: str, args: bytes, accounts: tuple[str, ...], event: bytes | None = None
) -> TransactionView:
    """A transaction with one CPMM instruction that logged one event."""
    lines = [f"Program {program.MAINNET} invoke [1]"]
    if event:
        lines.append("Program data: " + base64.b64encode(event).decode())
    lines.append(f"Program {program.MAINNET} success")
    instruction = InstructionView(program.MAINNET, accounts, instruction_discriminator(name) + args, (0,), 1)
    return TransactionView(
        signature="sig",
        slot=1,
        block_time=None,
        err=None,
        fee=5_000,
        accounts=(*accounts, program.MAINNET),
        instructions=(instruction,),
        logs=tuple(lines),
        pre_balances=(),
        post_balances=(),
        pre_tokens=(),
        post_tokens=(),
    )


def liquidity_accounts() -> tuple[str, ...]:
    """Accounts of deposit and withdraw."""
    users = (USER, AUTHORITY, POOL, SYSTEM_PROGRAM, SYSTEM_PROGRAM, SYSTEM_PROGRAM)
    return (*users, *VAULTS, TOKEN_PROGRAM, TOKEN_PROGRAM, WSOL_MINT, OTHER_MINT, LP_MINT)


@pytest.mark.parametrize(
    ("name", "kind", "limit", "change_type"),
    [
        ("deposit", EventKind.LIQUIDITY_ADDED, "maximum", 0),
        ("withdraw", EventKind.LIQUIDITY_REMOVED, "minimum", 1),
    ],
)
def test_liquidity_changes(name: str, kind: EventKind, limit: str, change_type: int) -> None:
    """Deposits and withdrawals carry limits from the arguments and real amounts from the event, by side too."""
    args = struct.pack("<3Q", 10, 20, 30)
    pool = bytes(Pubkey.from_string(POOL))
    event = bytes.fromhex("79a3cdc939da753c") + pool + struct.pack("<7QB", 1, 2, 3, 19, 29, 0, 4, change_type)
    view = one_call(name, args, liquidity_accounts(), event)
    (found,) = events_of(view)
    assert (found.kind, found.pool, found.base_mint, found.quote_vault) == (kind, POOL, OTHER_MINT, VAULTS[0])
    assert found.amounts["lp_amount"] == 10
    assert (found.amounts[f"{limit}_token_0_amount"], found.amounts[f"{limit}_token_1_amount"]) == (20, 30)
    assert (found.amounts["quote_amount"], found.amounts["base_amount"]) == (19, 29)
    assert (found.facts["user"], found.facts["lp_mint"]) == (USER, LP_MINT)
    (told,) = events_of_logs(LogsNotice("sig", 1, None, view.logs))
    assert (told.kind, told.pool, told.amounts["token_1_transfer_fee"]) == (kind, POOL, 4)
    (failed,) = events_of(replace(view, err="x"))
    assert "token_0_amount" not in failed.amounts
    (foreign,) = events_of(one_call(name, args, liquidity_accounts(), event[:8] + bytes(32) + event[40:]))
    assert "token_0_amount" not in foreign.amounts


def swap_accounts(input_mint: str, output_mint: str) -> tuple[str, ...]:
    """Accounts of a swap."""
    fixed = (USER, AUTHORITY, SYSTEM_PROGRAM, POOL, SYSTEM_PROGRAM, LP_MINT)
    return (*fixed, *VAULTS, TOKEN_PROGRAM, TOKEN_PROGRAM, input_mint, output_mint, SYSTEM_PROGRAM)


def test_exact_output_swaps() -> None:
    """The arguments are a limit and an output; without logs the input stays unknown."""
    view = one_call("swap_base_output", struct.pack("<2Q", 500, 70), swap_accounts(USDC_MINT, WSOL_MINT))
    (event,) = events_of(view)
    assert (event.kind, event.facts["side"]) == (EventKind.SWAP, "sell")
    assert (event.base_mint, event.quote_mint) == (USDC_MINT, WSOL_MINT)
    assert (event.base_vault, event.quote_vault) == VAULTS
    assert event.amounts == {"max_amount_in": 500, "amount_out": 70}


def test_short_and_unknown_instructions_are_counted() -> None:
    """Junk sent to the program is no event but an unknown form; what moves no price is neither."""
    swap, liquidity = swap_accounts(USDC_MINT, WSOL_MINT), liquidity_accounts()
    creation = (*liquidity, *liquidity)
    for name, size, accounts in (
        ("swap_base_input", 16, swap),
        ("swap_base_output", 16, swap),
        ("deposit", 24, liquidity),
        ("withdraw", 24, liquidity),
        ("initialize", 24, creation),
        ("initialize_with_permission", 25, creation),
    ):
        assert events_of(one_call(name, bytes(size), accounts)) != (), name
        for short in (one_call(name, bytes(15), accounts), one_call(name, bytes(size), accounts[:12])):
            reading = read_transaction(short)
            assert (len(reading.events), len(reading.unrecognised)) == (0, 1), name
    assert read_transaction(one_call("collect_protocol_fee", bytes(24), creation)) == Reading()
    assert len(read_transaction(one_call("nothing_known", bytes(24), creation)).unrecognised) == 1


def test_events_need_addresses() -> None:
    """A view whose accounts are no addresses is not one that parse_transaction made: the error is DecodeError."""
    accounts = list(swap_accounts("nonsense", "garbage"))
    with pytest.raises(DecodeError):
        events_of(one_call("swap_base_input", bytes(16), tuple(accounts)))
