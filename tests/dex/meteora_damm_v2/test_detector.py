"""DAMM v2 creations and positions of every form, and what concerns no trading."""

from __future__ import annotations

import struct

import pytest

from sniperforge.dex.anchor_events import EVENT_CALL
from sniperforge.dex.meteora_damm_v2.program import MAINNET
from sniperforge.dex.registry import read_transaction
from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.domain.pool import EventKind
from tests.dex.made import Inner, address, addresses, only, tag, transaction, transfer, u128
from tests.dex.meteora_damm_v2 import event_bytes

MINT = address(40)
PLAIN = u128(3) + u128(4)
CUSTOM = event_bytes.fees() + u128(1) + u128(2) + b"\x00" + u128(3) + u128(4) + bytes((1, 1))
POINT = b"\x01" + struct.pack("<Q", 1_790_000_005)
FORMS = [
    ("initialize_pool", 6, 4, PLAIN),
    ("initialize_pool_with_dynamic_config", 7, 5, CUSTOM),
    ("initialize_customizable_pool", 5, None, CUSTOM),
]


def left(payload: bytes) -> Inner:
    """A self-call."""
    return MAINNET, [address(2)], EVENT_CALL + payload


@pytest.mark.parametrize(("name", "at", "config", "data"), FORMS, ids=[form[0] for form in FORMS])
def test_creations(name: str, at: int, config: int | None, data: bytes) -> None:
    """Pool, mints, vaults, who made it; amounts by the event, else by the transfers."""
    keys = addresses(21)
    keys[at + 2 : at + 4] = [MINT, WSOL_MINT]
    event = only(transaction(MAINNET, keys, tag("global", name) + data, inner=[left(event_bytes.created())]))
    assert (event.kind, event.pool, event.base_mint) == (EventKind.POOL_CREATED, keys[at], MINT)
    assert (event.base_vault, event.quote_vault) == (keys[at + 4], keys[at + 5])
    assert (event.facts["creator"], event.facts["payer"]) == (keys[0], keys[3])
    assert event.facts.get("config") == (None if config is None else keys[config])
    assert (event.facts["program_a"], event.facts["program_b"]) == (keys[at + 8], keys[at + 9])
    assert (event.amounts["base_amount"], event.amounts["quote_amount"]) == (70, 80)
    assert event.amounts["open_time"] == 1_790_000_000
    moves = [transfer(keys[at + 6], keys[at + 4], 7), transfer(keys[at + 7], keys[at + 5], 8)]
    event = only(transaction(MAINNET, keys, tag("global", name) + data + POINT, inner=moves))
    assert (event.amounts["base_amount"], event.amounts["quote_amount"]) == (7, 8)
    assert event.amounts["activation_point"] == 1_790_000_005
    assert event.amounts["open_time"] == (1_790_000_005 if data == CUSTOM else 0)
    failed = only(transaction(MAINNET, keys, tag("global", name) + data, failed=True))
    assert "base_amount" not in failed.amounts
    for accounts, cut in ((keys, data[:-1]), (keys[:10], data)):
        reading = read_transaction(transaction(MAINNET, accounts, tag("global", name) + cut))
        assert (reading.events, len(reading.unrecognised)) == ((), 1)


CHANGES = [
    ("add_liquidity", 0, u128(5) + struct.pack("<QQ", 3, 4), "EvtAddLiquidity"),
    ("remove_liquidity", 1, u128(5) + struct.pack("<QQ", 3, 4), "EvtRemoveLiquidity"),
    ("remove_all_liquidity", 1, struct.pack("<QQ", 3, 4), "EvtRemoveLiquidity"),
]


@pytest.mark.parametrize(("name", "at", "data", "before"), CHANGES, ids=[change[0] for change in CHANGES])
def test_positions(name: str, at: int, data: bytes, before: str) -> None:
    """Amounts by the newer event, by the older one, by the transfers; failed: what was asked for."""
    keys = addresses(15)
    keys[at + 6 : at + 8] = [MINT, WSOL_MINT]
    removed = at == 1
    moves = [(2, 4, 7), (3, 5, 8)]
    if removed:
        moves = [(into + 1, out + 1, amount) for out, into, amount in moves]
    for inner, amounts in (
        ([left(event_bytes.changed(removed=removed))], (70, 80)),
        ([left(event_bytes.changed_before(before))], (72, 82)),
        ([transfer(keys[out], keys[into], amount) for out, into, amount in moves], (7, 8)),
    ):
        event = only(transaction(MAINNET, keys, tag("global", name) + data, inner=inner))
        assert event.kind is (EventKind.LIQUIDITY_REMOVED if removed else EventKind.LIQUIDITY_ADDED)
        assert (event.pool, event.facts["position"], event.facts["user"]) == (
            keys[at],
            keys[at + 1],
            keys[at + 9],
        )
        assert (event.base_vault, event.quote_vault) == (keys[at + 4], keys[at + 5])
        assert (event.amounts["base_amount"], event.amounts["quote_amount"]) == amounts
        assert (event.amounts["token_a_amount_threshold"], event.amounts["token_b_amount_threshold"]) == (
            3,
            4,
        )
    assert (
        "base_amount" not in only(transaction(MAINNET, keys, tag("global", name) + data, failed=True)).amounts
    )
    for accounts, cut in ((keys, data[:-1]), (keys[:9], data)):
        reading = read_transaction(transaction(MAINNET, accounts, tag("global", name) + cut))
        assert (reading.events, len(reading.unrecognised)) == ((), 1)


def test_silent_and_unknown() -> None:
    """Fees and positions are known and tell nothing; what has no name is counted."""
    for name in ("claim_position_fee", "create_position", "permanent_lock_position", "split_position2"):
        reading = read_transaction(transaction(MAINNET, addresses(12), tag("global", name)))
        assert (reading.events, reading.unrecognised) == ((), ())
    reading = read_transaction(transaction(MAINNET, addresses(12), bytes(range(8))))
    assert [form.dex for form in reading.unrecognised] == ["meteora_damm_v2"]
