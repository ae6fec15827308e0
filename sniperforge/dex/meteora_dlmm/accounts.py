"""The accounts of Meteora DLMM: bytes in, facts out, and whether a pool is the canonical one."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from solders.pubkey import Pubkey

from sniperforge.dex.anchor import account_discriminator
from sniperforge.dex.meteora_dlmm import program
from sniperforge.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sniperforge.domain.chain import Account

POOL_DISCRIMINATOR: Final = account_discriminator("LbPair")
POOL_SIZE: Final = 904

_HEAD: Final = struct.Struct("<H22xHBBB3xI31xBiHBBHBB32s32s32s32sQQ")
"""From byte 8 to 232: the parameters, what varies, and the pair itself."""
_HEAD_AT: Final = 8
_TAIL: Final = struct.Struct("<32sQQ16x32s")
"""From byte 784: base key, activation point, time before it for one address, creator."""
_TAIL_AT: Final = 784

_ENABLED: Final = 0
_BY_TIME: Final = 1
_PERMISSIONED: Final = 1
_CUSTOMIZABLE: Final = 2
_BY_PRESET: Final = 3
_ONE: Final = 1 << 64
_MAX_U128: Final = (1 << 128) - 1
_POWERS: Final = 19


@dataclass(frozen=True, slots=True)
class LbPair:
    """What a pool account says (``state/lb_pair.rs``). Addresses are base58, amounts raw units.

    Attributes:
        base_factor, base_fee_power: make the base fee, see :attr:`base_fee_rate`.
        protocol_share: parts per 10,000 of the fee.
        active_id: the bin that trades now.
        bin_step: parts per 10,000 between the prices of two bins.
        owed_x, owed_y: fees in the reserves that belong to the protocol.
        base_key: the preset of its parameters, or what else its address was made from.
        activation_point: a slot or unix seconds, see :attr:`activates_by_time`.
    """

    address: str
    base_factor: int
    protocol_share: int
    base_fee_power: int
    volatility: int
    pair_type: int
    active_id: int
    bin_step: int
    status: int
    activates_by_time: bool
    mint_x: str
    mint_y: str
    reserve_x: str
    reserve_y: str
    owed_x: int
    owed_y: int
    base_key: str
    activation_point: int
    creator: str

    @property
    def swap_enabled(self) -> bool:
        """Whether its status allows swaps."""
        return self.status == _ENABLED

    @property
    def open_time(self) -> int:
        """Unix seconds before which swaps are refused; 0 also where a slot decides."""
        return self.activation_point if self.activates_by_time else 0

    @property
    def base_fee_rate(self) -> int:
        """Parts per 1,000,000,000 of the input, before what volatility adds."""
        return int(self.base_factor * self.bin_step * 10 * 10**self.base_fee_power)

    @property
    def price(self) -> Fraction:
        """Raw Y per raw X in the active bin, as the program counts it; 0 beyond what it can count."""
        return bin_price(self.active_id, self.bin_step)


def bin_price(active_id: int, bin_step: int) -> Fraction:
    """``(1 + bin_step / 10,000) ** active_id`` in the program's Q64.64 (``u64x64_math.rs``)."""
    exponent = abs(active_id)
    if exponent == 0:
        return Fraction(1)
    if exponent >> _POWERS:
        return Fraction(0)
    # A base of at least one is turned around, so that powers shrink and never overflow.
    squared, result = _MAX_U128 // (_ONE + (bin_step << 64) // 10_000), _ONE
    while exponent:
        if exponent & 1:
            result = result * squared >> 64
        squared = squared * squared >> 64
        exponent >>= 1
    if active_id > 0:
        result = _MAX_U128 // result if result else 0
    return Fraction(result, _ONE)


def decode_pool(account: Account) -> LbPair:
    """Read a pool account.

    Raises:
        DecodeError: not a pool owned by the DLMM program.
    """
    where = f"DLMM pool {account.address}"
    if account.owner != program.MAINNET:
        raise DecodeError(f"{where} is owned by {account.owner}, not by the DLMM program")
    if len(account.data) < POOL_SIZE or account.data[:8] != POOL_DISCRIMINATOR:
        raise DecodeError(f"{where} has other contents")
    (
        base_factor,
        share,
        power,
        _,
        _,
        volatility,
        pair_type,
        active_id,
        bin_step,
        status,
        _,
        _,
        by_time,
        _,
        mint_x,
        mint_y,
        reserve_x,
        reserve_y,
        owed_x,
        owed_y,
    ) = _HEAD.unpack_from(account.data, _HEAD_AT)
    base_key, point, _, creator = _TAIL.unpack_from(account.data, _TAIL_AT)
    return LbPair(
        address=account.address,
        base_factor=base_factor,
        protocol_share=share,
        base_fee_power=power,
        volatility=volatility,
        pair_type=pair_type,
        active_id=active_id,
        bin_step=bin_step,
        status=status,
        activates_by_time=by_time == _BY_TIME,
        mint_x=_address(mint_x),
        mint_y=_address(mint_y),
        reserve_x=_address(reserve_x),
        reserve_y=_address(reserve_y),
        owed_x=owed_x,
        owed_y=owed_y,
        base_key=_address(base_key),
        activation_point=point,
        creator=_address(creator),
    )


def is_canonical(pool: LbPair) -> bool:
    """Whether reserves and pool lie at the addresses derived from its kind, parameters and mints."""
    reserves = (pool.reserve_x, pool.reserve_y)
    own = tuple(program.reserve_address(pool.address, mint) for mint in (pool.mint_x, pool.mint_y))
    return reserves == own and pool.address in _candidates(pool)


def _candidates(pool: LbPair) -> Iterator[str]:
    mints = (pool.mint_x, pool.mint_y)
    if pool.pair_type == _CUSTOMIZABLE:
        yield program.pool_address(program.CUSTOMIZABLE_SEED, *mints)
    elif pool.pair_type == _PERMISSIONED:
        yield program.permissioned_address(pool.base_key, *mints, pool.bin_step)
    elif pool.pair_type == _BY_PRESET:
        yield program.pool_address(pool.base_key, *mints)
        yield program.pool_address(program.old_preset_address(pool.bin_step, pool.base_factor), *mints)
    else:
        yield program.old_pool_address(*mints, pool.bin_step, pool.base_factor)
        yield program.old_pool_address(*mints, pool.bin_step)


def _address(raw: bytes) -> str:
    return str(Pubkey.from_bytes(raw))
