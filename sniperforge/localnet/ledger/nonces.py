"""Durable nonces: which transaction uses one, whether it may, and how the stored value moves on."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from solders.account import Account
from solders.pubkey import Pubkey

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.localnet.ledger.envelope import Envelope

SYSTEM_PROGRAM: Final = Pubkey.default()
NONCE_BYTES: Final = 80
"""Version u32, state u32, authority, durable nonce, lamports per signature u64."""

_ADVANCE: Final = (4).to_bytes(4, "little")
_INITIALISED: Final = (1).to_bytes(4, "little")


def durable_nonce(hash_bytes: bytes) -> bytes:
    """The nonce value that follows from a blockhash."""
    return hashlib.sha256(b"DURABLE_NONCE" + hash_bytes).digest()


def is_nonce(account: Account | None) -> bool:
    """Whether ``account`` is an initialised nonce account."""
    return (
        account is not None
        and len(account.data) == NONCE_BYTES
        and account.owner == SYSTEM_PROGRAM
        and account.data[4:8] == _INITIALISED
    )


def stored_nonce(account: Account) -> bytes:
    """The 32-byte nonce value of an initialised nonce account."""
    return bytes(account.data[40:72])


def with_nonce(account: Account, value: bytes) -> Account:
    """``account`` holding ``value`` instead."""
    data = account.data[:40] + value + account.data[72:]
    return Account(account.lamports, data, account.owner, account.executable, account.rent_epoch)


def nonce_account_of(envelope: Envelope) -> Pubkey | None:
    """The nonce account that ``envelope`` advances first of all, ``None`` when it does not.

    The rule is a validator's: the first instruction is the system program's AdvanceNonceAccount and
    its first account is static and writable.
    """
    instructions = envelope.message.instructions
    if not instructions:
        return None
    first = instructions[0]
    if envelope.keys[first.program_id_index] != SYSTEM_PROGRAM or first.data[:4] != _ADVANCE:
        return None
    index = first.accounts[0] if first.accounts else len(envelope.keys)
    if index >= len(envelope.keys) or not envelope.is_writable(index):
        return None
    return envelope.keys[index]


def nonce_usable(
    envelope: Envelope, read: Callable[[Pubkey], Account | None], current_hash: bytes
) -> Pubkey | None:
    """The nonce account when ``envelope`` may land through it, else ``None``.

    The stored value must be the transaction's blockhash, its authority must sign the first
    instruction, and the value must not have been set within the current block.
    """
    key = nonce_account_of(envelope)
    account = read(key) if key is not None else None
    if account is None or not is_nonce(account):
        return None
    stored = stored_nonce(account)
    if stored != bytes(envelope.message.recent_blockhash) or stored == durable_nonce(current_hash):
        return None
    authority = Pubkey.from_bytes(account.data[8:40])
    first = envelope.message.instructions[0]
    signers = (envelope.keys[index] for index in first.accounts if index < envelope.signers)
    return key if authority in signers else None
