"""The pool account of Meteora DAMM v2: bytes in, facts out, and whether it is a canonical one."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from solders.pubkey import Pubkey

from sniperforge.dex.anchor import account_discriminator
from sniperforge.dex.meteora_damm_v2 import program
from sniperforge.errors import DecodeError

if TYPE_CHECKING:
    from sniperforge.domain.chain import Account

POOL_DISCRIMINATOR: Final = account_discriminator("Pool")
POOL_SIZE: Final = 1112

_POOL: Final = struct.Struct("<32s32s32s32s64x16s16xQQ48x16sQBBBBB67x16s80x32s")
"""From byte 168: mints, vaults; liquidity, protocol fees, price, activation, flags; locked, creator."""
_POOL_AT: Final = 168
_CLIFF_FEE: Final = struct.Struct("<Q")
_CLIFF_FEE_AT: Final = 8

_ENABLED: Final = 0
_BY_TIME: Final = 1


@dataclass(frozen=True, slots=True)
class DammPool:
    """What a pool account says (``state/pool.rs``). Addresses are base58, amounts raw units.

    Attributes:
        cliff_fee: parts per 1,000,000,000 of the input when trading opens; it may fall from there.
        liquidity, locked_liquidity: all of it, and what can never be withdrawn.
        owed_a, owed_b: fees in the vaults that belong to the protocol.
        sqrt_price: of A in B, Q64.64.
        activation_point: a slot or unix seconds, see ``activates_by_time``.
        fee_mode: 0: fees are taken from both mints, else from B.
    """

    address: str
    cliff_fee: int
    mint_a: str
    mint_b: str
    vault_a: str
    vault_b: str
    liquidity: int
    owed_a: int
    owed_b: int
    sqrt_price: int
    activation_point: int
    activates_by_time: bool
    status: int
    fee_mode: int
    locked_liquidity: int
    creator: str

    @property
    def swap_enabled(self) -> bool:
        """Whether its status allows swaps."""
        return self.status == _ENABLED

    @property
    def open_time(self) -> int:
        """Unix seconds before which swaps are refused; 0 where a slot decides."""
        return self.activation_point if self.activates_by_time else 0


def decode_pool(account: Account) -> DammPool:
    """Read a pool account.

    Raises:
        DecodeError: not a pool owned by the DAMM v2 program.
    """
    where = f"DAMM v2 pool {account.address}"
    if account.owner != program.MAINNET:
        raise DecodeError(f"{where} is owned by {account.owner}, not by the DAMM v2 program")
    if len(account.data) < POOL_SIZE or account.data[:8] != POOL_DISCRIMINATOR:
        raise DecodeError(f"{where} has other contents")
    (
        mint_a,
        mint_b,
        vault_a,
        vault_b,
        liquidity,
        owed_a,
        owed_b,
        sqrt_price,
        point,
        by_time,
        status,
        _,
        _,
        fee_mode,
        locked,
        creator,
    ) = _POOL.unpack_from(account.data, _POOL_AT)
    return DammPool(
        address=account.address,
        cliff_fee=_CLIFF_FEE.unpack_from(account.data, _CLIFF_FEE_AT)[0],
        mint_a=_address(mint_a),
        mint_b=_address(mint_b),
        vault_a=_address(vault_a),
        vault_b=_address(vault_b),
        liquidity=int.from_bytes(liquidity, "little"),
        owed_a=owed_a,
        owed_b=owed_b,
        sqrt_price=int.from_bytes(sqrt_price, "little"),
        activation_point=point,
        activates_by_time=by_time == _BY_TIME,
        status=status,
        fee_mode=fee_mode,
        locked_liquidity=int.from_bytes(locked, "little"),
        creator=_address(creator),
    )


def is_canonical(pool: DammPool) -> bool:
    """Whether its vaults lie at the addresses derived from it.

    A pool account does not name the configuration that its own address is derived from.
    """
    return (pool.vault_a, pool.vault_b) == tuple(
        program.vault_address(mint, pool.address) for mint in (pool.mint_a, pool.mint_b)
    )


def _address(raw: bytes) -> str:
    return str(Pubkey.from_bytes(raw))
