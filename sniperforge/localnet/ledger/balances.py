"""Lamports and token holdings of a transaction's accounts, before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from solders.pubkey import Pubkey

from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAM

if TYPE_CHECKING:
    from solders.account import Account

TOKEN: Final = Pubkey.from_string(TOKEN_PROGRAM)
TOKEN_2022: Final = Pubkey.from_string(TOKEN_2022_PROGRAM)
_TOKEN_PROGRAMS: Final = (TOKEN, TOKEN_2022)

MINT_BYTES: Final = 82
HOLDING_BYTES: Final = 165
_MULTISIG_BYTES: Final = 355
_KIND_AT: Final = 165
_KIND_MINT, _KIND_HOLDING = 1, 2


class Holding(NamedTuple):
    """What a token account held at one moment.

    Attributes:
        position: of the account among the transaction's keys.
        mint, owner: 32 bytes each; turned into text only when someone asks.
        program: which of the two token programs owns it.
        amount: raw units.
        decimals: of the mint.
    """

    position: int
    mint: bytes
    owner: bytes
    program: Pubkey
    amount: int
    decimals: int


def says_no_more(before: Account, after: Account) -> bool:
    """Whether an index that knows ``before`` knows ``after`` too: neither token accounts nor programs."""
    owner = after.owner
    return owner == before.owner and owner not in _TOKEN_PROGRAMS and not after.executable


def is_holding(account: Account) -> bool:
    """Whether ``account`` is an initialised token account of either token program."""
    owner = account.owner
    if owner not in _TOKEN_PROGRAMS:  # first of all: the data would be copied
        return False
    data = account.data
    size = len(data)
    if size < HOLDING_BYTES or size == _MULTISIG_BYTES or not data[108]:
        return False
    return size == HOLDING_BYTES or bool(owner == TOKEN_2022 and data[_KIND_AT] == _KIND_HOLDING)


def mint_decimals(account: Account) -> int | None:
    """Decimals when ``account`` is an initialised mint of either token program, else ``None``."""
    owner = account.owner
    if owner not in _TOKEN_PROGRAMS:
        return None
    data = account.data
    size = len(data)
    if size < MINT_BYTES or size == _MULTISIG_BYTES or not data[45]:
        return None
    if size == MINT_BYTES:
        return data[44]
    if owner == TOKEN_2022 and size > _KIND_AT and data[_KIND_AT] == _KIND_MINT:
        return data[44]
    return None


def holding_amount(data: bytes) -> int:
    """Raw balance in a token account's bytes."""
    return int.from_bytes(data[64:72], "little")
