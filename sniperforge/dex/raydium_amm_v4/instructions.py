"""Instructions for Raydium AMM v4: data and account lists in the program's order."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from solders.instruction import AccountMeta, Instruction

from sniperforge.dex.raydium_amm_v4 import program
from sniperforge.domain.addresses import TOKEN_PROGRAM
from sniperforge.domain.amounts import U64_MAX
from sniperforge.errors import RefusedError
from sniperforge.tokens.addresses import pubkey

if TYPE_CHECKING:
    from sniperforge.dex.raydium_amm_v4.accounts import AmmPool
    from sniperforge.dex.raydium_amm_v4.openbook import Market

_SWAP_BASE_IN: Final = 9
_AMOUNTS: Final = struct.Struct("<BQQ")
_FILLERS: Final = 8


def swap_base_in(
    pool: AmmPool,
    market: Market | None,
    *,
    user: str,
    amount_in: int,
    minimum_out: int,
    user_input: str,
    user_output: str,
) -> Instruction:
    """Sell exactly ``amount_in`` for at least ``minimum_out``; the user's accounts tell the direction.

    With ``market`` the 18 accounts of a pool with orders. Without, the 17 that leave out the target orders;
    the program then looks at nothing of the order book, and the pool stands in its places.

    Raises:
        DecodeError: ``user``, ``user_input`` or ``user_output`` is not an address.
        RefusedError: an amount does not fit a u64.
    """
    if not (0 <= amount_in <= U64_MAX and 0 <= minimum_out <= U64_MAX):
        raise RefusedError("a swap's amounts must be from 0 to 2^64 - 1")
    if market is None:
        orders, book = [_meta(pool.address, writable=True)], [_meta(pool.address, writable=True)] * _FILLERS
    else:
        orders = [_meta(pool.open_orders, writable=True), _meta(pool.target_orders, writable=True)]
        book = _of_book(market)
    metas = [
        _meta(TOKEN_PROGRAM),
        _meta(pool.address, writable=True),
        _meta(program.authority(pool.program_id)),
        *orders,
        _meta(pool.coin_vault, writable=True),
        _meta(pool.pc_vault, writable=True),
        *book,
        _meta(user_input, writable=True),
        _meta(user_output, writable=True),
        _meta(user, signer=True),
    ]
    return Instruction(pubkey(pool.program_id), _AMOUNTS.pack(_SWAP_BASE_IN, amount_in, minimum_out), metas)


def _of_book(market: Market) -> list[AccountMeta]:
    return [
        _meta(market.program_id),
        _meta(market.address, writable=True),
        _meta(market.bids, writable=True),
        _meta(market.asks, writable=True),
        _meta(market.event_queue, writable=True),
        _meta(market.coin_vault, writable=True),
        _meta(market.pc_vault, writable=True),
        _meta(market.vault_signer),
    ]


def _meta(address: str, *, signer: bool = False, writable: bool = False) -> AccountMeta:
    return AccountMeta(pubkey(address), is_signer=signer, is_writable=writable)
