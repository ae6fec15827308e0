"""DAMM v1 creations, swaps and liquidity of every form, and what concerns no trading."""

from __future__ import annotations

import struct

import pytest

from sniperforge.dex.meteora_damm_v1.program import MAINNET
from sniperforge.dex.registry import read_transaction
from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.domain.pool import EventKind
from tests.dex.made import addresses, only, tag, transaction, transfer
from tests.dex.meteora_damm_v1 import event_bytes
from tests.dex.meteora_damm_v1.event_bytes import MINT

TWO = struct.pack("<QQ", 700, 800)
POINT = b"\x01" + struct.pack("<Q", 1_790_000_000)
STABLE = b"\x01" + bytes(50)
PRE = "initialize_permissionless_"
CREATIONS = [
    (PRE + "pool", 1, b"\x00" + TWO, {"curve_type": 0}),
    (PRE + "pool_with_fee_tier", 1, STABLE + struct.pack("<Q", 25) + TWO, {"trade_fee_bps": 25}),
    (PRE + "constant_product_pool_with_config", 2, TWO, {"token_a_amount": 700}),
    (PRE + "constant_product_pool_with_config2", 2, TWO + POINT, {"activation_point": 1_790_000_000}),
    (PRE + "constant_product_pool_with_config2", 2, TWO, {"open_time": 0}),
    (
        "initialize_customizable_permissionless_constant_product_pool",
        1,
        TWO + struct.pack("<I", 2_500) + POINT + b"\x00\x01" + bytes(90),
        {"open_time": 1_790_000_000, "trade_fee_numerator": 2_500},
    ),
]


@pytest.mark.parametrize(("name", "lp_mint", "data", "expected"), CREATIONS, ids=range(len(CREATIONS)))
def test_creations(name: str, lp_mint: int, data: bytes, expected: dict[str, int]) -> None:
    """Pool, mints, token vaults, who made it; amounts are what the vaults got."""
    keys = addresses(26)
    keys[lp_mint + 1 : lp_mint + 3] = [MINT, WSOL_MINT]
    vaults = (keys[lp_mint + 5], keys[lp_mint + 6])
    moves = [transfer(keys[20], vaults[0], 70), transfer(keys[21], vaults[1], 80)]
    whole = tag("global", name) + data
    event = only(transaction(MAINNET, keys, whole, inner=moves, lines=[event_bytes.created()]))
    assert (event.kind, event.pool, event.base_mint) == (EventKind.POOL_CREATED, keys[0], MINT)
    assert (event.base_vault, event.quote_vault) == vaults
    assert (event.facts["lp_mint"], event.facts["vault_a"]) == (keys[lp_mint], keys[lp_mint + 3])
    assert event.facts["creator"] == keys[lp_mint + 16]
    assert expected.items() <= event.amounts.items()
    assert (event.amounts["base_amount"], event.amounts["quote_amount"]) == (70, 80)
    assert event.amounts["pool_type"] == 1
    assert "base_amount" not in only(transaction(MAINNET, keys, whole, failed=True)).amounts
    for accounts, cut in ((keys, whole[:12]), (keys[:15], whole)):
        reading = read_transaction(transaction(MAINNET, accounts, cut))
        assert (reading.events, len(reading.unrecognised)) == ((), 1)


def test_permissioned_creation() -> None:
    """It names no token vaults and brings no tokens."""
    keys = addresses(24)
    keys[2:4] = [MINT, WSOL_MINT]
    event = only(transaction(MAINNET, keys, tag("global", "initialize_permissioned_pool") + b"\x00"))
    assert (event.pool, event.base_mint, event.base_vault) == (keys[0], MINT, "")
    assert event.facts["creator"] == keys[15]
    assert "base_amount" not in event.amounts


KEYS = addresses(15)
GIVEN, TAKEN, VAULT_A, VAULT_B, FEE = KEYS[1], KEYS[2], KEYS[5], KEYS[6], KEYS[11]
SWAP = tag("global", "swap") + struct.pack("<QQ", 100, 50)
BOTH = [(VAULT_A, MINT), (VAULT_B, WSOL_MINT)]


def test_a_purchase_with_its_event() -> None:
    """The user pays the vault and the protocol; the event's own count may be a unit less."""
    moves = [transfer(GIVEN, FEE, 1), transfer(GIVEN, VAULT_B, 99), transfer(VAULT_A, TAKEN, 60)]
    event = only(transaction(MAINNET, KEYS, SWAP, inner=moves, lines=[event_bytes.swapped()], mints=BOTH))
    names = ("amount_in", "input_amount", "output_amount", "amount_out", "minimum_amount_out", "in_amount")
    assert [event.amounts[name] for name in names] == [100, 99, 60, 60, 50, 99]
    assert (event.kind, event.pool, event.facts["side"]) == (EventKind.SWAP, KEYS[0], "buy")
    assert (event.base_mint, event.base_vault, event.quote_vault) == (MINT, VAULT_A, VAULT_B)
    assert (event.facts["user"], event.facts["vault_a"]) == (KEYS[12], KEYS[3])


def test_a_sale_without_its_event() -> None:
    """Transfers tell direction and amounts; mints come from the user's accounts if need be."""
    moves = [transfer(GIVEN, VAULT_A, 99), transfer(VAULT_B, TAKEN, 60)]
    users = [(GIVEN, MINT), (TAKEN, WSOL_MINT)]
    for mints in (BOTH, users):
        event = only(transaction(MAINNET, KEYS, SWAP, inner=moves, mints=mints))
        assert (event.facts["side"], event.facts["input_mint"]) == ("sell", MINT)
        assert (event.amounts["input_amount"], event.amounts["amount_out"]) == (99, 60)
    assert "side" not in only(transaction(MAINNET, KEYS, SWAP, inner=moves)).facts


def test_only_the_output_is_seen() -> None:
    """What left a vault tells the direction as well."""
    event = only(transaction(MAINNET, KEYS, SWAP, inner=[transfer(VAULT_A, TAKEN, 60)], mints=BOTH))
    assert (event.facts["side"], event.amounts["output_amount"]) == ("buy", 60)


@pytest.mark.parametrize("told", [(GIVEN, MINT), (TAKEN, WSOL_MINT)], ids=["input", "output"])
def test_failed_swaps(told: tuple[str, str]) -> None:
    """Mints tell the direction; amounts are what was asked for."""
    event = only(transaction(MAINNET, KEYS, SWAP, failed=True, mints=[*BOTH, told]))
    assert (event.failed, event.facts["side"]) == (True, "sell")
    assert event.amounts == {"amount_in": 100, "minimum_amount_out": 50}


def test_nothing_tells_the_direction() -> None:
    """Then there is no side; the event's amounts stand."""
    event = only(transaction(MAINNET, KEYS, SWAP, lines=[event_bytes.swapped()]))
    assert "side" not in event.facts
    assert (event.amounts["amount_out"], event.amounts["in_amount"]) == (60, 99)
    for accounts, data in ((KEYS, SWAP[:-1]), (KEYS[:12], SWAP)):
        reading = read_transaction(transaction(MAINNET, accounts, data))
        assert (reading.events, len(reading.unrecognised)) == ((), 1)


THREE = struct.pack("<QQQ", 5, 70, 80)
CHANGES = [
    ("add_balance_liquidity", THREE, "AddLiquidity", 2),
    ("add_imbalance_liquidity", THREE, "AddLiquidity", 2),
    ("bootstrap_liquidity", TWO, "BootstrapLiquidity", 2),
    ("remove_balance_liquidity", THREE, "RemoveLiquidity", 2),
    ("remove_liquidity_single_side", TWO, "RemoveLiquidity", 1),
]


@pytest.mark.parametrize(("name", "data", "log", "users"), CHANGES, ids=[change[0] for change in CHANGES])
def test_liquidity(name: str, data: bytes, log: str, users: int) -> None:
    """Amounts are what the vaults got or gave; LP units come from the event."""
    keys = addresses(16)
    removed = log == "RemoveLiquidity"
    moves = [transfer(keys[9], keys[11], 7)] if removed else [transfer(keys[11], keys[9], 7)]
    mints = [(keys[9], MINT), (keys[10], WSOL_MINT)]
    whole = tag("global", name) + data
    event = only(
        transaction(MAINNET, keys, whole, inner=moves, lines=[event_bytes.changed(log)], mints=mints)
    )
    assert event.kind is (EventKind.LIQUIDITY_REMOVED if removed else EventKind.LIQUIDITY_ADDED)
    assert (event.pool, event.base_mint, event.base_vault) == (keys[0], MINT, keys[9])
    assert (event.amounts["base_amount"], event.amounts["quote_amount"]) == (7, 0)
    assert (event.amounts["lp_amount"], event.facts["user"]) == (5, keys[11 + users])
    assert event.facts.get("user_token_b") == (keys[12] if users == 2 else None)
    assert "base_amount" not in only(transaction(MAINNET, keys, whole, failed=True)).amounts
    for accounts, cut in ((keys, whole[:-1]), (keys[:11], whole)):
        reading = read_transaction(transaction(MAINNET, accounts, cut))
        assert (reading.events, len(reading.unrecognised)) == ((), 1)


def test_silent_and_unknown() -> None:
    """Locks, fees and questions are known and tell nothing; what has no name is counted."""
    for name in ("lock", "claim_fee", "get_pool_info", "create_lock_escrow"):
        reading = read_transaction(transaction(MAINNET, addresses(18), tag("global", name)))
        assert (reading.events, reading.unrecognised) == ((), ())
    reading = read_transaction(transaction(MAINNET, addresses(18), bytes(range(8))))
    assert [form.dex for form in reading.unrecognised] == ["meteora_damm_v1"]
