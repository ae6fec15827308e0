"""The accounts of PumpSwap: bytes in, facts out, and whether a pool is a coin's own one."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from solders.pubkey import Pubkey

from sniperforge.dex.anchor import account_discriminator
from sniperforge.dex.pumpswap import program
from sniperforge.errors import DecodeError

if TYPE_CHECKING:
    from sniperforge.domain.chain import Account

POOL_DISCRIMINATOR: Final = account_discriminator("Pool")
CONFIG_DISCRIMINATOR: Final = account_discriminator("GlobalConfig")
OLDEST_POOL_SIZE: Final = 211
OLDEST_CONFIG_SIZE: Final = 313

_POOL: Final = struct.Struct("<BH32s32s32s32s32s32sQ32s??16sQ??QQ")
"""From byte 8; 287 bytes in all. Pools are as long as the program was new: a missing tail reads as zero.

Fields: bump, index, creator, base and quote mint, LP mint, base and quote vault, LP supply, coin creator,
mayhem, cashback, virtual quote reserves, creator rate, may edit it, holder reward, fees kept of protocol and
creator.
"""
_CONFIG: Final = struct.Struct("<32sQQB256sQ32s32s32s?224s?256sQ32s??Q")
"""From byte 8; 949 bytes in all. Fields: pools.md section 6."""
_KEY: Final = 32
_NO_BUYS, _NO_SALES = 8, 16


@dataclass(frozen=True, slots=True)
class PumpPool:
    """What a pool account says. Addresses are base58, amounts raw units.

    Attributes:
        creator: who created it; a migration's is an address that only Pump.fun's program signs for.
        coin_creator: who gets the creator fee; the zero key for nobody.
        virtual_quote: added to the quote vault for pricing; below zero where fees wait in the vault.
        lp_supply: LP units in circulation as the pool counts them; burns do not lower it.
        creator_fee_bps: the pool's own creator rate; 0: the schedule's.
        fees_kept: quote units in the vault that belong to protocol and creator.
    """

    address: str
    index: int
    creator: str
    base_mint: str
    quote_mint: str
    lp_mint: str
    base_vault: str
    quote_vault: str
    lp_supply: int
    coin_creator: str
    mayhem: bool
    cashback: bool
    virtual_quote: int
    creator_fee_bps: int = 0
    fees_kept: int = 0

    @property
    def canonical(self) -> bool:
        """Whether a coin's migration created it, at the address that follows from its parts."""
        return program.is_canonical(
            self.address, self.index, self.creator, self.base_mint, self.quote_mint
        ) and self.lp_mint == program.lp_mint_address(self.address)


@dataclass(frozen=True, slots=True)
class PumpswapConfig:
    """What holds for all pools.

    Attributes:
        buys_disabled, sales_disabled: whether the program refuses them everywhere.
        fee_recipients, reserved_fee_recipients: who may get the protocol fee; the latter of mayhem pools.
        buyback_fee_recipients: who may get its buyback part.
        creator_fee_configurable: whether a pool's own creator rate counts.
    """

    address: str
    buys_disabled: bool
    sales_disabled: bool
    fee_recipients: tuple[str, ...]
    reserved_fee_recipients: tuple[str, ...]
    buyback_fee_recipients: tuple[str, ...]
    creator_fee_configurable: bool


def decode_pool(account: Account) -> PumpPool:
    """Read a pool account of any program version.

    Raises:
        DecodeError: not a pool of PumpSwap.
    """
    data = _checked(account, POOL_DISCRIMINATOR, OLDEST_POOL_SIZE, _POOL, "pool")
    fields = _POOL.unpack_from(data, 8)
    keys = [_address(key) for key in (*fields[2:8], fields[9])]
    return PumpPool(
        address=account.address,
        index=fields[1],
        creator=keys[0],
        base_mint=keys[1],
        quote_mint=keys[2],
        lp_mint=keys[3],
        base_vault=keys[4],
        quote_vault=keys[5],
        lp_supply=fields[8],
        coin_creator=keys[6],
        mayhem=fields[10],
        cashback=fields[11],
        virtual_quote=int.from_bytes(fields[12], "little", signed=True),
        creator_fee_bps=fields[13],
        fees_kept=fields[16] + fields[17],
    )


def decode_config(account: Account) -> PumpswapConfig:
    """Read the GlobalConfig account of any program version.

    Raises:
        DecodeError: not the GlobalConfig of PumpSwap.
    """
    data = _checked(account, CONFIG_DISCRIMINATOR, OLDEST_CONFIG_SIZE, _CONFIG, "configuration")
    fields = _CONFIG.unpack_from(data, 8)
    return PumpswapConfig(
        address=account.address,
        buys_disabled=bool(fields[3] & _NO_BUYS),
        sales_disabled=bool(fields[3] & _NO_SALES),
        fee_recipients=_addresses(fields[4]),
        reserved_fee_recipients=_addresses(fields[8] + fields[10]),
        buyback_fee_recipients=_addresses(fields[12]),
        creator_fee_configurable=fields[16],
    )


def _checked(account: Account, discriminator: bytes, least: int, form: struct.Struct, what: str) -> bytes:
    where = f"PumpSwap {what} {account.address}"
    if account.owner not in program.PROGRAMS.values():
        raise DecodeError(f"{where} is owned by {account.owner}, not by the PumpSwap program")
    if len(account.data) < least or account.data[:8] != discriminator:
        raise DecodeError(f"{where} has other contents")
    return account.data.ljust(8 + form.size, b"\0")


def _address(raw: bytes) -> str:
    return str(Pubkey(raw))


def _addresses(raw: bytes) -> tuple[str, ...]:
    keys = (raw[at : at + _KEY] for at in range(0, len(raw), _KEY))
    return tuple(_address(key) for key in keys if any(key))
