"""Instructions of token issuers: make a mint, mint, give up authorities, freeze, burn. Simulation only.

Layouts: SPL Token ``TokenInstruction``, the extension instructions of Token-2022 and the token metadata
interface, as the programs in the SVM accept them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from solders.instruction import AccountMeta, Instruction
from solders.system_program import CreateAccountParams, create_account

from sniperforge.localnet.program.cpmm.instructions import TOKEN, TOKEN_2022

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solders.pubkey import Pubkey

MINT_SIZE: Final = 82
_EXTENDED: Final = 166
"""165 bytes of padding base and one of account type; each extension has four of header before its value."""

_MINT_TOKENS: Final = 0
_FREEZE_ACCOUNT: Final = 1
_INITIALIZED: Final = 1
_FROZEN: Final = 2
_U64_MAX: Final = 2**64 - 1


@dataclass(frozen=True, slots=True)
class MintExtension:
    """One Token-2022 extension of a mint to be.

    Attributes:
        size: of its value in the mint.
        setup: data of the instruction that sets it up before the mint is initialised.
    """

    size: int
    setup: bytes


def transfer_fee(authority: Pubkey, bps: int) -> MintExtension:
    """Each transfer loses ``bps``; ``authority`` may change that and collects."""
    key = bytes(authority)
    return MintExtension(108, struct.pack("<BBB32sB32sHQ", 26, 0, 1, key, 1, key, bps, _U64_MAX))


def close_authority(authority: Pubkey) -> MintExtension:
    """``authority`` may close the mint once no token is left."""
    return MintExtension(32, bytes([25, 1]) + bytes(authority))


def default_state() -> MintExtension:
    """New token accounts are not frozen, until :func:`freeze_new_accounts`."""
    return MintExtension(1, bytes([28, 0, _INITIALIZED]))


def non_transferable() -> MintExtension:
    """Nobody can send tokens on."""
    return MintExtension(0, bytes([32]))


def permanent_delegate(delegate: Pubkey) -> MintExtension:
    """``delegate`` may move and burn everybody's tokens."""
    return MintExtension(32, bytes([35]) + bytes(delegate))


def transfer_hook(authority: Pubkey) -> MintExtension:
    """No program runs on transfers, until ``authority`` names one: :func:`arm_hook`."""
    return MintExtension(64, bytes([36, 0]) + bytes(authority) + bytes(32))


def own_metadata(authority: Pubkey, mint: Pubkey) -> MintExtension:
    """The mint bears its own name: :func:`name_mint`."""
    return MintExtension(64, bytes([39, 0]) + bytes(authority) + bytes(mint))


def create_mint(
    payer: Pubkey,
    mint: Pubkey,
    *,
    decimals: int,
    freeze_authority: Pubkey | None,
    lamports: int,
    extensions: Sequence[MintExtension] = (),
) -> list[Instruction]:
    """A mint whose authority is ``payer``; with extensions it is a Token-2022 mint."""
    program = TOKEN_2022 if extensions else TOKEN
    size = _EXTENDED + sum(4 + each.size for each in extensions) if extensions else MINT_SIZE
    account = CreateAccountParams(
        from_pubkey=payer, to_pubkey=mint, lamports=lamports, space=size, owner=program
    )
    initialize = bytes([20, decimals]) + bytes(payer) + _option(freeze_authority)
    return [
        create_account(account),
        *(Instruction(program, each.setup, [AccountMeta(mint, False, True)]) for each in extensions),
        Instruction(program, initialize, [AccountMeta(mint, False, True)]),
    ]


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
    return _of_mint(mint, authority, bytes([6, kind, 0]), program)


def freeze(account: Pubkey, mint: Pubkey, authority: Pubkey, program: Pubkey) -> Instruction:
    """Freeze a holder's account."""
    metas = [
        AccountMeta(account, False, True),
        AccountMeta(mint, False, False),
        AccountMeta(authority, True, False),
    ]
    return Instruction(program, bytes([10]), metas)


def burn(account: Pubkey, mint: Pubkey, owner: Pubkey, raw: int, program: Pubkey = TOKEN) -> Instruction:
    """Destroy tokens, such as liquidity tokens."""
    metas = [
        AccountMeta(account, False, True),
        AccountMeta(mint, False, True),
        AccountMeta(owner, True, False),
    ]
    return Instruction(program, struct.pack("<BQ", 8, raw), metas)


def schedule_fee(mint: Pubkey, authority: Pubkey, bps: int) -> Instruction:
    """Another transfer fee, in force two epochs from now: so Token-2022 has it."""
    return _of_mint(mint, authority, struct.pack("<BBHQ", 26, 5, bps, _U64_MAX))


def freeze_new_accounts(mint: Pubkey, authority: Pubkey) -> Instruction:
    """From now on token accounts are made frozen."""
    return _of_mint(mint, authority, bytes([28, 1, _FROZEN]))


def arm_hook(mint: Pubkey, authority: Pubkey, program: Pubkey) -> Instruction:
    """From now on transfers call ``program``."""
    return _of_mint(mint, authority, bytes([36, 1]) + bytes(program))


def close_mint(mint: Pubkey, authority: Pubkey) -> Instruction:
    """Close the mint, for its lamports; refused while any token exists."""
    metas = [
        AccountMeta(mint, False, True),
        AccountMeta(authority, False, True),
        AccountMeta(authority, True, False),
    ]
    return Instruction(TOKEN_2022, bytes([9]), metas)


def name_mint(mint: Pubkey, authority: Pubkey, name: str, symbol: str) -> Instruction:
    """Write name and symbol into a mint with :func:`own_metadata`."""
    tag = sha256(b"spl_token_metadata_interface:initialize_account").digest()[:8]
    texts = b"".join(struct.pack("<I", len(text)) + text.encode() for text in (name, symbol, ""))
    metas = [
        AccountMeta(mint, False, True),
        AccountMeta(authority, False, False),
        AccountMeta(mint, False, False),
        AccountMeta(authority, True, False),
    ]
    return Instruction(TOKEN_2022, tag + texts, metas)


def _of_mint(mint: Pubkey, authority: Pubkey, data: bytes, program: Pubkey = TOKEN_2022) -> Instruction:
    return Instruction(program, data, [AccountMeta(mint, False, True), AccountMeta(authority, True, False)])


def _option(key: Pubkey | None) -> bytes:
    return b"\0" if key is None else b"\1" + bytes(key)
