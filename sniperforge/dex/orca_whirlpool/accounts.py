"""The accounts of Orca Whirlpools: bytes in, facts out, and whether a pool is the canonical one."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from solders.pubkey import Pubkey

from sniperforge.dex.anchor import account_discriminator
from sniperforge.dex.orca_whirlpool import program
from sniperforge.errors import DecodeError

if TYPE_CHECKING:
    from sniperforge.domain.chain import Account

POOL_DISCRIMINATOR: Final = account_discriminator("Whirlpool")
FEE_TIER_DISCRIMINATOR: Final = account_discriminator("FeeTier")
ORACLE_DISCRIMINATOR: Final = account_discriminator("Oracle")
POOL_SIZE: Final = 653
FEE_TIER_SIZE: Final = 44

_POOL: Final = struct.Struct("<32sBHHHH16s16siQQ32s32s16s32s32s")
"""From byte 8: configuration, bump, spacing, tier, fees; liquidity, price, tick, fees owed; sides A and B."""
_FEE_TIER: Final = struct.Struct("<32sHH")
_ORACLE: Final = struct.Struct("<32sQ")


@dataclass(frozen=True, slots=True)
class Whirlpool:
    """What a pool account says (``state/whirlpool.rs``). Addresses are base58, amounts raw units.

    Attributes:
        fee_tier_index: which fee tier it was made under; the tick spacing, but for adaptive fees.
        fee_rate: parts per million of the input.
        protocol_fee_rate: parts per 10,000 of the fee.
        liquidity: in range at the current price.
        sqrt_price: of A in B, Q64.64.
        owed_a, owed_b: fees in the vaults that belong to the protocol.
    """

    address: str
    config: str
    tick_spacing: int
    fee_tier_index: int
    fee_rate: int
    protocol_fee_rate: int
    liquidity: int
    sqrt_price: int
    tick: int
    owed_a: int
    owed_b: int
    mint_a: str
    vault_a: str
    mint_b: str
    vault_b: str

    @property
    def has_adaptive_fee(self) -> bool:
        """Whether its fee follows volatility: then an oracle account tells when trading begins."""
        return self.fee_tier_index != self.tick_spacing


@dataclass(frozen=True, slots=True)
class FeeTier:
    """The fee of new pools of one tick spacing, parts per million."""

    address: str
    config: str
    tick_spacing: int
    fee_rate: int


def decode_pool(account: Account) -> Whirlpool:
    """Read a pool account.

    Raises:
        DecodeError: not a pool owned by the Whirlpool program.
    """
    _check(account, POOL_DISCRIMINATOR, POOL_SIZE, "pool")
    (
        config,
        _,
        spacing,
        tier,
        fee_rate,
        protocol_fee_rate,
        liquidity,
        sqrt_price,
        tick,
        owed_a,
        owed_b,
        mint_a,
        vault_a,
        _,
        mint_b,
        vault_b,
    ) = _POOL.unpack_from(account.data, 8)
    return Whirlpool(
        address=account.address,
        config=_address(config),
        tick_spacing=spacing,
        fee_tier_index=tier,
        fee_rate=fee_rate,
        protocol_fee_rate=protocol_fee_rate,
        liquidity=int.from_bytes(liquidity, "little"),
        sqrt_price=int.from_bytes(sqrt_price, "little"),
        tick=tick,
        owed_a=owed_a,
        owed_b=owed_b,
        mint_a=_address(mint_a),
        vault_a=_address(vault_a),
        mint_b=_address(mint_b),
        vault_b=_address(vault_b),
    )


def decode_fee_tier(account: Account) -> FeeTier:
    """Read a fee tier.

    Raises:
        DecodeError: not a fee tier owned by the Whirlpool program.
    """
    _check(account, FEE_TIER_DISCRIMINATOR, FEE_TIER_SIZE, "fee tier")
    config, spacing, fee_rate = _FEE_TIER.unpack_from(account.data, 8)
    return FeeTier(account.address, _address(config), spacing, fee_rate)


def decode_trade_start(account: Account, pool: str) -> int:
    """Unix seconds before which ``pool``, whose oracle this is, refuses swaps.

    Raises:
        DecodeError: not the oracle of ``pool``.
    """
    _check(account, ORACLE_DISCRIMINATOR, 8 + _ORACLE.size, "oracle")
    owner, start = _ORACLE.unpack_from(account.data, 8)
    if _address(owner) != pool:
        raise DecodeError(f"Whirlpool oracle {account.address} is not of pool {pool}")
    return int(start)


def is_canonical(pool: Whirlpool) -> bool:
    """Whether the pool is of Orca's own configuration and lies at the address derived from it."""
    return pool.config in program.CONFIGS and pool.address == program.pool_address(
        pool.config, pool.mint_a, pool.mint_b, pool.fee_tier_index
    )


def _check(account: Account, discriminator: bytes, size: int, what: str) -> None:
    where = f"Whirlpool {what} {account.address}"
    if account.owner != program.MAINNET:
        raise DecodeError(f"{where} is owned by {account.owner}, not by the Whirlpool program")
    if len(account.data) < size or account.data[:8] != discriminator:
        raise DecodeError(f"{where} has other contents")


def _address(raw: bytes) -> str:
    return str(Pubkey.from_bytes(raw))
