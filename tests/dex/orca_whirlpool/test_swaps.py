"""Swaps on Whirlpools: over one pool and over two, and what is known without logs."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from sniperforge.dex.orca_whirlpool.program import MAINNET
from sniperforge.dex.orca_whirlpool.swaps import SWAP, SWAP_V2, TWO_HOP, TWO_HOP_V2
from sniperforge.dex.registry import read_transaction
from sniperforge.domain.addresses import MEMO_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM, USDC_MINT, WSOL_MINT
from sniperforge.domain.pool import EventKind
from tests.dex.made import addresses, data_line, only, transaction, transfer, u128
from tests.dex.orca_whirlpool.event_bytes import traded_event

KEYS = addresses(30)
USER, POOL, TOKEN_A, VAULT_A, TOKEN_B, VAULT_B, POOL_2, TOKEN_C, VAULT_2B, VAULT_C, OTHER = KEYS[:11]
TICKS = KEYS[11:15]
FIRST = [TOKEN_PROGRAM, USER, POOL, TOKEN_A, VAULT_A, TOKEN_B, VAULT_B, *TICKS]
SECOND = [
    TOKEN_PROGRAM,
    TOKEN_2022_PROGRAM,
    MEMO_PROGRAM,
    USER,
    POOL,
    WSOL_MINT,
    USDC_MINT,
    *FIRST[3:],
]


def asked(form: bytes, *, a_to_b: bool = True, is_input: bool = True) -> bytes:
    """An instruction's data: 100, at least or at most 20."""
    return form + struct.pack("<QQ", 100, 20) + u128(4) + bytes([is_input, a_to_b])


def swap(accounts: list[str], data: bytes, **more: Any) -> Any:
    """The one event of such a transaction."""
    return only(transaction(MAINNET, accounts, data, **more))


@pytest.mark.parametrize("a_to_b", [True, False])
def test_the_second_form_tells_both_mints(a_to_b: bool) -> None:
    """Sides by mint, whichever goes in; amounts by the event, limits by the instruction."""
    line = data_line(traded_event(POOL, a_to_b=a_to_b))
    event = swap(SECOND, asked(SWAP_V2, a_to_b=a_to_b) + b"\x00", lines=[line])
    assert (event.kind, event.pool) == (EventKind.SWAP, POOL)
    assert (event.base_mint, event.base_vault, event.quote_vault) == (USDC_MINT, VAULT_B, VAULT_A)
    assert event.facts["side"] == ("buy" if a_to_b else "sell")
    assert event.facts["user_input"] == (TOKEN_A if a_to_b else TOKEN_B)
    assert (event.amounts["amount_in"], event.amounts["amount_out"]) == (100, 30)
    assert (event.amounts["minimum_amount_out"], event.amounts["sqrt_price_limit"]) == (20, 4)


def test_the_first_form_takes_mints_from_balances() -> None:
    """It does not name them; without balances only the vaults are known."""
    told = swap(FIRST, asked(SWAP), mints=[(VAULT_A, WSOL_MINT), (TOKEN_B, USDC_MINT)])
    assert (told.facts["input_mint"], told.facts["output_mint"]) == (WSOL_MINT, USDC_MINT)
    untold = swap(FIRST, asked(SWAP))
    assert (untold.base_mint, untold.base_vault, untold.quote_vault) == ("", VAULT_A, VAULT_B)
    assert "side" not in untold.facts


def test_exact_output_has_the_other_limit() -> None:
    """The amount is what comes out, the limit what may go in."""
    event = swap(SECOND, asked(SWAP_V2, is_input=False), failed=True)
    assert (event.amounts["amount_out"], event.amounts["max_amount_in"], event.failed) == (100, 20, True)
    assert "amount_in" not in event.amounts


def test_transfers_stand_in_for_cut_logs() -> None:
    """Old tokens have no fee: both sides are known. Of others only what was sent is."""
    inner = [transfer(TOKEN_A, VAULT_A, 100), transfer(VAULT_B, TOKEN_B, 30, TOKEN_2022_PROGRAM)]
    for accounts, form in ((FIRST, SWAP), (SECOND, SWAP_V2)):
        event = swap(accounts, asked(form), inner=inner)
        assert (event.amounts["amount_in"], event.amounts["input_amount"]) == (100, 100)
        assert event.amounts["output_amount"] == 30
        assert "amount_out" not in event.amounts


HOPS = [
    TOKEN_PROGRAM,
    USER,
    POOL,
    POOL_2,
    TOKEN_A,
    VAULT_A,
    TOKEN_B,
    VAULT_B,
    TOKEN_B,
    VAULT_2B,
    TOKEN_C,
    VAULT_C,
]
HOPS_V2 = [
    POOL,
    POOL_2,
    USDC_MINT,
    WSOL_MINT,
    OTHER,
    *[TOKEN_PROGRAM] * 3,
    TOKEN_A,
    VAULT_A,
    VAULT_B,
    VAULT_2B,
    VAULT_C,
    TOKEN_C,
    USER,
    *KEYS[20:28],
    MEMO_PROGRAM,
]


def hops(form: bytes, *directions: bool, is_input: bool = True) -> bytes:
    """Data of a swap over two pools: 100, at least or at most 20."""
    return form + struct.pack("<QQ???", 100, 20, is_input, *directions) + u128(4) + u128(5)


def test_two_hops_are_two_events() -> None:
    """Between the pools tokens go from vault to vault; each limit is on its own end."""
    lines = [data_line(traded_event(POOL, a_to_b=False)), data_line(traded_event(POOL_2, a_to_b=True))]
    view = transaction(MAINNET, HOPS_V2, hops(TWO_HOP_V2, False, True) + b"\x00", lines=lines)
    first, second = read_transaction(view).events
    assert (first.pool, first.facts["input_mint"], first.facts["output_mint"]) == (POOL, USDC_MINT, WSOL_MINT)
    assert (second.pool, second.facts["input_mint"], second.facts["output_mint"]) == (
        POOL_2,
        WSOL_MINT,
        OTHER,
    )
    assert (first.base_vault, first.quote_vault) == (VAULT_A, VAULT_B)
    assert (second.base_vault, second.quote_vault) == (VAULT_C, VAULT_2B)
    assert (first.facts["user_input"], second.facts["user_output"]) == (TOKEN_A, TOKEN_C)
    assert "minimum_amount_out" not in first.amounts
    assert (second.amounts["minimum_amount_out"], second.amounts["sqrt_price_limit"]) == (20, 5)
    assert (first.path, second.path) == ((0,), (0,))


def test_two_hops_of_the_first_form() -> None:
    """Pairs are A and B of each pool; balances tell the mints."""
    mints = [(VAULT_A, WSOL_MINT), (VAULT_B, USDC_MINT), (VAULT_2B, USDC_MINT), (VAULT_C, OTHER)]
    view = transaction(MAINNET, HOPS, hops(TWO_HOP, True, True, is_input=False), mints=mints)
    first, second = read_transaction(view).events
    assert (first.facts["side"], first.facts["input_mint"]) == ("buy", WSOL_MINT)
    assert (second.facts["input_mint"], second.facts["output_mint"]) == (USDC_MINT, OTHER)
    assert (first.amounts["max_amount_in"], second.amounts["amount_out"]) == (20, 100)


@pytest.mark.parametrize(
    ("accounts", "data"),
    [
        (FIRST[:6], asked(SWAP)),
        (SECOND[:10], asked(SWAP_V2)),
        (SECOND, asked(SWAP_V2)[:41]),
        (HOPS[:11], hops(TWO_HOP, True, True)),
        (HOPS_V2[:14], hops(TWO_HOP_V2, True, True)),
        (HOPS_V2, hops(TWO_HOP_V2, True, True)[:58]),
    ],
    ids=["first", "second", "data", "hops", "hops v2", "hops data"],
)
def test_short_instructions_are_unrecognised(accounts: list[str], data: bytes) -> None:
    """Counted, not dropped."""
    reading = read_transaction(transaction(MAINNET, accounts, data))
    assert (reading.events, len(reading.unrecognised)) == ((), 1)
