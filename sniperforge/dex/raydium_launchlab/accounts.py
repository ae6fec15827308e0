"""The accounts of Raydium LaunchLab: bytes in, facts out, and whether a curve is the canonical one."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from solders.pubkey import Pubkey

from sniperforge.dex.anchor import account_discriminator
from sniperforge.dex.raydium_launchlab import program
from sniperforge.errors import DecodeError

if TYPE_CHECKING:
    from sniperforge.domain.chain import Account

POOL_DISCRIMINATOR: Final = account_discriminator("PoolState")
CONFIG_DISCRIMINATOR: Final = account_discriminator("GlobalConfig")
PLATFORM_DISCRIMINATOR: Final = account_discriminator("PlatformConfig")
POOL_SIZE: Final = 429
CONFIG_SIZE: Final = 371
PLATFORM_SIZE: Final = 728
"""What is read of it; real ones are longer, and grow."""

FUND: Final = 0
"""Status of a curve that trades; others wait for their migration or have gone."""
MIGRATE: Final = 1

_POOL: Final = struct.Struct("<8x5B10Q40x" + "32s" * 7)
"""From byte 8: after the epoch bump, status, decimals, migration; amounts; vesting, passed over; keys."""
_CONFIG: Final = struct.Struct("<8xBHQQQ")
_QUOTE_MINT_AT: Final = slice(83, 115)
_PLATFORM: Final = struct.Struct("<Q64s")
_PLATFORM_FEE_AT: Final = 104
_CREATOR_FEE: Final = struct.Struct("<Q")
_CREATOR_FEE_AT: Final = 720


@dataclass(frozen=True, slots=True)
class LaunchlabPool:
    """What a curve's account says. Addresses are base58, amounts raw units.

    Attributes:
        status: 0 trades, 1 waits for its migration, 2 has migrated.
        migrate_type: 0 to AMM v4, 1 to CPMM.
        total_base_sell: how much the curve sells before it migrates.
        virtual_base, virtual_quote: parameters of the curve, constant.
        real_base: sold so far. real_quote: raised so far, without fees.
        quote_protocol_fee: in the quote vault, but the protocol's.
    """

    address: str
    program_id: str
    status: int
    base_decimals: int
    quote_decimals: int
    migrate_type: int
    supply: int
    total_base_sell: int
    virtual_base: int
    virtual_quote: int
    real_base: int
    real_quote: int
    total_quote_fund_raising: int
    quote_protocol_fee: int
    platform_fee: int
    migrate_fee: int
    global_config: str
    platform_config: str
    base_mint: str
    quote_mint: str
    base_vault: str
    quote_vault: str
    creator: str


@dataclass(frozen=True, slots=True)
class LaunchlabConfig:
    """What all curves of one quote token and curve type share. Rates are parts per million.

    Attributes:
        curve_type: 0 constant product, 1 fixed price, 2 linear price.
        trade_fee_rate: the protocol's fee.
        max_share_fee_rate: most that a referrer may ask for.
    """

    address: str
    curve_type: int
    index: int
    trade_fee_rate: int
    max_share_fee_rate: int
    quote_mint: str


@dataclass(frozen=True, slots=True)
class LaunchlabPlatform:
    """A launchpad's own configuration. Rates are parts per million, on top of the protocol's."""

    address: str
    name: str
    fee_rate: int
    creator_fee_rate: int


def decode_pool(account: Account) -> LaunchlabPool:
    """Read a curve.

    Raises:
        DecodeError: not a curve owned by a LaunchLab program.
    """
    _check(account, POOL_DISCRIMINATOR, POOL_SIZE, "curve")
    _, status, base_decimals, quote_decimals, migrate_type, *rest = _POOL.unpack_from(account.data, 8)
    amounts, keys = rest[:10], [_address(raw) for raw in rest[10:]]
    return LaunchlabPool(
        account.address,
        account.owner,
        status,
        base_decimals,
        quote_decimals,
        migrate_type,
        *amounts,
        *keys,
    )


def decode_config(account: Account) -> LaunchlabConfig:
    """Read a global configuration.

    Raises:
        DecodeError: not a configuration owned by a LaunchLab program.
    """
    _check(account, CONFIG_DISCRIMINATOR, CONFIG_SIZE, "configuration")
    curve_type, index, _, trade_fee_rate, max_share_fee_rate = _CONFIG.unpack_from(account.data, 8)
    quote_mint = _address(account.data[_QUOTE_MINT_AT])
    return LaunchlabConfig(account.address, curve_type, index, trade_fee_rate, max_share_fee_rate, quote_mint)


def decode_platform(account: Account) -> LaunchlabPlatform:
    """Read a platform's configuration; what older programs call padding is zero: no creator fee.

    Raises:
        DecodeError: not a platform owned by a LaunchLab program.
    """
    _check(account, PLATFORM_DISCRIMINATOR, PLATFORM_SIZE, "platform")
    fee_rate, name = _PLATFORM.unpack_from(account.data, _PLATFORM_FEE_AT)
    (creator_fee_rate,) = _CREATOR_FEE.unpack_from(account.data, _CREATOR_FEE_AT)
    text = name.rstrip(b"\0").decode("utf-8", "replace")
    return LaunchlabPlatform(account.address, text, fee_rate, creator_fee_rate)


def is_canonical(pool: LaunchlabPool) -> bool:
    """Whether the curve and its vaults lie at the addresses derived from its mints."""
    address, owner = pool.address, pool.program_id
    return (
        address == program.pool_address(pool.base_mint, pool.quote_mint, owner)
        and pool.base_vault == program.vault_address(address, pool.base_mint, owner)
        and pool.quote_vault == program.vault_address(address, pool.quote_mint, owner)
    )


def _check(account: Account, discriminator: bytes, size: int, what: str) -> None:
    where = f"LaunchLab {what} {account.address}"
    if account.owner not in program.PROGRAMS.values():
        raise DecodeError(f"{where} is owned by {account.owner}, not by the LaunchLab program")
    if len(account.data) < size or account.data[:8] != discriminator:
        raise DecodeError(f"{where} has other contents")


def _address(raw: bytes) -> str:
    return str(Pubkey.from_bytes(raw))
