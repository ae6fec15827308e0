"""The accounts of Raydium CLMM: bytes in, facts out, and whether a pool is the canonical one."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from solders.pubkey import Pubkey

from sniperforge.dex.anchor import account_discriminator
from sniperforge.dex.raydium_clmm import program
from sniperforge.errors import DecodeError

if TYPE_CHECKING:
    from sniperforge.domain.chain import Account

POOL_DISCRIMINATOR: Final = account_discriminator("PoolState")
CONFIG_DISCRIMINATOR: Final = account_discriminator("AmmConfig")
POOL_SIZE: Final = 1544
CONFIG_SIZE: Final = 117

_POOL: Final = struct.Struct("<" + "32s" * 7 + "BBH" + "16s16si")
"""From byte 9: keys from the configuration to the observations, decimals, spacing, liquidity, price, tick."""
_PROTOCOL_FEES: Final = struct.Struct("<QQ")
_PROTOCOL_FEES_AT: Final = 309
_STATUS: Final = struct.Struct("<BBH")
"""Status bits, side of the fee, and the number of a pool that is one of several for its mints."""
_STATUS_AT: Final = 389
_FUND_FEES: Final = struct.Struct("<QQQ")
"""Owed to the fund, and the open time."""
_FUND_FEES_AT: Final = 1064
_CONFIG: Final = struct.Struct("<BH32sIIHI")

_SWAP_DISABLED_BIT: Final = 16


@dataclass(frozen=True, slots=True)
class ClmmPool:
    """What a pool account says (``states/pool.rs``). Addresses are base58, amounts raw units.

    Attributes:
        owner: who created it.
        liquidity: in range at the current price.
        sqrt_price_x64: of token 0 in token 1, Q64.64.
        owed_0, owed_1: fees in the vaults that belong to protocol and fund.
        seed_index: not 0 for a pool that was made beside the canonical one, by permission.
        open_time: Unix seconds before which swaps are refused.
    """

    address: str
    program_id: str
    amm_config: str
    owner: str
    token_0_mint: str
    token_1_mint: str
    token_0_vault: str
    token_1_vault: str
    observation: str
    decimals_0: int
    decimals_1: int
    tick_spacing: int
    liquidity: int
    sqrt_price_x64: int
    tick: int
    owed_0: int
    owed_1: int
    status: int
    seed_index: int
    open_time: int

    @property
    def swap_enabled(self) -> bool:
        """Whether the status bits allow swaps."""
        return not self.status & _SWAP_DISABLED_BIT


@dataclass(frozen=True, slots=True)
class ClmmConfig:
    """A fee configuration shared by many pools. Rates are parts per million.

    Attributes:
        trade_fee_rate: of the input.
        protocol_fee_rate, fund_fee_rate: of the trade fee.
    """

    address: str
    index: int
    tick_spacing: int
    trade_fee_rate: int
    protocol_fee_rate: int
    fund_fee_rate: int


def decode_pool(account: Account) -> ClmmPool:
    """Read a pool account; fields that older programs call padding are zero there.

    Raises:
        DecodeError: not a pool owned by a CLMM program.
    """
    _check(account, POOL_DISCRIMINATOR, POOL_SIZE, "pool")
    data = account.data
    *keys, decimals_0, decimals_1, spacing, liquidity, sqrt_price, tick = _POOL.unpack_from(data, 9)
    config, owner, mint_0, mint_1, vault_0, vault_1, observation = map(_address, keys)
    protocol_0, protocol_1 = _PROTOCOL_FEES.unpack_from(data, _PROTOCOL_FEES_AT)
    status, _, seed_index = _STATUS.unpack_from(data, _STATUS_AT)
    fund_0, fund_1, open_time = _FUND_FEES.unpack_from(data, _FUND_FEES_AT)
    return ClmmPool(
        address=account.address,
        program_id=account.owner,
        amm_config=config,
        owner=owner,
        token_0_mint=mint_0,
        token_1_mint=mint_1,
        token_0_vault=vault_0,
        token_1_vault=vault_1,
        observation=observation,
        decimals_0=decimals_0,
        decimals_1=decimals_1,
        tick_spacing=spacing,
        liquidity=int.from_bytes(liquidity, "little"),
        sqrt_price_x64=int.from_bytes(sqrt_price, "little"),
        tick=tick,
        owed_0=protocol_0 + fund_0,
        owed_1=protocol_1 + fund_1,
        status=status,
        seed_index=seed_index,
        open_time=open_time,
    )


def decode_config(account: Account) -> ClmmConfig:
    """Read a fee configuration.

    Raises:
        DecodeError: not a configuration owned by a CLMM program.
    """
    _check(account, CONFIG_DISCRIMINATOR, CONFIG_SIZE, "configuration")
    _, index, _, protocol, trade, spacing, fund = _CONFIG.unpack_from(account.data, 8)
    return ClmmConfig(account.address, index, spacing, trade, protocol, fund)


def is_canonical(pool: ClmmPool) -> bool:
    """Whether the pool and what belongs to it lie at the addresses derived from configuration and mints."""
    address, owner = pool.address, pool.program_id
    mint_0, mint_1 = pool.token_0_mint, pool.token_1_mint
    return (
        address == program.pool_address(pool.amm_config, mint_0, mint_1, owner)
        and pool.token_0_vault == program.vault_address(address, mint_0, owner)
        and pool.token_1_vault == program.vault_address(address, mint_1, owner)
        and pool.observation == program.observation_address(address, owner)
    )


def _check(account: Account, discriminator: bytes, size: int, what: str) -> None:
    where = f"CLMM {what} {account.address}"
    if account.owner not in program.PROGRAMS.values():
        raise DecodeError(f"{where} is owned by {account.owner}, not by the CLMM program")
    if len(account.data) < size or account.data[:8] != discriminator:
        raise DecodeError(f"{where} has other contents")


def _address(raw: bytes) -> str:
    return str(Pubkey.from_bytes(raw))
