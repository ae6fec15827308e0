"""Telling mints and token accounts by their bytes."""

from __future__ import annotations

import pytest
from solders.account import Account
from solders.pubkey import Pubkey

from sniperforge.localnet.ledger.balances import (
    TOKEN,
    TOKEN_2022,
    holding_amount,
    is_holding,
    mint_decimals,
    says_no_more,
)
from tests.localnet.kit import keypair

SYSTEM = Pubkey.default()


def account(owner: Pubkey, size: int, **bytes_at: int) -> Account:
    data = bytearray(size)
    for name, value in bytes_at.items():
        data[int(name[1:])] = value
    return Account(1, bytes(data), owner)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (account(TOKEN, 165, a108=1), True),
        (account(TOKEN_2022, 165, a108=2), True),
        (account(TOKEN_2022, 182, a108=1, a165=2), True),
        (account(TOKEN_2022, 182, a108=1, a165=1), False),
        (account(TOKEN, 182, a108=1, a165=2), False),
        (account(TOKEN, 165), False),
        (account(SYSTEM, 165, a108=1), False),
        (account(TOKEN_2022, 355, a108=1, a165=2), False),
        (account(TOKEN, 82, a45=1), False),
    ],
)
def test_token_accounts(found: Account, expected: bool) -> None:
    """Initialised accounts of either token program, with extensions only in Token-2022."""
    assert is_holding(found) is expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (account(TOKEN, 82, a44=6, a45=1), 6),
        (account(TOKEN_2022, 82, a44=0, a45=1), 0),
        (account(TOKEN_2022, 250, a44=9, a45=1, a165=1), 9),
        (account(TOKEN_2022, 250, a44=9, a45=1, a165=2), None),
        (account(TOKEN_2022, 165, a44=9, a45=1), None),
        (account(TOKEN, 250, a44=9, a45=1, a165=1), None),
        (account(TOKEN, 82, a44=6), None),
        (account(SYSTEM, 82, a44=6, a45=1), None),
        (account(TOKEN, 355, a45=1), None),
        (account(TOKEN, 10), None),
    ],
)
def test_mints(found: Account, expected: int | None) -> None:
    """Initialised mints of either token program."""
    assert mint_decimals(found) == expected


def test_the_amount_is_at_its_place() -> None:
    """Eight little-endian bytes at 64."""
    assert holding_amount(bytes(64) + (2**64 - 1).to_bytes(8, "little") + bytes(93)) == 2**64 - 1


def test_what_an_index_need_not_hear() -> None:
    """The same owner that is no token program, and no program: all else may have changed what it says."""
    plain, other = Account(1, b"a", keypair(1).pubkey()), Account(2, b"b", keypair(1).pubkey())
    assert says_no_more(plain, other)
    assert not says_no_more(plain, Account(1, b"a", keypair(2).pubkey()))
    assert not says_no_more(plain, Account(1, b"a", keypair(1).pubkey(), True))
    assert not says_no_more(Account(1, b"", TOKEN), Account(1, b"", TOKEN))
