"""Creations and positions on CLMM."""

from __future__ import annotations

import struct

import pytest

from sniperforge.dex.raydium_clmm.program import MAINNET
from sniperforge.dex.registry import creations_in, read_transaction
from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import LogsNotice
from sniperforge.domain.pool import EventKind
from tests.dex.made import addresses, data_line, only, tag, transaction, transfer, u128
from tests.dex.raydium_clmm.event_bytes import created_event, decreased_event, increased_event, opened_event

KEYS = addresses(24)
CREATOR, CONFIG, POOL, _, _, VAULT_0, VAULT_1 = KEYS[:7]
CREATED = [CREATOR, CONFIG, POOL, WSOL_MINT, USDC_MINT, VAULT_0, VAULT_1, *KEYS[7:13]]


def test_a_creation_without_liquidity() -> None:
    """The vaults are empty; price, tick and spacing are told."""
    line = data_line(created_event(POOL, (WSOL_MINT, USDC_MINT), (VAULT_0, VAULT_1)))
    data = tag("global", "create_pool") + u128(5) + struct.pack("<Q", 99)
    lines = ["Program log: Instruction: CreatePool", line]
    view = transaction(MAINNET, CREATED, data, lines=lines)
    event = only(view)
    assert (event.kind, event.pool, event.quote_vault) == (EventKind.POOL_CREATED, POOL, VAULT_0)
    assert (event.facts["creator"], event.facts["amm_config"]) == (CREATOR, CONFIG)
    assert event.amounts["open_time"] == 99
    assert (event.amounts["base_amount"], event.amounts["quote_amount"]) == (0, 0)
    assert (event.amounts["tick"], event.amounts["tick_spacing"]) == (-7, 60)
    (mark,) = creations_in(LogsNotice("s", 1, None, view.logs))
    assert mark.dex == "raydium_clmm"


def test_customizable_and_permissioned_pools() -> None:
    """The same accounts; a permissioned one has a payer and a permission before them."""
    data = tag("global", "create_customizable_pool") + u128(5) + b"\x01\x01"
    event = only(transaction(MAINNET, CREATED, data))
    assert (event.pool, event.amounts["sqrt_price_x64"], event.amounts["open_time"]) == (POOL, 5, 0)
    payer, permission = KEYS[20:22]
    data = tag("global", "create_permissioned_pool") + u128(5) + b"\x01\x01\x03\x00"
    event = only(transaction(MAINNET, [payer, CREATOR, permission, *CREATED[1:]], data, failed=True))
    assert (event.pool, event.base_mint, event.failed) == (POOL, USDC_MINT, True)
    assert (event.facts["creator"], event.facts["payer"]) == (CREATOR, payer)
    assert event.facts["permission"] == permission
    assert "base_amount" not in event.amounts


OPENED = (struct.pack("<iiii", -1, 1, -60, 60), opened_event(POOL, CREATOR))
FORMS = {
    "open_position": (5, (12, 13), None, *OPENED, b"", 19),
    "open_position_v2": (5, (12, 13), (20, 21), *OPENED, b"\x01\x00", 22),
    "open_position_with_token22_nft": (4, (11, 12), (18, 19), *OPENED, b"\x01\x01\x00", 20),
    "increase_liquidity": (2, (9, 10), None, b"", increased_event(KEYS[23]), b"", 12),
    "increase_liquidity_v2": (2, (9, 10), (13, 14), b"", increased_event(KEYS[23]), b"\x00", 15),
    "decrease_liquidity": (3, (5, 6), None, b"", decreased_event(KEYS[23]), b"", 12),
    "decrease_liquidity_v2": (3, (5, 6), (14, 15), b"", decreased_event(KEYS[23]), b"", 16),
}


@pytest.mark.parametrize("name", FORMS)
def test_positions_take_and_give(name: str) -> None:
    """Every form names its pool, vaults and mints in its own places; the event tells the amounts."""
    pool, vaults, mints, ticks, payload, tail, count = FORMS[name]
    accounts = list(KEYS[:count])
    pair = (accounts[vaults[0]], accounts[vaults[1]])
    if mints:
        accounts[mints[0]], accounts[mints[1]] = WSOL_MINT, USDC_MINT
    data = tag("global", name) + ticks + u128(9) + struct.pack("<QQ", 400, 500) + tail
    told = list(zip(pair, (WSOL_MINT, USDC_MINT), strict=True)) if not mints else []
    event = only(transaction(MAINNET, accounts, data, lines=[data_line(payload)], mints=told))
    added = not name.startswith("decrease")
    assert event.kind is (EventKind.LIQUIDITY_ADDED if added else EventKind.LIQUIDITY_REMOVED)
    assert (event.pool, event.quote_vault, event.base_vault) == (accounts[pool], *pair)
    assert (event.base_mint, event.quote_mint) == (USDC_MINT, WSOL_MINT)
    assert (event.amounts["quote_amount"], event.amounts["base_amount"]) == (40, 50)
    assert event.amounts["amount_0_max" if added else "amount_0_min"] == 400
    assert event.facts["user"] == accounts[0]
    short = transaction(MAINNET, accounts[: max(*vaults, *(mints or ()))], data)
    assert len(read_transaction(short).unrecognised) == 1
    assert len(read_transaction(transaction(MAINNET, accounts, data[:20])).unrecognised) == 1


@pytest.mark.parametrize(
    ("name", "tail"),
    [
        ("open_position_with_token22_nft", b"\x01\x00"),
        ("increase_liquidity_v2", b"\x00"),
        ("decrease_liquidity", b""),
    ],
)
def test_no_liquidity_is_no_event(name: str, tail: bytes) -> None:
    """A position opened empty, or one asked only for its fees."""
    *_, ticks, _, _, count = FORMS[name]
    data = tag("global", name) + ticks + u128(0) + bytes(16) + tail
    reading = read_transaction(transaction(MAINNET, KEYS[:count], data))
    assert (reading.events, reading.unrecognised) == ((), ())


def test_amounts_may_be_given_instead_of_liquidity() -> None:
    """A flag says that the liquidity follows from the amounts."""
    data = tag("global", "increase_liquidity_v2") + u128(0) + struct.pack("<QQ", 400, 500) + b"\x01\x01"
    inner = [transfer(KEYS[7], KEYS[9], 41), transfer(KEYS[8], KEYS[10], 52)]
    event = only(transaction(MAINNET, KEYS[:15], data, inner=inner))
    assert (event.amounts["sent_0"], event.amounts["sent_1"]) == (41, 52)
    assert "sent_0" not in only(transaction(MAINNET, KEYS[:15], data, inner=inner, failed=True)).amounts


def test_withdrawals_without_logs_have_no_amounts() -> None:
    """What leaves the vaults then holds fees too."""
    data = tag("global", "decrease_liquidity_v2") + u128(9) + struct.pack("<QQ", 400, 500)
    event = only(transaction(MAINNET, KEYS[:16], data, inner=[transfer(KEYS[5], KEYS[9], 41)]))
    assert event.amounts == {"liquidity": 9, "amount_0_min": 400, "amount_1_min": 500}


def test_known_and_unknown_instructions() -> None:
    """Collecting fees is nothing, an unknown instruction and a short creation are counted."""
    for data, count in (
        (tag("global", "collect_protocol_fee"), 0),
        (tag("global", "open_limit_order"), 0),
        (b"whatever", 1),
        (tag("global", "create_pool") + bytes(8), 1),
    ):
        reading = read_transaction(transaction(MAINNET, KEYS, data))
        assert (reading.events, len(reading.unrecognised)) == ((), count)
