"""The accounts of the Pump.fun program: bytes in, facts out."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from solders.pubkey import Pubkey

from sniperforge.dex.anchor import account_discriminator
from sniperforge.dex.pumpfun import program
from sniperforge.errors import DecodeError

if TYPE_CHECKING:
    from sniperforge.domain.chain import Account

CURVE_DISCRIMINATOR: Final = account_discriminator("BondingCurve")
GLOBAL_DISCRIMINATOR: Final = account_discriminator("Global")
OLDEST_CURVE_SIZE: Final = 49
OLDEST_GLOBAL_SIZE: Final = 113

_CURVE: Final = struct.Struct("<5Q?32s??32sQ??QQBQQQ")
"""From byte 8; 166 bytes in all. Accounts are as long as the program was new: a missing tail reads as zero.

Fields: virtual token and quote, real token and quote reserves, supply, complete, creator, mayhem, cashback,
quote mint, creator rate, may edit it, holder reward, creator fee and protocol fees kept, depth, first virtual
quote reserves, tokens and quote of the synthetic migration.
"""
_GLOBAL: Final = struct.Struct("<?32s32s5Q32s?QQ224s32s32s?32s32s?224s?256sQQ32s?Q32s?")
"""From byte 8; 1087 bytes in all. Fields: pools.md section 5."""
_KEY: Final = 32


@dataclass(frozen=True, slots=True)
class BondingCurve:
    """What a curve account says; it does not name its coin. Amounts are raw units.

    Attributes:
        address: base58.
        creator: who gets the creator fee; the zero key for nobody.
        quote_mint: wrapped SOL where the account has the zero key.
        creator_fee_bps: the coin's own creator rate; 0: the schedule's.
        creator_fee_kept, protocol_fees_kept: fees in the curve that belong to others.
    """

    address: str
    virtual_token: int
    virtual_quote: int
    real_token: int
    real_quote: int
    supply: int
    complete: bool
    creator: str
    mayhem: bool
    cashback: bool
    quote_mint: str
    creator_fee_bps: int
    holder_reward: bool = False
    creator_fee_kept: int = 0
    protocol_fees_kept: int = 0

    @property
    def tradable(self) -> bool:
        """Whether the program trades on it: it does not after the last token is sold."""
        return not self.complete and self.virtual_token > 0 and self.virtual_quote > 0


@dataclass(frozen=True, slots=True)
class Global:
    """What holds for all curves.

    Attributes:
        fee_bps, creator_fee_bps: rates from before the pump-fees program.
        fee_recipients, reserved_fee_recipients: who may get the protocol fee; the latter of mayhem coins.
        buyback_fee_recipients: who may be named for its buyback part.
        creator_fee_configurable: whether a coin's own creator rate counts.
    """

    address: str
    fee_bps: int
    creator_fee_bps: int
    fee_recipients: tuple[str, ...]
    reserved_fee_recipients: tuple[str, ...]
    buyback_fee_recipients: tuple[str, ...]
    creator_fee_configurable: bool


def decode_curve(account: Account) -> BondingCurve:
    """Read a curve account of any program version.

    Raises:
        DecodeError: not a curve of the Pump.fun program.
    """
    data = _checked(account, CURVE_DISCRIMINATOR, OLDEST_CURVE_SIZE, _CURVE, "curve")
    fields = _CURVE.unpack_from(data, 8)
    return BondingCurve(
        address=account.address,
        virtual_token=fields[0],
        virtual_quote=fields[1],
        real_token=fields[2],
        real_quote=fields[3],
        supply=fields[4],
        complete=fields[5],
        creator=_address(fields[6]),
        mayhem=fields[7],
        cashback=fields[8],
        quote_mint=program.quote_of(_address(fields[9])),
        creator_fee_bps=fields[10],
        holder_reward=fields[12],
        creator_fee_kept=fields[13],
        protocol_fees_kept=fields[14],
    )


def decode_global(account: Account) -> Global:
    """Read the Global account of any program version.

    Raises:
        DecodeError: not the Global account of the Pump.fun program, or its rates are impossible.
    """
    data = _checked(account, GLOBAL_DISCRIMINATOR, OLDEST_GLOBAL_SIZE, _GLOBAL, "Global")
    fields = _GLOBAL.unpack_from(data, 8)
    if fields[7] + fields[11] >= 10_000:
        raise DecodeError(f"Global {account.address} has impossible rates")
    return Global(
        address=account.address,
        fee_bps=fields[7],
        creator_fee_bps=fields[11],
        fee_recipients=_addresses(fields[2] + fields[12]),
        reserved_fee_recipients=_addresses(fields[17] + fields[19]),
        buyback_fee_recipients=_addresses(fields[21]),
        creator_fee_configurable=fields[25],
    )


def _checked(account: Account, discriminator: bytes, least: int, form: struct.Struct, what: str) -> bytes:
    where = f"{what} {account.address}"
    if account.owner not in program.PROGRAMS.values():
        raise DecodeError(f"{where} is owned by {account.owner}, not by the Pump.fun program")
    if len(account.data) < least or account.data[:8] != discriminator:
        raise DecodeError(f"{where} has other contents")
    return account.data.ljust(8 + form.size, b"\0")


def _address(raw: bytes) -> str:
    return str(Pubkey(raw))


def _addresses(raw: bytes) -> tuple[str, ...]:
    keys = (raw[at : at + _KEY] for at in range(0, len(raw), _KEY))
    return tuple(_address(key) for key in keys if any(key))
