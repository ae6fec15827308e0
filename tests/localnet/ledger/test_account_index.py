"""The index over all accounts."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from solders.account import Account
from solders.pubkey import Pubkey

from sniperforge.localnet.ledger.account_index import AccountIndex
from sniperforge.localnet.ledger.balances import TOKEN, is_holding

KEYS = [Pubkey(bytes([number]) * 32) for number in range(1, 9)]
MINTS, OWNERS, PROGRAMS = KEYS[:3], KEYS[3:6], [TOKEN, *KEYS[6:]]


def token(mint: Pubkey, owner: Pubkey) -> Account:
    return Account(1, bytes(mint) + bytes(owner) + bytes(44) + b"\x01" + bytes(56), TOKEN)


def test_a_token_account_is_found_by_all_its_keys() -> None:
    """By program, by mint and by owner; and by nothing once it is gone."""
    index, key = AccountIndex(), KEYS[0]
    index.update(key, str(key), token(MINTS[1], OWNERS[1]))
    for found in (index.by_program(TOKEN), index.by_mint(MINTS[1]), index.by_owner(OWNERS[1])):
        assert list(found) == [str(key)]
    assert (len(index), list(index.addresses())) == (1, [str(key)])
    index.update(key, str(key), None)
    for found in (index.by_program(TOKEN), index.by_mint(MINTS[1]), index.by_owner(OWNERS[1])):
        assert list(found) == []
    assert len(index) == 0


def test_decimals_are_remembered() -> None:
    """A mint's decimals are known once it was seen, 0 before."""
    index, key = AccountIndex(), KEYS[0]
    assert index.decimals(bytes(key)) == 0
    index.update(key, str(key), Account(1, bytes(44) + b"\x06\x01" + bytes(36), TOKEN))
    assert index.decimals(bytes(key)) == 6


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_it_always_equals_a_full_scan(seed: int) -> None:
    """After any series of writes and deletions the groups hold exactly what a scan finds."""
    rng, index, accounts = random.Random(seed), AccountIndex(), {}
    for _ in range(60):
        key = rng.choice(KEYS)
        program = rng.choice(PROGRAMS)
        options = [None, Account(1, b"", program), token(rng.choice(MINTS), rng.choice(OWNERS))]
        account = rng.choice(options)
        index.update(key, str(key), account)
        accounts.pop(str(key), None)
        if account is not None:
            accounts[str(key)] = account
    assert set(index.addresses()) == set(accounts)
    for program in PROGRAMS:
        assert set(index.by_program(program)) == {a for a, x in accounts.items() if x.owner == program}
    held = {a: x for a, x in accounts.items() if is_holding(x)}
    for mint in MINTS:
        assert set(index.by_mint(mint)) == {a for a, x in held.items() if x.data[:32] == bytes(mint)}
    for owner in OWNERS:
        assert set(index.by_owner(owner)) == {a for a, x in held.items() if x.data[32:64] == bytes(owner)}
