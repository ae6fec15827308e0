"""Instructions of token issuers: make a mint, mint, give up authorities, freeze, burn. Simulation only.

Layouts: SPL Token ``TokenInstruction`` and Token-2022 ``TransferFeeInstruction``, as the programs in the SVM
accept them.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from solders.instruction import AccountMeta, Instruction
from solders.system_program import CreateAccountParams, create_account

from sniperforge.localnet.program.instructions import TOKEN, TOKEN_2022

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

MINT_SIZE: Final = 82
MINT_SIZE_WITH_TRANSFER_FEE: Final = 278
"""165 bytes of padding base, one of account type, four of header and 108 of ``TransferFeeConfig``."""

_MINT_TOKENS: Final = 0
_FREEZE_ACCOUNT: Final = 1
_U64_MAX: Final = 2**64 - 1


def create_mint(
    payer: Pubkey,
    mint: Pubkey,
    *,
    decimals: int,
    freeze_authority: Pubkey | None,
    transfer_fee_bps: int,
    rent: int,
) -> list[Instruction]:
    """A mint whose authority is ``payer``; with a transfer fee it is a Token-2022 mint."""
    program = TOKEN_2022 if transfer_fee_bps else TOKEN
    size = MINT_SIZE_WITH_TRANSFER_FEE if transfer_fee_bps else MINT_SIZE
    made = [
        create_account(
            CreateAccountParams(from_pubkey=payer, to_pubkey=mint, lamports=rent, space=size, owner=program)
        )
    ]
    if transfer_fee_bps:
        data = struct.pack(
            "<BBB32sB32sHQ", 26, 0, 1, bytes(payer), 1, bytes(payer), transfer_fee_bps, _U64_MAX
        )
        made.append(Instruction(program, data, [AccountMeta(mint, False, True)]))
    made.append(
        Instruction(
            program,
            bytes([20, decimals]) + bytes(payer) + _option(freeze_authority),
            [AccountMeta(mint, False, True)],
        )
    )
    return made


def mint_to(mint: Pubkey, account: Pubkey, authority: Pubkey, raw: int, program: Pubkey) -> Instruction:
    """Make ``raw`` new tokens."""
    metas = [
        AccountMeta(mint, False, True),
        AccountMeta(account, False, True),
        AccountMeta(authority, True, False),
    ]
    return Instruction(program, struct.pack("<BQ", 7, raw), metas)


def revoke(mint: Pubkey, authority: Pubkey, program: Pubkey, *, freeze: bool) -> Instruction:
    """Give up the mint (or freeze) authority for ever."""
    kind = _FREEZE_ACCOUNT if freeze else _MINT_TOKENS
    metas = [AccountMeta(mint, False, True), AccountMeta(authority, True, False)]
    return Instruction(program, bytes([6, kind, 0]), metas)


def freeze(account: Pubkey, mint: Pubkey, authority: Pubkey, program: Pubkey) -> Instruction:
    """Freeze a holder's account."""
    metas = [
        AccountMeta(account, False, True),
        AccountMeta(mint, False, False),
        AccountMeta(authority, True, False),
    ]
    return Instruction(program, bytes([10]), metas)


def burn(account: Pubkey, mint: Pubkey, owner: Pubkey, raw: int) -> Instruction:
    """Destroy SPL tokens, such as liquidity tokens."""
    metas = [
        AccountMeta(account, False, True),
        AccountMeta(mint, False, True),
        AccountMeta(owner, True, False),
    ]
    return Instruction(TOKEN, struct.pack("<BQ", 8, raw), metas)


def _option(key: Pubkey | None) -> bytes:
    return b"\0" if key is None else b"\1" + bytes(key)
