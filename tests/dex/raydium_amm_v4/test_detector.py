"""Instructions made by hand: forms that are not recorded. Recordings are compared by test_recorded.py."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniperforge.dex.raydium_amm_v4 import program
from sniperforge.dex.registry import events_of, read_transaction
from sniperforge.domain.addresses import TOKEN_PROGRAM, WSOL_MINT
from sniperforge.domain.chain import InstructionView, TokenBalance, TransactionView
from sniperforge.domain.pool import EventKind, PoolEvent
from tests.dex.raydium_amm_v4.conftest import TOKEN, key

POOL, COIN_VAULT, PC_VAULT, SOURCE, DESTINATION, USER = (key(number) for number in range(1, 7))
OTHER = key(9)


def swap_accounts(form: int) -> tuple[str, ...]:
    """The accounts of a swap of 8, 17 or more."""
    user = (SOURCE, DESTINATION, USER)
    if form == 8:
        return (TOKEN_PROGRAM, POOL, OTHER, COIN_VAULT, PC_VAULT, *user)
    orders = (OTHER,) if form == 17 else (OTHER, OTHER)
    accounts = (TOKEN_PROGRAM, POOL, OTHER, *orders, COIN_VAULT, PC_VAULT, *[OTHER] * 8, *user)
    return accounts + (OTHER,) * (form - len(accounts))


def transfer(
    source: str, destination: str, amount: int, *, checked: bool = False
) -> tuple[tuple[str, ...], bytes]:
    """A token transfer's accounts and data."""
    if checked:
        return (source, TOKEN, destination, USER), struct.pack("<BQB", 12, amount, 6)
    return (source, destination, USER), struct.pack("<BQ", 3, amount)


def transaction(
    accounts: tuple[str, ...],
    data: bytes,
    *,
    transfers: tuple[tuple[tuple[str, ...], bytes], ...] = (),
    balances: dict[str, str] | None = None,
    err: Any = None,
) -> TransactionView:
    """One AMM v4 instruction, what it transferred, and whose mints the node told."""
    views = [InstructionView(program.MAINNET, accounts, data, (0,), 1)]
    views += [
        InstructionView(TOKEN_PROGRAM, keys, raw, (0, number), 2)
        for number, (keys, raw) in enumerate(transfers)
    ]
    mints = {COIN_VAULT: WSOL_MINT, PC_VAULT: TOKEN, SOURCE: TOKEN} if balances is None else balances
    tokens = tuple(TokenBalance(account, mint, "", 5, 6) for account, mint in mints.items())
    return TransactionView("s", 1, None, err, 0, (), tuple(views), (), (), (), tokens, tokens)


def one(view: TransactionView) -> PoolEvent:
    """The only event."""
    (event,) = events_of(view)
    return event


def swap_data(tag: int) -> bytes:
    """A swap's data."""
    return struct.pack("<BQQ", tag, 100, 7)


@pytest.mark.parametrize("form", [8, 17, 18, 20])
@pytest.mark.parametrize("exact_in", [True, False])
def test_every_form_of_a_swap(form: int, exact_in: bool) -> None:
    """Older ones with order book and target orders, newer ones without; transfers tell what moved."""
    tag = {True: {8: 16}, False: {8: 17}}[exact_in].get(form, 9 if exact_in else 11)
    moved = (transfer(SOURCE, PC_VAULT, 100), transfer(COIN_VAULT, DESTINATION, 8))
    event = one(transaction(swap_accounts(form), swap_data(tag), transfers=moved))
    assert (event.kind, event.pool, event.path) == (EventKind.SWAP, POOL, (0,))
    assert (event.base_mint, event.quote_mint) == (TOKEN, WSOL_MINT)
    assert (event.base_vault, event.quote_vault) == (PC_VAULT, COIN_VAULT)
    assert event.facts == {
        "side": "sell",
        "input_mint": TOKEN,
        "output_mint": WSOL_MINT,
        "user": USER,
        "user_input": SOURCE,
        "user_output": DESTINATION,
    }
    amounts = event.amounts
    assert (amounts["input_amount"], amounts["output_amount"], amounts["amount_out"]) == (100, 8, 8)
    assert amounts["minimum_amount_out" if exact_in else "max_amount_in"] in (7, 100)


def test_a_source_without_a_balance_is_told_by_the_transfers() -> None:
    """Its account was closed, or the node left balances out: the vault that was paid tells the direction."""
    moved = (
        transfer(SOURCE, PC_VAULT, 100, checked=True),
        transfer(COIN_VAULT, DESTINATION, 8, checked=True),
    )
    event = one(transaction(swap_accounts(17), swap_data(9), transfers=moved, balances={}))
    assert (event.base_mint, event.facts["input_mint"]) == ("", "")
    assert (event.amounts["input_amount"], event.amounts["output_amount"]) == (100, 8)


def test_a_failed_swap_moved_nothing() -> None:
    """Only what was asked for is told."""
    view = transaction(swap_accounts(18), swap_data(9), transfers=(transfer(SOURCE, PC_VAULT, 100),), err="x")
    event = one(view)
    assert event.failed
    assert event.amounts == {"amount_in": 100, "minimum_amount_out": 7}


def liquidity_accounts(count: int, user: int) -> tuple[str, ...]:
    """Accounts of a deposit or withdrawal."""
    accounts = [TOKEN_PROGRAM, POOL, OTHER, OTHER, OTHER, key(7), COIN_VAULT, PC_VAULT]
    accounts += [OTHER] * (count - len(accounts))
    accounts[user] = USER
    return tuple(accounts)


@pytest.mark.parametrize(("count", "user"), [(13, 12), (14, 12)])
def test_deposits(count: int, user: int) -> None:
    """With or without the event queue at the end; without a log the balances tell."""
    view = transaction(liquidity_accounts(count, user), struct.pack("<BQQQ", 3, 50, 60, 0))
    empty = tuple(replace(entry, raw=1) for entry in view.pre_tokens)
    event = one(replace(view, pre_tokens=empty))
    assert (event.kind, event.facts) == (EventKind.LIQUIDITY_ADDED, {"user": USER, "lp_mint": key(7)})
    assert (event.amounts["max_coin"], event.amounts["base_amount"], event.amounts["quote_amount"]) == (
        50,
        4,
        4,
    )


@pytest.mark.parametrize(("count", "user"), [(17, 16), (20, 16), (21, 16), (22, 18), (23, 18)])
def test_withdrawals(count: int, user: int) -> None:
    """The oldest name two more accounts in between; amounts are positive."""
    view = transaction(liquidity_accounts(count, user), struct.pack("<BQ", 4, 50))
    full = tuple(replace(entry, raw=9) for entry in view.pre_tokens)
    event = one(replace(view, pre_tokens=full))
    assert (event.kind, event.facts["user"]) == (EventKind.LIQUIDITY_REMOVED, USER)
    assert (event.amounts["lp_amount"], event.amounts["base_amount"]) == (50, 4)


def creation_accounts() -> tuple[str, ...]:
    """Accounts of initialize2."""
    accounts = [OTHER] * 21
    accounts[4], accounts[8], accounts[9], accounts[10], accounts[11] = (
        POOL,
        WSOL_MINT,
        TOKEN,
        COIN_VAULT,
        PC_VAULT,
    )
    accounts[17] = program.PUMP_MIGRATOR
    return tuple(accounts)


def test_a_creation_without_logs() -> None:
    """The vaults' balances are the amounts, and the migration's authority is told from a look-alike."""
    view = transaction(creation_accounts(), struct.pack("<BBQQQ", 1, 254, 9, 60, 50))
    event = one(replace(view, pre_tokens=()))
    assert (event.kind, event.pool, event.base_mint) == (EventKind.POOL_CREATED, POOL, TOKEN)
    assert (event.amounts["base_amount"], event.amounts["open_time"], event.amounts["init_pc_amount"]) == (
        5,
        9,
        60,
    )
    assert (event.facts["launchpad"], event.facts["creator"]) == ("pumpfun", program.PUMP_MIGRATOR)
    failed = one(transaction(creation_accounts(), struct.pack("<BBQQQ", 1, 254, 9, 60, 50), err="x"))
    assert failed.failed
    assert "base_amount" not in failed.amounts
    other = (*creation_accounts()[:17], USER, *creation_accounts()[18:])
    assert "launchpad" not in one(transaction(other, struct.pack("<BBQQQ", 1, 254, 9, 60, 50))).facts


@pytest.mark.parametrize(
    ("accounts", "data"),
    [
        (swap_accounts(17)[:16], swap_data(9)),
        (swap_accounts(8)[:7], swap_data(16)),
        (swap_accounts(17), swap_data(9)[:16]),
        (liquidity_accounts(12, 11), struct.pack("<BQQQ", 3, 1, 1, 1)),
        (liquidity_accounts(14, 12), b"\x03"),
        (liquidity_accounts(16, 15), struct.pack("<BQ", 4, 1)),
        (liquidity_accounts(20, 16), b"\x04"),
        (creation_accounts()[:20], struct.pack("<BBQQQ", 1, 1, 1, 1, 1)),
        (creation_accounts(), b"\x01"),
        ((), b"\x00"),
        ((), b"\xff"),
        ((), b""),
    ],
    ids=[str(number) for number in range(12)],
)
def test_unknown_forms_are_counted(accounts: tuple[str, ...], data: bytes) -> None:
    """Too few accounts, too little data, or a tag that no version has."""
    reading = read_transaction(transaction(accounts, data))
    assert (len(reading.events), len(reading.unrecognised)) == (0, 1)


def test_silent_instructions() -> None:
    """Order keeping and configuration are known and tell nothing."""
    for tag in (2, 5, 6, 7, 8, 10, 12, 13, 14, 15):
        reading = read_transaction(transaction((), bytes([tag])))
        assert (reading.events, reading.unrecognised) == ((), ())


@given(st.binary(max_size=40), st.lists(st.sampled_from([POOL, COIN_VAULT, OTHER]), max_size=24))
def test_any_instruction(data: bytes, accounts: list[str]) -> None:
    """Nothing raises; each is an event, silent, or counted."""
    reading = read_transaction(transaction(tuple(accounts), data))
    assert len(reading.events) + len(reading.unrecognised) <= 1
