"""The token account of SPL Token and Token-2022: bytes in, facts out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAMS
from sniperforge.errors import DecodeError
from sniperforge.tokens.layout import TLV_START, has_option, key, option_key, records, uint

if TYPE_CHECKING:
    from sniperforge.domain.chain import Account

TOKEN_ACCOUNT_SIZE = 165
_ACCOUNT_TYPE_ACCOUNT = 2
_MULTISIG_SIZE = 355
_TRANSFER_FEE_AMOUNT = 2
_INITIALISED, _FROZEN = 1, 2


@dataclass(frozen=True, slots=True)
class TokenAccount:
    """What a token account says.

    Attributes:
        address, program, mint, owner: base58; ``owner`` is who may spend.
        raw: balance in raw units.
        frozen: whether it cannot move tokens.
        delegate, delegated_raw: who else may spend, and how much.
        native_reserve: rent lamports kept out of ``raw``; ``None`` unless it wraps SOL.
        close_authority: who may close it instead of the owner.
        withheld_raw: Token-2022 transfer fees kept here; the account cannot be closed while they stay.
        lamports: all lamports, returned to whoever closes it.
    """

    address: str
    program: str
    mint: str
    owner: str
    raw: int
    frozen: bool
    delegate: str | None
    delegated_raw: int
    native_reserve: int | None
    close_authority: str | None
    withheld_raw: int
    lamports: int

    @property
    def is_native(self) -> bool:
        """Whether it wraps SOL."""
        return self.native_reserve is not None


def decode_token_account(account: Account) -> TokenAccount:
    """Read a token account.

    Layout (165 bytes): mint at 0, owner at 32, amount u64 at 64, delegate option at 72, state at 108,
    native option u64 at 109, delegated amount u64 at 121, close authority option at 129. Token-2022
    appends account type 2 and extensions.

    Raises:
        DecodeError: not an initialised token account of SPL Token or Token-2022.
    """
    data, where = account.data, f"token account {account.address}"
    if account.owner not in TOKEN_PROGRAMS:
        raise DecodeError(f"{where} is owned by {account.owner}, not by a token program")
    _check_size(data, account.owner, where)
    if data[108] not in (_INITIALISED, _FROZEN):
        raise DecodeError(f"{where} has state {data[108]}, neither initialised nor frozen")
    return TokenAccount(
        address=account.address,
        program=account.owner,
        mint=key(data, 0),
        owner=key(data, 32),
        raw=uint(data, 64, 8),
        frozen=data[108] == _FROZEN,
        delegate=option_key(data, 72, where),
        delegated_raw=uint(data, 121, 8),
        native_reserve=uint(data, 113, 8) if has_option(data, 109, where) else None,
        close_authority=option_key(data, 129, where),
        withheld_raw=_withheld(data, where),
        lamports=account.lamports,
    )


def _withheld(data: bytes, where: str) -> int:
    return sum(uint(value, 0, 8) for kind, value in records(data, where) if kind == _TRANSFER_FEE_AMOUNT)


def _check_size(data: bytes, program: str, where: str) -> None:
    if len(data) == TOKEN_ACCOUNT_SIZE:
        return
    if program != TOKEN_2022_PROGRAM or len(data) < TLV_START or len(data) == _MULTISIG_SIZE:
        raise DecodeError(f"{where} has {len(data)} bytes, which is no token account")
    if data[TLV_START - 1] != _ACCOUNT_TYPE_ACCOUNT:
        raise DecodeError(f"{where} is another kind of token account")
