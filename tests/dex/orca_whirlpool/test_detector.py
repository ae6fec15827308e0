"""Creations and positions on Whirlpools."""

from __future__ import annotations

import struct

import pytest

from sniperforge.dex.orca_whirlpool.program import MAINNET
from sniperforge.dex.registry import creations_in, read_transaction
from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import LogsNotice
from sniperforge.domain.pool import EventKind
from tests.dex.made import addresses, data_line, only, tag, transaction, transfer, u128
from tests.dex.orca_whirlpool.event_bytes import change_event, created_event

KEYS = addresses(20)
CREATIONS = {
    "initialize_pool": (3, 4, (5, 6), 11, b"\xff" + struct.pack("<H", 64) + u128(5), "InitializePool"),
    "initialize_pool_v2": (5, 6, (7, 8), 14, struct.pack("<H", 64) + u128(5), "InitializePoolV2"),
    "initialize_pool_with_adaptive_fee": (
        5,
        7,
        (9, 10),
        16,
        u128(5) + b"\x01" + struct.pack("<Q", 99),
        "InitializePoolWithAdaptiveFee",
    ),
}


@pytest.mark.parametrize("name", CREATIONS)
def test_every_form_of_creation(name: str) -> None:
    """Funder, pool, vaults in their own places; the vaults are empty."""
    creator, pool, vaults, count, arguments, line = CREATIONS[name]
    accounts = [KEYS[0], WSOL_MINT, USDC_MINT, *KEYS[3:count]]
    payload = created_event(accounts[pool], KEYS[0], (WSOL_MINT, USDC_MINT))
    lines = [f"Program log: Instruction: {line}", data_line(payload)]
    data = tag("global", name) + arguments
    view = transaction(MAINNET, accounts, data, lines=lines)
    event = only(view)
    assert (event.kind, event.pool) == (EventKind.POOL_CREATED, accounts[pool])
    assert (event.quote_vault, event.base_vault) == (accounts[vaults[0]], accounts[vaults[1]])
    assert (event.facts["creator"], event.facts["config"]) == (accounts[creator], KEYS[0])
    assert (event.amounts["initial_sqrt_price"], event.amounts["tick_spacing"]) == (5, 64)
    assert event.amounts["open_time"] == (99 if "adaptive" in name else 0)
    assert (event.amounts["base_amount"], event.amounts["quote_amount"]) == (0, 0)
    (mark,) = creations_in(LogsNotice("s", 1, None, view.logs))
    assert mark.dex == "orca_whirlpool"
    failed = only(transaction(MAINNET, accounts, data, failed=True))
    assert (failed.failed, "base_amount" in failed.amounts) == (True, False)
    for short in (accounts[: max(vaults)], accounts):
        cut = data if short is not accounts else data[:20]
        assert len(read_transaction(transaction(MAINNET, short, cut)).unrecognised) == 1


@pytest.mark.parametrize("tail", [b"", b"\x00", b"\x01\x02"], ids=["missing", "none", "cut"])
def test_the_beginning_of_trading_is_optional(tail: bytes) -> None:
    """Nothing, or too little of it, means at once."""
    *_, count, _, _ = CREATIONS["initialize_pool_with_adaptive_fee"]
    data = tag("global", "initialize_pool_with_adaptive_fee") + u128(5) + tail
    assert only(transaction(MAINNET, KEYS[:count], data)).amounts["open_time"] == 0


POSITIONS = {
    "increase_liquidity": ((7, 8), None, 2, 11),
    "decrease_liquidity": ((7, 8), None, 2, 11),
    "increase_liquidity_v2": ((11, 12), (7, 8), 4, 15),
    "decrease_liquidity_v2": ((11, 12), (7, 8), 4, 15),
    "increase_liquidity_by_token_amounts_v2": ((11, 12), (7, 8), 4, 15),
}
LIMITS = u128(9) + struct.pack("<QQ", 400, 500)


@pytest.mark.parametrize("name", POSITIONS)
def test_positions_take_and_give(name: str) -> None:
    """Every form names vaults and mints in its own places; the event tells the amounts."""
    vaults, mints, user, count = POSITIONS[name]
    accounts = list(KEYS[:count])
    if mints:
        accounts[mints[0]], accounts[mints[1]] = WSOL_MINT, USDC_MINT
    told = [(accounts[vaults[0]], WSOL_MINT), (accounts[vaults[1]], USDC_MINT)]
    added = not name.startswith("decrease")
    line = data_line(change_event(KEYS[0], KEYS[19], added=added))
    data = tag("global", name) + LIMITS
    event = only(transaction(MAINNET, accounts, data, lines=[line], mints=told))
    assert event.kind is (EventKind.LIQUIDITY_ADDED if added else EventKind.LIQUIDITY_REMOVED)
    assert (event.pool, event.facts["user"]) == (KEYS[0], accounts[user])
    assert (event.quote_mint, event.quote_vault) == (WSOL_MINT, accounts[vaults[0]])
    assert event.amounts["base_amount"] == (48 if added else 50)
    assert event.amounts["liquidity"] == 9
    assert len(read_transaction(transaction(MAINNET, accounts[: vaults[1]], data)).unrecognised) == 1


@pytest.mark.parametrize("name", ["increase_liquidity", "decrease_liquidity_v2"])
def test_without_logs_transfers_tell(name: str) -> None:
    """What was sent into the vaults or out of them; of a failed transaction only what was asked."""
    vaults, _, _, count = POSITIONS[name]
    vault_a, vault_b = KEYS[vaults[0]], KEYS[vaults[1]]
    if name.startswith("increase"):
        inner = [transfer(KEYS[5], vault_a, 41), transfer(KEYS[6], vault_b, 52)]
    else:
        inner = [transfer(vault_a, KEYS[5], 41), transfer(vault_b, KEYS[6], 52)]
    data = tag("global", name) + LIMITS
    event = only(transaction(MAINNET, KEYS[:count], data, inner=inner))
    assert (event.amounts["token_a_amount"], event.amounts["token_b_amount"]) == (41, 52)
    failed = only(transaction(MAINNET, KEYS[:count], data, inner=inner, failed=True))
    assert "token_a_amount" not in failed.amounts


def test_known_and_unknown_instructions() -> None:
    """Collecting fees or asking for no liquidity is nothing; unknown or short ones are counted."""
    empty = tag("global", "decrease_liquidity") + u128(0) + bytes(16)
    for data, count in (
        (tag("global", "collect_fees_v2"), 0),
        (empty, 0),
        (empty[:30], 1),
        (b"whatever", 1),
    ):
        reading = read_transaction(transaction(MAINNET, KEYS, data))
        assert (reading.events, len(reading.unrecognised)) == ((), count)
