"""DLMM liquidity: every form, with and without the program's events."""

from __future__ import annotations

import struct

import pytest

from sniperforge.dex.anchor_events import EVENT_CALL
from sniperforge.dex.meteora_dlmm.program import MAINNET
from sniperforge.dex.registry import events_of, read_transaction
from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.domain.pool import EventKind
from tests.dex.made import Inner, address, addresses, only, raw, tag, transaction, transfer

MINT = address(40)
ACCOUNTS = addresses(17)
ACCOUNTS[7:9] = [MINT, WSOL_MINT]


def self_call(name: str, *numbers: int) -> Inner:
    """An event with pool and two more addresses, then numbers."""
    body = raw(ACCOUNTS[1]) + raw(address(3)) + raw(address(4))
    return MAINNET, [address(2)], EVENT_CALL + tag("event", name) + body + struct.pack("<QQi", *numbers)


@pytest.mark.parametrize(
    ("name", "user"),
    [("add_liquidity", 11), ("add_liquidity_by_strategy2", 9), ("remove_liquidity_by_range2", 9)],
)
def test_two_sided(name: str, user: int) -> None:
    """Amounts by the event; without it by the transfers."""
    added = name.startswith("add")
    call = self_call("AddLiquidity" if added else "RemoveLiquidity", 30, 40, -1)
    event = only(transaction(MAINNET, ACCOUNTS, tag("global", name), inner=[call]))
    assert event.kind is (EventKind.LIQUIDITY_ADDED if added else EventKind.LIQUIDITY_REMOVED)
    assert (event.pool, event.facts["position"], event.facts["user"]) == (
        ACCOUNTS[1],
        ACCOUNTS[0],
        ACCOUNTS[user],
    )
    assert (event.base_mint, event.base_vault, event.quote_vault) == (MINT, ACCOUNTS[5], ACCOUNTS[6])
    assert (event.amounts["base_amount"], event.amounts["quote_amount"]) == (30, 40)
    moves = [(3, 5, 7), (4, 6, 8)] if added else [(5, 3, 7), (6, 4, 8)]
    inner = [transfer(ACCOUNTS[out], ACCOUNTS[into], amount) for out, into, amount in moves]
    event = only(transaction(MAINNET, ACCOUNTS, tag("global", name), inner=inner))
    assert (event.amounts["base_amount"], event.amounts["quote_amount"]) == (7, 8)
    assert only(transaction(MAINNET, ACCOUNTS, tag("global", name), failed=True)).amounts == {}


@pytest.mark.parametrize("mint", [MINT, WSOL_MINT], ids=["base", "quote"])
def test_one_sided(mint: str) -> None:
    """One mint and one vault are told; the other side got nothing."""
    accounts = list(ACCOUNTS)
    accounts[5] = mint
    data = tag("global", "add_liquidity_one_side_precise2")
    quoted = mint == WSOL_MINT
    for inner in ([self_call("AddLiquidity", 0, 40, 1)], [transfer(accounts[3], accounts[4], 40)]):
        event = only(transaction(MAINNET, accounts, data, inner=inner))
        assert (event.quote_mint if quoted else event.base_mint) == mint
        assert (event.quote_vault if quoted else event.base_vault) == accounts[4]
        assert event.amounts == {"base_amount": 0 if quoted else 40, "quote_amount": 40 if quoted else 0}
        assert event.facts["user"] == accounts[6]
    assert only(transaction(MAINNET, accounts, data, failed=True)).amounts == {}


def test_rebalancing_is_up_to_two_events() -> None:
    """What came out, then what went in; neither where nothing moved or nothing is told."""
    data = tag("global", "rebalance_liquidity")
    addressed = raw(ACCOUNTS[1]) + raw(ACCOUNTS[0]) + raw(ACCOUNTS[9])
    numbers = struct.pack("<iQQQQQQ", -3, 10, 1, 20, 2, 5, 6)
    call: Inner = (MAINNET, [address(2)], EVENT_CALL + tag("event", "Rebalancing") + addressed + numbers)
    removed, added = events_of(
        transaction(MAINNET, ACCOUNTS, data, inner=[self_call("Other", 1, 2, 3), call])
    )
    assert (removed.kind, added.kind) == (EventKind.LIQUIDITY_REMOVED, EventKind.LIQUIDITY_ADDED)
    assert (removed.amounts["base_amount"], removed.amounts["quote_amount"]) == (10, 20)
    assert (added.amounts["base_amount"], added.amounts["quote_amount"]) == (1, 2)
    other = self_call("AddLiquidity", 1, 2, 3)
    assert read_transaction(transaction(MAINNET, ACCOUNTS, data, inner=[other])).events == ()
    assert events_of(transaction(MAINNET, ACCOUNTS, data, failed=True)) == ()


@pytest.mark.parametrize("name", ["add_liquidity", "rebalance_liquidity"])
def test_too_short_is_unknown(name: str) -> None:
    """Too few accounts are counted."""
    reading = read_transaction(transaction(MAINNET, ACCOUNTS[:9], tag("global", name)))
    assert (reading.events, len(reading.unrecognised)) == ((), 1)
