"""Durable nonce accounts of a wallet: where they are, what they store, and the instructions that use them.

Layout: solana-nonce ``Versions::Current(State::Initialized(Data))``, bincode: version u32, state u32,
authority, value (both 32 bytes), lamports per signature u64.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from solders import system_program
from solders.hash import Hash
from solders.pubkey import Pubkey

from sniperforge.domain.addresses import SYSTEM_PROGRAM
from sniperforge.tokens.addresses import pubkey, seeded_address

if TYPE_CHECKING:
    from solders.instruction import Instruction

    from sniperforge.domain.chain import Account

NONCE_BYTES: Final = 80
MAX_NONCES: Final = 16
"""Nonce accounts that a wallet may have; their addresses follow from the wallet alone."""

_CURRENT: Final = (1).to_bytes(4, "little")
_INITIALISED: Final = (1).to_bytes(4, "little")


@dataclass(frozen=True, slots=True)
class StoredNonce:
    """What an initialised nonce account says: who may use it, and the value that stands for a blockhash."""

    authority: str
    value: str


def nonce_seed(index: int) -> str:
    """The seed of a wallet's ``index``-th nonce account, counted from 0."""
    return f"sniperforge nonce {index}"


@lru_cache(maxsize=64)
def nonce_addresses(wallet: str) -> tuple[str, ...]:
    """Every address at which ``wallet`` may have a nonce account, in order."""
    return tuple(seeded_address(wallet, nonce_seed(index), SYSTEM_PROGRAM) for index in range(MAX_NONCES))


def stored_nonce(account: Account | None) -> StoredNonce | None:
    """What the account stores; ``None`` when it is no initialised nonce account."""
    if account is None or account.owner != SYSTEM_PROGRAM or len(account.data) != NONCE_BYTES:
        return None
    if account.data[:4] != _CURRENT or account.data[4:8] != _INITIALISED:
        return None
    authority = Pubkey.from_bytes(account.data[8:40])
    return StoredNonce(str(authority), str(Hash.from_bytes(account.data[40:72])))


def create_nonce(wallet: str, index: int, lamports: int) -> tuple[Instruction, Instruction]:
    """Make and initialise the wallet's ``index``-th nonce account; ``lamports`` is the rent of 80 bytes."""
    account = pubkey(nonce_addresses(wallet)[index])
    create = system_program.create_account_with_seed(
        system_program.CreateAccountWithSeedParams(
            from_pubkey=pubkey(wallet),
            to_pubkey=account,
            base=pubkey(wallet),
            seed=nonce_seed(index),
            lamports=lamports,
            space=NONCE_BYTES,
            owner=pubkey(SYSTEM_PROGRAM),
        )
    )
    start = system_program.initialize_nonce_account(
        system_program.InitializeNonceAccountParams(nonce_pubkey=account, authority=pubkey(wallet))
    )
    return create, start


def advance_nonce(account: str, wallet: str) -> Instruction:
    """Store the next value: first of a transaction it lets that one land, alone it ends a series."""
    return system_program.advance_nonce_account(
        system_program.AdvanceNonceAccountParams(
            nonce_pubkey=pubkey(account), authorized_pubkey=pubkey(wallet)
        )
    )


def withdraw_nonce(account: str, wallet: str, lamports: int) -> Instruction:
    """Move ``lamports`` out into the wallet; all of them closes the account."""
    return system_program.withdraw_nonce_account(
        system_program.WithdrawNonceAccountParams(
            nonce_pubkey=pubkey(account),
            authorized_pubkey=pubkey(wallet),
            to_pubkey=pubkey(wallet),
            lamports=lamports,
        )
    )
