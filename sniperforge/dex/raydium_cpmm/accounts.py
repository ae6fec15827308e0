"""The accounts of Raydium CPMM: bytes in, facts out, and whether a pool is the canonical one."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from solders.pubkey import Pubkey

from sniperforge.dex.anchor import account_discriminator
from sniperforge.dex.raydium_cpmm import program
from sniperforge.errors import DecodeError

if TYPE_CHECKING:
    from sniperforge.domain.chain import Account

POOL_DISCRIMINATOR: Final = account_discriminator("PoolState")
CONFIG_DISCRIMINATOR: Final = account_discriminator("AmmConfig")
POOL_SIZE: Final = 637
CONFIG_SIZE: Final = 236

_POOL: Final = struct.Struct("<" + "32s" * 10 + "5B" + "7Q" + "2B6x" + "4Q")
"""From byte 8: ten keys, bumps and decimals, LP supply, fees owed, open time, epoch, creator fees.

``states/pool.rs``. What older programs call padding (from byte 389) is zero, which reads as no creator fee.
"""
_CONFIG: Final = struct.Struct("<B?H4Q32s32sQ")
"""From byte 8; ``states/config.rs``. The last field was padding, zero, in older programs."""

_SWAP_DISABLED_BIT: Final = 4


@dataclass(frozen=True, slots=True)
class CpmmPool:
    """What a pool account says. Addresses are base58, amounts raw units.

    Attributes:
        owed_0, owed_1: fees in the vaults that belong to protocol, fund and creator, not to the reserves.
        open_time: Unix seconds before which swaps are refused.
        creator_fee_on: 0 the input token, 1 always token 0, 2 always token 1.
        lp_supply: LP units in circulation as the pool counts them; burns do not lower it.
    """

    address: str
    program_id: str
    amm_config: str
    creator: str
    token_0_vault: str
    token_1_vault: str
    lp_mint: str
    token_0_mint: str
    token_1_mint: str
    token_0_program: str
    token_1_program: str
    observation: str
    status: int
    lp_decimals: int
    decimals_0: int
    decimals_1: int
    lp_supply: int
    owed_0: int
    owed_1: int
    open_time: int
    creator_fee_on: int
    creator_fee_enabled: bool

    @property
    def swap_enabled(self) -> bool:
        """Whether the status bits allow swaps."""
        return not self.status & _SWAP_DISABLED_BIT


@dataclass(frozen=True, slots=True)
class CpmmConfig:
    """A fee configuration shared by many pools. Rates are parts per million.

    Attributes:
        trade_fee_rate: of the input.
        protocol_fee_rate, fund_fee_rate: of the trade fee.
        creator_fee_rate: on top of the trade fee, for pools that enable it.
        create_pool_fee: lamports.
    """

    address: str
    index: int
    create_pool_disabled: bool
    trade_fee_rate: int
    protocol_fee_rate: int
    fund_fee_rate: int
    creator_fee_rate: int
    create_pool_fee: int


def decode_pool(account: Account) -> CpmmPool:
    """Read a pool account of any program version.

    Raises:
        DecodeError: not a pool owned by a CPMM program, or one with a fee model that no version knows.
    """
    _check(account, POOL_DISCRIMINATOR, POOL_SIZE, "pool")
    fields = _POOL.unpack_from(account.data, 8)
    _, status, lp_decimals, decimals_0, decimals_1 = fields[10:15]
    lp_supply, protocol_0, protocol_1, fund_0, fund_1, open_time, _ = fields[15:22]
    creator_fee_on, creator_fee_enabled, creator_0, creator_1, shared_0, shared_1 = fields[22:]
    if creator_fee_on > 2:
        raise DecodeError(f"CPMM pool {account.address} takes creator fees in an unknown way")
    return CpmmPool(
        address=account.address,
        program_id=account.owner,
        amm_config=_address(fields[0]),
        creator=_address(fields[1]),
        token_0_vault=_address(fields[2]),
        token_1_vault=_address(fields[3]),
        lp_mint=_address(fields[4]),
        token_0_mint=_address(fields[5]),
        token_1_mint=_address(fields[6]),
        token_0_program=_address(fields[7]),
        token_1_program=_address(fields[8]),
        observation=_address(fields[9]),
        status=status,
        lp_decimals=lp_decimals,
        decimals_0=decimals_0,
        decimals_1=decimals_1,
        lp_supply=lp_supply,
        owed_0=protocol_0 + fund_0 + creator_0 + shared_0,
        owed_1=protocol_1 + fund_1 + creator_1 + shared_1,
        open_time=open_time,
        creator_fee_on=creator_fee_on,
        creator_fee_enabled=bool(creator_fee_enabled),
    )


def decode_config(account: Account) -> CpmmConfig:
    """Read a fee configuration.

    Raises:
        DecodeError: not a configuration owned by a CPMM program, or its rates leave nothing of the input.
    """
    _check(account, CONFIG_DISCRIMINATOR, CONFIG_SIZE, "configuration")
    _, disabled, index, trade, protocol, fund, create_fee, _, _, creator = _CONFIG.unpack_from(
        account.data, 8
    )
    if trade + creator >= 1_000_000 or protocol + fund > 1_000_000:
        raise DecodeError(f"CPMM configuration {account.address} has impossible fee rates")
    return CpmmConfig(
        address=account.address,
        index=index,
        create_pool_disabled=disabled,
        trade_fee_rate=trade,
        protocol_fee_rate=protocol,
        fund_fee_rate=fund,
        creator_fee_rate=creator,
        create_pool_fee=create_fee,
    )


def is_canonical(pool: CpmmPool) -> bool:
    """Whether the pool lies at the address derived from its configuration and mints.

    The program also accepts a random key as a pool: such look-alikes trade like the real one. Vaults,
    LP mint and observations are derived from the pool in both cases; they are checked too.
    """
    address, owner = pool.address, pool.program_id
    mint_0, mint_1 = pool.token_0_mint, pool.token_1_mint
    return (
        address == program.pool_address(pool.amm_config, mint_0, mint_1, owner)
        and pool.token_0_vault == program.vault_address(address, mint_0, owner)
        and pool.token_1_vault == program.vault_address(address, mint_1, owner)
        and pool.lp_mint == program.lp_mint_address(address, owner)
        and pool.observation == program.observation_address(address, owner)
    )


def _check(account: Account, discriminator: bytes, size: int, what: str) -> None:
    where = f"CPMM {what} {account.address}"
    if account.owner not in program.PROGRAMS.values():
        raise DecodeError(f"{where} is owned by {account.owner}, not by the CPMM program")
    if len(account.data) < size or account.data[:8] != discriminator:
        raise DecodeError(f"{where} has other contents")


def _address(raw: bytes) -> str:
    return str(Pubkey.from_bytes(raw))
