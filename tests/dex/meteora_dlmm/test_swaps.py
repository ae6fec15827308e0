"""DLMM swaps: every form, with and without the program's events."""

from __future__ import annotations

import struct

import pytest

from sniperforge.dex.anchor_events import EVENT_CALL
from sniperforge.dex.meteora_dlmm.program import MAINNET
from sniperforge.dex.registry import read_transaction
from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAM, WSOL_MINT
from sniperforge.domain.pool import EventKind
from sniperforge.tokens.addresses import associated_token_address
from tests.dex.made import Inner, address, addresses, only, raw, tag, transaction, transfer, u128

MINT = address(40)
ACCOUNTS = addresses(16)
ACCOUNTS[6:8] = [MINT, WSOL_MINT]
ACCOUNTS[11:13] = [TOKEN_PROGRAM, TOKEN_PROGRAM]
POOL, RESERVE_X, RESERVE_Y, GIVEN, TAKEN, USER = (ACCOUNTS[i] for i in (0, 2, 3, 4, 5, 10))


def first_event(amount_in: int, amount_out: int, *, for_y: bool, pool: str = POOL) -> Inner:
    """``Swap``."""
    body = raw(pool) + raw(USER) + struct.pack("<iiQQ?QQ", 3, 2, amount_in, amount_out, for_y, 4, 1)
    return MAINNET, [address(2)], EVENT_CALL + tag("event", "Swap") + body + u128(9) + struct.pack("<Q", 0)


def test_a_sale_with_its_event() -> None:
    """The event gives direction and amounts; the transfers agree."""
    view = transaction(
        MAINNET,
        ACCOUNTS,
        tag("global", "swap") + struct.pack("<QQ", 100, 80),
        inner=[
            first_event(999, 1, for_y=False, pool=address(77)),
            first_event(100, 90, for_y=True),
            transfer(GIVEN, RESERVE_X, 100),
            transfer(RESERVE_Y, TAKEN, 90),
        ],
    )
    event = only(view)
    assert (event.kind, event.pool, event.base_mint, event.quote_mint) == (
        EventKind.SWAP,
        POOL,
        MINT,
        WSOL_MINT,
    )
    assert (event.base_vault, event.quote_vault) == (RESERVE_X, RESERVE_Y)
    names = ("amount_in", "input_amount", "output_amount", "amount_out", "minimum_amount_out", "fee")
    assert [event.amounts[name] for name in names] == [100, 100, 90, 90, 80, 4]
    assert (event.facts["side"], event.facts["input_mint"]) == ("sell", MINT)
    assert (event.facts["user"], event.facts["user_output"]) == (USER, TAKEN)


def test_transfer_fees_on_both_sides() -> None:
    """The event counts the pool's side; the user's side is in the transfer and in the balance."""
    accounts = list(ACCOUNTS)
    accounts[11:13] = [TOKEN_2022_PROGRAM, TOKEN_2022_PROGRAM]
    inner = [
        first_event(95, 90, for_y=True),
        transfer(GIVEN, RESERVE_X, 100, TOKEN_2022_PROGRAM),
        transfer(RESERVE_Y, TAKEN, 90, TOKEN_2022_PROGRAM),
    ]
    data = tag("global", "swap2") + struct.pack("<QQI", 100, 80, 0)
    event = only(transaction(MAINNET, accounts, data, inner=inner, mints=[(TAKEN, WSOL_MINT)]))
    names = ("amount_in", "input_amount", "output_amount", "amount_out")
    assert [event.amounts[name] for name in names] == [100, 95, 90, 5]
    event = only(transaction(MAINNET, accounts, data, inner=inner))
    assert event.amounts["amount_out"] == 90


def test_without_events_transfers_and_balances_tell() -> None:
    """Direction by the mint of either account of the user, amounts by the transfers."""
    data = tag("global", "swap") + struct.pack("<QQ", 100, 80)
    inner = [transfer(GIVEN, RESERVE_Y, 100), transfer(RESERVE_X, TAKEN, 90)]
    for told in ((GIVEN, WSOL_MINT), (TAKEN, MINT)):
        event = only(transaction(MAINNET, ACCOUNTS, data, inner=inner, mints=[told]))
        assert (event.facts["side"], event.facts["output_mint"]) == ("buy", MINT)
        assert (event.amounts["input_amount"], event.amounts["output_amount"]) == (100, 90)


@pytest.mark.parametrize("at", [4, 5], ids=["input", "output"])
def test_without_balances_addresses_tell(at: int) -> None:
    """The user's associated account of one mint; failed swaps keep what was asked for."""
    accounts = list(ACCOUNTS)
    accounts[at] = associated_token_address(USER, WSOL_MINT)
    data = tag("global", "swap_exact_out2") + struct.pack("<QQI", 100, 80, 0)
    event = only(transaction(MAINNET, accounts, data, failed=True))
    assert event.failed
    assert event.facts["side"] == ("buy" if at == 4 else "sell")
    assert event.amounts == {"max_in_amount": 100, "out_amount": 80, "max_amount_in": 100, "amount_out": 80}


def test_nothing_tells_the_direction() -> None:
    """Then there is no side."""
    event = only(transaction(MAINNET, ACCOUNTS, tag("global", "swap") + struct.pack("<QQ", 100, 80)))
    assert "side" not in event.facts
    assert event.amounts["amount_in"] == 100


def test_swaps_by_price_impact() -> None:
    """The bin is optional."""
    form = tag("global", "swap_with_price_impact2") + struct.pack("<Q", 100)
    asked = only(transaction(MAINNET, ACCOUNTS, form + struct.pack("<?iH", True, -9, 500))).amounts
    assert asked == {"amount_in": 100, "active_id": -9, "max_price_impact_bps": 500}
    asked = only(transaction(MAINNET, ACCOUNTS, form + struct.pack("<?H", False, 500))).amounts
    assert asked == {"amount_in": 100, "max_price_impact_bps": 500}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("swap", bytes(15)),
        ("swap_with_price_impact", bytes(8)),
        ("swap_with_price_impact", bytes(8) + b"\x01" + bytes(5)),
    ],
)
def test_too_short_is_unknown(name: str, data: bytes) -> None:
    """Too little data, or too few accounts, is counted and is no event."""
    reading = read_transaction(transaction(MAINNET, ACCOUNTS, tag("global", name) + data))
    assert (reading.events, len(reading.unrecognised)) == ((), 1)
    whole = tag("global", name) + bytes(40)
    assert len(read_transaction(transaction(MAINNET, ACCOUNTS[:12], whole)).unrecognised) == 1
