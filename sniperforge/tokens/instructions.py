"""Instructions of the token, associated token, system, compute budget and memo programs that trades need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solders import compute_budget, system_program
from solders.instruction import AccountMeta, Instruction

from sniperforge.domain.addresses import (
    ASSOCIATED_TOKEN_PROGRAM,
    MEMO_PROGRAM,
    SYSTEM_PROGRAM,
    TOKEN_PROGRAM,
    WSOL_MINT,
)
from sniperforge.tokens.account import TOKEN_ACCOUNT_SIZE
from sniperforge.tokens.addresses import associated_token_address, pubkey, seeded_address

if TYPE_CHECKING:
    from collections.abc import Iterable

_CREATE_IDEMPOTENT = b"\x01"
_BURN = b"\x08"
_CLOSE_ACCOUNT = b"\x09"
_TRANSFER_CHECKED = b"\x0c"
_SYNC_NATIVE = b"\x11"
_INITIALIZE_ACCOUNT3 = b"\x12"


def create_associated_token_account(
    payer: str, owner: str, mint: str, token_program: str = TOKEN_PROGRAM
) -> Instruction:
    """Create ``owner``'s associated account of ``mint``; nothing happens when it exists."""
    account = associated_token_address(owner, mint, token_program)
    return _instruction(
        ASSOCIATED_TOKEN_PROGRAM,
        _CREATE_IDEMPOTENT,
        (
            _signer(payer),
            _writable(account),
            _readonly(owner),
            _readonly(mint),
            _readonly(SYSTEM_PROGRAM),
            _readonly(token_program),
        ),
    )


def create_seeded_wsol_account(
    owner: str, seed: str, lamports: int
) -> tuple[str, tuple[Instruction, Instruction]]:
    """An ephemeral wrapped-SOL account of ``owner``: its address and the two instructions that make it.

    Args:
        owner: pays, signs, owns the account and is the base of its address.
        seed: at most 32 bytes; unique among the owner's accounts alive at the same time.
        lamports: rent for 165 bytes plus the lamports to wrap.
    """
    account = seeded_address(owner, seed, TOKEN_PROGRAM)
    create = system_program.create_account_with_seed(
        system_program.CreateAccountWithSeedParams(
            from_pubkey=pubkey(owner),
            to_pubkey=pubkey(account),
            base=pubkey(owner),
            seed=seed,
            lamports=lamports,
            space=TOKEN_ACCOUNT_SIZE,
            owner=pubkey(TOKEN_PROGRAM),
        )
    )
    return account, (create, initialize_account(account, WSOL_MINT, owner))


def initialize_account(
    account: str, mint: str, owner: str, token_program: str = TOKEN_PROGRAM
) -> Instruction:
    """Make a created ``account`` a token account (InitializeAccount3: the owner is in the data)."""
    data = _INITIALIZE_ACCOUNT3 + bytes(pubkey(owner))
    return _instruction(token_program, data, (_writable(account), _readonly(mint)))


def close_account(
    account: str, destination: str, owner: str, token_program: str = TOKEN_PROGRAM
) -> Instruction:
    """Close an empty or wrapped-SOL token account; all its lamports go to ``destination``."""
    accounts = (_writable(account), _writable(destination), _authority(owner))
    return _instruction(token_program, _CLOSE_ACCOUNT, accounts)


def burn(account: str, mint: str, owner: str, raw: int, token_program: str = TOKEN_PROGRAM) -> Instruction:
    """Destroy ``raw`` units held in ``account``; nothing brings them back."""
    accounts = (_writable(account), _writable(mint), _authority(owner))
    return _instruction(token_program, _BURN + raw.to_bytes(8, "little"), accounts)


def sync_native(account: str, token_program: str = TOKEN_PROGRAM) -> Instruction:
    """Count lamports sent to a wrapped-SOL account as its tokens."""
    return _instruction(token_program, _SYNC_NATIVE, (_writable(account),))


def transfer_lamports(source: str, destination: str, lamports: int) -> Instruction:
    """Move ``lamports`` from ``source``, which signs."""
    return system_program.transfer(
        system_program.TransferParams(
            from_pubkey=pubkey(source), to_pubkey=pubkey(destination), lamports=lamports
        )
    )


def transfer_checked(
    source: str,
    mint: str,
    destination: str,
    owner: str,
    *,
    raw: int,
    decimals: int,
    token_program: str = TOKEN_PROGRAM,
) -> Instruction:
    """Move ``raw`` units between token accounts; fails when mint or decimals are not as stated."""
    data = _TRANSFER_CHECKED + raw.to_bytes(8, "little") + bytes([decimals])
    accounts = (_writable(source), _readonly(mint), _writable(destination), _authority(owner))
    return _instruction(token_program, data, accounts)


def compute_unit_limit(units: int) -> Instruction:
    """Most compute units that the transaction may use; the priority fee is paid for all of them."""
    return compute_budget.set_compute_unit_limit(units)


def compute_unit_price(micro_lamports: int) -> Instruction:
    """Priority fee in micro-lamports per compute unit."""
    return compute_budget.set_compute_unit_price(micro_lamports)


def memo(text: str, signers: Iterable[str] = ()) -> Instruction:
    """A note on chain, vouched for by ``signers``."""
    return _instruction(MEMO_PROGRAM, text.encode(), tuple(_authority(signer) for signer in signers))


def _instruction(program: str, data: bytes, accounts: tuple[AccountMeta, ...]) -> Instruction:
    return Instruction(pubkey(program), data, accounts)


def _signer(address: str) -> AccountMeta:
    return AccountMeta(pubkey(address), is_signer=True, is_writable=True)


def _authority(address: str) -> AccountMeta:
    return AccountMeta(pubkey(address), is_signer=True, is_writable=False)


def _writable(address: str) -> AccountMeta:
    return AccountMeta(pubkey(address), is_signer=False, is_writable=True)


def _readonly(address: str) -> AccountMeta:
    return AccountMeta(pubkey(address), is_signer=False, is_writable=False)
