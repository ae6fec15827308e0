"""DAMM v2 swaps: both forms, with the newer event, the older one, and none."""

from __future__ import annotations

import struct

import pytest

from sniperforge.dex.anchor_events import EVENT_CALL
from sniperforge.dex.meteora_damm_v2.program import MAINNET
from sniperforge.dex.registry import read_transaction
from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAM, WSOL_MINT
from sniperforge.domain.pool import EventKind
from sniperforge.tokens.addresses import associated_token_address
from tests.dex.made import Inner, address, addresses, only, tag, transaction, transfer
from tests.dex.meteora_damm_v2 import event_bytes

MINT = address(40)
ACCOUNTS = addresses(14)
ACCOUNTS[1] = event_bytes.POOL
ACCOUNTS[6:8] = [MINT, WSOL_MINT]
ACCOUNTS[9:11] = [TOKEN_PROGRAM, TOKEN_PROGRAM]
GIVEN, TAKEN, VAULT_A, VAULT_B, USER = (ACCOUNTS[i] for i in (2, 3, 4, 5, 8))
FIRST = tag("global", "swap") + struct.pack("<QQ", 100, 50)


def second(mode: int) -> bytes:
    """``swap2``."""
    return tag("global", "swap2") + struct.pack("<QQB", 100, 50, mode)


def left(payload: bytes) -> Inner:
    """A self-call."""
    return MAINNET, [address(2)], EVENT_CALL + payload


def test_the_newer_event_knows_both_ends() -> None:
    """What the user paid and got, what the pool got and gave."""
    inner = [left(event_bytes.swapped(address(9))), left(event_bytes.swapped())]
    event = only(transaction(MAINNET, ACCOUNTS, second(0), inner=inner))
    names = ("amount_in", "input_amount", "output_amount", "amount_out", "minimum_amount_out")
    assert [event.amounts[name] for name in names] == [100, 95, 60, 57, 50]
    assert (event.kind, event.pool, event.facts["side"]) == (EventKind.SWAP, event_bytes.POOL, "sell")
    assert (event.base_vault, event.quote_vault) == (VAULT_A, VAULT_B)
    assert (event.facts["user"], event.facts["user_input"]) == (USER, GIVEN)
    event = only(transaction(MAINNET, ACCOUNTS, second(0), inner=[left(event_bytes.swapped(direction=1))]))
    assert (event.facts["side"], event.facts["input_mint"]) == ("buy", WSOL_MINT)


def test_the_older_event_knows_the_pools_end() -> None:
    """The user's output is in the transfer of an old token, else in the balance, else what was sent."""
    moves = [transfer(GIVEN, VAULT_B, 100), transfer(VAULT_A, TAKEN, 60)]
    event = only(transaction(MAINNET, ACCOUNTS, FIRST, inner=[left(event_bytes.swapped_before()), *moves]))
    names = ("amount_in", "input_amount", "output_amount", "amount_out")
    assert [event.amounts[name] for name in names] == [100, 95, 60, 60]
    accounts = list(ACCOUNTS)
    accounts[9:11] = [TOKEN_2022_PROGRAM, TOKEN_2022_PROGRAM]
    moves = [
        transfer(GIVEN, VAULT_B, 100, TOKEN_2022_PROGRAM),
        transfer(VAULT_A, TAKEN, 60, TOKEN_2022_PROGRAM),
    ]
    inner = [left(event_bytes.swapped_before()), *moves]
    for mints, got in (([(TAKEN, MINT)], 5), ([], 60)):
        event = only(transaction(MAINNET, accounts, FIRST, inner=inner, mints=mints))
        assert event.amounts["amount_out"] == got


def test_without_events() -> None:
    """Direction by the mint of either account of the user, amounts by the transfers."""
    moves = [transfer(GIVEN, VAULT_B, 100), transfer(VAULT_A, TAKEN, 60)]
    for told in ((GIVEN, WSOL_MINT), (TAKEN, MINT)):
        event = only(transaction(MAINNET, ACCOUNTS, FIRST, inner=moves, mints=[told]))
        assert (event.facts["side"], event.amounts["amount_out"]) == ("buy", 60)


@pytest.mark.parametrize("at", [2, 3], ids=["input", "output"])
def test_without_balances_addresses_tell(at: int) -> None:
    """The user's associated account of one mint; failed swaps keep what was asked for."""
    accounts = list(ACCOUNTS)
    accounts[at] = associated_token_address(USER, WSOL_MINT)
    event = only(transaction(MAINNET, accounts, second(2), failed=True))
    assert event.facts["side"] == ("buy" if at == 2 else "sell")
    asked = {"amount_0": 100, "amount_1": 50, "swap_mode": 2, "amount_out": 100, "max_amount_in": 50}
    assert event.amounts == asked


def test_nothing_tells_the_direction() -> None:
    """Then there is no side; a missing mode is exact input."""
    event = only(transaction(MAINNET, ACCOUNTS, second(0)[:-1]))
    assert "side" not in event.facts
    assert event.amounts["amount_in"] == 100


def test_too_short_is_unknown() -> None:
    """Too little data, or too few accounts, is counted and is no event."""
    for accounts, data in ((ACCOUNTS, FIRST[:-1]), (ACCOUNTS[:10], FIRST)):
        reading = read_transaction(transaction(MAINNET, accounts, data))
        assert (reading.events, len(reading.unrecognised)) == ((), 1)
