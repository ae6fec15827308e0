"""From fetched accounts to the state of an AMM v4 pool; every account is checked against the pool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.dex.fetched import checked_mint, found, vault_amount
from sniperforge.dex.raydium_amm_v4 import program
from sniperforge.dex.raydium_amm_v4.accounts import AmmPool, decode_pool
from sniperforge.dex.raydium_amm_v4.openbook import decode_market, decode_totals
from sniperforge.dex.raydium_amm_v4.state import AmmState
from sniperforge.domain.addresses import TOKEN_PROGRAM
from sniperforge.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.domain.chain import Account


def needed_by(pool: AmmPool) -> tuple[str, ...]:
    """What belongs to a pool beside itself: vaults, mints, LP mint, and its orders where it has some."""
    always = (pool.coin_vault, pool.pc_vault, pool.coin_mint, pool.pc_mint, pool.lp_mint)
    return (*always, pool.open_orders, pool.market) if pool.uses_order_book else always


def load_state(address: str, accounts: Mapping[str, Account | None]) -> AmmState:
    """The state of pool ``address`` from fetched accounts.

    A pool whose orders were closed has none, whatever its status: newer programs leave the order book alone.

    Raises:
        DecodeError: an account is not what the pool says it is, or another program's.
        NotFoundError: an account is missing.
    """
    pool = decode_pool(found(address, accounts))
    for mint, decimals in ((pool.coin_mint, pool.coin_decimals), (pool.pc_mint, pool.pc_decimals)):
        checked_mint(mint, accounts, token_program=TOKEN_PROGRAM, decimals=decimals)
    vault_coin = _vault(pool, pool.coin_vault, pool.coin_mint, accounts)
    vault_pc = _vault(pool, pool.pc_vault, pool.pc_mint, accounts)
    closed = pool.open_orders in accounts and accounts[pool.open_orders] is None
    if closed or not pool.uses_order_book:
        return AmmState(pool, vault_coin, vault_pc)
    market = decode_market(found(pool.market, accounts))
    orders = found(pool.open_orders, accounts)
    if (market.program_id, orders.owner) != (pool.market_program, pool.market_program):
        raise DecodeError(f"AMM v4 pool {address} has orders in another program than its market's")
    coin, pc = decode_totals(orders, market=pool.market, owner=program.authority(pool.program_id))
    return AmmState(pool, vault_coin, vault_pc, coin, pc, market)


def _vault(pool: AmmPool, vault: str, mint: str, accounts: Mapping[str, Account | None]) -> int:
    return vault_amount(
        vault,
        accounts,
        mint=mint,
        token_program=TOKEN_PROGRAM,
        owner=program.authority(pool.program_id),
        pool=pool.address,
    )
