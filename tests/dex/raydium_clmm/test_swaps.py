"""Swaps on CLMM: both forms, routes, and what is known without logs."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import pytest

from sniperforge.dex.raydium_clmm.program import MAINNET
from sniperforge.dex.raydium_clmm.swaps import SWAP_ROUTER, SWAP_SINGLE, SWAP_V2
from sniperforge.dex.registry import read_transaction
from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAM, USDC_MINT, WSOL_MINT
from sniperforge.domain.pool import EventKind
from tests.dex.made import addresses, data_line, only, transaction, transfer, u128
from tests.dex.raydium_clmm.event_bytes import swap_event

USER, CONFIG, POOL, IN, OUT, VAULT_IN, VAULT_OUT, OBSERVED, TICKS, OTHER = addresses(10)
SINGLE = [USER, CONFIG, POOL, IN, OUT, VAULT_IN, VAULT_OUT, OBSERVED, TOKEN_PROGRAM, TICKS]
V2 = [*SINGLE[:9], TOKEN_2022_PROGRAM, OTHER, WSOL_MINT, USDC_MINT, TICKS]
BALANCES = [(VAULT_IN, WSOL_MINT), (VAULT_OUT, USDC_MINT)]


def asked(form: bytes = SWAP_V2, amount: int = 100, limit: int = 20, *, is_input: bool = True) -> bytes:
    """An instruction's data."""
    return form + struct.pack("<QQ", amount, limit) + u128(0) + bytes([is_input])


def swap(accounts: Sequence[str], data: bytes, **more: Any) -> Any:
    """The one event of such a transaction."""
    return only(transaction(MAINNET, accounts, data, **more))


def test_the_second_form_tells_both_mints() -> None:
    """Sides by mint, whichever goes in; amounts by the event, limits by the instruction."""
    event = swap(V2, asked(), lines=[data_line(swap_event(POOL, USER, (IN, OUT), zero_for_one=True))])
    assert (event.kind, event.pool) == (EventKind.SWAP, POOL)
    assert (event.base_mint, event.base_vault) == (USDC_MINT, VAULT_OUT)
    assert (event.quote_mint, event.quote_vault) == (WSOL_MINT, VAULT_IN)
    assert (event.facts["side"], event.facts["user"], event.facts["amm_config"]) == ("buy", USER, CONFIG)
    assert (event.amounts["amount_in"], event.amounts["amount_out"]) == (100, 30)
    assert event.amounts["minimum_amount_out"] == 20


def test_the_first_form_takes_mints_from_balances() -> None:
    """It does not name them; a vault without a balance is told by the user's account."""
    event = swap(SINGLE, asked(SWAP_SINGLE), mints=[(VAULT_IN, WSOL_MINT), (OUT, USDC_MINT)])
    assert (event.facts["input_mint"], event.facts["output_mint"]) == (WSOL_MINT, USDC_MINT)
    assert (event.base_vault, event.quote_vault) == (VAULT_OUT, VAULT_IN)


@pytest.mark.parametrize("zero_for_one", [True, False])
def test_without_balances_the_event_tells_the_order_of_vaults(zero_for_one: bool) -> None:
    """Mints stay unknown then."""
    line = data_line(swap_event(POOL, USER, (IN, OUT), zero_for_one=zero_for_one))
    event = swap(SINGLE, asked(SWAP_SINGLE), lines=[line])
    vaults = (VAULT_IN, VAULT_OUT) if zero_for_one else (VAULT_OUT, VAULT_IN)
    assert (event.base_mint, event.quote_mint) == ("", "")
    assert (event.base_vault, event.quote_vault) == vaults
    assert "side" not in event.facts


def test_exact_output_has_the_other_limit() -> None:
    """The amount is what comes out, the limit what may go in."""
    event = swap(V2, asked(is_input=False), failed=True)
    assert (event.amounts["amount_out"], event.amounts["max_amount_in"]) == (100, 20)
    assert (event.amounts["amount"], event.amounts["other_amount_threshold"]) == (100, 20)
    assert event.failed
    assert "amount_in" not in event.amounts


def test_transfers_stand_in_for_cut_logs() -> None:
    """Old tokens have no fee: both sides are known. Of others only what was sent is."""
    inner = [transfer(IN, VAULT_IN, 100), transfer(VAULT_OUT, OUT, 30, TOKEN_2022_PROGRAM)]
    first = swap(SINGLE, asked(SWAP_SINGLE), inner=inner, mints=BALANCES)
    second = swap(V2, asked(), inner=inner)
    for event in (first, second):
        assert (event.amounts["amount_in"], event.amounts["input_amount"]) == (100, 100)
        assert event.amounts["output_amount"] == 30
        assert "amount_out" not in event.amounts


def test_the_event_of_another_pool_does_not_count() -> None:
    """Only the instruction's own pool."""
    line = data_line(swap_event(OTHER, USER, (IN, OUT), zero_for_one=True))
    assert "tick" not in swap(V2, asked(), lines=[line]).amounts


@pytest.mark.parametrize(
    ("accounts", "data"),
    [
        (SINGLE[:8], asked(SWAP_SINGLE)),
        (V2[:12], asked()),
        (V2, asked()[:40]),
        (V2[:12], SWAP_ROUTER + bytes(16)),
    ],
    ids=["first", "second", "data", "route"],
)
def test_short_instructions_are_unrecognised(accounts: list[str], data: bytes) -> None:
    """Counted, not dropped."""
    reading = read_transaction(transaction(MAINNET, accounts, data))
    assert reading.events == ()
    assert len(reading.unrecognised) == 1


CONFIG_2, POOL_2, OUT_2, VAULT_IN_2, VAULT_OUT_2, OBSERVED_2 = addresses(6, 2_000)
HOP_1 = [CONFIG, POOL, OUT, VAULT_IN, VAULT_OUT, USDC_MINT, OBSERVED, TICKS, TICKS]
HOP_2 = [CONFIG_2, POOL_2, OUT_2, VAULT_IN_2, VAULT_OUT_2, OTHER, OBSERVED_2, TICKS]
HEAD = [USER, IN, WSOL_MINT, TOKEN_PROGRAM, TOKEN_2022_PROGRAM, OTHER]
ROUTE = SWAP_ROUTER + struct.pack("<QQ", 100, 7)


@pytest.mark.parametrize("head", [HEAD, [*HEAD, OBSERVED, MAINNET]], ids=["plain", "with event authority"])
def test_a_route_is_one_event_per_hop(head: list[str]) -> None:
    """Each hop's output goes into the next; the logs tell which accounts are pools."""
    lines = [
        data_line(swap_event(POOL, USER, (IN, OUT), zero_for_one=True)),
        data_line(swap_event(POOL_2, USER, (OUT, OUT_2), zero_for_one=False)),
        data_line(swap_event(OBSERVED_2, USER, (OUT, OUT_2), zero_for_one=False)),
    ]
    view = transaction(MAINNET, [*head, *HOP_1, *HOP_2], ROUTE, lines=lines)
    first, second = read_transaction(view).events
    assert (first.pool, first.facts["input_mint"], first.facts["output_mint"]) == (POOL, WSOL_MINT, USDC_MINT)
    assert (second.pool, second.facts["input_mint"], second.facts["output_mint"]) == (
        POOL_2,
        USDC_MINT,
        OTHER,
    )
    assert (first.facts["user_output"], second.facts["user_input"]) == (OUT, OUT)
    assert (first.amounts["amount_out_minimum"], first.amounts["amount_in"]) == (7, 100)
    assert "amount_out_minimum" not in second.amounts


def test_a_failed_route_is_its_first_hop() -> None:
    """Without logs nothing tells where the second one begins."""
    event = swap([*HEAD, *HOP_1, *HOP_2], ROUTE, failed=True)
    assert (event.pool, event.amounts, event.failed) == (
        POOL,
        {"amount_in": 100, "amount_out_minimum": 7},
        True,
    )


def test_the_oldest_route_is_unrecognised() -> None:
    """It named no mints."""
    accounts = [USER, IN, TOKEN_PROGRAM, *HOP_1, *HOP_2]
    assert len(read_transaction(transaction(MAINNET, accounts, ROUTE)).unrecognised) == 1
