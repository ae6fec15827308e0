"""The pool account of Raydium AMM v4: bytes in, facts out, and whether a pool is the canonical one."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from solders.pubkey import Pubkey

from sniperforge.dex.raydium_amm_v4 import program
from sniperforge.errors import DecodeError

if TYPE_CHECKING:
    from sniperforge.domain.chain import Account

POOL_SIZE: Final = 752
"""``AmmInfo`` in ``state.rs``; it has no discriminator."""

_HEAD: Final = struct.Struct("<6Q")
"""Status, nonce, order count, depth, coin and pc decimals."""
_SWAP_FEE: Final = struct.Struct("<QQ")
_SWAP_FEE_AT: Final = 176
_OWED: Final = struct.Struct("<QQ")
_OWED_AT: Final = 192
_OPEN_TIME_AT: Final = 224
_KEYS: Final = struct.Struct("<" + "32s" * 9)
"""Vaults, mints, LP mint, open orders, market, its program, target orders."""
_KEYS_AT: Final = 336
_OWNER_AT: Final = 688
_LP_AMOUNT_AT: Final = 720
_U64: Final = struct.Struct("<Q")

_INITIALIZED, _ORDER_BOOK_ONLY, _SWAP_ONLY, _WAITING = 1, 5, 6, 7
_LAST_STATUS: Final = 7
_MAX_DECIMALS: Final = 255


@dataclass(frozen=True, slots=True)
class AmmPool:
    """What a pool account says. Addresses are base58, amounts raw units.

    Attributes:
        status: 1 swaps and orders, 6 swaps, 7 swaps from ``pool_open_time`` on; others refuse swaps.
        owed_coin, owed_pc: profit in the vaults that belongs to the protocol, not to the reserves.
        fee_numerator, fee_denominator: the swap fee, of the input.
        lp_amount: LP units as the pool counts them; burns do not lower it.
    """

    address: str
    program_id: str
    status: int
    coin_decimals: int
    pc_decimals: int
    fee_numerator: int
    fee_denominator: int
    owed_coin: int
    owed_pc: int
    pool_open_time: int
    coin_vault: str
    pc_vault: str
    coin_mint: str
    pc_mint: str
    lp_mint: str
    open_orders: str
    market: str
    market_program: str
    target_orders: str
    owner: str
    lp_amount: int

    @property
    def swap_enabled(self) -> bool:
        """Whether the status allows swaps, now or from the opening on."""
        return self.status in (_INITIALIZED, _SWAP_ONLY, _WAITING)

    @property
    def uses_order_book(self) -> bool:
        """Whether part of the reserves may lie in the order book."""
        return self.status in (_INITIALIZED, _ORDER_BOOK_ONLY)

    @property
    def open_time(self) -> int:
        """Unix seconds before which swaps are refused; 0 when the pool no longer waits."""
        return self.pool_open_time if self.status == _WAITING else 0


def decode_pool(account: Account) -> AmmPool:
    """Read a pool account.

    Raises:
        DecodeError: not a pool owned by an AMM v4 program, or one with an impossible status, fee or decimals.
    """
    data = account.data
    where = f"AMM v4 pool {account.address}"
    if account.owner not in program.PROGRAMS.values():
        raise DecodeError(f"{where} is owned by {account.owner}, not by the AMM v4 program")
    if len(data) != POOL_SIZE:
        raise DecodeError(f"{where} has {len(data)} bytes instead of {POOL_SIZE}")
    status, _, _, _, coin_decimals, pc_decimals = _HEAD.unpack_from(data)
    numerator, denominator = _SWAP_FEE.unpack_from(data, _SWAP_FEE_AT)
    if not 0 < status <= _LAST_STATUS or max(coin_decimals, pc_decimals) > _MAX_DECIMALS:
        raise DecodeError(f"{where} was never set up")
    if numerator >= denominator:
        raise DecodeError(f"{where} has an impossible fee")
    owed_coin, owed_pc = _OWED.unpack_from(data, _OWED_AT)
    keys = [_address(raw) for raw in _KEYS.unpack_from(data, _KEYS_AT)]
    return AmmPool(
        address=account.address,
        program_id=account.owner,
        status=status,
        coin_decimals=coin_decimals,
        pc_decimals=pc_decimals,
        fee_numerator=numerator,
        fee_denominator=denominator,
        owed_coin=owed_coin,
        owed_pc=owed_pc,
        pool_open_time=_U64.unpack_from(data, _OPEN_TIME_AT)[0],
        coin_vault=keys[0],
        pc_vault=keys[1],
        coin_mint=keys[2],
        pc_mint=keys[3],
        lp_mint=keys[4],
        open_orders=keys[5],
        market=keys[6],
        market_program=keys[7],
        target_orders=keys[8],
        owner=_address(data[_OWNER_AT : _OWNER_AT + 32]),
        lp_amount=_U64.unpack_from(data, _LP_AMOUNT_AT)[0],
    )


def is_canonical(pool: AmmPool) -> bool:
    """Whether the pool and all that belongs to it lie at the addresses derived from its market."""
    market, owner = pool.market, pool.program_id
    return (
        pool.address == program.pool_address(market, owner)
        and pool.coin_vault == program.coin_vault_address(market, owner)
        and pool.pc_vault == program.pc_vault_address(market, owner)
        and pool.lp_mint == program.lp_mint_address(market, owner)
        and pool.target_orders == program.target_orders_address(market, owner)
    )


def _address(raw: bytes) -> str:
    return str(Pubkey.from_bytes(raw))
