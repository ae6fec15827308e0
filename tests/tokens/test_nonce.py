"""Nonce accounts: addresses from the wallet alone, and instructions that a validator's rules accept."""

from __future__ import annotations

import pytest
from solders.hash import Hash
from solders.keypair import Keypair

from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_PROGRAM
from sniperforge.domain.chain import Account
from sniperforge.localnet.ledger.nonces import durable_nonce
from sniperforge.tokens.nonce import (
    MAX_NONCES,
    NONCE_BYTES,
    StoredNonce,
    advance_nonce,
    create_nonce,
    nonce_addresses,
    stored_nonce,
    withdraw_nonce,
)
from tests.localnet.kit import Bench

RENT = 1_447_680


def test_addresses_follow_from_the_wallet() -> None:
    """All different, and not another wallet's."""
    first, second = (str(Keypair().pubkey()) for _ in range(2))
    assert len(set(nonce_addresses(first) + nonce_addresses(second))) == 2 * MAX_NONCES
    assert nonce_addresses(first) == nonce_addresses(first)


def test_a_life() -> None:
    """Made, advanced and closed on the embedded network; its lamports come back."""
    bench = Bench()
    wallet = str(bench.payer.pubkey())
    account = nonce_addresses(wallet)[2]
    assert bench.send(*create_nonce(wallet, 2, RENT)).err is None
    stored = stored_nonce(bench.ledger.account(account))
    assert stored == StoredNonce(
        wallet, str(Hash.from_bytes(durable_nonce(bench.ledger.chain.tip.hash_bytes)))
    )
    bench.ledger.advance()
    assert bench.send(advance_nonce(account, wallet), blockhash=stored.value).err is None
    moved = stored_nonce(bench.ledger.account(account))
    assert moved is not None
    assert moved.value != stored.value
    bench.ledger.advance()
    before = bench.ledger.account(wallet)
    assert bench.send(withdraw_nonce(account, wallet, RENT)).err is None
    after = bench.ledger.account(wallet)
    assert before is not None
    assert after is not None
    assert after.lamports - before.lamports == RENT - 5_000
    assert stored_nonce(bench.ledger.account(account)) is None


GOOD = (1).to_bytes(4, "little") * 2 + bytes(72)


@pytest.mark.parametrize(
    "account",
    [
        None,
        Account("a", SYSTEM_PROGRAM, RENT, b""),
        Account("a", TOKEN_PROGRAM, RENT, GOOD),
        Account("a", SYSTEM_PROGRAM, RENT, GOOD + b"\0"),
        Account("a", SYSTEM_PROGRAM, RENT, bytes(4) + GOOD[4:]),
        Account("a", SYSTEM_PROGRAM, RENT, GOOD[:4] + bytes(76)),
    ],
    ids=["none", "dust", "other owner", "other size", "legacy", "not initialised"],
)
def test_other_accounts_store_no_nonce(account: Account | None) -> None:
    """Nothing is signed on them."""
    assert stored_nonce(account) is None
    assert len(GOOD) == NONCE_BYTES
    assert stored_nonce(Account("a", SYSTEM_PROGRAM, RENT, GOOD)) is not None
